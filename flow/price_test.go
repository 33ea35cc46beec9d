package flow_test

import (
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// The session's amount is the very text of the accepted preview.
func TestRule14AmountOnlyFromTheAcceptedPreview(t *testing.T) {
	w := begin(t)
	w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("299.10", "299.1", now("299.1")) }
	w.choose(1002, 10021).do(typed(peter)).tick().preview().accept()
	if a := must[flow.OpenSession](w).Request.Amount; a.Number() != "299.10" || a.Currency() != "EUR" {
		t.Errorf("amount %v", a)
	}
	t.Run("not before the last preview", func(t *testing.T) {
		w := ready(t, 1002, 10021)
		quote, _ := w.s.Quote()
		w.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		never[flow.OpenSession](w, "before the last preview")
		if e := must[flow.FetchPreview](w); !e.Fresh || e.Estimate {
			t.Errorf("last preview %+v", e)
		}
	})
	t.Run("never from a stale one", func(t *testing.T) {
		w := ready(t, 1002, 10021)
		old, _ := w.s.Quote()
		w.do(flow.StepChosen{Step: flow.StepTerm}, flow.DatesChosen{Start: day("2026-04-16"), PreUse: day("2026-04-16")})
		w.do(flow.StepChosen{Step: flow.StepPreview}, flow.PreviewAccepted{Fingerprint: old.Fingerprint})
		if w.s.Step != flow.StepPreview || w.s.Accepted != nil {
			t.Error("a price that is no longer on the screen was accepted")
		}
		if !w.s.PriceStale() {
			t.Error("the old price does not count as old")
		}
		e := must[flow.FetchPreview](w)
		w.do(flow.PreviewArrived{Fingerprint: old.Fingerprint, Preview: bill("1", "1")})
		if due, _ := w.s.Price.Due(); due.Number() == "1" {
			t.Error("an answer to older inputs is shown")
		}
		w.do(flow.PreviewArrived{Fingerprint: e.Fingerprint, Preview: bill("2", "2")})
		if quote, ok := w.s.Quote(); !ok || quote.Fingerprint != e.Fingerprint {
			t.Error("the newest answer is not shown")
		}
	})
	t.Run("nor from one that comes while the member pays", func(t *testing.T) {
		w := ready(t, 1002, 10021).accept().open()
		w.do(flow.PreviewArrived{Fingerprint: w.s.Accepted.Fingerprint, Preview: bill("0", "0")})
		if due, _ := w.s.Price.Due(); due.Number() != "299.00" || len(w.s.Scopes()) != 1 {
			t.Errorf("due %v, sessions %v", due, w.s.Scopes())
		}
	})
	t.Run("never from an estimate", func(t *testing.T) {
		w := begin(t).choose(1002, 10021).do(typed(peter)).tick()
		if w.s.Price == nil || !w.s.Price.Estimate {
			t.Fatal("no estimate")
		}
		w.do(flow.PreviewAccepted{Fingerprint: w.s.Price.Fingerprint})
		w.do(flow.StepChosen{Step: flow.StepPreview}, flow.PreviewAccepted{Fingerprint: w.s.Price.Fingerprint})
		if w.s.Accepted != nil {
			t.Error("an estimate was accepted")
		}
	})
	t.Run("A4-1 a cent more is shown and accepted anew", func(t *testing.T) {
		w := ready(t, 1002, 10021)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("299.01", "299.01", now("299.01")) }
		w.accept()
		never[flow.OpenSession](w, "although the price changed")
		if w.s.Step != flow.StepPreview || w.s.Drift == nil {
			t.Fatalf("step %d", w.s.Step)
		}
		before, _ := w.s.Drift.Old.Due()
		after, _ := w.s.Drift.New.Due()
		if before.Number() != "299.00" || after.Number() != "299.01" {
			t.Errorf("old %v, new %v", before, after)
		}
		if w.accept(); must[flow.OpenSession](w).Request.Amount.Number() != "299.01" || w.s.Drift != nil {
			t.Error("the new price is not taken")
		}
	})
	t.Run("the same value in another text is the same price", func(t *testing.T) {
		w := ready(t, 1002, 10021)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("299", "299.0", now("299")) }
		if w.accept(); must[flow.OpenSession](w).Request.Amount.Number() != "299.00" {
			t.Error("the accepted text is not kept")
		}
	})
	t.Run("a negative one is refused", func(t *testing.T) {
		w := begin(t)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("-5", "299") }
		w.choose(1002, 10021).do(typed(peter)).tick().preview()
		if !slices.Contains(codes(w.s.Problems(flow.StepPreview)), flow.NegativeDue) {
			t.Errorf("problems %v", codes(w.s.Problems(flow.StepPreview)))
		}
	})
}

