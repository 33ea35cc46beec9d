package flow_test

import (
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

func refusal(kind apiclient.Kind) flow.SignupRefused {
	return flow.SignupRefused{Failure: flow.Failure{Kind: kind, Op: "sign the member up", Message: "no", TraceID: "4bf92f35"}}
}

var lost = flow.OutcomeUnknown{Failure: flow.Failure{Kind: apiclient.Lost, Op: "sign the member up"}}

// What is under way cannot be taken back: nothing that staff do, and no clock,
// may end the one request that creates the contract or change what it says.
func TestRule33SubmitUnderWayStaysWanted(t *testing.T) {
	happens := map[string]func(*walk){
		"nothing":               func(*walk) {},
		"a session expires":     func(w *walk) { w.wait(25 * time.Minute) },
		"midnight":              func(w *walk) { w.wait(13 * time.Hour) },
		"the preview grows old": func(w *walk) { w.wait(11 * time.Minute) },
		"offer":                 func(w *walk) { w.do(flow.OfferChosen{ID: 1002}) },
		"term":                  func(w *walk) { w.do(flow.TermChosen{ID: 10012}) },
		"dates":                 func(w *walk) { w.do(flow.DatesChosen{Start: day("2026-04-16"), PreUse: day("2026-04-16")}) },
		"modules":               func(w *walk) { w.do(flow.ModulesChosen{Optional: []int64{30011}}) },
		"voucher":               func(w *walk) { w.do(flow.VoucherEntered{Code: "SPRING10"}) },
		"a field":               func(w *walk) { w.do(field(flow.Email, "other@example.invalid")) },
		"an emptied field":      func(w *walk) { w.do(field(flow.City, "")) },
		"cash":                  func(w *walk) { w.do(flow.CashChosen{On: true}) },
		"till":                  func(w *walk) { w.do(flow.TillChosen{On: true}) },
		"back":                  func(w *walk) { w.do(flow.StepChosen{Step: flow.StepTerm}) },
		"cancel":                func(w *walk) { w.do(flow.Abandoned{}) },
		"press again":           func(w *walk) { w.do(flow.SubmitPressed{}, flow.SubmitPressed{}) },
		"retry":                 func(w *walk) { w.do(flow.Retried{}) },
		"renew":                 func(w *walk) { w.do(flow.SessionRenewed{}) },
		"an old price": func(w *walk) {
			w.do(flow.PreviewArrived{Fingerprint: w.s.Accepted.Fingerprint, Preview: bill("1", "2")})
		},
		"an old last price": func(w *walk) {
			w.do(flow.PreviewArrived{Fingerprint: must[flow.Submit](w).Request.Preview().Fingerprint(), Fresh: true, Preview: bill("1", "2")})
		},
		"the studio": func(w *walk) { w.do(flow.StudioArrived{Studio: apiclient.Studio{CountryCode: "IT"}}) },
		"page":       func(w *walk) { w.do(flow.PageReported{Kind: flow.PageLost}, flow.PageReopened{}) },
	}
	for name, happen := range happens {
		t.Run(name, func(t *testing.T) {
			w := submitting(t, 1001, 10011, func(s *flow.Settings) { s.AllowTill = true })
			before := must[flow.Submit](w)
			happen(w)
			after := must[flow.Submit](w)
			if after.Attempt != before.Attempt || after.Request.Preview().Fingerprint() != before.Request.Preview().Fingerprint() ||
				after.Request.Customer.PaymentRequestToken != before.Request.Customer.PaymentRequestToken ||
				after.Request.Contract.InitialPaymentRequestToken != before.Request.Contract.InitialPaymentRequestToken {
				t.Error("the submit under way became another one")
			}
			if w.do(flow.SignupCreated{CustomerID: 1000482}); w.s.Outcome != flow.Created || w.s.CustomerID != 1000482 {
				t.Errorf("the good answer got lost: outcome %q", w.s.Outcome)
			}
			if left := w.s.Unused(); len(left) > 0 {
				t.Errorf("payments left over: %v", states(w.s))
			}
		})
	}
}

func TestRule33OnlyOneSubmit(t *testing.T) {
	w := submitting(t, 1002, 10021)
	w.do(refusal(apiclient.Unavailable))
	never[flow.Submit](w, "after a refusal, before staff pressed the key")
	w.do(flow.SubmitPressed{}, flow.SubmitPressed{}).answer()
	if e := must[flow.Submit](w); e.Attempt != 2 {
		t.Errorf("attempt %d", e.Attempt)
	}
	w.do(flow.SignupCreated{CustomerID: 7})
	never[flow.Submit](w, "after it succeeded")
	w.do(flow.SubmitPressed{}, flow.Retried{}, flow.Resumed{})
	never[flow.Submit](w, "after it succeeded")
}

func TestRule32UnknownOutcomeLooksOnSchedule(t *testing.T) {
	w := submitting(t, 1002, 10021).do(lost)
	if w.s.Stage() != flow.StageUnknown || w.s.Result() != "" {
		t.Fatalf("stage %q, result %q", w.s.Stage(), w.s.Result())
	}
	since := w.at
	for i, second := range []int{2, 6, 14, 30, 60, 90} {
		wake := w.alarm()
		if got := wake.Sub(since); got != time.Duration(second)*time.Second {
			t.Fatalf("look %d after %v", i, got)
		}
		never[flow.FindOwn](w, "too early")
		w.wait(wake.Sub(w.at))
		if e := must[flow.FindOwn](w); e.Look != i || e.Intent != intent {
			t.Fatalf("look %+v", e)
		}
		if i%2 == 0 {
			w.do(flow.OwnNotFound{})
		} else {
			w.do(flow.Failed{Key: must[flow.FindOwn](w).Key(), Failure: flow.Failure{Kind: apiclient.Unreachable}})
		}
		never[flow.Submit](w, "although nobody knows what became of the first")
	}
	never[flow.FindOwn](w, "although the schedule is over")
	if w.s.Result() != flow.Unknown {
		t.Errorf("result %q", w.s.Result())
	}
	if w.do(flow.LookedAgain{}); must[flow.FindOwn](w).Look != 6 {
		t.Error("staff cannot look again")
	}
	w.do(flow.OwnNotFound{})
	never[flow.FindOwn](w, "although it was answered")
	w.do(flow.LookedAgain{}, flow.OwnFound{CustomerID: 12, HasContract: true})
	if w.s.Outcome != flow.Created || w.s.CustomerID != 12 {
		t.Errorf("outcome %q", w.s.Outcome)
	}
}

// looked lets the whole schedule of searches pass.
func (w *walk) looked() *walk {
	for w.s.Result() == "" {
		if _, ok := want[flow.FindOwn](w.s); ok {
			w.do(flow.OwnNotFound{})
			continue
		}
		w.wait(w.alarm().Sub(w.at))
	}
	return w
}

func TestA4_5SendOnceMoreNeedsTheCodeAndSendsTheSame(t *testing.T) {
	w := submitting(t, 1001, 10011)
	first := must[flow.Submit](w)
	w.do(lost)
	if w.s.MaySendOnceMore() {
		t.Error("may be sent again before anybody looked")
	}
	w.do(flow.SentOnceMore{Code: w.s.Code()})
	never[flow.Submit](w, "before anybody looked")
	w.looked()
	w.wait(24 * time.Hour) // sessions are over, and yesterday is no day to start on
	w.do(field(flow.Email, "another@example.invalid"), flow.SentOnceMore{Code: "WRONG1"})
	never[flow.Submit](w, "with a wrong code")
	w.do(flow.LookedAgain{}) // and does not wait for the answer
	w.do(flow.SentOnceMore{Code: " " + w.s.Code() + " "})
	again := must[flow.Submit](w)
	if again.Attempt != 2 || again.Request.Preview().Fingerprint() != first.Request.Preview().Fingerprint() ||
		again.Request.Customer.PaymentRequestToken != first.Request.Customer.PaymentRequestToken ||
		again.Request.Contract.InitialPaymentRequestToken != first.Request.Contract.InitialPaymentRequestToken {
		t.Error("the second request is not the first one again")
	}
	never[flow.FindOwn](w, "while it is being sent")

	// The second is lost too: the schedule begins again, whatever failed before.
	w.do(lost).looked()
	if !w.s.MaySendOnceMore() {
		t.Error("the second search did not come to its end")
	}
}

func TestA4_5SearchesThatFailedDoNotStopTheNextSchedule(t *testing.T) {
	w := submitting(t, 1002, 10021).do(lost)
	for range 6 {
		w.wait(w.alarm().Sub(w.at)).do(flow.Failed{Key: must[flow.FindOwn](w).Key()})
	}
	w.do(flow.SentOnceMore{Code: w.s.Code()}, lost)
	w.wait(2 * time.Second)
	must[flow.FindOwn](w)
}

func TestUnknownIsNeverSentAgainWithoutASearch(t *testing.T) {
	w := begin(t, func(s *flow.Settings) { s.AllowWithoutSearch = true }).choose(1002, 10021).do(typed(peter)).tick()
	w.do(flow.StepChosen{Step: flow.StepPreview})
	w.do(flow.DuplicatesArrived{Person: must[flow.SearchDuplicates](w).Person, Forbidden: true}).answer()
	w.accept().open().pay("t")
	w.do(lost).looked()
	if w.s.MaySendOnceMore() {
		t.Error("may be sent again although nobody can search")
	}
	w.do(flow.SentOnceMore{Code: w.s.Code()})
	never[flow.Submit](w, "although nobody can search")
}

func TestA4_5MemberWithoutContractIsForSupport(t *testing.T) {
	w := submitting(t, 1002, 10021).do(lost).wait(2 * time.Second)
	w.do(flow.OwnFound{CustomerID: 99})
	if w.s.Result() != flow.Unknown || w.s.Submission.CustomerID != 99 || w.s.MaySendOnceMore() {
		t.Errorf("result %q, customer %d, may send %v", w.s.Result(), w.s.Submission.CustomerID, w.s.MaySendOnceMore())
	}
	late := submitting(t, 1002, 10021).do(lost).looked().do(flow.LookedAgain{}, flow.OwnFound{CustomerID: 99})
	if late.do(flow.SentOnceMore{Code: late.s.Code()}); late.s.MaySendOnceMore() || late.s.Stage() != flow.StageUnknown {
		t.Error("half a member is sent once more")
	}
	w.do(flow.LookedAgain{})
	must[flow.FindOwn](w)
	if w.do(flow.OwnFound{CustomerID: 99, HasContract: true}); w.s.Outcome != flow.Created {
		t.Error("the contract came later and was not noticed")
	}
}

func TestA4_6Conflict(t *testing.T) {
	t.Run("our own lost success", func(t *testing.T) {
		w := submitting(t, 1002, 10021).do(refusal(apiclient.Conflict))
		never[flow.Submit](w, "after a conflict")
		must[flow.FindOwn](w)
		if w.do(flow.OwnFound{CustomerID: 5, HasContract: true}); w.s.Outcome != flow.Created {
			t.Errorf("outcome %q", w.s.Outcome)
		}
	})
	t.Run("somebody else", func(t *testing.T) {
		w := submitting(t, 1002, 10021).do(refusal(apiclient.Conflict), flow.OwnNotFound{})
		// Who it is, is looked up again, and neither the key nor another
		// e-mail address gets past it.
		must[flow.SearchDuplicates](w)
		w.found = []apiclient.FoundCustomer{{ID: 1, Status: apiclient.StatusMember}}
		if w.answer(); w.s.Stage() != flow.StageRefused || w.s.Result() != flow.Duplicate {
			t.Fatalf("stage %q, result %q", w.s.Stage(), w.s.Result())
		}
		w.do(field(flow.Email, "second@example.invalid"), flow.SubmitPressed{}).answer()
		never[flow.Submit](w, "after a conflict, by the key alone")
	})
	t.Run("the search fails", func(t *testing.T) {
		w := submitting(t, 1002, 10021).do(refusal(apiclient.Conflict))
		w.do(flow.Failed{Key: must[flow.FindOwn](w).Key(), Failure: flow.Failure{Kind: apiclient.Unreachable}})
		if w.s.Stage() != flow.StageUnknown {
			t.Errorf("stage %q: it may be our own success and nobody looked", w.s.Stage())
		}
		w.wait(6 * time.Second)
		must[flow.FindOwn](w)
	})
	t.Run("cannot be left before it is known", func(t *testing.T) {
		w := submitting(t, 1002, 10021).do(refusal(apiclient.Conflict))
		w.do(flow.StepChosen{Step: flow.StepMember}, flow.Abandoned{})
		must[flow.FindOwn](w)
	})
}

func TestRule34RefusalKeepsEverything(t *testing.T) {
	w := submitting(t, 1001, 10011)
	before := must[flow.Submit](w).Request
	bad := refusal(apiclient.Invalid)
	bad.Failure.Reference = "customer.zipCode"
	w.do(bad)
	if f := w.s.Submission.Failure; w.s.Stage() != flow.StageRefused || f.Message != "no" || f.TraceID != "4bf92f35" {
		t.Fatalf("stage %q, failure %+v", w.s.Stage(), f)
	}
	if w.s.Result() != flow.Refused {
		t.Errorf("result %q", w.s.Result())
	}
	w.do(field(flow.ZipCode, "20099"))
	if !w.s.Submission.Mended {
		t.Error("not mended")
	}
	w.do(flow.SubmitPressed{}).answer()
	after := must[flow.Submit](w).Request
	if after.Customer.PaymentRequestToken != before.Customer.PaymentRequestToken ||
		after.Contract.InitialPaymentRequestToken != before.Contract.InitialPaymentRequestToken {
		t.Error("the tokens were not kept")
	}
	if after.Customer.ZipCode != secret.New("20099") || after.Customer.City != before.Customer.City || len(w.s.Payments) != 2 {
		t.Error("something was lost")
	}
}

func TestRule34MendedSignupIsPricedAgain(t *testing.T) {
	w := submitting(t, 1002, 10021).do(refusal(apiclient.Invalid), field(flow.ZipCode, "1"), flow.SubmitPressed{})
	never[flow.Submit](w, "before the changed body had its price")
	w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("310", "310", now("310")) }
	w.answer()
	never[flow.Submit](w, "although the price changed")
	if w.s.Step != flow.StepPreview || w.s.Drift == nil {
		t.Fatalf("step %d, drift %v", w.s.Step, w.s.Drift)
	}
	if due, _ := w.s.Drift.New.Due(); !due.Equal(eur("310")) {
		t.Errorf("new due %v", due)
	}
	if lost := w.s.WouldLose(); len(lost) != 1 || lost[0].Scope != apiclient.ScopeECOM {
		t.Errorf("would lose %v", lost)
	}
	// The price on the screen is the one of this very sign-up: it can be
	// accepted as it stands.
	w.accept()
	if w.s.Step != flow.StepPayment {
		t.Fatal("the new price cannot be accepted")
	}
	if e := must[flow.OpenSession](w); e.Request.Amount.Number() != "310" {
		t.Errorf("amount %v", e.Request.Amount)
	}
}

