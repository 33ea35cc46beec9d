package flow_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// Whatever staff, member, studio and clock do, in any order, stale or broken,
// the promises of watch.check hold.
func TestRandomHistoriesKeepEveryPromise(t *testing.T) {
	all := offers(t)
	deep := map[flow.Stage]int{}
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{rt: rt, walk: &walk{TB: t, at: noon, offers: all, figures: figures, minutes: 20 * time.Minute}, tokens: map[int]map[secret.Value]bool{}}
		h.do(flow.Begun{Intent: intent, Settings: flow.Settings{
			Country: "DE", Language: "de",
			AllowTill:          rapid.Bool().Draw(rt, "till"),
			AllowWithoutSearch: rapid.Bool().Draw(rt, "without search"),
		}})
		h.drive(rapid.SampledFrom(append([]flow.Stage{flow.StageNone}, stages...)).Draw(rt, "from"))
		for range rapid.IntRange(10, 60).Draw(rt, "length") {
			deep[h.s.Stage()]++
			h.tick()
			h.do(h.next())
		}
		h.folds()
	})
	for _, stage := range stages {
		if deep[stage] == 0 {
			t.Errorf("no history ever reached %q: the promises were not tested there", stage)
		}
	}
}

var stages = []flow.Stage{
	flow.StageSigning, flow.StageChecking, flow.StageOpening, flow.StagePaying, flow.StageExpired,
	flow.StageSubmitting, flow.StageRefused, flow.StageUnknown,
}

type history struct {
	*walk
	rt     *rapid.T
	events []flow.Event
	asked  []flow.Effect // everything ever wanted, for answers that come too late
	sent   *flow.Submit  // wanted and not answered
	may    bool          // staff allowed another submit since the last answer
	first  bool          // a submit was wanted before
	tokens map[int]map[secret.Value]bool
	serial int
}

// do applies a fact and checks what must be true of the step.
func (h *history) do(fact flow.Fact) {
	e := flow.Event{At: h.at, Fact: fact}
	before, seal := h.s, digest(h.s)
	h.s = h.s.Apply(e)
	h.events = append(h.events, e)
	if digest(before) != seal {
		h.rt.Fatalf("%T changed a sign-up that others may see", fact)
	}
	if _, ok := fact.(flow.Begun); ok {
		return
	}
	h.check(before, fact)
}

func (h *history) check(before flow.Signup, fact flow.Fact) {
	s, wants := h.s, h.s.Wants()
	seen := map[string]bool{}
	var submit *flow.Submit
	for _, e := range wants {
		if seen[e.Key()] {
			h.rt.Fatalf("%s is wanted twice", e.Key())
		}
		seen[e.Key()] = true
		switch e := e.(type) {
		case flow.Submit:
			submit = &e
		case flow.OpenSession:
			h.session(e)
		case flow.ServePage:
			if s.Wiped() {
				h.rt.Fatal("a page is wanted for somebody who is forgotten")
			}
		}
		h.asked = append(h.asked, e)
	}
	if s.Accepted != nil && before.Accepted == nil {
		if !before.Ready(flow.StepConsents) || len(before.Problems(flow.StepPreview)) > 0 || before.Step != flow.StepPreview {
			h.rt.Fatalf("accepted with problems %v", before.Problems(flow.StepPreview))
		}
	}
	h.submits(before, fact, submit)
	h.payments(fact)
	if s.Outcome == flow.Created && before.Outcome == "" {
		own, found := fact.(flow.OwnFound)
		if _, created := fact.(flow.SignupCreated); !created && (!found || !own.HasContract) {
			h.rt.Fatalf("created by %T", fact)
		}
	}
	if s.Step == flow.StepPayment && s.Outcome == "" && s.Accepted == nil {
		h.rt.Fatal("in the payment step without an accepted price")
	}
	if len(h.events)%8 == 0 {
		h.anything(s)
	}
}

// session checks that the amount is the accepted one.
func (h *history) session(e flow.OpenSession) {
	due, _ := h.s.Accepted.Due()
	switch r := e.Request; r.Scope {
	case apiclient.ScopeECOM:
		if r.Amount.Number() != due.Number() || r.Amount.Sign() <= 0 {
			h.rt.Fatalf("a session over %v, accepted were %v", r.Amount, due)
		}
	default:
		if !r.Amount.Set() || r.Amount.Sign() != 0 {
			h.rt.Fatalf("a session over %v for regular payments", r.Amount)
		}
	}
	if h.s.SigningNeeded() && h.s.Signature == nil {
		h.rt.Fatal("a session before anything is signed")
	}
}

