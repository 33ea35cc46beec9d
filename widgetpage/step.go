package widgetpage

import (
	"crypto/sha256"
	"net/http"
	"reflect"
	"slices"
	"time"

	"frontdesk/apiclient/secret"
)

// step is something the page asks the member for. It stays on record when
// something else is shown: a widget that was left may still have moved money.
type step struct {
	number     int // from 1; what the page calls it
	kind       ViewKind
	id         string
	session    secret.Value
	validUntil time.Time
	texts      []Text
	contract   bool

	answers       [][sha256.Size]byte // of what was delivered, the first one counts
	warned, ended bool                // Expiring and Expired were said
}

func (s *step) answered() bool { return len(s.answers) > 0 }

func (s *step) expired(now time.Time) bool {
	return !s.validUntil.IsZero() && !now.Before(s.validUntil)
}

// Show says what the page shows from now on. Showing the same again changes
// nothing.
func (p *Page) Show(v View) {
	v.Texts = slices.Clone(v.Texts)
	p.mu.Lock()
	defer p.mu.Unlock()
	if reflect.DeepEqual(v, p.view) {
		return
	}
	p.current = p.stepFor(v)
	p.view = v
	p.streams.wakeAll()
}

// stepFor finds or makes the step that v asks. A payment session is the same
// one whenever it is shown; signing starts afresh after anything else.
func (p *Page) stepFor(v View) *step {
	switch v.Kind {
	case Pay:
		for _, s := range p.steps {
			if s.kind == Pay && s.session == v.Session {
				if !s.validUntil.Equal(v.ValidUntil) {
					s.validUntil, s.warned, s.ended = v.ValidUntil, false, false
				}
				return s
			}
		}
	case Sign:
		s := p.current
		if s != nil && s.kind == Sign && s.id == v.SessionID && s.contract == v.ContractSignature && slices.Equal(s.texts, v.Texts) {
			return s
		}
	default:
		return nil
	}
	s := &step{
		number: len(p.steps) + 1, kind: v.Kind, id: v.SessionID, session: v.Session, validUntil: v.ValidUntil,
		texts: v.Texts, contract: v.ContractSignature,
	}
	p.steps = append(p.steps, s)
	return s
}

func (p *Page) step(number int, kind ViewKind) *step {
	p.mu.Lock()
	defer p.mu.Unlock()
	if number < 1 || number > len(p.steps) || p.steps[number-1].kind != kind {
		return nil
	}
	return p.steps[number-1]
}

// record hands a new result on, and only then says 200. The same one again is
// acknowledged and not handed on; one at a time, so that it is never handed on
// twice at once.
func (p *Page) record(s *step, r Result, fingerprint [sha256.Size]byte) (status int) {
	select {
	case p.delivering <- struct{}{}:
		defer func() { <-p.delivering }()
	case <-p.alive.Done():
		return http.StatusServiceUnavailable
	}
	p.mu.Lock()
	known := slices.Contains(s.answers, fingerprint)
	r.SessionID = s.id
	r.Second = s.answered()
	r.Late = s != p.current || s.expired(p.now())
	p.mu.Unlock()
	if known {
		return http.StatusOK
	}
	// The browser may be gone by now; what it brought is kept all the same.
	if err := p.cfg.Deliver(p.alive, r); err != nil {
		p.cfg.Log.Error("a result was not taken", "kind", r.Kind.String(), "error", err)
		return http.StatusServiceUnavailable
	}
	p.mu.Lock()
	s.answers = append(s.answers, fingerprint)
	p.streams.wakeAll()
	p.mu.Unlock()
	return http.StatusOK
}
