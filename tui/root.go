package tui

import (
	"maps"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

// Config is what the terminal works with. Desk is required.
type Config struct {
	Desk   Desk
	Badge  string           // DEMO, SANDBOX, TEST or LIVE
	Now    func() time.Time // nil is time.Now
	Locale string           // of amounts: the staff's language, such as en (the default), or de-CH
	// Kept says that a sign-up that is left can be gone on with later.
	Kept bool
	// Notice is one sentence about this desk for the first screen, such as why
	// nothing is kept; empty is none.
	Notice string
	// Waiting is what this desk can go on with. It is listed before the offers
	// if there is a Resume.
	Waiting []Waiting
	// Resumed says that the first sign-up is one that was gone on with.
	Resumed bool
	// Resume goes on with a sign-up in place of the present one; Discard erases
	// one that waits, nil when that is not possible.
	Resume, Discard func(intent string) error
	// HandOver writes what support needs of a sign-up, without personal data,
	// and returns the path of the file; nil when that is not possible.
	HandOver func(intent string) (path string, err error)
	// BackOffice is where a customer is found in the ERP; nil when there is no
	// such place.
	BackOffice func(customerID int64) string
	// OpenURL opens a link in the browser, elsewhere; it returns at once. nil
	// when nothing can be opened.
	OpenURL func(string)
	// Done ends the waiting for the desk when the program is ended from
	// outside; nil never does.
	Done <-chan struct{}
}

// Model is the whole terminal program, the one Bubble Tea model there is.
type Model struct {
	c     *common
	badge string
	kept  bool
	done  <-chan struct{}
	quit  chan struct{}
	w, h  int

	screens map[flow.Step]screen // of the sign-up with this intent
	list    *waiting
	intent  string
	shown   moment
	overlay overlay // help, the finder of everything, what support asks for
	ticking bool
}

// moment is what, when it changes, makes the screen a different one.
type moment struct {
	step  flow.Step
	stage flow.Stage
	due   string // of the price that can be accepted
	paid  int    // payments that are authorised
	list  bool   // of what waits, before the offers
	stuck bool   // the journal cannot be written
}

// overlay is drawn over the screen and takes all keys.
type overlay interface {
	Update(msg tea.Msg) (overlay, tea.Cmd) // nil closes it
	View(w, h int) ([]string, *tea.Cursor)
	Covers() bool // the screen below is not to be seen
}

type (
	deskMsg   struct{} // the desk has news
	minuteMsg struct{} // the clock in the header moves on
)

// New returns the program for a desk that runs.
func New(config Config) *Model {
	c := &common{
		desk: config.Desk, locale: config.Locale, clock: config.Now,
		backOffice: config.BackOffice, openURL: config.OpenURL,
		resume: config.Resume, discard: config.Discard, handOver: config.HandOver,
		notice: clean(config.Notice),
		style:  anyBackground.styles(), keys: newKeyMap(),
	}
	if c.locale == "" {
		c.locale = "en"
	}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.resume != nil {
		c.waiting = slices.Clone(config.Waiting)
		slices.SortStableFunc(c.waiting, func(a, b Waiting) int {
			switch {
			case a.Urgent == b.Urgent:
				return 0
			case a.Urgent:
				return -1
			}
			return 1
		})
	}
	c.listing = len(c.waiting) > 0 && !config.Resumed
	if config.Resumed {
		c.resumed.at = c.clock()
	}
	m := &Model{c: c, list: newWaiting(c), badge: clean(config.Badge), kept: config.Kept, done: config.Done, quit: make(chan struct{})}
	m.take()
	return m
}

// Init implements [tea.Model].
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.listen, m.minute(), m.settle())
}

// listen waits for news of the desk, until the program ends.
func (m *Model) listen() tea.Msg {
	select {
	case <-m.c.desk.Changed():
		return deskMsg{}
	case <-m.quit:
	case <-m.done:
	}
	return nil
}

func (m *Model) minute() tea.Cmd {
	now := m.c.clock()
	return tea.Tick(now.Truncate(time.Minute).Add(time.Minute).Sub(now), func(time.Time) tea.Msg { return minuteMsg{} })
}