// submits checks that the one request is wanted until it is answered, always
// the same, and again only if staff said so.
func (h *history) submits(before flow.Signup, fact flow.Fact, now *flow.Submit) {
	answered, again := false, false // it never left, so nobody has to be asked
	switch f := fact.(type) {
	case flow.SignupRefused, flow.OutcomeUnknown:
		answered = true
	case flow.Resumed:
		answered = true
		if h.sent != nil && !before.Submission.Started {
			again = before.Submission.Since.IsZero()
		}
	case flow.SignupCreated:
		answered = true
		if h.sent != nil && (h.s.Outcome != flow.Created || h.s.CustomerID != f.CustomerID) {
			h.rt.Fatal("the good answer got lost")
		}
	case flow.SubmitPressed:
		h.may = h.may || before.Submission.State == flow.SubmitRefused
	case flow.PreviewAccepted:
		h.may = h.may || h.s.Step == flow.StepPayment && before.Step == flow.StepPreview
	case flow.SentOnceMore:
		h.may = h.may || before.MaySendOnceMore()
	default:
	}
	switch {
	case h.sent != nil && answered:
		h.sent, h.may = nil, again
		if now != nil {
			h.rt.Fatalf("sent again after %T, unasked", fact)
		}
	case h.sent != nil && now == nil:
		h.rt.Fatalf("%T took a request back that may be on its way", fact)
	case h.sent != nil && !same(*h.sent, *now):
		h.rt.Fatalf("%T changed a request that is on its way", fact)
	case h.sent == nil && now != nil:
		if h.first && !h.may {
			h.rt.Fatalf("sent again by %T, unasked", fact)
		}
		if _, again := fact.(flow.SentOnceMore); !again {
			h.body(now.Request)
		}
		h.sent, h.first, h.may = now, true, false
	}
}

func same(a, b flow.Submit) bool {
	return a.Attempt == b.Attempt && a.Request.Preview().Fingerprint() == b.Request.Preview().Fingerprint() &&
		a.Request.Customer.PaymentRequestToken == b.Request.Customer.PaymentRequestToken &&
		a.Request.Contract.InitialPaymentRequestToken == b.Request.Contract.InitialPaymentRequestToken
}

// body checks tokens, amounts and signatures of a request that is new.
func (h *history) body(r apiclient.SignupRequest) {
	due, _ := h.s.Accepted.Due()
	recurring, upfront := r.Customer.PaymentRequestToken, r.Contract.InitialPaymentRequestToken
	if !recurring.IsZero() && recurring == upfront {
		h.rt.Fatal("one token twice")
	}
	needs := h.s.Needs()
	if needs.Recurring == recurring.IsZero() || needs.Upfront == upfront.IsZero() {
		h.rt.Fatalf("needs %+v, tokens %v %v", needs, !recurring.IsZero(), !upfront.IsZero())
	}
	for _, p := range h.s.Payments {
		switch {
		case p.Token.IsZero():
		case p.Token == recurring && p.Scope != apiclient.ScopeMemberAccount, p.Token == upfront && p.Scope != apiclient.ScopeECOM:
			h.rt.Fatal("the tokens are swapped")
		case p.Token == upfront && !p.Amount.Equal(due):
			h.rt.Fatalf("authorised %v, due %v", p.Amount, due)
		case (p.Token == upfront || p.Token == recurring) && (p.State != flow.Authorised || p.Expired(h.at)):
			h.rt.Fatalf("the token of a session that is %s", p.State)
		}
	}
	if h.s.Offer.ContractSignaturesRequired && r.Contract.ContractSignature.IsZero() {
		h.rt.Fatal("unsigned")
	}
	if r.Contract.ContractOfferTermID != h.s.TermID || r.Customer.ThirdPartyID != intent || r.Contract.ThirdPartyID != intent {
		h.rt.Fatal("another contract")
	}
}

// payments checks that nothing authorised is ever forgotten.
func (h *history) payments(fact flow.Fact) {
	if f, ok := fact.(flow.PaymentAuthorised); ok && f.N >= 1 && f.N <= len(h.s.Payments) && !f.Token.IsZero() {
		if h.tokens[f.N] == nil {
			h.tokens[f.N] = map[secret.Value]bool{}
		}
		h.tokens[f.N][f.Token] = true
	}
	unused := h.s.Unused()
	for _, p := range h.s.Payments {
		if !p.Token.IsZero() && p.State != flow.Authorised && p.State != flow.LeftOver && p.State != flow.Used {
			h.rt.Fatalf("session %d is %s and has a token", p.N, p.State)
		}
		reported := slices.ContainsFunc(unused, func(u flow.Payment) bool { return u.N == p.N })
		if tokens := len(h.tokens[p.N]); tokens > 0 && !reported && !(p.State == flow.Used && tokens == 1) {
			h.rt.Fatalf("session %d got %d tokens, is %s, and nobody is told", p.N, tokens, p.State)
		}
	}
}

// anything asks every question there is; none may panic.
func (h *history) anything(s flow.Signup) {
	for _, step := range flow.Steps {
		s.Problems(step)
		s.Skipped(step)
		s.MissingBefore(step)
	}
	s.Warnings()
	s.WouldLose()
	s.PriceFailure()
	s.GoesOn()
	s.Result()
	s.Next()
	s.Back()
	_ = fmt.Sprintf("%v %+v", s.Stage(), s.Needs())
}

// folds replays the events: a sign-up is nothing but their fold.
func (h *history) folds() {
	var s flow.Signup
	for _, e := range h.events {
		s = s.Apply(e)
	}
	if digest(s) != digest(h.s) {
		h.rt.Fatal("the fold of the events is another sign-up")
	}
}
