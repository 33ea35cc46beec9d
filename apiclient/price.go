package apiclient

import (
	"encoding/json"
	"strings"
	"time"

	"frontdesk/apiclient/money"
)

// PaymentFrequency says what is to be paid when. Which members are filled
// depends on the type; [PaymentFrequency.Prices] reads them all.
type PaymentFrequency struct {
	ID   int64         `json:"id,omitzero"`
	Type FrequencyType `json:"type"`
	// Term is the interval of FrequencyRecurring.
	Term              Term            `json:"term,omitzero"`
	Price             money.Amount    `json:"price"`
	TermsToPrices     []TermPrice     `json:"termsToPrices,omitzero"`
	MonthDaysToPrices []MonthDayPrice `json:"monthDaysToPrices,omitzero"`
	// Recurring says that the list of prices starts over when it is through.
	Recurring           bool                 `json:"recurring,omitzero"`
	AgeBasedAdjustments []AgeBasedAdjustment `json:"ageBasedAdjustments,omitzero"`
	// FormattedPaymentFrequency is the API's own wording. Since 1.6.
	FormattedPaymentFrequency string `json:"formattedPaymentFrequency,omitzero"`
}

// IsZero reports whether f is absent.
func (f PaymentFrequency) IsZero() bool {
	return f.ID == 0 && f.Type == "" && !f.Price.Set() && f.TermsToPrices == nil && f.MonthDaysToPrices == nil
}

// TermPrice is a price that becomes due after a term has passed.
type TermPrice struct {
	Term  Term         `json:"term"`
	Price money.Amount `json:"price"`
}

// MonthDayPrice is a price that is due on a day of the year.
type MonthDayPrice struct {
	MonthDay MonthDay     `json:"monthDay"`
	Price    money.Amount `json:"price"`
}

// MonthDay is a day of any year. The API names the month as a word, as a
// number or both; Month is 0 when it is neither.
type MonthDay struct {
	Month time.Month `json:"monthValue"`
	Day   int        `json:"dayOfMonth"`
}

// UnmarshalJSON takes the month as word or number, whichever is there.
func (d *MonthDay) UnmarshalJSON(data []byte) error {
	var m struct {
		Month      string     `json:"month"`
		MonthValue time.Month `json:"monthValue"`
		DayOfMonth int        `json:"dayOfMonth"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*d = MonthDay{m.MonthValue, m.DayOfMonth}
	for month := time.January; d.Month == 0 && month <= time.December; month++ {
		if strings.EqualFold(m.Month, month.String()) {
			d.Month = month
		}
	}
	return nil
}

// AgeBasedAdjustment changes a price for members of an age. The reference date
// is not documented: only a preview knows the price that holds.
type AgeBasedAdjustment struct {
	AgeRange AgeRange `json:"ageRange"`
	// Value is a reduction in per cent, or the price itself if Absolute.
	Value money.Amount   `json:"value"`
	Type  AdjustmentType `json:"type"`
}

// AgeRange is a span of ages; both ends belong to it.
type AgeRange struct {
	StartAge int `json:"startAge"`
	EndAge   int `json:"endAge"`
}

// Price is an amount and when it is due: every so often, after a while, on a
// day of the year, or once when none of these is set.
type Price struct {
	// Free is a price without an amount: nothing is to be paid.
	Free   bool
	Amount money.Amount
	Every  Term
	After  Term
	On     MonthDay
	// Again says that the whole list of prices starts over.
	Again bool
}

// Prices returns what is to be paid, for every type of frequency. It reads the
// members the type names and, where those are empty, the ones that are filled.
// An empty answer means that only a preview knows.
func (f PaymentFrequency) Prices() []Price {
	switch f.Type {
	case FrequencyFree:
		return []Price{{Free: true}}
	case FrequencyTermBased:
		return firstOf(f.termPrices, f.singlePrice, f.monthDayPrices)
	case FrequencyMonthDay:
		return firstOf(f.monthDayPrices, f.singlePrice, f.termPrices)
	}
	return firstOf(f.singlePrice, f.termPrices, f.monthDayPrices)
}

// Headline returns the one price to show for f: the first of Prices, or the
// rate's start price where there is none. ok is false if only a preview knows.
func (f PaymentFrequency) Headline(rateStart money.Amount) (p Price, ok bool) {
	if prices := f.Prices(); len(prices) > 0 {
		return prices[0], true
	}
	return Price{Amount: rateStart}, rateStart.Set()
}

func firstOf(lists ...func() []Price) []Price {
	for _, list := range lists {
		if prices := list(); len(prices) > 0 {
			return prices
		}
	}
	return nil
}

func (f PaymentFrequency) singlePrice() []Price {
	if !f.Price.Set() {
		return nil
	}
	price := Price{Amount: f.Price}
	if f.Type != FrequencyNonRecurring {
		price.Every, price.Again = f.Term, !f.Term.IsZero()
	}
	return []Price{price}
}

func (f PaymentFrequency) termPrices() []Price {
	var prices []Price
	for _, p := range f.TermsToPrices {
		if p.Price.Set() {
			prices = append(prices, Price{Amount: p.Price, After: p.Term, Again: f.Recurring})
		}
	}
	return prices
}

func (f PaymentFrequency) monthDayPrices() []Price {
	var prices []Price
	for _, p := range f.MonthDaysToPrices {
		if p.Price.Set() {
			prices = append(prices, Price{Amount: p.Price, On: p.MonthDay, Again: f.Recurring})
		}
	}
	return prices
}
