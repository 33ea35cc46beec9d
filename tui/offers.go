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

// offers is the list of memberships with the details of one beside it.
type offers struct {
	c         *common
	at        int // in the filtered list
	placed    bool
	filter    entry
	filtering bool
	going     int64 // taken with Enter while its details were on their way
	rests     int   // tells an old rest of the cursor from the present one
}

// restedMsg says that the cursor has stood still on an offer.
type restedMsg struct{ n int }

// rest is how long the cursor stands on an offer before its details are asked
// for.
const rest = 250 * time.Millisecond

func newOffers(c *common) *offers { return &offers{c: c} }

func (o *offers) Enter() tea.Cmd {
	o.placed, o.going = false, 0
	return o.arrive()
}

// list is the offers that the filter leaves, in the operator's order.
func (o *offers) list() []apiclient.Offer {
	want := strings.ToLower(strings.TrimSpace(o.filter.String()))
	return slices.DeleteFunc(slices.Clone(o.c.s.Offers), func(offer apiclient.Offer) bool {
		return !strings.Contains(strings.ToLower(clean(offer.Name+" "+offer.Description)), want)
	})
}

// arrive puts the cursor on the chosen offer once there is a list.
func (o *offers) arrive() tea.Cmd {
	list := o.list()
	if o.placed || len(list) == 0 {
		return nil
	}
	o.placed = true
	o.at = max(0, slices.IndexFunc(list, func(offer apiclient.Offer) bool { return offer.ID == o.c.s.OfferID }))
	return o.rested()
}

func (o *offers) rested() tea.Cmd {
	o.rests++
	n := o.rests
	return tea.Tick(rest, func(time.Time) tea.Msg { return restedMsg{n} })
}

// free reports whether another offer can be looked at without losing a choice
// that was made for the present one.
func (o *offers) free() bool {
	s := o.c.s
	return len(s.Payments) == 0 && len(s.Selectable)+len(s.Optional) == 0 && s.Voucher == "" &&
		(s.TermID == 0 || s.Offer != nil && len(s.Offer.Terms) == 1)
}

func (o *offers) Update(msg tea.Msg) tea.Cmd {
	list := o.list()
	switch msg := msg.(type) {
	case changedMsg:
		if o.c.s.Step != flow.StepOffer {
			return nil
		}
		if o.going != 0 && o.going == o.c.s.OfferID && o.c.s.Offer != nil {
			o.going = 0
			return o.c.forward()
		}
		return o.arrive()
	case restedMsg:
		if msg.n == o.rests && o.at < len(list) && o.free() && list[o.at].ID != o.c.s.OfferID {
			o.c.dispatch(flow.OfferChosen{ID: list[o.at].ID})
		}
		return nil
	case tea.PasteMsg:
		if o.filtering && o.filter.Update(msg) {
			o.at = 0
		}
		return nil
	case tea.KeyPressMsg:
		return o.press(msg, list)
	}
	return nil
}

func (o *offers) press(msg tea.KeyPressMsg, list []apiclient.Offer) tea.Cmd {
	k := o.c.keys
	move := func(to int) tea.Cmd {
		o.going = 0
		o.at = min(max(0, to), max(0, len(list)-1))
		return o.rested()
	}
	switch {
	case key.Matches(msg, k.Up, k.Previous):
		return move(o.at - 1)
	case key.Matches(msg, k.Down, k.Next):
		return move(o.at + 1)
	case key.Matches(msg, k.PageUp):
		return move(o.at - 8)
	case key.Matches(msg, k.PageDown):
		return move(o.at + 8)
	case !o.filtering && key.Matches(msg, k.Home):
		return move(0)
	case !o.filtering && key.Matches(msg, k.End):
		return move(len(list) - 1)
	case key.Matches(msg, k.Enter):
		return o.choose(list)
	case key.Matches(msg, k.Back):
		if o.filtering || o.filter.String() != "" {
			o.filtering = false
			o.filter.set("")
			o.placed = false
			return o.arrive()
		}
		return o.c.back()
	case o.filtering:
		if o.filter.Update(msg) {
			return move(0)
		}
	case key.Matches(msg, k.Filter):
		o.filtering = true
	case key.Matches(msg, k.Waiting) && len(o.c.waiting) > 0:
		if !o.c.blank() {
			return o.c.refuse(textNotBlank)
		}
		o.c.listing = true
	case key.Matches(msg, k.Retry):
		if o.c.noOffers() {
			return o.c.loadAnew()
		}
		if !o.failed() {
			return o.c.inform(textNothingFailed)
		}
		o.c.hush()
		o.c.dispatch(flow.Retried{})
	}
	return nil
}

