package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/apiclient"
)

// Submission is what is known of sending the sign-up.
type Submission struct {
	State      SubmitState
	Answers    int  // sends that were answered, or whose answer was lost
	Started    bool // the request that is wanted may have left
	Refused    bool // the newest send was, whatever became of the one before it
	Failure    Failure
	Since      time.Time // when the outcome became unknown
	Looks      int       // searches made since then
	LookNow    bool      // staff asked for a search at once
	Mended     bool      // a field was edited after a refusal
	CustomerID int64     // of a member without a contract
}

// SubmitState is where the submission stands; empty means not sent, or not
// answered yet.
type SubmitState string

// The states of a [Submission].
const (
	SubmitSending  SubmitState = "sending" // wanted or under way; from here on only its answer counts
	SubmitRefused  SubmitState = "refused"
	SubmitConflict SubmitState = "conflict" // refused as a duplicate; is it our own lost success?
	SubmitUnknown  SubmitState = "unknown"
)

// looks is when to search for the member after an answer was lost; 90 s in
// all, because the search may lag behind the sign-up.
var looks = []time.Duration{2 * time.Second, 6 * time.Second, 14 * time.Second, 30 * time.Second, 60 * time.Second, 90 * time.Second}

// Stage is what is going on within the payment step.
type Stage string

// The stages, in their order; any of the last three can follow the submit.
const (
	StageNone       Stage = ""
	StageSigning    Stage = "signing"
	StageChecking   Stage = "checking" // the last preview, and the search if it is old or for somebody else
	StageOpening    Stage = "opening"  // a payment session
	StagePaying     Stage = "paying"
	StageExpired    Stage = "expired"
	StageSubmitting Stage = "submitting"
	StageRefused    Stage = "refused"
	StageUnknown    Stage = "unknown"
)

// Stage says what the payment step is waiting for. It follows from the state;
// nothing stores it.
func (s Signup) Stage() Stage {
	if s.Step != StepPayment || s.Outcome != "" {
		return StageNone
	}
	switch s.Submission.State {
	case SubmitUnknown:
		return StageUnknown
	case SubmitRefused:
		return StageRefused
	case SubmitSending, SubmitConflict:
		return StageSubmitting
	}
	if s.SigningNeeded() && !s.signedFor() {
		return StageSigning
	}
	if _, p, has, open := s.unpaid(); open {
		switch {
		case has && p.Expired(s.At):
			return StageExpired
		case has:
			return StagePaying
		case !s.checked():
			return StageChecking
		}
		return StageOpening
	}
	if !s.checked() {
		return StageChecking
	}
	return StageSubmitting
}

// checked reports whether money may move: the price is still the accepted one,
// and the person, who may have been mended after a refusal, is new, also to
// those who searched a moment ago.
func (s Signup) checked() bool {
	return s.finalValid() && s.duplicateProblem() == "" && s.searchValid()
}

// submitting reports whether a request that creates the contract is wanted or
// under way.
func (s Signup) submitting() bool { return s.Submission.State == SubmitSending }

// Committed reports whether such a request may have been sent and nobody knows
// yet what became of it. Until then nothing can be changed or left.
func (s Signup) Committed() bool {
	return s.submitting() || s.Submission.State == SubmitConflict || s.Submission.State == SubmitUnknown
}

// settled commits the sign-up to its submit once nothing is missing. The body
// is kept as it is at this instant, because time goes on while it is under way
// and it must be the same if it is ever sent again. A sign-up that can no
// longer be sent, as its start is yesterday now or the person turns out to be
// known, goes back to where staff can say what happens.
func (s Signup) settled() Signup {
	switch s.Stage() {
	case StageSubmitting:
		if r, ok := s.signupRequest(); ok && s.Submission.State == "" {
			s.Submission.State, s.Submission.Started, s.request = SubmitSending, false, &r
		}
	case StageChecking:
		_, complete := s.complete()
		if problem := s.duplicateProblem(); !complete || problem == DuplicatesFound || problem == SearchForbidden {
			return s.goTo(StepPreview)
		}
	}
	return s
}

// signupRequest is the one request that creates the contract: the exact body
// of the last preview, with each token in its field. ok is false when a token
// that is needed is missing or both are the same.
func (s Signup) signupRequest() (apiclient.SignupRequest, bool) {
	r, ok := s.exact()
	if !ok {
		return r, false
	}
	needs := s.Needs()
	if needs.Recurring {
		p, _ := s.Payment(apiclient.ScopeMemberAccount)
		r.Customer.PaymentRequestToken = p.Token
		ok = ok && !p.Token.IsZero()
	}
	if needs.Upfront {
		p, _ := s.Payment(apiclient.ScopeECOM)
		r.Contract.InitialPaymentRequestToken = p.Token
		ok = ok && !p.Token.IsZero() && p.Token != r.Customer.PaymentRequestToken
	}
	return r, ok
}

