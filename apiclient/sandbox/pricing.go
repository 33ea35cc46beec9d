package sandbox

import (
	"fmt"
	"slices"
)

// preUsePrice is what a studio with CHARGEABLE pre-use asks for training before
// the contract starts, in major units. Offers carry no such price.
const preUsePrice = 12

// The types of an entry in the payment schedule.
const (
	entryFee     = "CONTRACT_FEE"
	entryStarter = "STARTER_PACKAGE"
	entryFlat    = "FLAT_FEE"
	entryModule  = "MODULE_FEE"
	entryBonus   = "BONUS_PERIOD"
)

// charge is one payment of a contract.
type charge struct {
	due    date
	what   string
	entry  string
	amount int64 // what the member pays on that day
	full   int64 // what it adds to the volume, unless that is counted apart
}

// deal is a contract somebody asks the price of.
type deal struct {
	offer    *offer
	term     *offerTerm
	start    date
	preuse   date // zero: none
	age      int  // at contract start, negative: unknown
	modules  []*module
	voucher  *voucher
	currency string
	drift    int64 // added to every membership fee above zero
}

// quote is the price of a deal, in minor units.
type quote struct {
	deal     deal
	charges  []charge // by date; on one day: starter, fees, membership, modules
	end      date     // first day after the initial runtime
	due      int64    // on signing
	total    int64    // contract volume
	perMonth int64
	perTerm  int64 // per payment frequency
	preUse   int64
	base     int64 // price of one payment
	aged     int64
	hasAged  bool
}

// price computes everything: the first month by remaining days, the volume
// without that cut and without vouchers, averages as total ÷ days × 30.
func price(d deal) quote {
	q := quote{deal: d}
	q.end, q.perTerm = d.term.Term.after(d.start, 1), 0

	// Bonus periods of the rate count for the volume, a voucher's do not.
	from, until, end := d.window(d.term.Bonus)
	q.end = end
	bonus := d.term.Bonus
	if d.voucher != nil && d.voucher.bonus != nil {
		bonus = append(slices.Clone(bonus), *d.voucher.bonus)
	}
	paidFrom, paidUntil, paidEnd := d.window(bonus)

	if d.offer.PreUseType == "CHARGEABLE" && !d.preuse.IsZero() && d.preuse.before(d.start) {
		q.preUse = preUsePrice * pow10(digits(d.currency))
		q.charges = append(q.charges, charge{d.preuse, "Training before the contract starts", entryFee, q.preUse, q.preUse})
	}
	for _, f := range d.term.FlatFees {
		q.charges = append(q.charges, d.flatFee(f, end)...)
	}
	if d.start.before(paidFrom) {
		q.charges = append(q.charges, charge{
			due: d.start, entry: entryBonus,
			what: fmt.Sprintf("%s, free until %s", d.offer.Name, paidFrom.addDays(-1)),
		})
	}
	fees := d.term.Frequency.slots(from, until, true)
	for _, p := range fees {
		full, _ := d.term.Frequency.aged(p.price, d.age, d.currency)
		q.total += d.drifted(full)
	}
	for _, p := range d.term.Frequency.slots(paidFrom, paidUntil, true) {
		full, _ := d.term.Frequency.aged(p.price, d.age, d.currency)
		paid := d.voucher.member(d.voucher.discounted(full, p.due, d.start, d.currency))
		q.charges = append(q.charges, charge{p.due, p.label(d.offer.Name), entryFee, d.drifted(share(paid, p.num, p.den)), 0})
	}
	for _, m := range d.modules {
		for _, p := range m.Frequency.slots(d.start, end, true) {
			full, _ := m.Frequency.aged(p.price, d.age, d.currency)
			q.total += full
		}
		for _, p := range m.Frequency.slots(d.start, paidEnd, true) {
			full, _ := m.Frequency.aged(p.price, d.age, d.currency)
			q.charges = append(q.charges, charge{p.due, p.label(m.Name), entryModule, share(full, p.num, p.den), 0})
		}
	}
	slices.SortStableFunc(q.charges, func(a, b charge) int { return a.due.Compare(b.due.Time) })
	for _, c := range q.charges {
		q.total += c.full
		if q.onSigning(c) {
			q.due += c.amount
		}
	}

	q.average(len(fees))
	q.base = d.term.Frequency.first(d.start, end)
	q.aged, q.hasAged = d.term.Frequency.aged(q.base, d.age, d.currency)
	return q
}