func TestA4_6aAnotherPersonIsSearchedForBeforeTheSubmit(t *testing.T) {
	w := submitting(t, 1002, 10021).do(refusal(apiclient.Invalid), field(flow.Email, "paul@example.invalid"), flow.SubmitPressed{})
	price := must[flow.FetchPreview](w)
	w.do(flow.PreviewArrived{Fingerprint: price.Fingerprint, Fresh: true, Preview: figures(price.Request)})
	never[flow.Submit](w, "before anybody looked for this person")
	never[flow.FetchPreview](w, "twice")
	search := must[flow.SearchDuplicates](w)
	good := *w
	must[flow.Submit](good.do(flow.DuplicatesArrived{Person: search.Person}))

	w.do(flow.Failed{Key: search.Key()})
	never[flow.Submit](w, "after a search that failed")
	w.do(flow.Retried{}, flow.DuplicatesArrived{Person: search.Person, Found: []apiclient.FoundCustomer{{ID: 9}}})
	never[flow.Submit](w, "although the person is known")
	if w.s.Step != flow.StepPreview {
		t.Fatalf("step %d: nobody is told", w.s.Step)
	}
	wantCodes(t, w.s.Problems(flow.StepPreview), flow.DuplicatesFound)
	w.answer().do(flow.DuplicatesDismissed{})
	if r := must[flow.Submit](w.accept()).Request; r.Contract.InitialPaymentRequestToken != secret.New("token-ECOM") {
		t.Error("the payment was not kept")
	}
}

