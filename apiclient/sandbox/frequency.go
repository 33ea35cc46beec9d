package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The five types of a payment frequency.
const (
	recurring    = "RECURRING"     // price every term
	nonRecurring = "NON_RECURRING" // price once
	termBased    = "TERM_BASED"    // prices after given offsets
	monthDays    = "MONTH_DAY"     // prices on given days of the year
	free         = "FREE"
)

type frequency struct {
	Type   string `json:"type"`
	Term   *term  `json:"term"`
	Price  *money `json:"price"`
	OnDays []struct {
		Day struct {
			Month string `json:"month"`
			Value int    `json:"monthValue"`
			Day   int    `json:"dayOfMonth"`
		} `json:"monthDay"`
		Price money `json:"price"`
	} `json:"monthDaysToPrices"`
	AfterTerms []struct {
		Term  term  `json:"term"`
		Price money `json:"price"`
	} `json:"termsToPrices"`
	Recurring bool            `json:"recurring"`
	Ages      []ageAdjustment `json:"ageBasedAdjustments"`
	Formatted string          `json:"formattedPaymentFrequency"`

	raw json.RawMessage
}

type ageAdjustment struct {
	Range struct {
		Start int `json:"startAge"`
		End   int `json:"endAge"` // inclusive
	} `json:"ageRange"`
	Value json.Number `json:"value"`
	Type  string      `json:"type"`
}

// UnmarshalJSON keeps the frequency as it came: previews repeat it unchanged.
func (f *frequency) UnmarshalJSON(data []byte) error {
	type bare frequency
	if err := json.Unmarshal(data, (*bare)(f)); err != nil {
		return err
	}
	f.raw = slices.Clone(data)
	return nil
}

// MarshalJSON writes it as it came.
func (f frequency) MarshalJSON() ([]byte, error) {
	if f.raw == nil {
		return []byte(`{"type":"FREE","formattedPaymentFrequency":"Free"}`), nil
	}
	return f.raw, nil
}

// check asks for the members that the type needs.
func (f *frequency) check(amount func(money) error) error {
	switch f.Type {
	case recurring:
		if f.Term == nil || f.Term.Value < 1 {
			return fmt.Errorf("RECURRING needs a term of at least 1")
		}
		if f.Price == nil {
			return fmt.Errorf("RECURRING needs a price")
		}
	case nonRecurring:
		if f.Price == nil {
			return fmt.Errorf("NON_RECURRING needs a price")
		}
	case termBased:
		if len(f.AfterTerms) == 0 {
			return fmt.Errorf("TERM_BASED needs termsToPrices")
		}
	case monthDays:
		if len(f.OnDays) == 0 {
			return fmt.Errorf("MONTH_DAY needs monthDaysToPrices")
		}
	}
	if f.Price != nil {
		if err := amount(*f.Price); err != nil {
			return err
		}
	}
	for _, each := range f.AfterTerms {
		if err := amount(each.Price); err != nil {
			return err
		}
	}
	for _, each := range f.OnDays {
		if err := amount(each.Price); err != nil {
			return err
		}
		if each.Day.Value == 0 && each.Day.Month == "" {
			return fmt.Errorf("a monthDay needs month or monthValue")
		}
	}
	for _, a := range f.Ages {
		currency := "EUR"
		if a.Type == "PERCENTAGE" {
			if v, err := minorUnits(a.Value, currency); err != nil || v > 100_00 {
				return fmt.Errorf("an age adjustment of %s%% is no percentage", a.Value)
			}
		}
	}
	return nil
}

// slot is one payment of a frequency: its full price, and the part num/den of
// it that is charged where the first period is cut.
type slot struct {
	due      date
	price    int64
	num, den int64
	until    date // last day it pays for, if it pays for a period
}

func (p slot) cut() bool { return p.num != p.den }

// slots are the payments that fall into [from, end). With calendar set, months
// are normalised: the first one is charged by its remaining days, the
// following ones are due on the first of the month. Amounts are minor units.
func (f *frequency) slots(from, end date, calendar bool) []slot {
	var all []slot
	add := func(due, until date, m money, num, den int64) {
		price, _ := minorUnits(m.Amount, m.Currency) // checked when loaded
		all = append(all, slot{due, price, num, den, until})
	}
	switch f.Type {
	case recurring:
		months := f.Term.months()
		for k := 0; ; k++ {
			nominal := f.Term.after(from, k)
			if !nominal.before(end) {
				break
			}
			if !calendar || months == 0 {
				add(nominal, f.Term.after(from, k+1).addDays(-1), *f.Price, 1, 1)
				continue
			}
			opens := from.firstOfMonth().addMonths(k * months)
			closes := opens.addMonths(months)
			if k == 0 {
				add(from, closes.addDays(-1), *f.Price, from.daysUntil(closes), opens.daysUntil(closes))
			} else {
				add(opens, closes.addDays(-1), *f.Price, 1, 1)
			}
		}
	case nonRecurring:
		add(from, date{}, *f.Price, 1, 1)
	case termBased:
		cycle, longest := from, term{}
		for {
			for _, each := range f.AfterTerms {
				if due := each.Term.after(cycle, 1); due.before(end) {
					add(due, date{}, each.Price, 1, 1)
				}
				if longest.after(from, 1).before(each.Term.after(from, 1)) {
					longest = each.Term
				}
			}
			next := longest.after(cycle, 1)
			if !f.Recurring || !cycle.before(next) || !next.before(end) {
				break
			}
			cycle = next
		}
	case monthDays:
		for year := from.Year(); year <= end.Year(); year++ {
			for _, each := range f.OnDays {
				month := monthNumber(each.Day.Month, each.Day.Value)
				first := dateOf(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC))
				last := first.addMonths(1).addDays(-1).Day()
				due := first.addDays(min(each.Day.Day, last) - 1)
				if due.before(from) || !due.before(end) {
					continue
				}
				if !f.Recurring && !due.before(from.addMonths(12)) {
					continue
				}
				add(due, date{}, each.Price, 1, 1)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b slot) int { return a.due.Compare(b.due.Time) })
	return all
}

func monthNumber(name string, value int) time.Month {
	if value > 0 {
		return time.Month(value)
	}
	names := []string{
		"JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY",
		"AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
	}
	return time.Month(slices.Index(names, name) + 1)
}

// aged is the price for a person of that age, and whether a rule applied: a
// percentage is a reduction, an absolute value is the price. A negative age is
// nobody.
func (f *frequency) aged(price int64, age int, currency string) (int64, bool) {
	for _, a := range f.Ages {
		if age < a.Range.Start || age > a.Range.End {
			continue
		}
		if a.Type == "ABSOLUTE" {
			if own, err := minorUnits(a.Value, currency); err == nil {
				return own, true
			}
		}
		percent, _ := minorUnits(a.Value, "EUR") // hundredths of a percent
		return share(price, 100_00-percent, 100_00), true
	}
	return price, false
}
