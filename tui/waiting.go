package tui

import (
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// Waiting is a sign-up that this desk can go on with, without anything of the
// person.
type Waiting struct {
	Intent  string
	Code    string // the intent code
	Offer   string // its name; empty while none was chosen
	Started time.Time
	Says    string // how it stands, in two or three words, such as "outcome unknown"
	Urgent  bool   // money or an answer hangs on it: it comes first and is not discarded
}

type (
	// resumedMsg says what came of going on with a sign-up.
	resumedMsg struct {
		intent string
		err    error
	}
	// discardedMsg says what came of discarding one.
	discardedMsg struct {
		intent string
		err    error
	}
)

// waiting is the list of sign-ups to go on with. It stands before the offers.
type waiting struct {
	c       *common
	at      int
	opening string // the intent that is being taken over
}

func newWaiting(c *common) *waiting { return &waiting{c: c} }

// Enter puts the cursor on the most urgent one.
func (l *waiting) Enter() tea.Cmd {
	l.at, l.opening = 0, ""
	return nil
}

func (l *waiting) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	c, k, list := l.c, l.c.keys, l.c.waiting
	l.at = max(0, min(l.at, len(list)-1))
	move := func(to int) { l.at = max(0, min(to, len(list)-1)) }
	switch {
	case l.opening != "" || len(list) == 0:
		return nil // the answer is on its way
	case key.Matches(press, k.Up, k.Previous):
		move(l.at - 1)
	case key.Matches(press, k.Down, k.Next):
		move(l.at + 1)
	case key.Matches(press, k.PageUp):
		move(l.at - 8)
	case key.Matches(press, k.PageDown):
		move(l.at + 8)
	case key.Matches(press, k.Home):
		move(0)
	case key.Matches(press, k.End):
		move(len(list) - 1)
	case key.Matches(press, k.Enter):
		return l.goOn(list[l.at])
	case key.Matches(press, k.Member, k.Back):
		c.hush()
		c.listing = false
	case key.Matches(press, k.Discard) && c.discard != nil:
		return l.askToDiscard(list[l.at])
	}
	return nil
}

// goOn takes a sign-up over, in place of the empty one that is there.
func (l *waiting) goOn(w Waiting) tea.Cmd {
	c := l.c
	c.hush()
	l.opening = w.Intent
	return func() tea.Msg { return resumedMsg{w.Intent, c.resume(w.Intent)} }
}

func (l *waiting) askToDiscard(w Waiting) tea.Cmd {
	c := l.c
	if w.Urgent {
		return c.refuse(textNotDiscarded)
	}
	fill := strings.NewReplacer("{code}", clean(w.Code))
	return c.open(&dialog{
		title: fill.Replace(textDiscardTitle), lines: []string{l.about(w), "", textDiscardWhat}, yes: textDiscardYes, no: textDiscardNo,
		do: func() tea.Cmd {
			return func() tea.Msg { return discardedMsg{w.Intent, c.discard(w.Intent)} }
		},
	})
}

// resumed follows the answer to going on with a sign-up.
func (m *Model) resumed(msg resumedMsg) tea.Cmd {
	m.list.opening = ""
	if msg.err != nil {
		return m.c.refuse(clean(msg.err.Error()))
	}
	m.c.resumed = resumed{intent: msg.intent, at: m.c.clock()}
	m.c.settled(msg.intent)
	m.c.listing = false
	return nil
}

func (m *Model) discarded(msg discardedMsg) tea.Cmd {
	if msg.err != nil {
		return m.c.refuse(clean(msg.err.Error()))
	}
	m.c.settled(msg.intent)
	return m.c.inform(textDiscarded)
}

// settled takes a sign-up off the list.
func (c *common) settled(intent string) {
	c.waiting = slices.DeleteFunc(slices.Clone(c.waiting), func(w Waiting) bool { return w.Intent == intent })
	c.listing = c.listing && len(c.waiting) > 0
}

