package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// preview is the price that the member says yes to, before any money moves.
type preview struct {
	c   *common
	top int // of what scrolls
}

func newPreview(c *common) *preview { return &preview{c: c} }

func (p *preview) Enter() tea.Cmd {
	p.top = 0
	return nil
}

func (p *preview) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	c, k, s := p.c, p.c.keys, p.c.s
	switch {
	case key.Matches(press, k.Enter):
		return p.accept()
	case key.Matches(press, k.Back):
		return c.back()
	case key.Matches(press, k.Up):
		p.top = max(0, p.top-1)
	case key.Matches(press, k.Down):
		p.top++
	case key.Matches(press, k.PageUp):
		p.top = max(0, p.top-8)
	case key.Matches(press, k.PageDown):
		p.top += 8
	case key.Matches(press, k.Home):
		p.top = 0
	case key.Matches(press, k.Edit):
		c.dispatch(flow.StepChosen{Step: flow.StepMember})
	case key.Matches(press, k.Voucher):
		return p.askVoucher()
	case key.Matches(press, k.Mandate):
		if !s.Mandate && !p.mayMandate() {
			return c.refuse(textNoMandate)
		}
		c.dispatch(flow.MandateChosen{On: !s.Mandate})
	case key.Matches(press, k.Cash):
		if !s.CashAllowed() {
			return c.refuse(textNoCash)
		}
		c.dispatch(flow.CashChosen{On: !s.Cash})
	case key.Matches(press, k.Till):
		if !s.Settings.AllowTill {
			return c.refuse(textNoTill)
		}
		c.dispatch(flow.TillChosen{On: !s.Till})
	case key.Matches(press, k.Dismiss):
		if !p.found() {
			return c.refuse(textNobodyFound)
		}
		c.dispatch(flow.DuplicatesDismissed{})
	case key.Matches(press, k.Stop):
		return p.stop()
	case key.Matches(press, k.Retry):
		if len(s.Failures) == 0 {
			return c.inform(textNothingFailed)
		}
		c.dispatch(flow.Retried{})
	}
	return nil
}

