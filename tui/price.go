package tui

import (
	"slices"
	"strings"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// priceRow is one line of what the contract costs.
type priceRow struct {
	name   string
	amount string
	when   string
}

// priceRows lists rate, chosen extras and fees.
func (c *common) priceRows() []priceRow {
	s := c.s
	if s.Offer == nil {
		return nil
	}
	term, ok := s.Term()
	if !ok {
		return []priceRow{{name: clean(s.Offer.Name)}}
	}
	var rows []priceRow
	add := func(name string, f apiclient.PaymentFrequency) {
		for i, p := range f.Prices() {
			if i > 0 {
				name = ""
			}
			row := priceRow{name: name, amount: c.amount(p.Amount), when: when(p)}
			if p.Free || p.Amount.Set() && p.Amount.IsZero() {
				row = priceRow{name: name, amount: wordFree}
			}
			rows = append(rows, row)
		}
	}
	name := clean(s.Offer.Name)
	if t := termText(term.Term); t != "" {
		name += ", " + t
	}
	add(name, term.PaymentFrequency)
	if s.Price != nil && len(rows) > 0 {
		p := s.Price.Preview
		switch {
		case p.DiscountedBasePrice.Set():
			rows[0].amount = c.amount(p.DiscountedBasePrice)
		case p.AgeAdjustedPrice.Set():
			rows[0].amount = c.amount(p.AgeAdjustedPrice)
		}
	}
	for _, m := range term.OptionalModules {
		if slices.Contains(s.Optional, m.ID) {
			add(clean(m.Name), m.PaymentFrequency)
		}
	}
	for _, fee := range term.FlatFees {
		add(clean(fee.Name), fee.PaymentFrequency)
	}
	return rows
}

// regularRows are the rows that come again.
func (c *common) regularRows() []priceRow {
	return slices.DeleteFunc(c.priceRows(), func(r priceRow) bool {
		return r.when == wordOnce || r.when == "" || strings.HasPrefix(r.when, wordAtStart)
	})
}

// priceNote says how far the price can be relied on.
func (c *common) priceNote() string {
	s := c.s
	if _, failed := s.PriceFailure(); failed && (s.Price == nil || s.PriceStale()) {
		return textPriceFailed
	}
	switch {
	case s.TermID == 0:
		return ""
	case s.Price == nil:
		return textWorkingOut
	case s.PriceStale():
		return textUpdating
	case s.Price.Estimate:
		return textEstimate
	}
	return strings.ReplaceAll(textAsOf, "{time}", s.Price.At.In(c.now().Location()).Format("15:04"))
}

// due shows what is due today. A preview without the figure counts as nothing.
func (c *common) due(p flow.Price) string {
	due, ok := p.Due()
	if !ok {
		return textNothing
	}
	return c.amount(due)
}

// pricePanel is the price on the right of a wide window.
func (c *common) pricePanel(w int) []string {
	st := c.style
	lines := []string{st.Title.Render(textPrice)}
	rows := c.priceRows()
	const amountW, whenW = 9, 11
	for _, row := range rows {
		name := pad(row.name, w-amountW-whenW)
		lines = append(lines, name+padLeft(row.amount, amountW)+" "+st.Faint.Render(fit(row.when, whenW-1)))
	}
	if v := c.voucherText(); v != "" {
		lines = append(lines, fit(textVoucher+"  "+v, w))
	}
	lines = append(lines, "")
	if p := c.s.Price; p != nil {
		figure := st.Strong
		if c.s.PriceStale() {
			figure = st.Faint
		}
		total := func(name, amount string) string {
			return pad(name, w-amountW-whenW) + figure.Render(padLeft(amount, amountW))
		}
		lines = append(lines, total(textDueToday, c.due(*p)), total(textWholeTerm, c.amount(p.Total())))
	}
	note := c.priceNote()
	if c.s.TermID == 0 {
		note = textPriceFirst
	}
	if note != "" {
		for _, line := range wrap(note, w) {
			lines = append(lines, st.Faint.Render(line))
		}
	}
	return lines
}

func (c *common) voucherText() string {
	switch {
	case c.s.Voucher != "":
		return clean(c.s.Voucher)
	case c.s.VoucherRefused != nil:
		return clean(c.s.VoucherRefused.Code) + ": " + textVoucherBad
	}
	return ""
}

// priceLine is the price below a narrow window.
func (c *common) priceLine(w int) string {
	st := c.style
	rows := c.priceRows()
	if len(rows) == 0 || c.s.Outcome != "" {
		return ""
	}
	figures, note := "", c.priceNote()
	if p := c.s.Price; p != nil {
		figure := st.Strong
		if c.s.PriceStale() {
			figure = st.Faint
		}
		figures = textDueToday + " " + figure.Render(c.due(*p))
		if total := p.Total(); total.Set() {
			figures += "   " + st.Faint.Render(textWholeTerm+" "+c.amount(total))
		}
		if p.Estimate && !c.s.PriceStale() {
			note = textEstimateMark
		}
	}
	if note != "" {
		figures = strings.TrimRight(st.Faint.Render(note)+"   "+figures, " ")
	}
	first := strings.TrimSpace(rows[0].name + "  " + rows[0].amount + " " + rows[0].when)
	room := w - width(figures) - 2
	return pad(fit(first, room), room) + "  " + figures
}

// chosen says in a few words what was chosen in a step.
func (c *common) chosen(step flow.Step) string {
	s := c.s
	switch step {
	case flow.StepOffer:
		if s.Offer != nil {
			return clean(s.Offer.Name)
		}
	case flow.StepTerm:
		if term, ok := s.Term(); ok {
			return termText(term.Term)
		}
	case flow.StepExtras:
		text := c.extraNames()
		if n := len(s.Selectable) + len(s.Optional); n > 1 {
			text = strings.ReplaceAll(textExtrasN, "{n}", num(n))
		}
		return text
	case flow.StepMember:
		return clean(s.Get(flow.FirstName).Reveal())
	case flow.StepPreview:
		if s.Accepted != nil {
			return c.due(*s.Accepted)
		}
	}
	return ""
}

// extraNames are the chosen modules.
func (c *common) extraNames() string {
	s := c.s
	var names []string
	if term, ok := s.Term(); ok {
		for _, m := range slices.Concat(s.Offer.SelectableModules, term.OptionalModules) {
			if slices.Contains(s.Selectable, m.ID) || slices.Contains(s.Optional, m.ID) {
				names = append(names, clean(m.Name))
			}
		}
	}
	return strings.Join(names, ", ")
}
