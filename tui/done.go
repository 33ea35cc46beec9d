package tui

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// done is the end of a sign-up, whichever it was.
type done struct{ c *common }

func newDone(c *common) *done { return &done{c: c} }

func customerText(id int64) string { return strconv.FormatInt(id, 10) }

func (d *done) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	c, k := d.c, d.c.keys
	switch {
	case key.Matches(press, k.Member):
		if c.held() {
			return nil
		}
		c.dispatch(flow.Left{})
		c.desk.Next()
	case key.Matches(press, k.BackOffice):
		link := d.backOffice()
		switch {
		case link == "":
			return c.refuse(textNoBackOffice)
		case c.openURL == nil:
			return c.refuse(textCannotOpen)
		}
		c.openURL(link)
		return c.inform(textOpened)
	case key.Matches(press, k.Print):
		return tea.Batch(tea.SetClipboard(d.summary()), c.inform(textSummaryCopied))
	case key.Matches(press, k.Enter):
		return c.inform(textNextIsN)
	case key.Matches(press, k.Back):
		return c.refuse(textNoBackFromDone)
	}
	return nil
}

func (d *done) backOffice() string {
	if d.c.s.CustomerID == 0 || d.c.backOffice == nil {
		return ""
	}
	return clean(d.c.backOffice(d.c.s.CustomerID))
}

func (d *done) View(w, h int) (string, *tea.Cursor) {
	lines := d.ended(w)
	if d.c.s.Outcome == flow.Created {
		lines = d.created(w)
	}
	return strings.Join(block(lines, w, h), "\n"), nil
}

func (d *done) created(w int) []string {
	st, c, s := d.c.style, d.c, d.c.s
	name := clean(s.Get(flow.FirstName).Reveal())
	title := strings.ReplaceAll(textWelcome, "{name}", name)
	if name == "" {
		title = textWelcomeNobody
	}
	lines := []string{st.Accent.Bold(true).Render(markDone + " " + fit(title, w-2)), ""}
	lines = append(lines, st.Strong.Render(textCustomer+" "+customerText(s.CustomerID)))
	if link := d.backOffice(); link != "" {
		lines = append(lines, c.linkLines(link, w)...)
	}
	lines = append(lines, "", fit(c.contractText(), w))
	for _, row := range d.payments() {
		line := pad(row.name, 16) + padLeft(row.amount, 10)
		if row.when != "" {
			line += "   " + st.Faint.Render(row.when)
		}
		lines = append(lines, fit(line, w))
	}
	if notes := d.notes(); len(notes) > 0 {
		lines = append(lines, "")
		for _, text := range notes {
			for i, line := range wrap(text, min(w, 84)-2) {
				mark := markProblem + " "
				if i > 0 {
					mark = "  "
				}
				lines = append(lines, st.Warn.Render(mark+line))
			}
		}
	}
	lines = append(lines, "")
	wiped := textWillWipe
	if s.Wiped() {
		wiped = textWiped
	}
	for _, line := range wrap(wiped, w) {
		lines = append(lines, st.Faint.Render(line))
	}
	return lines
}

// payments is what was taken and what comes, each with how it is paid.
func (d *done) payments() []priceRow {
	c, s := d.c, d.c.s
	var rows []priceRow
	by := func(scope apiclient.Scope) string {
		p, _ := s.Payment(scope)
		return instrumentText(p.Instrument)
	}
	price := s.Accepted
	if price == nil {
		return nil
	}
	switch due, _ := price.Due(); {
	case s.Till && due.Sign() > 0:
		rows = append(rows, priceRow{textOpenToday, c.amount(due), textAtTill})
	case due.Sign() > 0:
		rows = append(rows, priceRow{textTakenToday, c.amount(due), by(apiclient.ScopeECOM)})
	default:
		rows = append(rows, priceRow{textTakenToday, textNothing, ""})
	}
	how := by(apiclient.ScopeMemberAccount)
	if s.Cash {
		how = textInCash
	}
	if list := later(price.Preview); len(list) > 0 {
		text := strings.ReplaceAll(textOn, "{day}", dayShort(list[0].day, s.Today()))
		if how != "" {
			text += ", " + how
		}
		rows = append(rows, priceRow{textNextPayment, c.amount(list[0].amount), text})
	} else if how != "" {
		rows = append(rows, priceRow{textLaterPayments, "", how})
	}
	return append(rows, c.regularRows()...)
}

// notes are what staff still have to do.
func (d *done) notes() []string {
	c, s := d.c, d.c.s
	var notes []string
	warnings := s.Warnings()
	if slices.Contains(warnings, flow.TillOpen) && s.Accepted != nil {
		notes = append(notes, strings.ReplaceAll(textBookTill, "{amount}", c.due(*s.Accepted)))
	}
	if slices.Contains(warnings, flow.BecomesCashPayer) && s.Accepted != nil && len(later(s.Accepted.Preview)) > 0 {
		notes = append(notes, textBookCash)
	}
	if slices.Contains(warnings, flow.Underage) {
		notes = append(notes, textBookParent)
	}
	for _, id := range s.Twins {
		notes = append(notes, strings.ReplaceAll(textTwin, "{customer}", customerText(id)))
	}
	return append(notes, d.leftOver()...)
}

// leftOver names payments behind which money may stand although no contract
// uses them.
func (d *done) leftOver() []string {
	c, s := d.c, d.c.s
	var notes []string
	for _, p := range s.Payments {
		name := c.paymentName(p)
		if by := instrumentText(p.Instrument); by != "" {
			name += ", " + by
		}
		if p.State == flow.Authorised || p.State == flow.LeftOver {
			notes = append(notes, strings.NewReplacer("{payment}", name, "{code}", s.Code()).Replace(textLeftOver))
		}
		if p.Extra > 0 {
			notes = append(notes, strings.NewReplacer("{payment}", name, "{n}", num(p.Extra), "{code}", s.Code()).Replace(textExtra))
		}
	}
	return notes
}

// ended is a sign-up without a contract.
func (d *done) ended(w int) []string {
	st, s := d.c.style, d.c.s
	text, ok := outcomeTexts[s.Outcome]
	if !ok {
		text = outcomeTexts[flow.GivenUp]
	}
	lines := []string{st.Title.Render(fit(text.title, w)), ""}
	lines = append(lines, wrap(text.what, min(w, 84))...)
	if notes := d.leftOver(); len(notes) > 0 {
		lines = append(lines, "")
		for _, note := range notes {
			for _, line := range wrap(markProblem+" "+note, min(w, 84)) {
				lines = append(lines, st.Warn.Render(line))
			}
		}
	} else {
		lines = append(lines, textNothingTaken)
	}
	return append(lines, "", st.Faint.Render(fit(textWipedOnNext, w)))
}

// summary is what may be pasted somewhere: no name, no address.
func (d *done) summary() string {
	c, s := d.c, d.c.s
	lines := []string{d.c.contractText()}
	if s.CustomerID != 0 {
		lines = append([]string{textCustomer + " " + customerText(s.CustomerID)}, lines...)
	}
	for _, r := range d.payments() {
		lines = append(lines, strings.TrimSpace(r.name+": "+r.amount+" "+r.when))
	}
	lines = append(lines, strings.ReplaceAll(textReference, "{code}", c.s.Code()))
	return strings.Join(lines, "\n")
}

func (d *done) Capturing() bool { return false }

func (d *done) Keys() []key.Binding {
	k := d.c.keys
	keys := []key.Binding{k.Member}
	if d.backOffice() != "" {
		keys = append(keys, k.BackOffice)
	}
	return append(keys, k.Print)
}