func TestRule15NoDueAmountIsNothingDue(t *testing.T) {
	for name, p := range map[string]apiclient.Preview{
		"no payment preview": {BasePrice: eur("29.90"), ContractVolumeInformation: apiclient.ContractVolume{TotalContractVolume: eur("358.80")}},
		"no due amount":      bill("", "358.80", later("29.90")),
	} {
		w := begin(t)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return p }
		w.choose(1003, 10031).do(typed(peter)).tick().preview()
		if !slices.Contains(w.s.Warnings(), flow.DueMissing) {
			t.Errorf("%s: warnings %v", name, w.s.Warnings())
		}
		if n := w.s.Needs(); n.Upfront || !n.Recurring {
			t.Errorf("%s: needs %+v", name, n)
		}
		r := must[flow.OpenSession](w.accept()).Request
		if r.Scope != apiclient.ScopeMemberAccount || r.Amount.Number() != "0" || r.Amount.Currency() != "EUR" {
			t.Errorf("%s: session %+v", name, r)
		}
	}
	if w := ready(t, 1003, 10031); slices.Contains(w.s.Warnings(), flow.DueMissing) {
		t.Error("an amount of 0 is no missing one")
	}
}

func TestRule16RejectedVoucherIsTakenAway(t *testing.T) {
	w := begin(t).choose(1005, 10051).do(flow.VoucherEntered{Code: "GUEST1"})
	if e := must[flow.FetchPreview](w); e.Request.Contract.VoucherCode != "GUEST1" {
		t.Fatal("not asked at once")
	}
	w.answer()
	if w.s.Voucher != "" || w.s.VoucherRefused == nil || w.s.VoucherRefused.Code != "GUEST1" || w.s.VoucherRefused.Reason != "INVALID_CODE" {
		t.Errorf("voucher %q, refused %+v", w.s.Voucher, w.s.VoucherRefused)
	}
	if due, _ := w.s.Price.Due(); due.Number() != "186.00" || w.s.PriceStale() {
		t.Errorf("the price without it is not shown: %v", due)
	}
	if w.do(flow.VoucherEntered{Code: "SPRING10"}).answer(); w.s.VoucherRefused != nil || w.s.Voucher != "SPRING10" {
		t.Error("the next code is not taken")
	}
	t.Run("neither message nor error is a rejection too", func(t *testing.T) {
		w := begin(t)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("186", "186", now("186")) }
		if w.choose(1005, 10051).do(flow.VoucherEntered{Code: "X"}).answer(); w.s.Voucher != "" {
			t.Error("kept")
		}
	})
	t.Run("one that expires before the last preview", func(t *testing.T) {
		w := begin(t).choose(1002, 10021).do(typed(peter), flow.VoucherEntered{Code: "SPRING10"}).tick().preview()
		w.figures = func(r apiclient.PreviewRequest) apiclient.Preview {
			p := bill("299", "299", now("299"))
			if r.Contract.VoucherCode != "" {
				p.VoucherErrorCode = apiclient.VoucherInvalidCode
			}
			return p
		}
		w.accept()
		never[flow.OpenSession](w, "with a rejected voucher")
		if w.s.Voucher != "" || w.s.Step != flow.StepPreview || w.s.VoucherRefused == nil {
			t.Fatalf("voucher %q at step %d", w.s.Voucher, w.s.Step)
		}
		if r := must[flow.Submit](w.accept().open().pay("t")).Request; r.Contract.VoucherCode != "" {
			t.Error("it is sent all the same")
		}
	})
}

