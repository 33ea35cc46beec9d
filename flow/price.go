package flow

import (
	"maps"
	"time"

	"frontdesk/apiclient"
)

// Limits of waiting and of age.
const (
	debounce     = 500 * time.Millisecond // typed inputs rest this long before a price is asked for
	freshPreview = 10 * time.Minute       // an older preview is made again before money moves
	freshSearch  = 10 * time.Minute       // and so is an older search for duplicates
)

// Quote is the newest price when it was computed with the complete, real
// sign-up as it stands; nothing else can be accepted.
func (s Signup) Quote() (Price, bool) {
	r, ok := s.complete()
	if !ok || s.Price == nil || s.Price.Estimate || s.Price.Fingerprint != r.Preview().Fingerprint() {
		return Price{}, false
	}
	return *s.Price, true
}

// PriceStale reports whether the newest price belongs to older inputs.
func (s Signup) PriceStale() bool {
	return s.Price != nil && s.Price.Fingerprint != s.priceKey()
}

func (s Signup) previewArrived(f PreviewArrived) Signup {
	price := Price{Fingerprint: f.Fingerprint, Estimate: f.Estimate, At: s.At, Preview: f.Preview}
	if f.Fresh {
		return s.finalArrived(price)
	}
	if s.Step >= StepPayment || f.Fingerprint != s.priceKey() {
		return s
	}
	if s.rejects(f.Preview) {
		return s.withoutVoucher(f.Preview)
	}
	s.Price = &price
	if !f.Estimate {
		s.Failures = maps.Clone(s.Failures)
		maps.DeleteFunc(s.Failures, func(key string, _ Failure) bool { return isPreview(key) })
	}
	if s.Step == StepPreview && !s.Ready(StepConsents) {
		s.Step = StepConsents
	}
	return s
}

// rejects reports whether a preview did not take the voucher. A rejected code
// answers 200 like an accepted one (Open API, signup preview); a sign-up with it
// would fail.
func (s Signup) rejects(p apiclient.Preview) bool { return s.Voucher != "" && !p.VoucherApplied() }

func (s Signup) withoutVoucher(p apiclient.Preview) Signup {
	s.VoucherRefused = &VoucherRefusal{Code: s.Voucher, Reason: string(p.VoucherErrorCode)}
	s.Voucher, s.changedAt = "", time.Time{}
	return s
}

// PriceFailure says why the price that belongs on the screen did not come.
func (s Signup) PriceFailure() (Failure, bool) {
	f, failed := s.Failures[FetchPreview{Fingerprint: s.priceKey()}.Key()]
	return f, failed
}

// SearchFailure says why the search for duplicates came to nothing.
func (s Signup) SearchFailure() (Failure, bool) {
	f, failed := s.Failures[SearchDuplicates{Person: s.person()}.Key()]
	return f, failed
}

// finalArrived compares the last preview, made with the exact body of the
// sign-up, with the price that was accepted. A difference is shown and must be
// accepted anew before any money moves.
func (s Signup) finalArrived(price Price) Signup {
	r, ok := s.exact()
	if !ok || s.Stage() != StageChecking || price.Fingerprint != r.Preview().Fingerprint() {
		return s
	}
	if s.rejects(price.Preview) {
		s = s.withoutVoucher(price.Preview)
		s.Accepted, s.final, s.Step = nil, nil, StepPreview
		return s
	}
	shown := price
	shown.Fingerprint = s.priceKey()
	if !samePrice(*s.Accepted, price) {
		s.Drift = &Drift{Old: *s.Accepted, New: shown}
		s.Price, s.Accepted, s.final, s.Step = &shown, nil, nil, StepPreview
		if !s.Ready(StepConsents) {
			s.Step = StepConsents
		}
		return s
	}
	s.Price, s.final = &shown, &price
	if !s.Ready(StepConsents) {
		s.Accepted, s.Step = nil, StepConsents
	}
	return s
}

func samePrice(a, b Price) bool {
	dueA, okA := a.Due()
	dueB, okB := b.Due()
	if okA != okB || okA && !dueA.Equal(dueB) {
		return false
	}
	totalA, totalB := a.Total(), b.Total()
	if totalA.Set() != totalB.Set() || totalA.Set() && !totalA.Equal(totalB) {
		return false
	}
	return a.Preview.VoucherApplied() == b.Preview.VoucherApplied()
}

// finalValid reports whether the last preview may still be relied on: same
// body, same day, not old, same amount as accepted.
func (s Signup) finalValid() bool {
	r, ok := s.exact()
	return ok && s.final != nil && s.Accepted != nil &&
		s.final.Fingerprint == r.Preview().Fingerprint() &&
		s.At.Sub(s.final.At) < freshPreview && !s.At.Before(s.final.At) &&
		s.day(s.final.At) == s.Today() &&
		samePrice(*s.Accepted, *s.final)
}

// accept takes the member's yes. It is deaf to a price that is no longer the
// one on the screen.
func (s Signup) accept(fingerprint string) Signup {
	quote, ok := s.Quote()
	if !ok || s.Step != StepPreview || quote.Fingerprint != fingerprint || !s.Ready(StepConsents) || !s.Ready(StepPreview) {
		return s
	}
	s.Accepted, s.Drift, s.Step = &quote, nil, StepPayment
	s.Page.Refused = false
	if s.Submission.State == SubmitRefused {
		s.Submission.State = ""
	}
	return s.dropUnneeded()
}
