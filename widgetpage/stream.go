package widgetpage

import (
	"encoding/json"
	"net/http"
	"time"
)

// writeTimeout is how long a browser may let us wait for one line.
const writeTimeout = 5 * time.Second

// line is one message of the event stream, a JSON object on a line of its own.
// Its types are state, hb (heartbeat), replaced (another link was used),
// superseded (the same tab, or its copy, opened a newer stream) and bye.
type line struct {
	Type  string `json:"t"`
	State *state `json:"state,omitempty"`
}

// eventStream is a page that listens.
type eventStream struct {
	wake chan struct{} // there is something new to say
	over string        // the type of the last line, once there is one
}

func (s *eventStream) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// streams are the listening pages; more than one only while one is ending.
type streams map[*eventStream]struct{}

func (all streams) wakeAll() {
	for s := range all {
		s.nudge()
	}
}

func (all streams) endAll(how string) {
	for s := range all {
		if s.over == "" {
			s.over = how
		}
		s.nudge()
	}
}

// live is the number of streams that have not been told to end.
func (all streams) live() int {
	n := 0
	for s := range all {
		if s.over == "" {
			n++
		}
	}
	return n
}

func (p *Page) attach(key string) *eventStream {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &eventStream{wake: make(chan struct{}, 1)}
	switch {
	case p.closing:
		s.over = "bye"
	case !same(key, p.access.key): // replaced between the guard and here
		s.over = "replaced"
	default:
		p.streams.endAll("superseded")
		p.presence.arrived(p)
	}
	if p.streams == nil {
		p.streams = streams{}
	}
	p.streams[s] = struct{}{}
	s.nudge()
	return s
}

func (p *Page) detach(s *eventStream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.streams, s)
	if s.over == "" && p.streams.live() == 0 {
		p.presence.gone(p)
	}
}

// next is what a stream says when woken: the state as it is now.
func (p *Page) next(s *eventStream) (l line, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.state()
	switch s.over {
	case "":
		return line{Type: "state", State: &now}, false
	case "bye":
		return line{Type: s.over, State: &now}, true
	}
	return line{Type: s.over}, true
}

func (p *Page) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Connection", "close") // its write deadline must not reach a later answer
	s := p.attach(r.Header.Get(keyHeader))
	defer p.detach(s)

	control := http.NewResponseController(w)
	write := func(l line) error {
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(append(text, '\n')); err != nil {
			return err
		}
		return control.Flush()
	}
	heartbeat := time.NewTicker(p.cfg.Timers.Heartbeat)
	defer heartbeat.Stop()
	for {
		l, last := line{Type: "hb"}, false
		select {
		case <-r.Context().Done():
			return
		case <-p.alive.Done():
			return
		case <-s.wake:
			l, last = p.next(s)
		case <-heartbeat.C:
		}
		if err := write(l); err != nil || last {
			return
		}
	}
}