// take looks at the sign-up as the desk has it now.
func (m *Model) take() {
	m.c.s = m.c.desk.Snapshot()
	m.c.stuck = nil
	if f, failed := m.c.s.Failures[flow.JournalKey]; failed { // it is no failure of the sign-up's own
		m.c.stuck, m.c.s.Failures = &f, maps.Clone(m.c.s.Failures)
		delete(m.c.s.Failures, flow.JournalKey)
	}
	if m.screens == nil || m.intent != m.c.s.Intent {
		if m.intent == "" && m.c.resumed.intent == "" && !m.c.resumed.at.IsZero() {
			m.c.resumed.intent = m.c.s.Intent
		} else if m.intent != "" {
			m.c.listing = false // it was about the one before
		}
		m.intent = m.c.s.Intent
		m.screens = map[flow.Step]screen{
			flow.StepOffer:    newOffers(m.c),
			flow.StepTerm:     newTerm(m.c),
			flow.StepExtras:   newExtras(m.c),
			flow.StepMember:   newMember(m.c),
			flow.StepConsents: newConsents(m.c),
			flow.StepPreview:  newPreview(m.c),
			flow.StepPayment:  newPayment(m.c),
			flow.StepDone:     newDone(m.c),
		}
		m.shown = moment{step: -1}
		m.c.ask, m.overlay = nil, nil
		m.c.hush()
	}
}

// at is the step whose screen is shown: a sign-up that has ended, however it
// did, is shown as the last one.
func (m *Model) at() flow.Step {
	if m.c.s.Outcome != "" {
		return flow.StepDone
	}
	return m.c.s.Step
}

func (m *Model) screen() screen {
	if m.listed() {
		return m.list
	}
	return m.screens[m.at()]
}

// listed reports whether what waits stands before the offers.
func (m *Model) listed() bool { return m.c.listing && m.at() == flow.StepOffer }

// Update implements [tea.Model].
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.update(msg)
	return m, tea.Batch(cmd, m.settle())
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		*m.c.style = *lightBackground.styles()
		if msg.IsDark() {
			*m.c.style = *darkBackground.styles()
		}
	case deskMsg:
		m.take()
		cmds := []tea.Cmd{m.listen}
		for _, step := range slices.Sorted(maps.Keys(m.screens)) {
			cmds = append(cmds, m.screens[step].Update(changedMsg{}))
		}
		return tea.Batch(cmds...)
	case minuteMsg:
		return m.minute()
	case secondMsg:
		m.ticking = false
		return m.screen().Update(msg)
	case forgetMsg:
		if msg.n == m.c.status.n && !m.c.status.stays {
			m.c.hush()
		}
	case resumedMsg:
		return m.resumed(msg)
	case discardedMsg:
		return m.discarded(msg)
	case handedMsg:
		return m.c.handed(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		switch {
		case m.tooSmall():
		case m.overlay != nil:
			return m.overlayUpdate(msg)
		case m.c.ask != nil:
			return m.c.ask.Update(m.c, msg)
		default:
			return m.screen().Update(msg)
		}
	default:
		return m.screen().Update(msg)
	}
	return nil
}

// press brings a key to whom it is for.
func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := m.c.keys
	switch {
	case key.Matches(msg, keys.Quit):
		return m.leave()
	case m.tooSmall() || m.c.grace.swallows(m.c.clock()):
		return nil
	case m.overlay != nil:
		return m.overlayUpdate(msg)
	case m.c.ask != nil:
		return m.c.ask.Update(m.c, msg)
	case key.Matches(msg, keys.Help), msg.String() == "?" && !m.screen().Capturing():
		m.overlay = &helpSheet{c: m.c, keys: m.screen().Keys(), about: stepHelp[m.at()]}
		if m.listed() {
			m.overlay = &helpSheet{c: m.c, keys: m.screen().Keys(), about: textWaitingHelp}
		}
		return nil
	case key.Matches(msg, keys.Details):
		m.overlay = &details{c: m.c}
		return nil
	case key.Matches(msg, keys.Find):
		m.overlay = newEverything(m)
		return nil
	case key.Matches(msg, keys.Retry5):
		return m.retry()
	}
	if m.c.status.stays {
		m.c.hush()
	}
	return m.screen().Update(msg)
}

func (m *Model) overlayUpdate(msg tea.Msg) tea.Cmd {
	next, cmd := m.overlay.Update(msg)
	if m.overlay != nil { // a command of the finder may have closed it
		m.overlay = next
	}
	return cmd
}