// choose takes the offer under the cursor and goes on as soon as its details
// are there.
func (o *offers) choose(list []apiclient.Offer) tea.Cmd {
	if o.at >= len(list) {
		return o.c.refuse(textNoOfferHere)
	}
	o.filtering = false
	id := list[o.at].ID
	if o.c.s.OfferID != id {
		if lost := o.c.s.Unused(); len(lost) > 0 {
			return o.c.askToLose(lost, func() tea.Cmd { return o.take(id) })
		}
	}
	return o.take(id)
}

func (o *offers) take(id int64) tea.Cmd {
	if o.c.s.OfferID != id {
		o.c.dispatch(flow.OfferChosen{ID: id})
	}
	if o.c.s.Offer == nil {
		if _, failed := o.c.failureOf(flow.FetchOffer{ID: id}); failed {
			o.c.dispatch(flow.Retried{})
		}
		o.going = id
		return o.c.inform(problemTexts[flow.OfferLoading])
	}
	return o.c.forward()
}

// failed reports whether something that the screen needs did not come.
func (o *offers) failed() bool {
	return slices.ContainsFunc([]string{"offers", "offer/", "studio"}, func(key string) bool {
		_, failed := o.c.s.Failure(key)
		return failed
	})
}

// noOffers reports that the studio has nothing to sell here, as far as is known.
func (c *common) noOffers() bool {
	return c.s.Offers != nil && len(c.s.Offers) == 0 && c.s.Step == flow.StepOffer && c.s.Outcome == ""
}

// loadAnew begins a sign-up that asks for the offers once more.
func (c *common) loadAnew() tea.Cmd {
	c.desk.Forget()
	c.desk.Next()
	return c.inform(textOffersLoading)
}

func (o *offers) View(w, h int) (string, *tea.Cursor) {
	foot := o.below(w)
	if len(foot) > h/2 {
		foot = nil
	}
	lines, cursor := o.above(w, h-len(foot))
	return strings.Join(withFoot(lines, foot, w, h), "\n"), cursor
}

// above is the list itself.
func (o *offers) above(w, h int) ([]string, *tea.Cursor) {
	st := o.c.style
	list := o.list()
	lines := []string{st.Title.Render(textWhichOffer)}
	var cursor *tea.Cursor
	if f, failed := o.c.failureOf(flow.FetchOffers{}); failed && o.c.s.Offers == nil {
		lines = append(lines, "")
		lines = append(lines, o.c.failureLines(f, w)...)
		return lines, nil
	}
	switch {
	case o.c.s.Offers == nil:
		lines = append(lines, "", st.Faint.Render(textOffersLoading))
	case len(o.c.s.Offers) == 0:
		lines = append(lines, "")
		for _, text := range textNoOffers {
			lines = append(lines, wrap(text, min(w, 76))...)
		}
	default:
		filter := st.Faint.Render(textFilterHint)
		if o.filtering || o.filter.String() != "" {
			shown, at := o.filter.view(max(4, w-12))
			filter = st.Key.Render("/ ") + shown
			if o.filtering {
				cursor = tea.NewCursor(2+at, 1)
			}
		}
		lines = append(lines, filter, "")
		lines = append(lines, o.body(list, w, h-len(lines))...)
	}
	return lines, cursor
}