func TestRule17AmountsCompareByValueAndCurrency(t *testing.T) {
	usd, _ := money.New("299.00", "USD")
	bare, _ := money.New("299.00", "")
	for _, c := range []struct {
		name  string
		total money.Amount
		want  bool
	}{
		{"other digits", eur("299.0"), false},
		{"exponent", eur("2.99e2"), false},
		{"a cent", eur("299.01"), true},
		{"currency", usd, true},
		{"no currency", bare, true},
		{"no total", money.Amount{}, true},
	} {
		w := begin(t)
		w.figures = func(apiclient.PreviewRequest) apiclient.Preview {
			p := bill("299.00", "", now("299.00"))
			p.ContractVolumeInformation.TotalContractVolume = c.total
			return p
		}
		if w.choose(1002, 10021); w.s.Needs().Recurring != c.want {
			t.Errorf("%s: %+v", c.name, w.s.Needs())
		}
	}
}

// needs are what a price asks for.
func needs(t *testing.T, p apiclient.Preview, facts ...flow.Fact) flow.Needs {
	t.Helper()
	w := begin(t, func(s *flow.Settings) { s.AllowTill = true })
	w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return p }
	return w.choose(1001, 10011).do(facts...).s.Needs()
}

func TestRule18Scenarios(t *testing.T) {
	for _, c := range []struct {
		name               string
		p                  apiclient.Preview
		recurring, upfront bool
		why                flow.NeedReason
	}{
		{"due is total", bill("299", "299"), false, true, flow.AllAtSigning},
		{"due is total, schedule agrees", bill("299", "299", now("299")), false, true, flow.AllAtSigning},
		{"due is total, schedule disagrees", bill("299", "299", now("299"), later("10")), true, true, flow.LaterPayments},
		{"nothing due", bill("0", "225"), true, false, flow.ScheduleUnclear},
		{"nothing due, all later", bill("0", "225", later("60")), true, false, flow.LaterPayments},
		{"both", bill("41.12", "398.50"), true, true, flow.ScheduleUnclear},
		{"free", bill("0", "0"), false, false, flow.NothingToPay},
		{"free but for what is later", bill("0", "0", later("5")), true, false, flow.LaterPayments},
		{"no total", bill("0", ""), true, false, flow.ScheduleUnclear},
		{"nothing known", bill("", ""), true, false, flow.ScheduleUnclear},
		{"a later payment of nothing", bill("299", "299", now("299"), later("0")), false, true, flow.AllAtSigning},
	} {
		n := needs(t, c.p)
		if n.Recurring != c.recurring || n.Upfront != c.upfront || n.Why != c.why || n.Any() != (c.recurring || c.upfront) {
			t.Errorf("%s: %+v", c.name, n)
		}
	}
	for offer, want := range map[[2]int64][]apiclient.Scope{
		{1001, 10011}: {apiclient.ScopeMemberAccount, apiclient.ScopeECOM},
		{1001, 10012}: {apiclient.ScopeMemberAccount, apiclient.ScopeECOM},
		{1002, 10021}: {apiclient.ScopeECOM},
		{1003, 10031}: {apiclient.ScopeMemberAccount},
		{1004, 10041}: nil,
		{1005, 10051}: {apiclient.ScopeECOM},
	} {
		if got := ready(t, offer[0], offer[1]).s.Scopes(); !slices.Equal(got, want) {
			t.Errorf("%v: %v", offer, got)
		}
	}
}

