// Package journal keeps the events of a sign-up.
package journal

import (
	"slices"
	"sync"

	"frontdesk/flow"
)

// Memory keeps events while the program runs. The zero value is ready.
type Memory struct {
	mu     sync.Mutex
	events []flow.Event
}

// Append keeps one more event.
func (m *Memory) Append(e flow.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
	return nil
}

// Events returns what was appended, in order.
func (m *Memory) Events() []flow.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

// Load returns one sign-up, as [Store.Load] does. Its Entry tells neither place
// nor program.
func (m *Memory) Load(intent string) (History, error) {
	h := History{Entry: Entry{Intent: intent, Code: flow.Signup{Intent: intent}.Code()}}
	own := false
	for _, e := range m.Events() {
		if begun, ok := e.Fact.(flow.Begun); ok {
			own = begun.Intent == intent
		}
		if own {
			h.Events, h.Signup = append(h.Events, e), h.Signup.Apply(e)
		}
	}
	if len(h.Events) == 0 {
		return History{}, ErrNotFound
	}
	h.Started, h.Changed = h.Events[0].At, h.Events[len(h.Events)-1].At
	h.Records, h.State = len(h.Events), stateOf(h.Signup)
	return h, nil
}
