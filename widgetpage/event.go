package widgetpage

import (
	"strings"
	"sync"
	"unicode"
)

// EventKind names what happened to the page.
type EventKind string

// What the page tells the desk. Results do not come this way, see [Config.Deliver].
const (
	Listening    EventKind = "listening"     // the page can be opened; Text is its origin
	Claimed      EventKind = "claimed"       // a browser took the link
	LinkReused   EventKind = "link-reused"   // a link was used a second time
	LinkClosed   EventKind = "link-closed"   // too many wrong codes; a new link is needed
	Keyless      EventKind = "keyless"       // the page was opened, or came back from the bank, in a tab that has no key
	HostDenied   EventKind = "host-denied"   // requests for another host name were refused; Text is their number
	Visible      EventKind = "visible"       // the member sees the page
	Hidden       EventKind = "hidden"        // another tab or window covers it
	Left         EventKind = "left"          // at the bank, or closed
	Lost         EventKind = "lost"          // gone without a word
	Back         EventKind = "back"          // there again after Left or Lost
	Mounted      EventKind = "mounted"       // the payment form is on the screen
	Processing   EventKind = "processing"    // the payment form is at work
	Idle         EventKind = "idle"          // the payment form waits for the member
	WidgetFailed EventKind = "widget-failed" // the payment form did not load, or complained; Text says what it said
	Blocked      EventKind = "blocked"       // the page's policy stopped something; Text is directive and host
	Note         EventKind = "note"          // the member asks for help; Text is what they wrote, possibly empty
	Expiring     EventKind = "expiring"      // two minutes left of the session
	Expired      EventKind = "expired"       // the session is over; an unanswered one waits for another
	Closed       EventKind = "closed"        // the page has ended
)

// Event is something that happened to the page. Text may have been written by
// a stranger: it is one line without control characters, at most 300 runes.
type Event struct {
	Kind      EventKind
	Text      string
	SessionID string // with Expiring and Expired, and where a payment form is concerned
}

// maxWaiting bounds the events of a consumer that does not come back.
const maxWaiting = 1024

// eventQueue hands events to a consumer of any speed, in order.
type eventQueue struct {
	mu      sync.Mutex
	waiting []Event
	ended   bool
	wake    chan struct{}
	drained chan struct{} // closed when run has returned
}

func newEventQueue() *eventQueue {
	return &eventQueue{wake: make(chan struct{}, 1), drained: make(chan struct{})}
}

func (q *eventQueue) add(e Event) {
	q.mu.Lock()
	if !q.ended && len(q.waiting) < maxWaiting {
		q.waiting = append(q.waiting, e)
	}
	q.mu.Unlock()
	q.nudge()
}

// end lets run return once everything was handed over.
func (q *eventQueue) end() {
	q.mu.Lock()
	q.ended = true
	q.mu.Unlock()
	q.nudge()
}

func (q *eventQueue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *eventQueue) run(consume func(Event)) {
	defer close(q.drained)
	for {
		q.mu.Lock()
		batch, ended := q.waiting, q.ended
		q.waiting = nil
		q.mu.Unlock()
		for _, e := range batch {
			consume(e)
		}
		if len(batch) == 0 {
			if ended {
				return
			}
			<-q.wake
		}
	}
}

// oneLine makes foreign text fit to be shown: no control characters, nothing
// that turns the writing direction, at most max runes.
func oneLine(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit-1]) + "…"
	}
	return text
}