// body is the list, and the details beside it or, in a narrow window, below.
func (o *offers) body(list []apiclient.Offer, w, h int) []string {
	st := o.c.style
	if len(list) == 0 {
		return []string{st.Faint.Render(textNoMatch)}
	}
	nameW, amountW, unitW, noteW := 0, 0, 0, 0
	prices := make([]priceRow, len(list))
	for i, offer := range list {
		prices[i] = o.price(offer)
		nameW = max(nameW, width(clean(offer.Name)))
		amountW = max(amountW, width(prices[i].amount))
		unitW = max(unitW, width(prices[i].when))
		noteW = max(noteW, width(o.periodNote(offer)))
	}
	listW := w
	if w >= 76 { // the list takes what it needs, the details at least 34 cells
		listW = max(40, min(nameW+amountW+unitW+noteW+8, w-36))
	}
	nameW = max(6, min(nameW, listW-amountW-unitW-5))
	var rows []string
	for i, offer := range list {
		mark, name := "  ", pad(clean(offer.Name), nameW)
		if i == o.at {
			mark, name = st.Accent.Render(markChosen)+" ", st.Accent.Bold(true).Render(name)
		}
		row := mark + name + "  " + padLeft(prices[i].amount, amountW) + " " + st.Faint.Render(pad(prices[i].when, unitW))
		if note := o.periodNote(offer); note != "" && width(row)+2+width(note) <= listW {
			row += "  " + st.Faint.Render(note)
		}
		rows = append(rows, fit(row, listW))
	}
	if listW < w {
		shown := window(rows, o.at, h)
		return beside(shown, listW+2, o.details(list[o.at], w-listW-2, h))
	}
	half := min(len(rows), max(3, h/2-1))
	shown := window(rows, o.at, half)
	return append(append(slices.Clone(shown), ""), o.details(list[o.at], w, h-len(shown)-1)...)
}

// price is the lowest price of the offer's terms, where they can be compared,
// and the first one otherwise.
func (o *offers) price(offer apiclient.Offer) priceRow {
	var best apiclient.Price
	found, more, times := false, false, 0
	for _, term := range offer.Terms {
		prices := term.PaymentFrequency.Prices()
		more = more || len(prices) == 0
		times = len(prices)
		for _, p := range prices {
			less, err := p.Amount.Cmp(best.Amount)
			switch {
			case !found:
				best, found = p, true
			case p == best:
			case err == nil && less < 0 && p.Every == best.Every:
				best, more = p, true
			default:
				more = true
			}
		}
	}
	row := priceRow{amount: o.c.amount(best.Amount)}
	switch {
	case !found:
		return priceRow{amount: textSeePreview}
	case best.Free || best.Amount.Set() && best.Amount.IsZero():
		return priceRow{amount: wordFree}
	case best.On.Day != 0 && best.Again:
		row.when = strings.ReplaceAll(textTimesAYear, "{n}", num(times))
	case !best.After.IsZero() && !more && !best.Again:
		row.when = wordOnce
	case best.On.Day == 0 && best.After.IsZero():
		row.when = when(best)
	}
	if more {
		row.amount = wordFrom + " " + row.amount
	}
	return row
}

func (o *offers) periodNote(offer apiclient.Offer) string {
	p := offer.LimitedOfferingPeriod
	if p == nil {
		return ""
	}
	today := o.c.s.Today()
	switch {
	case today.Before(p.StartDate):
		return strings.ReplaceAll(textFromDay, "{day}", dayShort(p.StartDate, today))
	case !p.EndDate.IsZero() && today.After(p.EndDate):
		return textPeriodOver
	case !p.EndDate.IsZero() && today.DaysUntil(p.EndDate) <= 60:
		return strings.ReplaceAll(textUntil, "{day}", dayShort(p.EndDate, today))
	}
	return ""
}