func TestRule35WipedAfterSuccess(t *testing.T) {
	w := submitting(t, 1001, 10011).do(flow.PageListening{Link: secret.New("http://localhost:1/#k"), Code: "K7Q2"})
	w.do(flow.SignupCreated{CustomerID: 1000482})
	for _, p := range w.s.Payments {
		if !p.Session.IsZero() || !p.Token.IsZero() || p.State != flow.Used {
			t.Errorf("session %d: %+v", p.N, p)
		}
	}
	if w.s.Committed() {
		t.Error("still committed although it is done")
	}
	if w.s.Wiped() || w.s.Get(flow.FirstName).IsZero() {
		t.Error("the person's name is needed on the last screen")
	}
	if view, ok := w.s.PageView(); !ok || view.Kind != flow.PageDone {
		t.Errorf("page %v %v", view.Kind, ok)
	}
	t.Run("after two minutes", func(t *testing.T) {
		w := *w
		w.wait(90 * time.Second)
		w.do(flow.TwinsFound{})
		if got := w.alarm().Sub(w.at); got != 30*time.Second {
			t.Errorf("wakes after %v", got)
		}
		w.wait(30 * time.Second)
		wiped(t, w.s)
	})
	t.Run("when it is left", func(t *testing.T) {
		w := *w
		wiped(t, w.do(flow.Left{}).s)
	})
	replay := w.do(flow.PaymentAuthorised{N: 2, Token: secret.New("token-ECOM")}).s
	if len(replay.Unused()) > 0 {
		t.Error("the token that was used counts as left over when the page sends it once more")
	}
}

