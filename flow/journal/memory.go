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