// about is a sign-up in one line.
func (l *waiting) about(w Waiting) string {
	parts := []string{clean(w.Says), clean(w.Offer), l.when(w)}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

func (l *waiting) when(w Waiting) string {
	if w.Started.IsZero() {
		return ""
	}
	now := l.c.now()
	at := w.Started.In(now.Location())
	name := dayShort(apiclient.DateOf(at), apiclient.DateOf(now))
	if apiclient.DateOf(at) == apiclient.DateOf(now) {
		name = wordToday
	}
	return name + " " + at.Format("15:04")
}

func (l *waiting) View(w, h int) (string, *tea.Cursor) {
	st, c := l.c.style, l.c
	lines := []string{st.Title.Render(fit(c.waitingText(), w))}
	if slices.ContainsFunc(c.waiting, func(w Waiting) bool { return w.Urgent }) {
		for _, line := range wrap(textUrgentFirst, min(w, 84)) {
			lines = append(lines, st.Warn.Render(line))
		}
	}
	lines = append(lines, "")
	saysW, codeW, whenW := 0, 0, 0
	for _, x := range c.waiting {
		saysW = max(saysW, width(clean(x.Says)))
		codeW = max(codeW, width(clean(x.Code)))
		whenW = max(whenW, width(l.when(x)))
	}
	var rows []string
	at := max(0, min(l.at, len(c.waiting)-1)) // one may have gone since
	for i, x := range c.waiting {
		here, urgent, says := "  ", "  ", pad(clean(x.Says), min(saysW, 26))
		if x.Urgent {
			urgent, says = st.Warn.Render(markProblem)+" ", st.Warn.Render(says)
		}
		if i == at {
			here, says = st.Accent.Render(markChosen)+" ", st.Strong.Render(says)
		}
		offer := clean(x.Offer)
		switch {
		case x.Intent == l.opening:
			offer = textTakingOver
		case offer == "":
			offer = textNoOfferYet
		}
		rows = append(rows, fit(here+urgent+says+"  "+pad(clean(x.Code), codeW)+"  "+st.Faint.Render(padLeft(l.when(x), whenW))+"  "+offer, w))
	}
	foot := c.noticeLines(w)
	lines = append(lines, window(rows, at, max(1, h-len(lines)-len(foot)))...)
	return strings.Join(withFoot(lines, foot, w, h), "\n"), nil
}

// waitingText says how many sign-ups wait.
func (c *common) waitingText() string {
	if len(c.waiting) == 1 {
		return textOneWaits
	}
	return strings.ReplaceAll(textManyWait, "{n}", num(len(c.waiting)))
}

func (l *waiting) Capturing() bool { return false }

func (l *waiting) Keys() []key.Binding {
	k := l.c.keys
	if l.opening != "" {
		return nil
	}
	enter, member := k.Enter, k.Member
	enter.SetHelp("enter", textGoOnWith)
	member.SetHelp("n", textNewMember)
	choose := k.Up
	choose.SetHelp("↑↓", textChoose)
	keys := []key.Binding{choose, enter, member}
	if l.c.discard != nil && l.at < len(l.c.waiting) && !l.c.waiting[l.at].Urgent {
		keys = append(keys, k.Discard)
	}
	return keys
}

// resumed is the sign-up that was gone on with, and since when.
type resumed struct {
	intent string
	at     time.Time
	said   bool
}

// formerPage reports whether the member may still look at the page of a
// program that has ended: the session was opened before this one took over.
func (c *common) formerPage() bool {
	if c.resumed.intent == "" || c.resumed.intent != c.s.Intent || c.s.Stage() != flow.StagePaying {
		return false
	}
	return slices.ContainsFunc(c.s.Payments, func(p flow.Payment) bool {
		return p.State == flow.Open && p.At.Before(c.resumed.at)
	})
}

// greet says once that a sign-up was resumed.
func (c *common) greet() tea.Cmd {
	if c.resumed.said || c.resumed.intent == "" || c.resumed.intent != c.s.Intent || c.s.Outcome != "" {
		return nil
	}
	c.resumed.said = true
	if c.formerPage() {
		return nil // the screen says it
	}
	return c.inform(strings.ReplaceAll(textResumed, "{code}", c.s.Code()))
}

// blank reports whether nothing would be missed if this sign-up were put away.
func (c *common) blank() bool {
	for field, value := range c.s.Member {
		if field != flow.CountryCode && field != flow.LanguageCode && !value.IsZero() {
			return false
		}
	}
	return len(c.s.Payments) == 0 && !c.s.Committed()
}