func TestRule19VoucherAndSchedule(t *testing.T) {
	for _, c := range []struct {
		name string
		p    apiclient.Preview
		want bool
		why  flow.NeedReason
	}{
		{"a voucher explains the difference", applied(bill("171.10", "186", now("171.10"))), false, flow.VoucherExplains},
		{"in two parts", applied(bill("171.10", "186", now("100"), now("71.10"))), false, flow.VoucherExplains},
		{"no voucher, no explanation", bill("171.10", "186", now("171.10")), true, flow.ScheduleUnclear},
		{"no schedule", applied(bill("171.10", "186")), true, flow.ScheduleUnclear},
		{"the schedule has less", applied(bill("171.10", "186", now("171.09"))), true, flow.ScheduleUnclear},
		{"the schedule has more to come", applied(bill("171.10", "186", now("171.10"), later("14.90"))), true, flow.LaterPayments},
		{"no total to explain", applied(bill("171.10", "", now("171.10"))), true, flow.ScheduleUnclear},
		{"a voucher makes nothing dearer", applied(bill("171.10", "100", now("171.10"))), true, flow.ScheduleUnclear},
		{"entries without amounts", applied(bill("171.10", "186", apiclient.PaymentScheduleEntry{})), true, flow.ScheduleUnclear},
	} {
		if n := needs(t, c.p); n.Recurring != c.want || n.Why != c.why || !n.Upfront {
			t.Errorf("%s: %+v", c.name, n)
		}
	}
	t.Run("a contract that goes on can have its mandate", func(t *testing.T) {
		for term, goesOn := range map[[2]int64]bool{{1001, 10011}: true, {1002, 10021}: false, {1005, 10051}: true} {
			if w := begin(t).choose(term[0], term[1]); w.s.GoesOn() != goesOn {
				t.Errorf("term %v goes on: %v", term, w.s.GoesOn())
			}
		}
		n := needs(t, bill("299", "299"), flow.MandateChosen{On: true})
		if !n.Recurring || n.Why != flow.GoesOnByItself {
			t.Errorf("%+v", n)
		}
		if n = needs(t, bill("299", "299"), flow.MandateChosen{On: true}, flow.MandateChosen{}); n.Recurring {
			t.Errorf("%+v", n)
		}
	})
}

func TestRule20CashPayerIsSaid(t *testing.T) {
	for offer, cash := range map[[2]int64]bool{{1001, 10011}: false, {1002, 10021}: true, {1003, 10031}: false, {1004, 10041}: true, {1005, 10051}: true} {
		if w := ready(t, offer[0], offer[1]); slices.Contains(w.s.Warnings(), flow.BecomesCashPayer) != cash {
			t.Errorf("%v: %v", offer, w.s.Warnings())
		}
	}
	w := ready(t, 1001, 10011).do(flow.CashChosen{On: true})
	if n := w.s.Needs(); n.Recurring || n.Why != flow.MemberPaysInCash || !slices.Contains(w.s.Warnings(), flow.BecomesCashPayer) {
		t.Errorf("%+v, %v", n, w.s.Warnings())
	}
	w.accept().sign()
	if r := must[flow.OpenSession](w).Request; r.Scope != apiclient.ScopeECOM {
		t.Errorf("session %s", r.Scope)
	}
	if r := must[flow.Submit](w.open().pay("t")).Request; !r.Customer.PaymentRequestToken.IsZero() {
		t.Error("a cash payer has a token")
	}
	paid := ready(t, 1001, 10011).accept().sign().open().pay("t1").do(flow.StepChosen{Step: flow.StepPreview}, flow.CashChosen{On: true})
	if lost := paid.s.WouldLose(); len(lost) != 1 || lost[0].Scope != apiclient.ScopeMemberAccount {
		t.Errorf("would lose %v", lost)
	}
	if paid.accept(); paid.s.Payments[0].State != flow.LeftOver {
		t.Errorf("the instrument is %s", paid.s.Payments[0].State)
	}
	if w := ready(t, 1003, 10031).do(flow.CashChosen{On: true}); w.s.Cash || !w.s.Needs().Recurring {
		t.Error("cash although the offer does not allow it")
	}
}

