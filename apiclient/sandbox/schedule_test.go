package sandbox

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSchedule draws contracts and checks what must hold for each of them.
func TestSchedule(t *testing.T) {
	c, err := loadCatalog(builtInOffers)
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{"", "SPRING10", "MINUS5", "STEPS", "CREDIT20", "FIRMA50", "BONUS1"}
	first, _ := parseDate("2026-01-01")
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(c.offers).Draw(t, "offer")
		d := deal{
			offer: o, term: rapid.SampledFrom(o.Terms).Draw(t, "term"), currency: "EUR",
			start:   first.addDays(rapid.IntRange(0, 1500).Draw(t, "start")),
			age:     rapid.IntRange(-1, 90).Draw(t, "age"),
			voucher: vouchers[rapid.SampledFrom(codes).Draw(t, "voucher")],
		}
		d.preuse = d.start.addDays(-rapid.IntRange(0, 20).Draw(t, "early"))
		for _, m := range d.term.Optional {
			if rapid.Bool().Draw(t, m.Name) {
				d.modules = append(d.modules, m)
			}
		}
		q := price(d)
		var onSigning, all int64
		for i, each := range q.charges {
			if each.amount < 0 {
				t.Fatalf("negative: %+v", each)
			}
			if i > 0 && each.due.before(q.charges[i-1].due) {
				t.Fatalf("%s comes after %s", each.due, q.charges[i-1].due)
			}
			if q.onSigning(each) {
				onSigning += each.amount
			} else if each.entry != entryBonus && !d.start.before(each.due) {
				t.Fatalf("due on %s, yet not on signing", each.due)
			}
			_, _, end := d.window(append(d.term.Bonus, voucherBonus(d.voucher)...))
			if !each.due.before(end) {
				t.Fatalf("%s is due after the initial runtime, which ends on %s", each.what, end)
			}
			all += each.amount
		}
		if onSigning != q.due {
			t.Fatalf("what is mandatory on signing sums to %d, due is %d", onSigning, q.due)
		}
		// A bonus month of a voucher lengthens the contract, and modules go on.
		if all > q.total && voucherBonus(d.voucher) == nil {
			t.Fatalf("payments sum to %d, more than the volume %d", all, q.total)
		}
		if d.voucher == nil && d.start.Day() == 1 && len(d.term.Bonus) == 0 && all != q.total {
			t.Fatalf("from the first of a month payments sum to %d, the volume is %d", all, q.total)
		}
	})
}

func voucherBonus(v *voucher) []bonusPeriod {
	if v == nil || v.bonus == nil {
		return nil
	}
	return []bonusPeriod{*v.bonus}
}

// TestScheduleOnTheWire: the sum of mandatoryOnSigning is the due amount, and
// the dates are those of the rules.
func TestScheduleOnTheWire(t *testing.T) {
	d := newDesk(t, Config{})
	lines := func(body object) string {
		p := d.must("POST", previewPath, body)
		var b strings.Builder
		for i, e := range asList(at(p, "paymentPreview", "paymentSchedule")) {
			if i < 6 {
				fmt.Fprintf(&b, "%s %s %s %s %s\n", text(e, "dueDate"), amount(e, "amount"), text(e, "type"), text(e, "mandatoryOnSigning"), text(e, "description"))
			}
		}
		return b.String()
	}
	for _, each := range []struct {
		body object
		want string
	}{
		{application(10011, contract("selectedOptionalModuleIds", []int64{30011})), `
2026-03-10 19.9 STARTER_PACKAGE true Starter package
2026-03-10 21.22 CONTRACT_FEE true Flex, March 2026 (22 of 31 days)
2026-03-10 3.55 MODULE_FEE true Drinks flat, March 2026 (22 of 31 days)
2026-04-01 29.9 CONTRACT_FEE false Flex, April 2026
2026-04-01 5 MODULE_FEE false Drinks flat, April 2026
2026-04-10 9.9 FLAT_FEE false Service fee
`},
		{application(10012), `
2026-03-10 19.9 STARTER_PACKAGE true Starter package
2026-03-10 0 BONUS_PERIOD false Flex, free until 2026-04-09
2026-04-10 9.9 FLAT_FEE false Service fee
2026-04-10 17.43 CONTRACT_FEE false Flex, April 2026 (21 of 30 days)
2026-05-01 24.9 CONTRACT_FEE false Flex, May 2026
2026-06-01 24.9 CONTRACT_FEE false Flex, June 2026
`},
		{application(10031, customerField("dateOfBirth", "2005-08-24")), `
2026-04-01 48 CONTRACT_FEE false Student quarter
2026-07-01 36 CONTRACT_FEE false Student quarter
2026-10-01 48 CONTRACT_FEE false Student quarter
2027-01-01 48 CONTRACT_FEE false Student quarter
`},
		{application(10031, contract("startDate", "2026-04-01")), `
2026-04-01 60 CONTRACT_FEE true Student quarter
2026-07-01 45 CONTRACT_FEE false Student quarter
2026-10-01 60 CONTRACT_FEE false Student quarter
2027-01-01 60 CONTRACT_FEE false Student quarter
`},
		{application(10051), `
2026-03-10 12 CONTRACT_FEE true Training before the contract starts
2026-03-24 25 STARTER_PACKAGE true Joining fee
2026-03-24 149 CONTRACT_FEE true Ten-week course
`},
	} {
		if got := lines(each.body); got != each.want[1:] {
			t.Errorf("schedule\n%swant%s", got, each.want)
		}
	}
}

