package apiclient

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// class is how calls of a kind are sent: how often, how long, on what.
type class struct {
	name string
	rule
	timeout time.Duration // of one send; until the request has left, if answer is set
	answer  time.Duration // from then on
	strict  bool          // may have an effect: repeated only if it was never sent
	fresh   bool          // on a connection of its own
}

// rule is how often a failing call is sent, with what pauses in between (full
// jitter: anything from nothing to base, 2 base, 4 base… up to cap), and for
// how long in all.
type rule struct {
	sends  int
	base   time.Duration
	cap    time.Duration
	budget time.Duration
}

var (
	// readClass changes nothing.
	readClass = class{
		name: "read", rule: rule{sends: 3, base: 300 * time.Millisecond, cap: 5 * time.Second, budget: 25 * time.Second},
		timeout: 10 * time.Second,
	}
	// pureClass computes something; only the newest body counts.
	pureClass = class{
		name: "pure", rule: rule{sends: 3, base: 300 * time.Millisecond, cap: 5 * time.Second, budget: 35 * time.Second},
		timeout: 15 * time.Second,
	}
	// sessionClass opens a payment session. A repeat opens another one, and the
	// former is never seen by anybody.
	sessionClass = class{
		name: "session", rule: rule{sends: 2, base: time.Second, cap: 8 * time.Second, budget: time.Minute},
		timeout: 20 * time.Second,
	}
	// writeClass creates a member. It is sent again only if it never left.
	writeClass = class{
		name: "write", rule: rule{sends: 3, base: time.Second, cap: 4 * time.Second, budget: time.Minute},
		timeout: 10 * time.Second, answer: 80 * time.Second, strict: true, fresh: true,
	}

	// busy is for 503, whatever the class: the vendor asks for back-off.
	busy = rule{sends: 5, base: time.Second, cap: 20 * time.Second, budget: time.Minute}
)

// After 429 every call of the next minute is refused too.
const (
	limitedWaits  = 2
	limitedWait   = time.Minute
	limitedJitter = 15 * time.Second
	limitedCap    = 2 * time.Minute
)

// Wait is a pause before a request is sent again. Cancel the call's context to
// end it.
type Wait struct {
	Op    string
	Kind  Kind // why: RateLimited takes a minute, the others seconds
	Send  int  // the send that will follow
	For   time.Duration
	Until time.Time
}

// persist sends r as often as its class and the answers allow.
func (c *Client) persist(ctx context.Context, r request, read func([]byte) error) error {
	p := plan{class: r.class, own: tally{rule: r.class.rule}, busy: tally{rule: busy}, jitter: c.jitter}
	sends := 0
	for n := 1; ; n++ {
		start := time.Now()
		err := c.exchange(ctx, r, n, p.patience(), read)
		if err == nil {
			if n == 1 {
				c.budget.refill()
			}
			return nil
		}
		if err.sent {
			sends++
		}
		err.Sends = sends
		wait, again := p.next(err, time.Since(start))
		if !again {
			return err
		}
		if !c.budget.take(err) {
			err.RetriesOff = true
			return err
		}
		c.waiting(Wait{Op: r.op, Kind: err.Kind, Send: n + 1, For: wait, Until: c.now().Add(wait)})
		if cancelled := pause(ctx, wait); cancelled != nil {
			return &Error{Kind: Cancelled, Op: r.op, Sends: sends, err: cancelled}
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// plan follows one call through its failures.
type plan struct {
	class   *class
	own     tally // of the class's rule
	busy    tally
	limited int
	jitter  func() float64
}

// patience is how long the next send may take: no longer than is left of the
// budget.
func (p *plan) patience() time.Duration {
	return min(p.class.timeout, p.own.budget-p.own.spent)
}

// next says whether a call that failed like this is sent again, and when.
func (p *plan) next(e *Error, took time.Duration) (wait time.Duration, again bool) {
	switch {
	case p.class.strict && e.Kind != Unreachable:
		return 0, false
	case e.Kind == RateLimited:
		if p.limited++; p.limited > limitedWaits {
			return 0, false
		}
		if e.retryAfter > 0 {
			return min(e.retryAfter, limitedCap), true
		}
		return limitedWait + time.Duration(p.jitter()*float64(limitedJitter)), true
	case e.Kind == Unavailable:
		return p.busy.next(took, p.jitter)
	case e.passing():
		return p.own.next(took, p.jitter)
	}
	return 0, false
}

// passing reports whether another try could end differently. A complete answer
// that cannot be read, a wrong certificate and every refusal stay what they are.
func (e *Error) passing() bool {
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch e.Kind {
	case Server:
		return true
	case Lost:
		return e.cut || e.Status == http.StatusRequestTimeout
	case Unreachable:
		return !errors.As(e.err, &certificate) && !errors.As(e.err, &noTLS)
	}
	return false
}

// tally counts the failures under a rule.
type tally struct {
	rule
	failures int
	spent    time.Duration
}

func (t *tally) next(took time.Duration, jitter func() float64) (wait time.Duration, again bool) {
	t.failures++
	t.spent += took
	if t.failures >= t.sends {
		return 0, false
	}
	wait = time.Duration(jitter() * float64(min(t.cap, t.base<<(t.failures-1))))
	t.spent += wait
	return wait, t.spent < t.budget
}

// retryAfter reads the header in both its forms; 0 when there is none.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 3600)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return at.Sub(now)
}

// budget is what a whole client may spend on sending again: a retry costs 5, one
// after a timeout 10, a call that succeeds at once pays 1 back. When a server is
// down for good, it runs dry and the calls fail at once.
type budget struct {
	mu    sync.Mutex
	spent int
}

const budgetSize = 50

func (b *budget) take(e *Error) bool {
	cost := 5
	var slow interface{ Timeout() bool }
	if errors.As(e.err, &slow) && slow.Timeout() {
		cost = 10
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+cost > budgetSize {
		return false
	}
	b.spent += cost
	return true
}

func (b *budget) refill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-1)
}