// accept is the member's yes to the price on the screen.
func (p *preview) accept() tea.Cmd {
	s := p.c.s
	if problems := s.Problems(flow.StepPreview); len(problems) > 0 {
		return p.c.refuse(problemText(problems[0]))
	}
	quote, ok := s.Quote()
	if !ok {
		return p.c.refuse(problemTexts[flow.PriceLoading])
	}
	if p.c.held() {
		return nil
	}
	do := func() tea.Cmd {
		p.c.hush()
		p.c.dispatch(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		return nil
	}
	if lost := s.WouldLose(); len(lost) > 0 {
		return p.c.askToLose(lost, do)
	}
	return do()
}

func (p *preview) askVoucher() tea.Cmd {
	d := &dialog{title: textVoucherTitle, lines: []string{textVoucherWhat}, yes: textVoucherYes, no: textVoucherNo, prompt: textVoucher, blank: true}
	d.typed.set(clean(p.c.s.Voucher))
	d.accept = func(code string) tea.Cmd {
		if code != p.c.s.Voucher {
			p.c.dispatch(flow.VoucherEntered{Code: code})
		}
		return nil
	}
	return p.c.open(d)
}

func (p *preview) stop() tea.Cmd {
	if !p.found() {
		return p.c.askToGiveUp()
	}
	return p.c.open(&dialog{title: textStopTitle, lines: []string{textStopWhat}, yes: textStopYes, no: textGiveUpNo, do: func() tea.Cmd {
		p.c.dispatch(flow.Abandoned{Reason: flow.ReasonDuplicate})
		return nil
	}})
}

// found reports whether somebody was found who may be the same person.
func (p *preview) found() bool {
	d := p.c.s.Duplicates
	return d != nil && len(d.Found) > 0 && !d.Dismissed
}

// mayMandate reports whether an instrument for later can be collected although
// nothing is scheduled.
func (p *preview) mayMandate() bool {
	return p.c.s.GoesOn() && !p.c.s.Needs().Recurring && !p.c.s.Cash
}

func (p *preview) View(w, h int) (string, *tea.Cursor) {
	st, s := p.c.style, p.c.s
	lines := []string{st.Title.Render(strings.ReplaceAll(textPleaseCheck, "{name}", p.c.memberName()))}
	lines = append(lines, p.contract(w)...)
	lines = append(lines, "")
	foot := p.foot(w)
	price, ok := s.Quote()
	var body []string
	switch f, failed := s.PriceFailure(); {
	case ok && s.Drift != nil:
		body = append(p.drift(w), p.price(price, w)...)
	case ok:
		body = p.price(price, w)
	case failed:
		body = p.c.failureLines(f, w)
	default:
		body = []string{st.Faint.Render(textWorkingOut)}
	}
	room := h - len(lines) - len(foot) - 1
	if room < 4 { // a low window scrolls everything
		return strings.Join(p.c.scrolled(slices.Concat(lines, foot, []string{""}, body), &p.top, w, h), "\n"), nil
	}
	lines = append(lines, p.c.scrolled(body, &p.top, w, min(room, len(body)))...)
	lines = append(append(lines, ""), foot...)
	return strings.Join(block(lines, w, h), "\n"), nil
}

// contract is what the member signs up for, and who that is.
func (p *preview) contract(w int) []string {
	s, st := p.c.s, p.c.style
	text := p.c.contractText()
	if s.PreUse.Before(s.Start) && !s.PreUse.IsZero() {
		text += ", " + strings.ReplaceAll(textTrainFrom, "{day}", p.c.dayWord(s.PreUse))
	}
	lines := wrap(text, w)
	if names := p.c.extraNames(); names != "" {
		lines = append(lines, st.Faint.Render(fit(textWith+" "+names, w)))
	}
	who := []string{
		clean(s.Get(flow.FirstName).Reveal()) + " " + clean(s.Get(flow.LastName).Reveal()),
		p.c.bornText(),
		clean(s.Get(flow.Email).Reveal()),
		clean(s.Get(flow.Street).Reveal() + " " + s.Get(flow.HouseNumber).Reveal()),
		clean(s.Get(flow.ZipCode).Reveal() + " " + s.Get(flow.City).Reveal()),
	}
	who = slices.DeleteFunc(who, func(text string) bool { return strings.TrimSpace(text) == "" })
	return append(lines, st.Faint.Render(fit(strings.Join(who, " · "), w)))
}

// contractText is the contract in a few words.
func (c *common) contractText() string {
	s := c.s
	var parts []string
	if s.Offer != nil {
		parts = append(parts, clean(s.Offer.Name))
	}
	if term, ok := s.Term(); ok {
		if t := termText(term.Term); t != "" {
			parts = append(parts, t)
		}
	}
	if !s.Start.IsZero() {
		parts = append(parts, strings.ReplaceAll(textFromDay, "{day}", day(s.Start)))
	}
	return strings.Join(parts, ", ")
}

func (c *common) bornText() string {
	d, err := apiclient.ParseDate(strings.TrimSpace(c.s.Get(flow.DateOfBirth).Reveal()))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(textBorn, "{day}", day(d))
}

// dayWord is a day, or today.
func (c *common) dayWord(d apiclient.Date) string {
	if d == c.s.Today() {
		return wordToday
	}
	return dayShort(d, c.s.Today())
}

// price is what is due today with its parts, what comes then, and all payments
// as bars.
func (p *preview) price(price flow.Price, w int) []string {
	st, c := p.c.style, p.c
	const amountW = 10
	leftW := w
	if w >= 76 {
		leftW = min(48, w/2)
	}
	row := func(name, amount string) string {
		return pad(name, leftW-amountW-3) + padLeft(amount, amountW)
	}
	left := []string{st.Strong.Render(pad(textDueToday, leftW-amountW-3)) + st.Accent.Bold(true).Render(padLeft(c.due(price), amountW))}
	for _, e := range dueNow(price.Preview) {
		left = append(left, st.Faint.Render(row("  "+clean(e.Description), c.amount(e.Amount))))
	}
	right := []string{st.Strong.Render(textThen)}
	regular, whenW := c.regularRows(), 0
	for _, r := range regular {
		whenW = max(whenW, width(r.when))
	}
	for _, r := range regular {
		right = append(right, fit("  "+padLeft(r.amount, amountW-1)+" "+pad(r.when, whenW)+"  "+st.Faint.Render(r.name), w))
	}
	if len(right) == 1 {
		right = append(right, "  "+textThenNothing)
	}
	var lines []string
	if leftW < w {
		lines = beside(left, leftW+2, right)
	} else {
		lines = slices.Concat(left, []string{""}, right)
	}
	return append(append(lines, ""), p.bars(price, w)...)
}

func (p *preview) bars(price flow.Price, w int) []string {
	st, c := p.c.style, p.c
	due, _ := price.Due()
	list := later(price.Preview)
	if due.Sign() > 0 {
		list = append([]installment{{day: c.s.Today(), amount: due}}, list...)
	}
	total := ""
	if t := price.Total(); t.Set() {
		total = st.Faint.Render(textWholeTerm+" ") + st.Strong.Render(c.amount(t)) + st.Faint.Render(" "+textStudioFigure)
	}
	if len(list) == 0 {
		return []string{total}
	}
	head := st.Strong.Render(textPayments)
	lines := []string{head + strings.Repeat(" ", max(2, min(w, 92)-width(head)-width(total))) + total}
	largest := list[0].amount
	for _, i := range list {
		if more, err := i.amount.Cmp(largest); err == nil && more > 0 {
			largest = i.amount
		}
	}
	const dayW, amountW = 14, 10
	barW := min(40, w-dayW-amountW-2)
	for i, x := range list {
		name := c.dayWord(x.day)
		fill := st.Faint
		if i == 0 && due.Sign() > 0 {
			name, fill = wordToday, st.Accent
		}
		n := cells(x.amount, largest, barW)
		lines = append(lines, "  "+pad(name, dayW-2)+fill.Render(strings.Repeat(markLine, n))+strings.Repeat(" ", max(0, barW-n))+padLeft(c.amount(x.amount), amountW))
	}
	return lines
}

// foot is what stays in sight: payments needed, voucher, who was found, what
// staff should know and may choose.
func (p *preview) foot(w int) []string {
	st, c, s := p.c.style, p.c, p.c.s
	var lines []string
	add := func(mark, text string, style func(...string) string) {
		for i, line := range wrap(text, w-2) {
			if i > 0 {
				mark = " "
			}
			lines = append(lines, style(mark+" "+line))
		}
	}
	if _, ok := s.Quote(); ok {
		add("·", c.needText(), st.Plain.Render)
	}
	switch v := s.VoucherRefused; {
	case s.Voucher != "" && s.Price != nil && !s.PriceStale() && s.Price.Preview.VoucherApplied():
		add(markDone, clean(s.Voucher)+": "+clean(s.Price.Preview.VoucherSuccessMessage), st.Accent.Render)
	case v != nil:
		add(markProblem, strings.ReplaceAll(textVoucherRefused, "{code}", clean(v.Code)), st.Warn.Render)
	}
	for _, warning := range s.Warnings() {
		text, ok := warningTexts[warning]
		if !ok {
			text = string(warning)
		}
		add(markProblem, text, st.Warn.Render)
	}
	lines = append(lines, p.duplicates(w)...)
	option := func(k key.Binding, on bool, text string) {
		box := "[ ]"
		if on {
			box = "[" + markDone + "]"
		}
		lines = append(lines, fit(st.Key.Render(k.Help().Key)+" "+box+" "+text, w))
	}
	if s.Mandate || p.mayMandate() {
		option(c.keys.Mandate, s.Mandate, textMandate)
	}
	if s.CashAllowed() && (s.Cash || s.Needs().Recurring) {
		option(c.keys.Cash, s.Cash, textCash)
	}
	if due, ok := p.due(); s.Settings.AllowTill && (s.Till || ok && due) {
		option(c.keys.Till, s.Till, textTill)
	}
	return lines
}

// needText says what is to be done in the browser, and why.
func (c *common) needText() string {
	needs := c.s.Needs()
	text := textNeedNothing
	switch {
	case needs.Upfront && needs.Recurring:
		text = textNeedBoth
	case needs.Upfront:
		text = textNeedUpfront
	case needs.Recurring:
		text = textNeedRecurring
	}
	due, _ := c.s.Price.Due()
	return strings.NewReplacer("{amount}", c.amount(due), "{why}", needTexts[needs.Why]).Replace(text)
}

func (p *preview) due() (positive, ok bool) {
	if p.c.s.Price == nil {
		return false, false
	}
	due, ok := p.c.s.Price.Due()
	return due.Sign() > 0, ok
}

// duplicates says whether the member is known already. Of another person it
// shows what tells two people apart and no more.
func (p *preview) duplicates(w int) []string {
	st, s := p.c.style, p.c.s
	d := s.Duplicates
	if f, failed := s.SearchFailure(); failed {
		return []string{st.Warn.Render(fit(markProblem+" "+problemTexts[flow.SearchFailed]+" "+failureText(f), w))}
	}
	switch {
	case d == nil || slices.ContainsFunc(s.Problems(flow.StepPreview), func(x flow.Problem) bool { return x.Code == flow.Searching }):
		return []string{st.Faint.Render(fit(markHalf+" "+textSearching, w))}
	case d.Forbidden:
		if s.Settings.AllowWithoutSearch {
			return nil
		}
		return []string{st.Warn.Render(fit(markProblem+" "+problemTexts[flow.SearchForbidden], w))}
	case len(d.Found) == 0:
		return []string{st.Accent.Render(markDone) + " " + fit(textNoDuplicate, w-2)}
	case d.Dismissed:
		return []string{st.Accent.Render(markDone) + " " + fit(textOtherPerson, w-2)}
	}
	lines := []string{st.Warn.Render(fit(markProblem+" "+textDuplicate, w))}
	for i, x := range d.Found {
		if i == 3 {
			lines = append(lines, "    "+strings.ReplaceAll(textMoreFound, "{n}", num(len(d.Found)-3)))
			break
		}
		lines = append(lines, fit("    "+maskedPerson(x), w))
	}
	return append(lines, fit("    "+st.Key.Render("d")+" "+textDismiss+"   "+st.Key.Render("x")+" "+textStopHere, w))
}

// maskedPerson is somebody else: status, initials, year of birth.
func maskedPerson(x apiclient.FoundCustomer) string {
	status := customerStatus[x.Status]
	if status == "" {
		status = clean(strings.ToLower(string(x.Status)))
	}
	who := initial(x.FirstName.Reveal()) + " " + initial(x.LastName.Reveal())
	if year, _, ok := strings.Cut(clean(x.DateOfBirth.Reveal()), "-"); ok {
		who += ", " + strings.ReplaceAll(textBorn, "{day}", fit(year, 4))
	}
	return status + ": " + who
}

func initial(name string) string {
	letters := graphemes(clean(name))
	if len(letters) == 0 {
		return "?"
	}
	return letters[0] + "."
}

func (p *preview) Capturing() bool { return false }

func (p *preview) Keys() []key.Binding {
	k, s := p.c.keys, p.c.s
	enter := k.Enter
	switch _, ok := s.Quote(); {
	case ok && s.Drift != nil:
		enter.SetHelp("enter", textTakeNew)
	case ok && !s.Needs().Any():
		enter.SetHelp("enter", textSignUp)
	case ok:
		enter.SetHelp("enter", textTakePayment)
	}
	keys := []key.Binding{enter}
	if p.c.stuck != nil {
		keys = nil
	}
	if p.found() {
		keys = []key.Binding{k.Dismiss, k.Stop}
	}
	if len(s.Failures) > 0 {
		keys = append(keys, k.Retry)
	}
	scroll := k.Down
	scroll.SetHelp("↑↓", textScroll)
	keys = append(keys, k.Edit, k.Voucher, k.Back, scroll)
	if s.Mandate || p.mayMandate() {
		keys = append(keys, k.Mandate)
	}
	if s.CashAllowed() {
		keys = append(keys, k.Cash)
	}
	if s.Settings.AllowTill {
		keys = append(keys, k.Till)
	}
	return keys
}
