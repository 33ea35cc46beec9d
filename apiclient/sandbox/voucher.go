package sandbox

import "encoding/json"

// voucher is a code that the studio knows.
type voucher struct {
	kind      string
	message   string // voucherSuccessMessage
	remarks   string
	discounts []discount
	bonus     *bonusPeriod
	credit    string // major units
	company   string
	split     int64 // hundredths of a percent that the company pays
	blocks    []*textBlock
}

// discount is one period of a discount voucher; periods follow each other.
type discount struct {
	kind      string // PERCENTAGE or ABSOLUTE
	value     string // percent or major units
	effective string // UNLIMITED, INITIAL_TERM, TIME_BASED
	term      *term  // of TIME_BASED
}

// vouchers is what the studio has handed out. GUEST1 is a check-in voucher,
// which does not buy a membership.
var vouchers = map[string]*voucher{
	"SPRING10": {
		kind: "DISCOUNT", message: "10 % off for the first term.",
		discounts: []discount{{"PERCENTAGE", "10", "INITIAL_TERM", nil}},
	},
	"MINUS5": {
		kind: "DISCOUNT", message: "5.00 off each payment of the first 3 months.",
		discounts: []discount{{"ABSOLUTE", "5", "TIME_BASED", &term{3, "MONTH"}}},
	},
	"STEPS": {
		kind: "DISCOUNT", message: "Half price for a month, then 10 % off.",
		discounts: []discount{
			{"PERCENTAGE", "50", "TIME_BASED", &term{1, "MONTH"}},
			{"PERCENTAGE", "10", "UNLIMITED", nil},
		},
	},
	"CREDIT20": {kind: "CREDIT", message: "20.00 go to the member's account.", credit: "20"},
	"FIRMA50":  {kind: "COMPANY_FEE_SPLIT", message: "Muster GmbH pays half.", company: "Muster GmbH", split: 50_00},
	"BONUS1": {
		kind: "DISCOUNT", message: "The first month is free.", remarks: "One month on top",
		bonus: &bonusPeriod{Term: term{1, "MONTH"}, Strategy: "CONTRACT_START", Extension: "WITH_EXTENSION", Separate: true},
		blocks: []*textBlock{{
			ID: 70901, Confirm: true,
			raw: json.RawMessage(`{"id":70901,"title":"Bonus month","text":"The bonus month lengthens the contract by a month.",` +
				`"order":1,"hasSignature":false,"showCommunicationPrivacyOptions":false,"attachmentType":"NONE","confirmationRequired":true}`),
		}},
	},
}

// discounted is the price on a due date; start is the contract's.
func (v *voucher) discounted(price int64, due, start date, currency string) int64 {
	if v == nil {
		return price
	}
	for _, d := range v.discounts {
		if d.term != nil {
			if start = d.term.after(start, 1); !due.before(start) {
				continue
			}
		}
		return d.apply(price, currency)
	}
	return price
}

func (d discount) apply(price int64, currency string) int64 {
	if d.kind == "ABSOLUTE" {
		off, _ := minorUnits(json.Number(d.value), currency)
		return max(0, price-off)
	}
	percent, _ := minorUnits(json.Number(d.value), "EUR")
	return share(price, 100_00-percent, 100_00)
}

// member is what the member pays of a price; the rest is the company's.
func (v *voucher) member(price int64) int64 {
	if v == nil || v.split == 0 {
		return price
	}
	return share(price, 100_00-v.split, 100_00)
}