func wiped(t *testing.T, s flow.Signup) {
	t.Helper()
	if !s.Wiped() || s.Member != nil || s.Duplicates != nil || s.Signature != nil || !s.Page.Link.IsZero() || len(s.Failures) > 0 {
		t.Errorf("not wiped: member %v, failures %v, link %q", len(s.Member), s.Failures, s.Page.Link)
	}
	for _, p := range s.Payments {
		if !p.Session.IsZero() || !p.Token.IsZero() {
			t.Errorf("session %d keeps a token", p.N)
		}
	}
	if want := s.Wants(); len(want) > 0 {
		t.Errorf("still wanted: %v", keys(s))
	}
}

func TestAbandonedIsWipedToo(t *testing.T) {
	for reason, outcome := range map[flow.Reason]flow.Outcome{"": flow.GivenUp, flow.ReasonDeclined: flow.Declined, flow.ReasonDuplicate: flow.Duplicate} {
		w := ready(t, 1002, 10021).accept().open().do(flow.PageListening{Link: secret.New("l"), Code: "K7Q2"})
		w.do(flow.Abandoned{Reason: reason})
		if w.s.Outcome != outcome || w.s.Result() != outcome || w.s.Reason != reason {
			t.Errorf("%q ends as %q", reason, w.s.Outcome)
		}
		if view, ok := w.s.PageView(); !ok || view.Kind != flow.PageCancelled {
			t.Errorf("the page shows %q", view.Kind)
		}
		left := *w
		wiped(t, left.do(flow.Left{}).s)
		wiped(t, w.wait(2*time.Minute).s)
	}
}