// details is everything about one offer; what the list does not know appears
// when the details have arrived.
func (o *offers) details(offer apiclient.Offer, w, h int) []string {
	st, s := o.c.style, o.c.s
	para := func(text string, style func(...string) string) (lines []string) {
		for _, line := range wrap(clean(text), min(w, 70)) {
			if line != "" {
				lines = append(lines, style(line))
			}
		}
		return lines
	}
	lines := []string{st.Strong.Render(fit(clean(offer.Name), w))}
	lines = append(lines, para(offer.Description, st.Plain.Render)...)
	lines = append(lines, para(offer.SubDescription, st.Faint.Render)...)
	lines = append(lines, "")
	const labelW = 14
	add := func(label, text string) {
		if text == "" {
			return
		}
		for i, line := range wrap(text, min(w, 80)-labelW) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, st.Faint.Render(pad(label, labelW))+line)
		}
	}
	if s.Offer != nil && s.Offer.ID == offer.ID {
		d := s.Offer
		add(textIncluded, moduleNames(d.IncludedModules))
		if d.MaximumNumberOfSelectableModules > 0 {
			add(strings.ReplaceAll(textChooseN, "{n}", num(d.MaximumNumberOfSelectableModules)), moduleNames(d.SelectableModules))
		}
		if d.AllowedPaymentChoices != nil && len(d.AllowedPaymentChoices) == 0 {
			add(textPayBy, st.Warn.Render(markProblem+" "+textNoWayToPay))
		} else {
			add(textPayBy, choicesText(s.Choices()))
		}
		add(textBeforeStart, preUseTexts[d.PreUseType])
		add(textTraining, hoursText(d.TimeRestrictions))
		if d.ContractSignaturesRequired {
			add(textSigning, textOnPage)
		}
		if len(d.Terms) == 0 {
			add(textTerms, st.Warn.Render(markProblem+" "+textNoTerms))
		}
	} else if f, failed := o.c.failureOf(flow.FetchOffer{ID: offer.ID}); failed && s.OfferID == offer.ID {
		lines = append(lines, o.c.failureLines(f, w)...)
	} else {
		add(textBeforeStart, preUseTexts[offer.PreUseType])
		if s.OfferID == offer.ID || o.free() {
			lines = append(lines, st.Faint.Render(textDetailsLoading))
		} else {
			lines = append(lines, para(textDetailsOnEnter, st.Faint.Render)...)
		}
	}
	var terms []string
	for _, t := range offer.Terms {
		if name := termText(t.Term); name != "" {
			terms = append(terms, name)
		}
	}
	add(textTerms, strings.Join(terms, " · "))
	if p := offer.LimitedOfferingPeriod; p != nil {
		text := day(p.StartDate) + " – " + day(p.EndDate)
		if !flow.Period(p, s.Today()) {
			text = st.Warn.Render(markProblem + " " + text + ", " + textNotToday)
		}
		add(textOffered, text)
	}
	if offer.Footnote == "" {
		return lines
	}
	foot := append([]string{""}, para("§ "+offer.Footnote, st.Faint.Render)...)
	foot = foot[:min(len(foot), max(0, h-3))]
	return append(lines[:max(0, min(len(lines), h-len(foot)))], foot...) // it is a legal remark: always in sight
}

func (o *offers) Capturing() bool { return o.filtering }

func (o *offers) Keys() []key.Binding {
	k := o.c.keys
	enter := k.Enter
	enter.SetHelp("enter", textTakeIt)
	choose := k.Up
	choose.SetHelp("↑↓", textChoose)
	keys := []key.Binding{choose, enter, k.Filter}
	if len(o.c.s.Offers) == 0 {
		keys = nil
	}
	if o.filtering {
		esc := k.Back
		esc.SetHelp("esc", textClearFilter)
		keys = []key.Binding{choose, enter, esc}
	}
	if o.failed() || o.c.noOffers() {
		keys = append([]key.Binding{k.Retry}, keys...)
	}
	if len(o.c.waiting) > 0 && !o.filtering {
		keys = append(keys, k.Waiting)
	}
	return keys
}

func moduleNames(modules []apiclient.Module) string {
	names := make([]string, len(modules))
	for i, m := range modules {
		names[i] = clean(m.Name)
	}
	return strings.Join(names, " · ")
}

// hoursText shows the hours an offer is good for, days of the same hours
// together.
func hoursText(r *apiclient.TimeRestrictions) string {
	if r == nil {
		return ""
	}
	var parts []string
	first, last, hours := "", "", ""
	flush := func() {
		switch {
		case first == "":
		case first == last:
			parts = append(parts, first+" "+hours)
		default:
			parts = append(parts, first+"–"+last+" "+hours)
		}
	}
	for _, a := range r.Availabilities {
		name := weekdayShort[a.DayOfWeek]
		if name == "" {
			name = clean(a.DayOfWeek)
		}
		span := clockOf(a.TimeFrom) + "–" + clockOf(a.TimeTo)
		if span != hours || first == "" {
			flush()
			first, hours = name, span
		}
		last = name
	}
	flush()
	text := strings.Join(parts, ", ")
	if name := clean(r.OpeningHoursCategory.Name); name != "" {
		text = strings.TrimSpace(name + "  " + text)
	}
	return text
}

func clockOf(t apiclient.TimeOfDay) string {
	text := clean(string(t))
	return text[:min(len(text), len("15:04"))]
}
