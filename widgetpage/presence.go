package widgetpage

import "time"

// presence is where the member's tab is, as far as one can tell. All of its
// methods are called with the page's mutex held.
type presence struct {
	missing *time.Timer // runs while no stream is open
	leaving bool        // the page said goodbye: a redirect, a reload or a closed tab
	away    bool        // Left or Lost was said
	hidden  bool
}

// expect starts the wait for the stream of a page that has just got its key.
func (s *presence) expect(p *Page) {
	s.stop()
	s.leaving, s.away, s.hidden = false, false, false
	s.gone(p)
}

func (s *presence) arrived(p *Page) {
	s.stop()
	if s.away {
		p.notify(Event{Kind: Back})
	}
	s.leaving, s.away = false, false
}

// gone waits before it says so: a reload is over within a second or two.
func (s *presence) gone(p *Page) {
	if p.closing || s.away {
		return
	}
	s.stop()
	var timer *time.Timer
	timer = time.AfterFunc(p.cfg.Timers.Gone, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.closing || s.missing != timer {
			return
		}
		s.missing, s.away = nil, true
		if s.leaving {
			p.notify(Event{Kind: Left})
		} else {
			p.notify(Event{Kind: Lost})
		}
	})
	s.missing = timer
}

func (s *presence) stop() {
	if s.missing != nil {
		s.missing.Stop()
		s.missing = nil
	}
}

func (s *presence) cover(p *Page, hidden bool) {
	if s.hidden == hidden {
		return
	}
	s.hidden = hidden
	if hidden {
		p.notify(Event{Kind: Hidden})
	} else {
		p.notify(Event{Kind: Visible})
	}
}