// settle follows a sign-up that moved: it changes the screen, begins the pause
// in which keys are ignored, puts the cursor where it is wanted and keeps the
// seconds ticking while somebody waits.
func (m *Model) settle() tea.Cmd {
	var cmds []tea.Cmd
	now := moment{step: m.at(), stage: m.c.s.Stage(), paid: len(m.c.s.Unused()), list: m.listed(), stuck: m.c.stuck != nil}
	if quote, ok := m.c.s.Quote(); ok && now.step == flow.StepPreview {
		now.due = quote.Fingerprint + m.c.amount(quote.Preview.PaymentPreview.DueOnSigningAmount)
	}
	if now != m.shown {
		if now.step != m.shown.step || now.list != m.shown.list {
			if l, ok := m.screens[m.shown.step].(leaver); ok {
				l.Leave()
			}
			if e, ok := m.screen().(enterer); ok {
				cmds = append(cmds, e.Enter())
			}
			m.overlay = nil
			if m.shown.step == flow.StepPreview && now.step == flow.StepConsents && !m.c.s.Ready(flow.StepConsents) {
				cmds = append(cmds, m.c.refuse(textNewTexts))
			}
		}
		if now.step >= flow.StepPreview {
			m.c.ask = nil // what it asks may not be true any more
			m.c.pause()
		}
		m.shown = now
	}
	if f, ok := m.screen().(finder); ok && m.c.find.field != "" {
		f.Find(m.c.find.field, m.c.find.words)
	}
	m.c.find.field, m.c.find.words = "", ""
	cmds = append(cmds, m.c.greet())
	if b, ok := m.screen().(busier); ok && b.Busy() && !m.ticking {
		m.ticking = true
		cmds = append(cmds, tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} }))
	}
	return tea.Batch(cmds...)
}

// goTo leaves the present step for any other.
func (m *Model) goTo(step flow.Step) {
	if l, ok := m.screen().(leaver); ok {
		l.Leave()
	}
	m.c.dispatch(flow.StepChosen{Step: step})
}

// retry asks once more for everything that failed.
func (m *Model) retry() tea.Cmd {
	switch {
	case m.c.stuck != nil: // whatever is dispatched makes the desk try it again
		m.c.dispatch(flow.Retried{})
		return m.c.inform(textJournalAgain)
	case m.c.noOffers():
		return m.c.loadAnew()
	case len(m.c.s.Failures) == 0:
		return m.c.inform(textNothingFailed)
	}
	m.c.hush()
	m.c.dispatch(flow.Retried{})
	return nil
}

// leave ends the program; it asks once when something would be left behind.
func (m *Model) leave() tea.Cmd {
	if lines := m.leftBehind(); len(lines) > 0 && (m.c.ask == nil || m.c.ask.title != textLeaveTitle) {
		m.overlay = nil
		return m.c.open(&dialog{title: textLeaveTitle, lines: lines, yes: "leave", no: "stay", do: m.end})
	}
	return m.end()
}

func (m *Model) end() tea.Cmd {
	if l, ok := m.screen().(leaver); ok {
		l.Leave()
	}
	select {
	case <-m.quit:
	default:
		close(m.quit)
	}
	return tea.Quit
}

// leftBehind says what leaving the program now would leave behind.
func (m *Model) leftBehind() []string {
	s := m.c.s
	if s.Outcome != "" {
		return nil
	}
	var lines []string
	switch s.Stage() {
	case flow.StageUnknown, flow.StageSubmitting:
		lines = append(lines, textLeaveUnknown)
	default:
		for _, p := range s.Payments {
			switch p.State {
			case flow.Open:
				lines = append(lines, m.c.paymentName(p)+textLeaveOpen)
			case flow.Authorised, flow.LeftOver:
				lines = append(lines, m.c.paymentName(p)+textLeaveAuthorised)
			}
		}
	}
	if m.c.stuck != nil {
		lines = append(lines, textJournalLeaving)
	}
	typed := !m.c.blank()
	if d, ok := m.screen().(dirtier); ok {
		typed = typed || d.Dirty()
	}
	if len(lines) == 0 && !typed {
		return nil
	}
	switch {
	case m.kept && m.held():
		lines = append(lines, textLeaveHeld)
	case m.kept:
		lines = append(lines, textLeaveKept)
	default:
		lines = append(lines, textLeaveLost)
	}
	if m.c.notice != "" {
		lines = append(lines, "", m.c.notice)
	}
	return lines
}

// held reports whether a sign-up is kept until it is settled: money is unused
// or its outcome unknown.
func (m *Model) held() bool {
	s := m.c.s
	return s.Committed() || slices.ContainsFunc(s.Unused(), func(p flow.Payment) bool { return p.Amount.Sign() > 0 })
}
