// Package tui is the terminal: it shows a [flow.Signup] and turns keys into
// facts. No rule of the sign-up lives here and no command performs an effect.
package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient/money"
	"frontdesk/flow"
)

// screen is one step of the sign-up. A screen lives as long as the sign-up it
// belongs to, so what is typed in it survives going back and forth.
type screen interface {
	// Update takes keys, pastes and ticks while the screen is shown, and
	// [changedMsg] always.
	Update(msg tea.Msg) tea.Cmd
	// View draws at most h lines of at most w cells; the cursor is relative to
	// its first cell.
	View(w, h int) (string, *tea.Cursor)
	// Keys are those of the present state, the important ones first.
	Keys() []key.Binding
	// Capturing reports whether letters are text now, not keys.
	Capturing() bool
}

// A screen may also be any of these.
type (
	// enterer is told that it is shown now.
	enterer interface{ Enter() tea.Cmd }
	// leaver is told that it is about to be left, or that the program ends; it
	// dispatches what it kept.
	leaver interface{ Leave() }
	// finder puts the cursor into a field and shows words of the API under it,
	// until the value differs. No words: it shows what is wrong by itself.
	finder interface {
		Find(field flow.Field, words string)
	}
	// dirtier knows of typed text that was not dispatched yet.
	dirtier interface{ Dirty() bool }
	// busier wants a tick each second, for a countdown.
	busier interface{ Busy() bool }
)

// changedMsg says that common.s is a newer sign-up.
type changedMsg struct{}

// secondMsg comes once a second while the screen is busy.
type secondMsg struct{}

// Desk owns the sign-up.
type Desk interface {
	Dispatch(flow.Fact)
	Next()
	Forget() // the next sign-up loads studio and offers anew
	Changed() <-chan struct{}
	Snapshot() flow.Signup
}

// common is what every screen shares. The root alone writes it.
type common struct {
	desk   Desk
	s      flow.Signup // as last seen, with what was dispatched since
	style  *styles
	keys   keyMap
	locale string
	clock  func() time.Time

	backOffice func(int64) string
	openURL    func(string)
	resume     func(string) error
	discard    func(string) error
	handOver   func(string) (string, error)

	notice  string    // about this desk, for the first screen
	waiting []Waiting // the urgent ones first
	listing bool      // they are shown before the offers
	resumed resumed
	stuck   *flow.Failure // why the journal cannot be written at the moment

	status status
	ask    *dialog // the question that is open
	grace  grace
	find   struct { // where the cursor goes next, see [finder]
		field flow.Field
		words string
	}
}

// seek sends staff to a field of the member, with what the API said of it.
func (c *common) seek(field flow.Field, words string) {
	c.find.field, c.find.words = field, words
	if c.s.Step != flow.StepMember {
		c.dispatch(flow.StepChosen{Step: flow.StepMember})
	}
}

// dispatch hands a fact to the desk and shows at once what will come of it;
// the desk's own answer replaces it.
func (c *common) dispatch(f flow.Fact) {
	c.desk.Dispatch(f)
	c.s = c.s.Apply(flow.Event{At: c.now(), Fact: f})
}

// held reports that nothing about money may be begun because the journal cannot
// be written, and says so.
func (c *common) held() bool {
	if c.stuck == nil {
		return false
	}
	c.refuse(textJournalHolds)
	return true
}

// failureOf says why an effect came to nothing.
func (c *common) failureOf(e flow.Effect) (flow.Failure, bool) {
	f, failed := c.s.Failures[e.Key()]
	return f, failed
}

// now is the present instant in the studio's zone.
func (c *common) now() time.Time { return c.clock().In(c.s.At.Location()) }

// forward leaves the present step for the next; what is missing is said.
func (c *common) forward() tea.Cmd {
	if problems := c.s.Problems(c.s.Step); len(problems) > 0 {
		c.find.field, c.find.words = problems[0].Field, ""
		return c.refuse(problemText(problems[0]))
	}
	c.hush()
	c.dispatch(flow.StepChosen{Step: c.s.Next()})
	return nil
}

// back leaves the present step for the one before.
func (c *common) back() tea.Cmd {
	if c.s.Step == flow.StepOffer {
		return c.inform(textFirstStep)
	}
	c.hush()
	c.dispatch(flow.StepChosen{Step: c.s.Back()})
	return nil
}

// moneyLocale is the staff's language in the studio's country. English on the
// Continent keeps its decimal point and follows the Continent in the rest.
func (c *common) moneyLocale() string {
	if strings.Contains(c.locale, "-") || c.s.Studio == nil || c.s.Studio.CountryCode == "" {
		return c.locale
	}
	country := c.s.Studio.CountryCode
	if c.locale == "en" && country != "GB" && country != "IE" {
		return "en-150"
	}
	return c.locale + "-" + country
}

// amount shows money as people of the locale's language write it in the
// studio's country, without no-break spaces; "-"
// stands for an amount that is not known.
func (c *common) amount(a money.Amount) string {
	if !a.Set() {
		return "-"
	}
	return plainSpaces.Replace(clean(a.Format(c.moneyLocale())))
}
