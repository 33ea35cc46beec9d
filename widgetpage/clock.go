package widgetpage

import "time"

// tick looks at the clock instead of setting timers for the sessions' ends: a
// timer does not run while the machine sleeps.
const tick = time.Second

func (p *Page) watchClock() {
	defer close(p.ticker)
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-p.alive.Done():
			return
		case <-t.C:
			p.look(p.now())
		}
	}
}

// look says what the time has brought: sessions that end soon or have ended.
// It is of interest for the one that is shown, and for those that were paid
// and wait to be used.
func (p *Page) look(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sayDenials(now)
	if p.view.Kind == Done || p.view.Kind == Cancelled {
		return
	}
	for _, s := range p.steps {
		if s.validUntil.IsZero() || s != p.current && !s.answered() {
			continue
		}
		switch left := s.validUntil.Sub(now); {
		case left <= 0 && !s.ended:
			s.warned, s.ended = true, true
			p.notify(Event{Kind: Expired, SessionID: s.id})
			p.streams.wakeAll()
		case left <= p.cfg.Timers.Expiring && !s.warned:
			s.warned = true
			p.notify(Event{Kind: Expiring, SessionID: s.id})
			p.streams.wakeAll()
		}
	}
}