func TestTill(t *testing.T) {
	allow := func(s *flow.Settings) { s.AllowTill = true }
	w := ready(t, 1001, 10011, allow).do(flow.TillChosen{On: true})
	if n := w.s.Needs(); n.Upfront || !n.Recurring || !slices.Contains(w.s.Warnings(), flow.TillOpen) {
		t.Errorf("%+v, %v", n, w.s.Warnings())
	}
	r := must[flow.Submit](w.accept().sign().open().pay("t")).Request
	if !r.Contract.InitialPaymentRequestToken.IsZero() || r.Customer.PaymentRequestToken != secret.New("t") {
		t.Error("tokens in the wrong fields")
	}
	if w := ready(t, 1001, 10011).do(flow.TillChosen{On: true}); w.s.Till {
		t.Error("at the till although the configuration does not allow it")
	}
	// What was accepted stands: an authorised payment is not dropped by a key.
	w = submitting(t, 1002, 10021, allow).do(refusal(apiclient.Invalid), flow.TillChosen{On: true}, flow.SubmitPressed{}).answer()
	if must[flow.Submit](w).Request.Contract.InitialPaymentRequestToken.IsZero() {
		t.Error("the payment was dropped unasked")
	}
}

func TestStarterFeeNotDueIsHinted(t *testing.T) {
	w := begin(t)
	w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("0", "398.50", later("29.90")) }
	if w.choose(1001, 10011); !slices.Contains(w.s.Warnings(), flow.StarterFeeNotDue) {
		t.Errorf("warnings %v", w.s.Warnings())
	}
	if w := begin(t).choose(1001, 10011); slices.Contains(w.s.Warnings(), flow.StarterFeeNotDue) {
		t.Error("hinted although it is due")
	}
	if w := begin(t).choose(1003, 10031); slices.Contains(w.s.Warnings(), flow.StarterFeeNotDue) {
		t.Error("hinted although there is none")
	}
}

func TestUnderageIsSaid(t *testing.T) {
	for born, young := range map[string]bool{"2008-03-11": true, "2008-03-10": false} {
		w := begin(t).choose(1002, 10021).do(field(flow.DateOfBirth, born))
		if slices.Contains(w.s.Warnings(), flow.Underage) != young {
			t.Errorf("born %s: %v", born, w.s.Warnings())
		}
	}
}

func TestEstimateKnowsNobody(t *testing.T) {
	w := begin(t).choose(1001, 10011).do(typed(peter), field(flow.Notes, "walk-in"), flow.DatesChosen{Start: day("2026-03-12"), PreUse: day("2026-03-12")})
	w.wait(time.Second)
	e := must[flow.FetchPreview](w)
	c := e.Request.Customer
	if !e.Estimate || e.Fresh || c.FirstName == secret.New("Peter") || c.Email == secret.New("peter@example.invalid") || !e.Request.Contract.Notes.IsZero() {
		t.Error("the estimate tells who is asking")
	}
	if c.DateOfBirth != secret.New("1990-08-24") {
		t.Error("the price by age is not estimated")
	}
	w.do(field(flow.DateOfBirth, "nonsense")).wait(time.Second)
	if c := must[flow.FetchPreview](w).Request.Customer; c.DateOfBirth != secret.New("1990-01-01") {
		t.Error("what is no date is asked for")
	}
}

