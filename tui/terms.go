package tui

import (
	"slices"
	"strings"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
)

const termLabelW = 17

// termRowText is a row of the table for one term.
type termRowText struct {
	name string
	termCell
}

// termCell is one thing to be known of a term: an amount, which is lined up
// with the others, with what belongs to it, or text alone.
type termCell struct{ amount, text string }

// table is the terms side by side, those around the cursor where not all fit.
func (t *term) table(w int) []string {
	st, terms := t.c.style, t.c.s.Offer.Terms
	fits := min(len(terms), max(1, (w-termLabelW)/20))
	first := min(max(0, t.at-fits/2), len(terms)-fits)
	terms = terms[first : first+fits]
	colW := min(32, (w-termLabelW)/fits)

	columns := make([]map[string]termCell, len(terms))
	var labels []string
	for i, x := range terms {
		columns[i] = map[string]termCell{}
		for _, row := range t.c.termRows(x) {
			if !slices.Contains(labels, row.name) {
				labels = append(labels, row.name)
			}
			columns[i][row.name] = row.termCell
		}
	}
	slices.SortStableFunc(labels, func(a, b string) int { return rowOrder(a) - rowOrder(b) })

	head := pad("", termLabelW)
	if more := len(t.c.s.Offer.Terms); more > fits {
		head = st.Faint.Render(pad(strings.NewReplacer("{n}", num(t.at+1), "{all}", num(more)).Replace(textTermOf), termLabelW))
	}
	for i, x := range terms {
		head += pad(t.heading(x, first+i, colW), colW)
	}
	lines := []string{head}
	for _, label := range labels {
		cells := make([][]string, len(columns))
		height := 1
		for i, column := range columns {
			cells[i] = t.cell(columns, i, label, colW-4)
			if column[label].text != "" && i > 0 && column[label] == columns[i-1][label] && width(strings.Join(cells[i], "")) > 14 {
				cells[i] = []string{st.Faint.Render(textSame)}
			}
			height = max(height, len(cells[i]))
		}
		for y := range height {
			name := ""
			if y == 0 {
				name = label
			}
			line := st.Faint.Render(pad(name, termLabelW))
			for i := range cells {
				text := ""
				if y < len(cells[i]) {
					text = cells[i][y]
				}
				line += pad("  "+text, colW)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// heading names a term and says whether the cursor is on it and whether it is
// the chosen one.
func (t *term) heading(x apiclient.OfferTerm, i, w int) string {
	st := t.c.style
	name := termText(x.Term)
	if name == "" {
		name = clean(x.PaymentFrequency.FormattedPaymentFrequency)
	}
	chosen := x.ID == t.c.s.TermID
	here := i == t.at && t.row == rowTerms
	name = fit(name, w-5)
	switch {
	case here && chosen:
		return st.Accent.Render(markChosen) + " " + st.Accent.Bold(true).Render(name) + " " + st.Accent.Render(markDone)
	case here:
		return st.Accent.Render(markChosen) + " " + st.Strong.Render(name)
	case chosen:
		return "  " + st.Accent.Bold(true).Render(name) + " " + st.Accent.Render(markDone)
	}
	return "  " + st.Strong.Render(name)
}

// cell draws one cell, its amount lined up with those above and below.
func (t *term) cell(columns []map[string]termCell, i int, label string, w int) []string {
	amountW := 0
	for _, cell := range columns[i] {
		amountW = max(amountW, width(cell.amount))
	}
	cell := columns[i][label]
	switch {
	case cell == termCell{}:
		return []string{t.c.style.Faint.Render("-")}
	case cell.amount == "":
		return wrap(cell.text, w)
	}
	amount := padLeft(cell.amount, amountW)
	if label == textPriceRow || label == textRowTotal {
		amount = t.c.style.Strong.Render(amount)
	}
	lines := wrap(amount+" "+cell.text, w)
	for j := 1; j < len(lines); j++ {
		lines[j] = pad("", amountW+1) + lines[j]
	}
	return lines
}

func rowOrder(label string) int {
	order := []string{textPriceRow, textRowFree, textRowFirst, textRowStart, "", textRowAfter, textRowLeave, textRowAverage, textRowTotal}
	if i := slices.Index(order, label); i >= 0 {
		return i
	}
	return slices.Index(order, "")
}

// termRows is what is to be known of a term, row by row.
func (c *common) termRows(x apiclient.OfferTerm) []termRowText {
	var rows []termRowText
	add := func(name, text string) {
		if text != "" {
			rows = append(rows, termRowText{name, termCell{text: text}})
		}
	}
	sum := func(name string, a money.Amount, text string) {
		switch {
		case !a.Set():
		case a.IsZero():
			add(name, wordFree)
		default:
			rows = append(rows, termRowText{name, termCell{c.amount(a), text}})
		}
	}
	if prices := x.PaymentFrequency.Prices(); len(prices) == 1 && !prices[0].Free {
		sum(textPriceRow, prices[0].Amount, when(prices[0]))
	} else {
		add(textPriceRow, c.allPrices(x.PaymentFrequency))
	}
	for _, b := range x.RateBonusPeriods {
		text := textBonus
		switch b.TermStrategy {
		case "CONTRACT_START":
			text = textBonusStart
		case "END_OF_CURRENT_TERM":
			text = textBonusEnd
		}
		add(textRowFree, strings.ReplaceAll(text, "{term}", termText(b.Term)))
	}
	if p, ok := x.PaymentFrequency.Headline(money.Amount{}); x.RateStartPrice.Set() && !(ok && p.Amount.Equal(x.RateStartPrice)) {
		sum(textRowFirst, x.RateStartPrice, "")
	}
	start := money.Amount{}
	for _, fee := range x.FlatFees {
		if p, ok := fee.PaymentFrequency.Headline(money.Amount{}); ok && fee.StarterPackage && p.Every.IsZero() {
			if total, err := start.Add(p.Amount); err == nil {
				start = total
				continue
			}
		}
		if prices := fee.PaymentFrequency.Prices(); len(prices) == 1 && !prices[0].Free {
			sum(clean(fee.Name), prices[0].Amount, when(prices[0]))
		} else {
			add(clean(fee.Name), c.allPrices(fee.PaymentFrequency))
		}
	}
	sum(textRowStart, start, "")
	add(textRowAfter, c.afterTerm(x))
	add(textRowLeave, leaveText(x))
	v := x.ContractVolumeInformation
	sum(textRowAverage, v.AveragePaymentVolumePerMonth, "")
	sum(textRowTotal, v.TotalContractVolume, "")
	return rows
}

// allPrices is every price of a frequency in one text.
func (c *common) allPrices(f apiclient.PaymentFrequency) string {
	prices := f.Prices()
	if len(prices) == 0 {
		return textSeePreview
	}
	var parts []string
	for _, p := range prices {
		if len(prices) > 1 {
			p.Again = false
		}
		parts = append(parts, c.priceText(p))
	}
	text := strings.Join(parts, ", ")
	if len(prices) > 1 && prices[0].Again {
		text += wordAgain
	}
	return text
}

func (c *common) afterTerm(x apiclient.OfferTerm) string {
	price := ""
	if x.PriceAfterExtension.Set() {
		price = ", " + c.amount(x.PriceAfterExtension)
		if every := every(x.PaymentFrequency.Term); every != "" {
			price += " / " + every
		}
	}
	switch x.ExtensionType {
	case apiclient.ExtensionNone:
		return textEnds
	case apiclient.ExtensionSubsequentRate:
		if r := x.SubsequentRate; r != nil {
			return strings.ReplaceAll(textGoesOver, "{name}", clean(r.Name)) + ", " + c.headline(r.PaymentFrequency)
		}
	}
	for _, t := range []apiclient.Term{x.TermAfterExtension, x.ExtensionTerm, x.ExtensionFixedTerm} {
		if !t.IsZero() {
			return strings.ReplaceAll(textGoesOn, "{term}", termText(t)) + price
		}
	}
	return ""
}

func leaveText(x apiclient.OfferTerm) string {
	switch {
	case x.CancelationPeriod.IsZero():
		return ""
	case x.CancelationStrategy == apiclient.CancelOnReceipt:
		return strings.ReplaceAll(textAnyTime, "{term}", termText(x.CancelationPeriod))
	}
	return strings.ReplaceAll(textBeforeEnd, "{term}", termText(x.CancelationPeriod))
}

// notes are the announcements of the term under the cursor: later prices and
// prices that depend on age.
func (t *term) notes(w int) []string {
	x := t.c.s.Offer.Terms[min(t.at, len(t.c.s.Offer.Terms)-1)]
	var texts []string
	for _, rule := range x.PriceAdjustmentRules {
		texts = append(texts, clean(rule.DefaultDescription))
	}
	var ages []string
	for _, a := range x.PaymentFrequency.AgeBasedAdjustments {
		price := t.c.amount(a.Value)
		if a.Type == apiclient.Percentage {
			price = strings.ReplaceAll(textAgeLess, "{value}", clean(a.Value.Number()))
		}
		text := textAgeTotal
		if a.AgeRange.EndAge >= 99 {
			text = textAgeFrom
		}
		ages = append(ages, strings.NewReplacer("{from}", num(a.AgeRange.StartAge), "{to}", num(a.AgeRange.EndAge), "{price}", price).Replace(text))
	}
	if len(ages) > 0 {
		texts = append(texts, strings.ReplaceAll(textAgePrice, "{ages}", strings.Join(ages, ", ")))
	}
	var lines []string
	for _, text := range texts {
		for i, line := range wrap(text, w-2) {
			mark := "  "
			if i == 0 {
				mark = "· "
				if len(lines) == 0 {
					lines = append(lines, "")
				}
			}
			lines = append(lines, t.c.style.Faint.Render(mark+line))
		}
	}
	return lines
}