func TestResumed(t *testing.T) {
	t.Run("an unanswered submit is unknown", func(t *testing.T) {
		w := submitting(t, 1001, 10011).do(flow.SubmitStarted{Attempt: 1}, flow.Resumed{})
		never[flow.Submit](w, "although it may have been sent")
		if w.s.Stage() != flow.StageUnknown || w.s.Submission.Failure.Kind != apiclient.Lost {
			t.Fatalf("stage %q, failure %+v", w.s.Stage(), w.s.Submission.Failure)
		}
		w.looked().do(flow.SentOnceMore{Code: w.s.Code()})
		if e := must[flow.Submit](w); e.Attempt != 2 {
			t.Errorf("attempt %d", e.Attempt)
		}
		// And so is the second one: it is searched for anew before a third.
		w.do(flow.SubmitStarted{Attempt: 1}, flow.SubmitStarted{Attempt: 2}, flow.Resumed{})
		if w.s.MaySendOnceMore() {
			t.Error("may be sent a third time without a search")
		}
		never[flow.Submit](w, "although it may have been sent")
	})
	t.Run("a submit that never started is sent after another look", func(t *testing.T) {
		w := submitting(t, 1001, 10011).do(flow.SubmitStarted{Attempt: 2}, flow.Resumed{})
		never[flow.Submit](w, "unseen")
		must[flow.SearchDuplicates](w)
		if e := must[flow.FetchPreview](w); !e.Fresh {
			t.Error("an old price is good enough")
		}
		if e := must[flow.Submit](w.answer()); e.Attempt != 1 || e.Request.Customer.PaymentRequestToken.IsZero() {
			t.Errorf("submit %+v", e)
		}
	})
	t.Run("a second submit that never started leaves the first unknown", func(t *testing.T) {
		w := submitting(t, 1001, 10011).do(lost).looked()
		w.do(flow.SentOnceMore{Code: w.s.Code()}, flow.Resumed{})
		never[flow.Submit](w, "although nobody asked again")
		if w.s.Stage() != flow.StageUnknown || !w.s.MaySendOnceMore() {
			t.Errorf("stage %q", w.s.Stage())
		}
		w.do(flow.SentOnceMore{Code: w.s.Code()})
		if e := must[flow.Submit](w); e.Attempt != 2 {
			t.Errorf("attempt %d", e.Attempt)
		}
	})
	t.Run("a session that nobody answered is asked for anew", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().sign().open().pay("t1")
		if e := must[flow.OpenSession](w.do(flow.Resumed{}).answer()); e.N != 2 || e.Request.FinionPayCustomerID != finion {
			t.Errorf("session %+v", e)
		}
	})
	t.Run("what was paid stays paid", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().sign().open().pay("t1").do(flow.Resumed{}).answer()
		if e := must[flow.OpenSession](w); e.N != 2 || e.Request.Scope != apiclient.ScopeECOM {
			t.Errorf("session %+v", e)
		}
	})
	t.Run("the page gets a new link", func(t *testing.T) {
		w := ready(t, 1002, 10021).accept().open().do(flow.PageListening{Link: secret.New("l"), Code: "K7Q2"}, flow.Resumed{})
		if !w.s.Page.Link.IsZero() || must[flow.ServePage](w).View.Kind != flow.PagePay {
			t.Errorf("page %+v", w.s.Page)
		}
	})
	t.Run("failures are tried again", func(t *testing.T) {
		w := begin(t).do(flow.OfferChosen{ID: 1001})
		w.do(flow.Failed{Key: must[flow.FetchOffer](w).Key()})
		never[flow.FetchOffer](w, "after it failed")
		w.do(flow.Resumed{})
		must[flow.FetchOffer](w)
	})
}

