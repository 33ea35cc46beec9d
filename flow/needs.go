package flow

import (
	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
)

// Needs says which payment sessions a price asks for, and why.
type Needs struct {
	Recurring, Upfront bool
	Why                NeedReason
}

// Any reports whether a payment is needed at all.
func (n Needs) Any() bool { return n.Recurring || n.Upfront }

// NeedReason names why the instrument for regular payments is, or is not,
// collected.
type NeedReason string

// The reasons of [Needs].
const (
	NothingToPay     NeedReason = "nothing to pay"
	AllAtSigning     NeedReason = "all at signing"
	VoucherExplains  NeedReason = "voucher explains"
	LaterPayments    NeedReason = "later payments"
	ScheduleUnclear  NeedReason = "schedule unclear"
	GoesOnByItself   NeedReason = "goes on by itself"
	MemberPaysInCash NeedReason = "member pays in cash"
)

// Needs decides on the safe side: a mandate too many is harmless, a missing
// one turns the member into a cash payer. The instrument is left out only if
// schedule and guide agree that everything is paid at signing, or nothing is
// due at all, or the schedule adds up to the due amount and a voucher explains
// why the total is higher (the total ignores vouchers).
func (s Signup) Needs() Needs {
	if s.Price == nil {
		return Needs{}
	}
	due, _ := s.Price.Due()
	n := recurringNeed(s.Price.Preview, due, s.Price.Total())
	if s.Mandate && !n.Recurring {
		n.Recurring, n.Why = true, GoesOnByItself
	}
	if s.Cash && n.Recurring {
		n.Recurring, n.Why = false, MemberPaysInCash
	}
	n.Upfront = due.Sign() > 0 && !s.Till
	return n
}

func recurringNeed(p apiclient.Preview, due, total money.Amount) Needs {
	schedule := p.PaymentPreview.PaymentSchedule
	later, sum, summed := false, money.Amount{}, len(schedule) > 0
	for _, entry := range schedule {
		later = later || entry.Amount.Sign() > 0 && !entry.MandatoryOnSigning
		switch {
		case !entry.Amount.Set():
		case !sum.Set():
			sum = entry.Amount
		default:
			next, err := sum.Add(entry.Amount)
			sum, summed = next, summed && err == nil
		}
	}
	switch {
	case later:
		return Needs{Recurring: true, Why: LaterPayments}
	case due.Sign() == 0 && total.Set() && total.IsZero():
		return Needs{Why: NothingToPay}
	case due.Sign() > 0 && total.Set() && due.Equal(total):
		return Needs{Why: AllAtSigning}
	case due.Sign() > 0 && summed && sum.Equal(due) && p.VoucherApplied() && less(due, total):
		return Needs{Why: VoucherExplains}
	}
	return Needs{Recurring: true, Why: ScheduleUnclear}
}

func less(a, b money.Amount) bool {
	order, err := a.Cmp(b)
	return err == nil && b.Set() && order < 0
}

// GoesOn reports whether the chosen contract goes on by itself after its
// first term, so that an instrument for later payments can be offered.
func (s Signup) GoesOn() bool {
	term, ok := s.Term()
	return ok && term.ExtensionType != "" && term.ExtensionType != apiclient.ExtensionNone
}

// Warning names something staff should know and may ignore.
type Warning string

// The warnings.
const (
	DueMissing       Warning = "due missing"          // the preview has no due amount; taken as nothing due
	StarterFeeNotDue Warning = "starter fee not due"  // "Require Initial Payment for Open API sign-ups" may be off
	OutOfPeriod      Warning = "out of period"        // the offer is not open today
	BecomesCashPayer Warning = "becomes a cash payer" // without an instrument the ERP books cash
	Underage         Warning = "underage"             // under 18 at the start date
	TillOpen         Warning = "due stays open"       // the due amount is to be booked in the ERP by hand
	SearchImpossible Warning = "no duplicate search"  // allowed by configuration
)

// Warnings lists what staff should know at this point.
func (s Signup) Warnings() []Warning {
	var w []Warning
	if s.Offer != nil && !Period(s.Offer.LimitedOfferingPeriod, s.Today()) {
		w = append(w, OutOfPeriod)
	}
	if birth := s.birth(); !birth.IsZero() && !s.Start.IsZero() && birth.AgeAt(s.Start) < 18 {
		w = append(w, Underage)
	}
	if s.Price != nil && !s.PriceStale() {
		due, ok := s.Price.Due()
		if !ok {
			w = append(w, DueMissing)
		}
		if ok && due.IsZero() && s.hasStarterFee() {
			w = append(w, StarterFeeNotDue)
		}
		if needs := s.Needs(); !needs.Recurring {
			w = append(w, BecomesCashPayer)
		}
		if s.Till && due.Sign() > 0 {
			w = append(w, TillOpen)
		}
	}
	if s.Duplicates != nil && s.Duplicates.Forbidden && s.Settings.AllowWithoutSearch {
		w = append(w, SearchImpossible)
	}
	return w
}

func (s Signup) hasStarterFee() bool {
	term, _ := s.Term()
	for _, fee := range term.FlatFees {
		if fee.StarterPackage && fee.PaymentFrequency.Price.Sign() > 0 {
			return true
		}
	}
	return false
}