// onSigning: all that is due up to the contract's start is paid when signing.
func (q quote) onSigning(c charge) bool {
	return !q.deal.start.before(c.due) && c.entry != entryBonus
}

// average spreads the total over all days from first use on. A month counts 30
// days and a year 365; a frequency without a length of its own has the term's
// days divided by the number of payments.
func (q *quote) average(payments int) {
	d := q.deal
	opens := d.start
	if !d.preuse.IsZero() && d.preuse.before(opens) {
		opens = d.preuse
	}
	days := opens.daysUntil(q.end)
	length := d.start.daysUntil(d.term.Term.after(d.start, 1)) / int64(max(1, payments))
	if d.term.Frequency.Type == recurring {
		length = d.term.Frequency.Term.days()
	}
	q.perMonth = share(q.total, 30, days)
	q.perTerm = share(q.total, length, days)
}

// window is when membership fees are charged, [from, until), and when the
// initial runtime ends.
func (d deal) window(bonus []bonusPeriod) (from, until, end date) {
	from, until = d.start, d.term.Term.after(d.start, 1)
	end = until
	for _, b := range bonus {
		longer := b.Extension == "WITH_EXTENSION"
		switch b.Strategy {
		case "CONTRACT_START", "FIXED":
			from = b.Term.after(from, 1)
			if longer {
				until, end = b.Term.after(until, 1), b.Term.after(end, 1)
			}
		case "END_OF_CURRENT_TERM":
			if longer {
				end = b.Term.after(end, 1)
			} else {
				until = b.Term.after(until, -1)
			}
		}
	}
	return from, until, end
}

func (d deal) flatFee(f *flatFee, end date) []charge {
	if f.Frequency == nil {
		return nil
	}
	from, entry := d.start, entryFlat
	if f.Delay != nil {
		from = f.Delay.after(from, 1)
	}
	if f.Starter {
		entry = entryStarter
	}
	var all []charge
	for _, p := range f.Frequency.slots(from, end, false) {
		amount, _ := f.Frequency.aged(p.price, d.age, d.currency)
		all = append(all, charge{p.due, f.Name, entry, amount, amount})
	}
	return all
}

func (d deal) drifted(amount int64) int64 {
	if amount == 0 {
		return 0
	}
	return amount + d.drift
}

// first is the price to show for one payment: the earliest of the runtime, or
// where none falls into it the first that is listed.
func (f *frequency) first(from, end date) int64 {
	if all := f.slots(from, end, true); len(all) > 0 {
		return all[0].price
	}
	var listed *money
	switch {
	case f.Price != nil:
		listed = f.Price
	case len(f.AfterTerms) > 0:
		listed = &f.AfterTerms[0].Price
	case len(f.OnDays) > 0:
		listed = &f.OnDays[0].Price
	}
	if listed == nil || f.Type == free {
		return 0
	}
	price, _ := minorUnits(listed.Amount, listed.Currency)
	return price
}

// label describes a payment: "Flex, March 2026 (22 of 31 days)".
func (p slot) label(name string) string {
	if p.until.IsZero() {
		return name
	}
	switch days := p.due.daysUntil(p.until) + 1; {
	case p.cut():
		return fmt.Sprintf("%s, %s (%d of %d days)", name, p.due.Format("January 2006"), p.num, p.den)
	case p.due.Day() == 1 && p.due.addMonths(1).addDays(-1).equal(p.until):
		return fmt.Sprintf("%s, %s", name, p.due.Format("January 2006"))
	default:
		return fmt.Sprintf("%s, %d days from %s", name, days, p.due)
	}
}