// TestPricesFollow: a changed price in the offers changes every amount.
func TestPricesFollow(t *testing.T) {
	offers := strings.ReplaceAll(string(builtInOffers), `"amount": 29.9,`, `"amount": 31.00,`)
	d := newDesk(t, Config{Offers: []byte(offers)})
	p := d.must("POST", previewPath, application(10011))
	if due := amount(p, "paymentPreview", "dueOnSigningAmount"); due != "41.9" { // 19.90 + 31 × 22/31
		t.Errorf("due %s", due)
	}
	if total := amount(p, "contractVolumeInformation", "totalContractVolume"); total != "411.7" {
		t.Errorf("total %s", total)
	}
	if base := amount(p, "basePrice"); base != "31" {
		t.Errorf("base %s", base)
	}
	o := d.must("GET", "/v1/memberships/membership-offers/1001", nil)
	if total := amount(o, "terms", 0, "contractVolumeInformation", "totalContractVolume"); total != "411.7" {
		t.Errorf("the offer's total %s", total)
	}
}

// TestFrequencies are shapes that the five offers do not have.
func TestFrequencies(t *testing.T) {
	day := func(text string) date {
		d, err := parseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, each := range []struct {
		name      string
		json      string
		from, end string
		want      string // due price×num/den, separated by blanks
	}{
		{"week", `{"type":"RECURRING","term":{"value":2,"unit":"WEEK"},"price":{"amount":10,"currency":"EUR"}}`, "2026-03-10", "2026-04-10", "2026-03-10 2026-03-24 2026-04-07"},
		{"quarter", `{"type":"RECURRING","term":{"value":3,"unit":"MONTH"},"price":{"amount":90,"currency":"EUR"}}`, "2026-03-10", "2026-09-10", "2026-03-10×83/92 2026-06-01"},
		{"month from the 31st", `{"type":"RECURRING","term":{"value":1,"unit":"MONTH"},"price":{"amount":31,"currency":"EUR"}}`, "2026-01-31", "2026-04-30", "2026-01-31×1/31 2026-02-01 2026-03-01"},
		{"year", `{"type":"RECURRING","term":{"value":1,"unit":"YEAR"},"price":{"amount":365,"currency":"EUR"}}`, "2026-01-01", "2028-01-01", "2026-01-01 2027-01-01"},
		{"terms", `{"type":"TERM_BASED","termsToPrices":[{"term":{"value":1,"unit":"MONTH"},"price":{"amount":1,"currency":"EUR"}},{"term":{"value":0,"unit":"DAY"},"price":{"amount":2,"currency":"EUR"}}]}`, "2026-03-10", "2027-03-10", "2026-03-10 2026-04-10"},
		{"recurring terms", `{"type":"TERM_BASED","recurring":true,"termsToPrices":[{"term":{"value":2,"unit":"MONTH"},"price":{"amount":1,"currency":"EUR"}}]}`, "2026-03-10", "2026-09-10", "2026-05-10 2026-07-10"},
		{"days once", `{"type":"MONTH_DAY","monthDaysToPrices":[{"monthDay":{"month":"FEBRUARY","dayOfMonth":29},"price":{"amount":1,"currency":"EUR"}}]}`, "2026-03-10", "2028-03-10", "2027-02-28"},
		{"days every year", `{"type":"MONTH_DAY","recurring":true,"monthDaysToPrices":[{"monthDay":{"monthValue":2,"dayOfMonth":29},"price":{"amount":1,"currency":"EUR"}}]}`, "2026-03-10", "2028-03-10", "2027-02-28 2028-02-29"},
		{"free", `{"type":"FREE"}`, "2026-03-10", "2028-03-10", ""},
	} {
		var f frequency
		if err := f.UnmarshalJSON([]byte(each.json)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range f.slots(day(each.from), day(each.end), true) {
			line := s.due.String()
			if s.cut() {
				line += fmt.Sprintf("×%d/%d", s.num, s.den)
			}
			got = append(got, line)
		}
		if line := strings.Join(got, " "); line != each.want {
			t.Errorf("%s: %s, want %s", each.name, line, each.want)
		}
	}
}

func TestBonusPeriods(t *testing.T) {
	start, _ := parseDate("2026-03-10")
	month := term{1, "MONTH"}
	d := deal{start: start, term: &offerTerm{Term: term{12, "MONTH"}}}
	for _, each := range []struct{ strategy, extension, from, until, end string }{
		{"CONTRACT_START", "WITH_EXTENSION", "2026-04-10", "2027-04-10", "2027-04-10"},
		{"CONTRACT_START", "WITHOUT_EXTENSION", "2026-04-10", "2027-03-10", "2027-03-10"},
		{"END_OF_CURRENT_TERM", "WITH_EXTENSION", "2026-03-10", "2027-03-10", "2027-04-10"},
		{"END_OF_CURRENT_TERM", "WITHOUT_EXTENSION", "2026-03-10", "2027-02-10", "2027-03-10"},
		{"START_OF_NEXT_TERM", "WITH_EXTENSION", "2026-03-10", "2027-03-10", "2027-03-10"},
	} {
		from, until, end := d.window([]bonusPeriod{{Term: month, Strategy: each.strategy, Extension: each.extension}})
		if from.String() != each.from || until.String() != each.until || end.String() != each.end {
			t.Errorf("%s %s: %s %s %s", each.strategy, each.extension, from, until, end)
		}
	}
}
