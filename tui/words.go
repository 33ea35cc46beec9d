package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/flow"
)

// What the sign-up's values are called on the screen.

// day shows a date, as in 10 Mar 2026.
func day(d apiclient.Date) string {
	if d.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%d %s %d", d.Day, monthNames[d.Month], d.Year)
}

// dayShort shows a date without its year when that is the present one.
func dayShort(d, today apiclient.Date) string {
	if !d.IsZero() && d.Year == today.Year {
		return fmt.Sprintf("%d %s", d.Day, monthNames[d.Month])
	}
	return day(d)
}

func dayTime(t time.Time) string {
	return weekdayNames[t.Weekday()] + " " + day(apiclient.DateOf(t)) + " · " + t.Format("15:04")
}

// parseDay reads what people type for a day: 2026-03-10, 10.3.2026, 10.3.,
// today, tomorrow or +7.
func parseDay(text string, today apiclient.Date) (apiclient.Date, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	switch text {
	case wordToday:
		return today, true
	case wordTomorrow:
		return today.AddDays(1), true
	}
	if days, ok := strings.CutPrefix(text, "+"); ok {
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(days, "d")))
		return today.AddDays(n), err == nil && n < 3660
	}
	if d, err := apiclient.ParseDate(text); err == nil {
		return d, true
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("./ -", r) })
	if len(parts) < 2 || len(parts) > 3 {
		return apiclient.Date{}, false
	}
	n := [3]int{0, 0, today.Year}
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil && i == 1 {
			v = monthNumber(part)
		} else if err != nil {
			return apiclient.Date{}, false
		}
		n[i] = v
	}
	if n[2] < 100 {
		n[2] += 2000
	}
	d, err := apiclient.ParseDate(fmt.Sprintf("%04d-%02d-%02d", n[2], n[1], n[0]))
	if err == nil && len(parts) == 2 && d.Before(today) {
		d, err = apiclient.ParseDate(fmt.Sprintf("%04d-%02d-%02d", n[2]+1, n[1], n[0]))
	}
	return d, err == nil
}

func monthNumber(name string) int {
	for month, short := range monthNames {
		if len(name) >= 3 && strings.HasPrefix(strings.ToLower(name), strings.ToLower(short)) {
			return int(month)
		}
	}
	return 0
}

// termText shows a span, as in 12 months.
func termText(t apiclient.Term) string {
	unit, ok := unitNames[t.Unit]
	switch {
	case t.IsZero():
		return ""
	case !ok:
		return strconv.Itoa(t.Value) + " " + clean(strings.ToLower(string(t.Unit)))
	case t.Value == 1:
		return "1 " + unit.one
	}
	return strconv.Itoa(t.Value) + " " + unit.many
}

// every shows an interval, as in month or 6 months.
func every(t apiclient.Term) string {
	if unit, ok := unitNames[t.Unit]; ok {
		switch {
		case t.Value == 1:
			return unit.one
		case t.Value == 3 && t.Unit == apiclient.Month:
			return wordQuarter
		case t.Value == 12 && t.Unit == apiclient.Month:
			return unitNames[apiclient.Year].one
		}
	}
	return termText(t)
}

// when says when a price is due.
func when(p apiclient.Price) string {
	again := ""
	if p.Again {
		again = wordAgain
	}
	switch {
	case p.Free:
		return ""
	case !p.Every.IsZero():
		return "/ " + every(p.Every)
	case !p.After.IsZero() && p.After.Value == 0:
		return wordAtStart + again
	case !p.After.IsZero():
		return strings.ReplaceAll(textAfter, "{term}", termText(p.After)) + again
	case p.On.Day != 0:
		on := strconv.Itoa(p.On.Day)
		if p.On.Month != 0 {
			on += " " + monthNames[p.On.Month]
		}
		return strings.ReplaceAll(textOn, "{day}", on) + again
	}
	return wordOnce
}

// priceText is a price in words, as in 29.90 € / month.
func (c *common) priceText(p apiclient.Price) string {
	if p.Free || p.Amount.Set() && p.Amount.IsZero() {
		return wordFree
	}
	return strings.TrimSpace(c.amount(p.Amount) + " " + when(p))
}

// headline is the first price of a frequency, in words.
func (c *common) headline(f apiclient.PaymentFrequency) string {
	p, ok := f.Headline(money.Amount{})
	if !ok {
		return textSeePreview
	}
	return c.priceText(p)
}

// choiceName is what a way to pay is called.
func choiceName(choice apiclient.PaymentChoice) string {
	if name := choiceNames[choice]; name != "" {
		return name
	}
	return clean(strings.ToLower(strings.ReplaceAll(string(choice), "_", " ")))
}

func choicesText(choices []apiclient.PaymentChoice) string {
	names := make([]string, len(choices))
	for i, choice := range choices {
		names[i] = choiceName(choice)
	}
	return strings.Join(names, " · ")
}

// instrumentText says how somebody pays, as in SEPA, account ending 2051.
func instrumentText(i flow.Instrument) string {
	method := apiclient.PaymentChoice(clean(i.Method))
	name, last := "", clean(i.Last4)
	if method != "" {
		name = choiceName(method)
	}
	if brand := clean(i.Brand); brand != "" {
		if known := brandNames[strings.ToLower(brand)]; known != "" {
			brand = known
		}
		name = strings.TrimSpace(brand + " " + name)
	}
	if last == "" {
		return name
	}
	ending := textEnding
	if method != apiclient.ChoiceCreditCard {
		ending = textAccountEnding
	}
	return strings.TrimSpace(name + strings.ReplaceAll(ending, "{last}", last))
}

// paymentName names a payment without any id.
func (c *common) paymentName(p flow.Payment) string {
	if p.Scope == apiclient.ScopeMemberAccount {
		return textLaneRecurring
	}
	return textLaneUpfront + " " + c.amount(p.Amount)
}

// firstName is how the member is spoken of.
func (c *common) firstName() string {
	if name := clean(c.s.Get(flow.FirstName).Reveal()); name != "" {
		return fit(name, 24)
	}
	return wordMember
}

// clockText shows how long something takes, as in 17:08.
func clockText(d time.Duration) string {
	seconds := int(max(0, d+time.Second-1) / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// failureText says what went wrong, in one sentence and the API's words.
func failureText(f flow.Failure) string {
	text := failureTexts[f.Kind]
	switch f.Code {
	case flow.CodeOtherCustomer:
		text = textOtherCustomer
	case flow.CodePersonNotHeld:
		why := sentence(clean(f.Message))
		if why == "" {
			why = textPersonNotHeld
		}
		return why + " " + textNothingTaken
	}
	if text == "" {
		text = textFailed
	}
	op := clean(f.Op)
	if op == "" {
		op = wordThis
	}
	text = strings.ReplaceAll(text, "{op}", op)
	if said := clean(f.Message); said != "" {
		text += " " + strings.ReplaceAll(textSaid, "{words}", said)
	}
	return text
}

// sentence makes one of an error's words.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(words[size:], ".") + "."
}

// withoutPath leaves out a file in brackets: it is long, and what to do stands
// behind it.
func withoutPath(words string) string {
	before, rest, ok := strings.Cut(words, " (")
	path, after, closed := strings.Cut(rest, ")")
	if !ok || !closed || !strings.ContainsAny(path, `/\`) {
		return words
	}
	return before + after
}

// memberName is how the member is spoken of within a sentence.
func (c *common) memberName() string {
	if c.s.Get(flow.FirstName).IsZero() {
		return wordTheirs
	}
	return c.firstName()
}
