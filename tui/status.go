package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

// status is the one line above the help line.
type status struct {
	text  string
	stays bool // until the next key that does something
	n     int  // tells an old timer from the present one
}

// infoStays is how long a message that asks for nothing is shown.
const infoStays = 5 * time.Second

// forgetMsg ends the message with this number.
type forgetMsg struct{ n int }

// inform shows a message for five seconds.
func (c *common) inform(text string) tea.Cmd {
	c.status = status{text: text, n: c.status.n + 1}
	n := c.status.n
	return tea.Tick(infoStays, func(time.Time) tea.Msg { return forgetMsg{n} })
}

// refuse says why something is not possible, or what went wrong; it stays
// until something else is said or done.
func (c *common) refuse(text string) tea.Cmd {
	c.status = status{text: text, stays: true, n: c.status.n + 1}
	return nil
}

// hush takes the message away.
func (c *common) hush() { c.status = status{n: c.status.n + 1} }

// trouble says what failed in the background, where no screen says it.
func (c *common) trouble() string {
	if f, failed := c.s.Failure("preview/"); failed && c.s.Step < flow.StepPreview {
		return textNoPrice + " " + failureText(f) + " " + textF5
	}
	if _, failed := c.s.Failure("studio"); failed && c.s.Offers != nil {
		return textNoStudio + " " + textF5
	}
	return ""
}
