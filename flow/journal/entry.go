package journal

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/flow"
)

// Entry is what is known of a sign-up without its personal data.
type Entry struct {
	Intent  string
	Code    string // the intent code
	Place   Place
	Program string // the version that began it
	Started time.Time
	Changed time.Time // of the newest record
	Records int
	State

	Done     bool   // a skeleton: the personal data is erased
	InUse    bool   // a desk has it open
	Sealed   bool   // its personal data cannot be read with this desk's key
	ReadOnly string // why it cannot be gone on with, in words; empty when it can
	Damage   string // what is broken, in words; empty when nothing is
}

// State is how a sign-up stands, as a desk that resumes it finds it: a submit
// without an answer is unknown.
type State struct {
	Offer      string
	Step       flow.Step
	Stage      flow.Stage
	Outcome    flow.Outcome // empty while it can be gone on with
	Reason     flow.Reason
	CustomerID int64 // also of a member who was created without a contract
	Payments   []Payment
	Ended      time.Time
	// Held is since when money is unused or the outcome unknown, zero when
	// neither is.
	Held time.Time
}

// Payment is one payment session and what became of it.
type Payment struct {
	N      int
	Scope  apiclient.Scope
	Amount money.Amount
	State  flow.PaymentState
	Extra  int // late or second tokens, which were never used
}

// stateOf is the part of s that may outlive the personal data.
func stateOf(s flow.Signup) State {
	s = s.Apply(flow.Event{At: s.At, Fact: flow.Resumed{}})
	state := State{
		Step:       s.Step,
		Stage:      s.Stage(),
		Outcome:    s.Outcome,
		Reason:     s.Reason,
		CustomerID: cmp.Or(s.CustomerID, s.Submission.CustomerID),
		Ended:      s.EndedAt,
	}
	if s.Offer != nil {
		state.Offer = s.Offer.Name
	}
	hold := func(since time.Time) {
		if since.After(state.Held) {
			state.Held = since
		}
	}
	if state.Stage == flow.StageUnknown {
		hold(s.Submission.Since)
	}
	for _, p := range s.Payments {
		state.Payments = append(state.Payments, Payment{p.N, p.Scope, p.Amount, p.State, p.Extra})
		unused := p.State == flow.Authorised || p.State == flow.LeftOver || p.Extra > 0
		if unused && p.Amount.Sign() > 0 {
			hold(p.At)
		}
	}
	return state
}

func encodeState(s flow.Signup) (string, error) {
	shown, _, err := encode(stateOf(s), guarded)
	return string(shown), err
}

func decodeState(data json.RawMessage) (state State, err error) {
	err = decode(data, nil, &state)
	return state, err
}

// Paid is what was authorised, whether used or not, one sum for each currency.
func (s State) Paid() []money.Amount {
	return s.sums(flow.Authorised, flow.Used, flow.LeftOver)
}

// Used is what was used for the contract, one sum for each currency.
func (s State) Used() []money.Amount { return s.sums(flow.Used) }

// LeftOver is what was authorised and can no longer be used, one sum for each
// currency.
func (s State) LeftOver() []money.Amount { return s.sums(flow.LeftOver) }

func (s State) sums(states ...flow.PaymentState) []money.Amount {
	var list []money.Amount
	for _, p := range s.Payments {
		if !slices.Contains(states, p.State) || p.Amount.Sign() <= 0 {
			continue
		}
		i := slices.IndexFunc(list, func(a money.Amount) bool { return a.Currency() == p.Amount.Currency() })
		if i < 0 {
			list = append(list, p.Amount)
			continue
		}
		sum, err := list[i].Add(p.Amount)
		if err != nil { // out of range: show it by itself rather than lose it
			list = append(list, p.Amount)
			continue
		}
		list[i] = sum
	}
	return list
}

// Only keeps the entries of one studio: nothing is gone on with elsewhere.
func Only(entries []Entry, where Place) []Entry {
	var list []Entry
	for _, e := range entries {
		if sameURL(e.Place.BaseURL, where.BaseURL) && e.Place.Studio == where.Studio && e.Place.Environment == where.Environment {
			list = append(list, e)
		}
	}
	return list
}

func sameURL(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// byUrgency puts unknown outcomes first, then paid sign-ups, the newest first
// among equals.
func byUrgency(a, b Entry) int {
	rank := func(e Entry) int {
		switch {
		case e.Stage == flow.StageUnknown:
			return 0
		case !e.Held.IsZero():
			return 1
		case e.Outcome == "":
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), b.Started.Compare(a.Started), cmp.Compare(a.Intent, b.Intent))
}
