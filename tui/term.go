package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// term compares the terms of an offer side by side and sets the dates.
type term struct {
	c     *common
	at    int // the term under the cursor
	row   termRow
	dates [2]entry // start and training, while they are typed
	typed [2]bool
	wrong [2]string
	set   bool // staff chose the dates themselves
}

type termRow int

const (
	rowTerms termRow = iota
	rowStart
	rowPreUse
)

func newTerm(c *common) *term { return &term{c: c} }

func (t *term) Enter() tea.Cmd {
	t.row = rowTerms
	if o := t.c.s.Offer; o != nil {
		t.at = max(0, slices.IndexFunc(o.Terms, func(x apiclient.OfferTerm) bool { return x.ID == t.c.s.TermID }))
	}
	t.show()
	return nil
}

// show brings dates that are not being typed in line with the sign-up.
func (t *term) show() {
	for i, d := range []apiclient.Date{t.c.s.Start, t.c.s.PreUse} {
		if !t.typed[i] {
			t.dates[i].set("")
			if !d.IsZero() {
				t.dates[i].set(day(d))
			}
		}
	}
}

func (t *term) Leave() { t.read() }

func (t *term) Dirty() bool { return t.typed[0] || t.typed[1] }

// read hands typed dates over; it reports whether they are dates.
func (t *term) read() bool {
	dates := [2]apiclient.Date{t.c.s.Start, t.c.s.PreUse}
	fine, changed := true, false
	for i := range dates {
		if !t.typed[i] {
			continue
		}
		d, ok := parseDay(t.dates[i].String(), t.c.s.Today())
		if !ok {
			t.wrong[i], fine = textNotADay, false
			continue
		}
		dates[i], t.typed[i], t.wrong[i], changed = d, false, "", true
	}
	if changed {
		// Training begins with the contract until somebody says otherwise.
		if t.c.s.PreUse == t.c.s.Start && dates[1] == t.c.s.PreUse {
			dates[1] = dates[0]
		}
		t.set = true
		t.c.dispatch(flow.DatesChosen{Start: dates[0], PreUse: dates[1]})
	}
	t.show()
	return fine
}

// pristine reports whether another term can be looked at without losing what
// was set for the chosen one.
func (t *term) pristine() bool {
	s := t.c.s
	return len(s.Payments) == 0 && len(s.Optional) == 0 && !t.Dirty() && !t.set
}

func (t *term) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg:
		t.show()
	case tea.PasteMsg:
		if t.row != rowTerms {
			t.edit(msg)
		}
	case tea.KeyPressMsg:
		return t.press(msg)
	}
	return nil
}

func (t *term) press(msg tea.KeyPressMsg) tea.Cmd {
	k, s := t.c.keys, t.c.s
	if s.Offer == nil || len(s.Offer.Terms) == 0 {
		if key.Matches(msg, k.Back) {
			return t.c.back()
		}
		return nil
	}
	last := rowStart
	if s.PreUseAllowed() {
		last = rowPreUse
	}
	if s.TermID == 0 {
		last = rowTerms
	}
	switch {
	case key.Matches(msg, k.Back):
		t.read()
		return t.c.back()
	case key.Matches(msg, k.Enter):
		return t.enter()
	case key.Matches(msg, k.Up, k.Previous):
		t.read()
		t.row = max(rowTerms, t.row-1)
	case key.Matches(msg, k.Down, k.Next):
		t.read()
		if last == rowTerms {
			return t.c.refuse(problemTexts[flow.NoTerm])
		}
		t.row = min(last, t.row+1)
	case t.row != rowTerms:
		t.edit(msg)
	case key.Matches(msg, k.Left):
		return t.move(t.at - 1)
	case key.Matches(msg, k.Right):
		return t.move(t.at + 1)
	case key.Matches(msg, k.Toggle):
		return t.choose(func() tea.Cmd { return nil })
	}
	return nil
}

// edit changes the date under the cursor; the first letter replaces it.
func (t *term) edit(msg tea.Msg) {
	i := int(t.row - rowStart)
	before := t.dates[i].String()
	if press, ok := msg.(tea.KeyPressMsg); ok && !t.typed[i] && press.Text != "" {
		t.dates[i].set("")
	}
	if t.dates[i].Update(msg) && t.dates[i].String() != before {
		t.typed[i], t.wrong[i] = true, ""
	}
}

// move looks at another term, and chooses it where that loses nothing.
func (t *term) move(to int) tea.Cmd {
	t.at = min(max(0, to), len(t.c.s.Offer.Terms)-1)
	if t.pristine() {
		t.c.dispatch(flow.TermChosen{ID: t.c.s.Offer.Terms[t.at].ID})
		t.show()
	}
	return nil
}

// choose takes the term under the cursor.
func (t *term) choose(then func() tea.Cmd) tea.Cmd {
	id := t.c.s.Offer.Terms[t.at].ID
	take := func() tea.Cmd {
		if t.c.s.TermID != id {
			t.typed, t.set = [2]bool{}, false
			t.c.dispatch(flow.TermChosen{ID: id})
			t.show()
		}
		return then()
	}
	if lost := t.c.s.Unused(); t.c.s.TermID != id && len(lost) > 0 {
		return t.c.askToLose(lost, take)
	}
	return take()
}