func TestFailedPriceIsThisPrices(t *testing.T) {
	w := ready(t, 1002, 10021).do(flow.StepChosen{Step: flow.StepTerm}, flow.DatesChosen{Start: day("2026-04-16")})
	w.do(flow.StepChosen{Step: flow.StepPreview})
	w.do(flow.Failed{Key: must[flow.FetchPreview](w).Key(), Failure: flow.Failure{Kind: apiclient.Unavailable}})
	wantCodes(t, w.s.Problems(flow.StepPreview), flow.PriceFailed)
	if f, failed := w.s.PriceFailure(); !failed || f.Kind != apiclient.Unavailable {
		t.Errorf("%+v %v", f, failed)
	}
	// Another price is being asked for: that one has not failed.
	w.do(flow.StepChosen{Step: flow.StepTerm}, flow.DatesChosen{Start: day("2026-04-17")}, flow.StepChosen{Step: flow.StepPreview})
	wantCodes(t, w.s.Problems(flow.StepPreview), flow.PriceLoading)
	if w.answer(); len(w.s.Failures) != 0 {
		t.Errorf("failures %v", w.s.Failures)
	}
}

func TestDuplicateSearchBeforeMoney(t *testing.T) {
	w := begin(t).choose(1002, 10021).do(typed(peter)).tick()
	never[flow.SearchDuplicates](w, "before the member is complete and seen to be")
	w.do(flow.StepChosen{Step: flow.StepPreview})
	search := must[flow.SearchDuplicates](w)
	if search.Person.Email != secret.New("peter@example.invalid") || search.Person.LastName != secret.New("Muller") {
		t.Error("searches for somebody else")
	}
	price := must[flow.FetchPreview](w)
	w.do(flow.PreviewArrived{Fingerprint: price.Fingerprint, Preview: figures(price.Request)})
	refused := func(why string, code flow.ProblemCode) {
		t.Helper()
		wantCodes(t, w.s.Problems(flow.StepPreview), code)
		try := *w
		if quote, _ := try.s.Quote(); try.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint}).s.Step == flow.StepPayment {
			t.Errorf("money moves %s", why)
		}
	}
	refused("while the search is under way", flow.Searching)
	w.do(flow.Failed{Key: search.Key(), Failure: flow.Failure{Kind: apiclient.Unreachable}})
	refused("after a search that failed", flow.SearchFailed)
	w.do(flow.Retried{}, flow.DuplicatesArrived{Person: flow.Person{LastName: secret.New("Other")}})
	refused("after a search for somebody else", flow.Searching)
	w.do(flow.DuplicatesArrived{Person: search.Person, Forbidden: true})
	refused("without the scope to search", flow.SearchForbidden)
	w.do(flow.DuplicatesArrived{Person: search.Person, Found: []apiclient.FoundCustomer{{ID: 9}}})
	refused("although somebody is found", flow.DuplicatesFound)
	w.do(flow.DuplicatesDismissed{})
	w.do(flow.DuplicatesArrived{Person: flow.Person{LastName: secret.New("Other")}, Found: []apiclient.FoundCustomer{{ID: 9}}})
	wantCodes(t, w.s.Problems(flow.StepPreview))
	// Another e-mail address is another search.
	w.do(flow.StepChosen{Step: flow.StepMember}, field(flow.Email, "p@example.invalid"), flow.StepChosen{Step: flow.StepPreview})
	must[flow.SearchDuplicates](w)

	t.Run("nothing to pay needs no search", func(t *testing.T) {
		w := begin(t).choose(1004, 10041).do(typed(peter), flow.StepChosen{Step: flow.StepPreview})
		w.do(flow.DuplicatesArrived{Person: must[flow.SearchDuplicates](w).Person, Forbidden: true}).answer()
		must[flow.Submit](w.accept())
	})
	t.Run("the configuration may allow it", func(t *testing.T) {
		w := begin(t, func(s *flow.Settings) { s.AllowWithoutSearch = true }).choose(1002, 10021).do(typed(peter)).tick()
		w.do(flow.StepChosen{Step: flow.StepPreview})
		w.do(flow.DuplicatesArrived{Person: must[flow.SearchDuplicates](w).Person, Forbidden: true}).answer()
		if !slices.Contains(w.s.Warnings(), flow.SearchImpossible) {
			t.Errorf("warnings %v", w.s.Warnings())
		}
		must[flow.OpenSession](w.accept())
	})
}