func TestCode(t *testing.T) {
	w := begin(t)
	code := w.s.Code()
	if len(code) != 7 || code[2] != '-' {
		t.Fatalf("code %q", code)
	}
	other := flow.Signup{Intent: "0199d2a4-5b6c-7d8e-9f01-23456789abce"}
	if other.Code() == code {
		t.Error("two intents have one code")
	}
	for _, bad := range []string{"", "x", "0199d2a4-5b6c-7d8e-9f01-2345zzzzzzzz"} {
		if got := (flow.Signup{Intent: bad}).Code(); got != "" {
			t.Errorf("code of %q is %q", bad, got)
		}
	}
}

func TestA4_6aSearchedAgainBeforeTheSubmit(t *testing.T) {
	somebody := apiclient.FoundCustomer{ID: 7}
	late := func(t *testing.T) *walk {
		t.Helper()
		w := ready(t, 1002, 10021).accept().open()
		w.at = w.at.Add(10 * time.Minute)
		view, _ := w.s.PageView()
		return w.do(flow.PaymentAuthorised{N: view.N, Token: secret.New("t")})
	}
	t.Run("nobody came in the meantime", func(t *testing.T) {
		w := late(t)
		must[flow.SearchDuplicates](w)
		last := must[flow.FetchPreview](w)
		w.do(flow.PreviewArrived{Fingerprint: last.Fingerprint, Fresh: true, Preview: w.figures(last.Request)})
		never[flow.Submit](w, "before the search")
		must[flow.Submit](w.answer())
	})
	t.Run("not when the search is young", func(t *testing.T) {
		w := ready(t, 1002, 10021).accept().open().wait(9 * time.Minute)
		view, _ := w.s.PageView()
		w.do(flow.PaymentAuthorised{N: view.N, Token: secret.New("t")})
		never[flow.SearchDuplicates](w, "again and again")
		must[flow.Submit](w)
	})
	t.Run("somebody came", func(t *testing.T) {
		w := late(t)
		w.found = []apiclient.FoundCustomer{somebody}
		w.answer()
		never[flow.Submit](w, "although she is a member")
		if w.s.Step != flow.StepPreview || len(w.s.Unused()) != 1 {
			t.Fatalf("step %d, unused %v", w.s.Step, w.s.Unused())
		}
		w.do(flow.DuplicatesDismissed{}).accept()
		must[flow.Submit](w)
	})
	t.Run("whoever was dismissed stays dismissed", func(t *testing.T) {
		w := begin(t)
		w.found = []apiclient.FoundCustomer{somebody}
		w.choose(1002, 10021).do(typed(peter)).tick().preview().do(flow.DuplicatesDismissed{}).accept().open()
		w.at = w.at.Add(10 * time.Minute)
		w.pay("t")
		must[flow.Submit](w)
	})
	t.Run("after a restart", func(t *testing.T) {
		w := ready(t, 1002, 10021).accept().do(flow.Resumed{})
		must[flow.SearchDuplicates](w)
		never[flow.OpenSession](w, "before the search")
		must[flow.OpenSession](w.answer())
	})
}

// A4-8: what slipped through on two desks is told on both, after the fact.
func TestA4_8TwinsAreToldAfterTheFact(t *testing.T) {
	w := submitting(t, 1002, 10021).do(flow.SignupCreated{CustomerID: 7})
	if slices.ContainsFunc(w.s.Wants(), func(e flow.Effect) bool { _, ok := e.(flow.FindTwins); return ok }) {
		t.Error("looks before the search can show anybody")
	}
	w.s = w.s.Apply(flow.Event{At: w.s.EndedAt.Add(90 * time.Second), Fact: flow.Woke{}})
	if e := must[flow.FindTwins](w); e.Intent != w.s.Intent {
		t.Errorf("looks for %q", e.Intent)
	}
	w.s = w.s.Apply(flow.Event{At: w.s.At, Fact: flow.TwinsFound{Customers: []int64{8}}})
	if !slices.Equal(w.s.Twins, []int64{8}) {
		t.Errorf("twins are %v", w.s.Twins)
	}
	if slices.ContainsFunc(w.s.Wants(), func(e flow.Effect) bool { _, ok := e.(flow.FindTwins); return ok }) {
		t.Error("looks twice")
	}
}