// submission applies what staff and world say of the submit.
func (s Signup) submission(fact Fact) Signup {
	sub := &s.Submission
	switch f := fact.(type) {
	case SubmitPressed:
		// A conflict is never just sent again: somebody looks first, and it is
		// accepted anew.
		if sub.State == SubmitRefused && s.Step == StepPayment && sub.Failure.Kind != apiclient.Conflict {
			sub.State = ""
		}
	case SubmitStarted:
		sub.Started = sub.Started || s.submitting() && f.Attempt == sub.Answers+1
	case SignupCreated:
		return s.created(f.CustomerID)
	case SignupRefused:
		if !s.submitting() {
			return s
		}
		sub.Answers++
		sub.Mended, sub.Failure, sub.Refused = false, f.Failure, true
		switch {
		case f.Failure.Kind == apiclient.Conflict:
			sub.State, sub.Since = SubmitConflict, time.Time{}
		case !sub.Since.IsZero():
			return s.lookAnew() // it says nothing of the send before, whose answer was lost
		default:
			sub.State = SubmitRefused
		}
	case OutcomeUnknown:
		if !s.submitting() {
			return s
		}
		sub.Answers++
		sub.Failure, sub.Refused = f.Failure, false
		return s.lookAnew()
	case OwnFound:
		switch {
		case sub.State != SubmitConflict && sub.State != SubmitUnknown:
			return s
		case f.HasContract:
			return s.created(f.CustomerID)
		case sub.State == SubmitConflict:
			sub.State, sub.Since = SubmitUnknown, s.At
		}
		sub.CustomerID, sub.LookNow = f.CustomerID, false
	case OwnNotFound:
		return s.looked(false)
	case LookedAgain:
		sub.LookNow = sub.State == SubmitUnknown
	case SentOnceMore:
		if s.MaySendOnceMore() && SameCode(f.Code, s.Code()) {
			sub.State, sub.Started, sub.LookNow = SubmitSending, false, false
		}
	default:
	}
	return s
}

// MaySendOnceMore reports whether staff may send a sign-up of unknown outcome
// again: only where a search could show the member, and none was found.
func (s Signup) MaySendOnceMore() bool {
	searchable := s.Duplicates != nil && !s.Duplicates.Forbidden
	return s.Submission.State == SubmitUnknown && s.Submission.CustomerID == 0 && searchable && s.Submission.Looks >= len(looks)
}

// lookAnew begins the schedule of searches.
func (s Signup) lookAnew() Signup {
	s.Submission.State, s.Submission.Since, s.Submission.Looks = SubmitUnknown, s.At, 0
	s.Failures = maps.Clone(s.Failures)
	maps.DeleteFunc(s.Failures, func(key string, _ Failure) bool { return isLook(key) })
	return s
}

// looked counts a search that found nothing, or came to nothing. A search may
// lag behind the sign-up. So a conflict is somebody else's only when that
// somebody is found, and a refusal counts for a lost send before it only when
// the whole schedule found nobody.
func (s Signup) looked(failed bool) Signup {
	switch s.Submission.State {
	case SubmitConflict:
		s = s.lookAnew()
		if !failed {
			s.Duplicates = nil // who it is, is searched anew
		}
	case SubmitUnknown:
	default:
		return s
	}
	sub := &s.Submission
	sub.Looks++
	sub.LookNow = false
	if !failed && sub.Looks >= len(looks) && sub.Refused && sub.Failure.Kind != apiclient.Conflict {
		sub.State, sub.Since = SubmitRefused, time.Time{}
	}
	return s
}

// met makes a conflict a refusal once the search shows whom it is with.
func (s Signup) met() Signup {
	sub := &s.Submission
	own := func(c apiclient.FoundCustomer) bool { return c.ThirdPartyID == s.Intent }
	if sub.State == SubmitUnknown && sub.Refused && sub.Failure.Kind == apiclient.Conflict &&
		len(s.Duplicates.Found) > 0 && !slices.ContainsFunc(s.Duplicates.Found, own) {
		sub.State, sub.Since = SubmitRefused, time.Time{}
	}
	return s
}

// nextLook is when to search next; ok is false when the schedule is over and
// staff did not ask for more.
func (s Signup) nextLook() (at time.Time, ok bool) {
	switch sub := s.Submission; {
	case sub.State == SubmitConflict || sub.LookNow:
		return s.At, true
	case sub.State != SubmitUnknown || sub.CustomerID != 0 || sub.Looks >= len(looks):
		return time.Time{}, false
	default:
		return sub.Since.Add(looks[sub.Looks]), true
	}
}

// LooksUntil is when the search by the program itself ends; zero when the
// outcome is not unknown.
func (s Signup) LooksUntil() time.Time {
	if s.Submission.State != SubmitUnknown {
		return time.Time{}
	}
	return s.Submission.Since.Add(looks[len(looks)-1])
}

func (s Signup) created(customerID int64) Signup {
	if s.Step != StepPayment {
		return s
	}
	s.Outcome, s.CustomerID, s.EndedAt, s.Step = Created, customerID, s.At, StepDone
	s.Submission.State = ""
	s = s.wipedSecrets()
	for i := range s.Payments {
		if s.Payments[i].State == Authorised {
			s.Payments[i].State = Used
		}
	}
	return s
}

// Result is the outcome as it stands now; empty while something can still
// happen without staff.
func (s Signup) Result() Outcome {
	switch s.Stage() {
	case StageRefused:
		if s.Submission.Failure.Kind == apiclient.Conflict {
			return Duplicate
		}
		return Refused
	case StageUnknown:
		if _, more := s.nextLook(); !more {
			return Unknown
		}
	}
	return s.Outcome
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Code is the short form of the intent id for people: six characters without
// those that are easily mixed up, from the random end of the id.
func (s Signup) Code() string {
	hex := strings.ReplaceAll(s.Intent, "-", "")
	if len(hex) < 8 {
		return ""
	}
	n, err := strconv.ParseUint(hex[len(hex)-8:], 16, 64)
	if err != nil {
		return ""
	}
	var b [6]byte
	for i := range b {
		b[i] = crockford[n&31]
		n >>= 5
	}
	return string(b[:2]) + "-" + string(b[2:])
}

// SameCode reports whether somebody who typed this meant that intent code.
func SameCode(typed, code string) bool {
	plain := func(s string) string {
		return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "O", "0", "o", "0", "I", "1", "i", "1", "L", "1", "l", "1").Replace(s))
	}
	return code != "" && plain(typed) == plain(code)
}