// enter goes on. A term that is only being chosen now shows its dates first.
func (t *term) enter() tea.Cmd {
	if id := t.c.s.Offer.Terms[t.at].ID; t.c.s.TermID != id {
		return t.choose(func() tea.Cmd {
			t.row = rowStart
			return t.c.inform(textCheckDates)
		})
	}
	if !t.read() {
		return t.point(textNotADay)
	}
	if problems := t.c.s.Problems(flow.StepTerm); len(problems) > 0 {
		return t.point(problemText(problems[0]))
	}
	return t.c.forward()
}

// point puts the cursor on the date at fault.
func (t *term) point(text string) tea.Cmd {
	t.row = rowStart
	if t.wrong[0] == "" && (t.wrong[1] != "" || t.preUseAtFault()) {
		t.row = rowPreUse
	}
	return t.c.refuse(text)
}

func (t *term) preUseAtFault() bool {
	return slices.ContainsFunc(t.c.s.Problems(flow.StepTerm), func(p flow.Problem) bool {
		return p.Code == flow.PreUseInPast || p.Code == flow.PreUseAfterStart
	})
}

func (t *term) View(w, h int) (string, *tea.Cursor) {
	st, s := t.c.style, t.c.s
	lines := []string{st.Title.Render(textWhichTerm), ""}
	if s.Offer == nil || len(s.Offer.Terms) == 0 {
		lines = append(lines, st.Faint.Render(problemText(flow.Problem{Code: flow.NoTerm})))
		return strings.Join(block(lines, w, h), "\n"), nil
	}
	dates, cursor := t.datesView(w)
	table := t.table(w)
	notes := t.notes(w)
	if room := h - len(lines) - len(dates) - 1; len(table)+len(notes) > room {
		notes = notes[:min(len(notes), max(0, room-len(table)))]
		table = table[:min(len(table), max(0, room))]
	}
	lines = append(append(lines, table...), notes...)
	lines = append(lines, "")
	if cursor != nil {
		cursor.Y += len(lines)
	}
	lines = append(lines, dates...)
	return strings.Join(block(lines, w, h), "\n"), cursor
}

// datesView is the two dates, each with what is wrong under it.
func (t *term) datesView(w int) ([]string, *tea.Cursor) {
	st, s := t.c.style, t.c.s
	if s.TermID == 0 {
		return []string{st.Faint.Render(fit("  "+textTakeTerm, w)), ""}, nil
	}
	problem := ""
	if problems := s.Problems(flow.StepTerm); len(problems) > 0 {
		problem = problemText(problems[0])
	}
	var lines []string
	var cursor *tea.Cursor
	for i, label := range []string{textStartDate, textTrainingFrom} {
		row := rowStart + termRow(i)
		mark := "  "
		if t.row == row {
			mark = st.Accent.Render(markChosen) + " "
		}
		shown, at := t.dates[i].view(16)
		d, ok := s.Start, true
		if row == rowPreUse {
			d = s.PreUse
		}
		if t.typed[i] {
			d, ok = parseDay(t.dates[i].String(), s.Today())
		}
		echo := ""
		switch {
		case row == rowPreUse && !s.PreUseAllowed():
			shown, at = textWithStart, 0
		case ok && t.typed[i]:
			echo = weekdayNames[d.Weekday()] + " " + day(d)
		case ok:
			echo = weekdayNames[d.Weekday()]
		}
		if d == s.Today() && ok && echo != "" {
			echo += " · " + wordToday
		}
		if row == rowPreUse && s.PreUseAllowed() && s.Offer != nil && d.Before(s.Start) {
			echo += " · " + preUseWords[s.Offer.PreUseType]
		}
		line := mark + st.Faint.Render(pad(label, termLabelW)) + pad(shown, 17) + st.Faint.Render(echo)
		if t.row == row {
			cursor = tea.NewCursor(2+termLabelW+at, len(lines))
		}
		lines = append(lines, fit(line, w))
		wrong := t.wrong[i]
		if wrong == "" && problem != "" && !t.typed[i] && t.preUseAtFault() == (row == rowPreUse) {
			wrong = problem
		}
		if wrong != "" {
			lines = append(lines, st.Warn.Render(fit(strings.Repeat(" ", 2+termLabelW)+markProblem+" "+wrong, w)))
		}
	}
	return lines, cursor
}

func (t *term) Capturing() bool { return t.row != rowTerms }

func (t *term) Keys() []key.Binding {
	k := t.c.keys
	sides, dates := k.Left, k.Down
	sides.SetHelp("←→", textChoose)
	dates.SetHelp("↓", textChangeDate)
	keys := []key.Binding{k.Enter, k.Back, dates}
	if t.c.s.Offer != nil && len(t.c.s.Offer.Terms) > 1 && t.row == rowTerms {
		keys = append([]key.Binding{sides}, keys...)
	}
	return keys
}
