package flow_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

func TestRule01DetailBeforeTerm(t *testing.T) {
	w := begin(t).do(flow.OfferChosen{ID: 1001})
	wantCodes(t, w.s.Problems(flow.StepOffer), flow.OfferLoading)
	w.do(flow.TermChosen{ID: 10011}, flow.StepChosen{Step: flow.StepTerm})
	if w.s.TermID != 0 || w.s.Step != flow.StepOffer {
		t.Error("a term of the list was taken")
	}
	if e := must[flow.FetchOffer](w); e.ID != 1001 {
		t.Errorf("fetches offer %d", e.ID)
	}
	w.answer().do(flow.TermChosen{ID: 10011}, flow.StepChosen{Step: flow.StepTerm})
	if term, ok := w.s.Term(); !ok || len(term.FlatFees) == 0 || len(term.OptionalModules) == 0 || w.s.Step != flow.StepTerm {
		t.Error("the detail's term has fees and modules")
	}
	t.Run("an offer that is not in the list", func(t *testing.T) {
		w := begin(t).do(flow.OfferChosen{ID: 4})
		never[flow.FetchOffer](w, "for an unknown id")
	})
	t.Run("a detail that comes too late", func(t *testing.T) {
		w := begin(t).do(flow.OfferChosen{ID: 1001}, flow.OfferChosen{ID: 1002})
		if w.do(flow.OfferArrived{Offer: w.offer(1001)}); w.s.Offer != nil {
			t.Error("the former choice's detail is shown")
		}
	})
	t.Run("a detail that comes twice changes nothing", func(t *testing.T) {
		w := ready(t, 1002, 10021).accept().open().do(flow.OfferArrived{Offer: w.offer(1002)})
		if states(w.s)[0] != flow.Open || w.s.TermID != 10021 {
			t.Error("it began anew")
		}
	})
}

func TestRule02TheChosenTerm(t *testing.T) {
	for _, term := range []int64{10011, 10012} {
		w := begin(t).choose(1001, term).do(typed(peter)).tick()
		if r, ok := want[flow.FetchPreview](w.s); ok && r.Request.Contract.ContractOfferTermID != term {
			t.Errorf("previews term %d", r.Request.Contract.ContractOfferTermID)
		}
		w.preview()
		if due, _ := w.s.Price.Due(); term == 10012 && due.Number() != "19.90" {
			t.Errorf("due %v", due)
		}
		w.accept().sign()
		for range w.s.Scopes() {
			w.open().pay("t" + string(shown(w)))
		}
		if got := must[flow.Submit](w).Request.Contract.ContractOfferTermID; got != term {
			t.Errorf("signs up for term %d, not %d", got, term)
		}
	}
}

func TestRule03NumberOfTerms(t *testing.T) {
	w := begin(t)
	w.offers[0].Terms = nil
	w.do(flow.OfferChosen{ID: 1001}).answer()
	wantCodes(t, w.s.Problems(flow.StepOffer), flow.OfferWithoutTerms)
	if w.do(flow.StepChosen{Step: flow.StepPreview}); w.s.Step != flow.StepOffer {
		t.Error("goes on without a term")
	}
	w.do(flow.TermChosen{ID: 1}, flow.ModulesChosen{Selectable: []int64{1}}, flow.DatesChosen{})

	if w := begin(t).do(flow.OfferChosen{ID: 1002}).answer(); w.s.TermID != 10021 {
		t.Errorf("of one term, %d is taken", w.s.TermID)
	}
	if w := begin(t).do(flow.OfferChosen{ID: 1001}).answer(); w.s.TermID != 0 {
		t.Errorf("of two terms, %d is taken unasked", w.s.TermID)
	}
	if w := begin(t).choose(1001, 10011).do(flow.TermChosen{ID: 10021}); w.s.TermID != 10011 {
		t.Error("a term of another offer is taken")
	}
}

// The prices themselves are apiclient.PaymentFrequency's; here the five types
// that the sandbox's offers use.
func TestRule04EveryFrequencyHasAPrice(t *testing.T) {
	seen := map[apiclient.FrequencyType]bool{}
	for _, o := range offers(t) {
		for _, term := range o.Terms {
			f := term.PaymentFrequency
			seen[f.Type] = true
			price, ok := f.Headline(term.RateStartPrice)
			if !ok || price.Free != (f.Type == apiclient.FrequencyFree) || !price.Free && price.Amount.Sign() <= 0 {
				t.Errorf("term %d, %s: %+v %v", term.ID, f.Type, price, ok)
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("types %v", seen)
	}
}

func TestRule05SelectableModules(t *testing.T) {
	w := begin(t).choose(1001, 10011)
	w.do(flow.ModulesChosen{Selectable: []int64{30102, 30101, 30102, 999}})
	if !slices.Equal(w.s.Selectable, []int64{30101, 30102}) {
		t.Errorf("selectable %v", w.s.Selectable)
	}
	wantCodes(t, w.s.Problems(flow.StepExtras), flow.TooManyModules)
	if w.do(flow.StepChosen{Step: flow.StepMember}); w.s.Step != flow.StepExtras {
		t.Errorf("step %d", w.s.Step)
	}
	w.do(flow.ModulesChosen{Selectable: []int64{30101}})
	wantCodes(t, w.s.Problems(flow.StepExtras))
	for offer, skipped := range map[int64]bool{1001: false, 1002: true, 1003: true, 1004: true, 1005: false} {
		w := begin(t).do(flow.OfferChosen{ID: offer}).answer()
		w.do(flow.TermChosen{ID: w.s.Offer.Terms[0].ID})
		if got := w.s.Skipped(flow.StepExtras); got != skipped {
			t.Errorf("offer %d skips extras: %v", offer, got)
		}
	}
	w = begin(t)
	w.offers[0].MaximumNumberOfSelectableModules = 0
	w.offers[0].Terms[0].OptionalModules = nil
	if w.choose(1001, 10011); !w.s.Skipped(flow.StepExtras) {
		t.Error("a maximum of 0 leaves nothing to choose")
	}
}

func TestRule06OtherTermOtherModules(t *testing.T) {
	w := begin(t).choose(1001, 10011).do(flow.ModulesChosen{Selectable: []int64{30101}, Optional: []int64{30011, 30012}}).answer()
	if w.do(flow.TermChosen{ID: 10012}); len(w.s.Optional) != 0 || !slices.Equal(w.s.Selectable, []int64{30101}) {
		t.Errorf("optional %v, selectable %v", w.s.Optional, w.s.Selectable)
	}
	w.do(flow.ModulesChosen{Optional: []int64{30011, 30021}})
	if !slices.Equal(w.s.Optional, []int64{30021}) {
		t.Errorf("optional %v", w.s.Optional)
	}
	if w.do(flow.OfferChosen{ID: 1005}).answer(); len(w.s.Optional)+len(w.s.Selectable) != 0 {
		t.Error("modules of another offer are kept")
	}
}

func TestRule07LimitedPeriod(t *testing.T) {
	for at, flagged := range map[string]bool{"2026-02-28": true, "2026-03-01": false, "2026-03-31": false, "2026-04-01": true} {
		w := begin(t)
		w.at = noon.AddDate(0, 0, noonDay.DaysUntil(day(at)))
		w.do(flow.OfferChosen{ID: 1004}).answer()
		if got := slices.Contains(w.s.Warnings(), flow.OutOfPeriod); got != flagged {
			t.Errorf("%s: flagged %v", at, got)
		}
	}
	if !flow.Period(nil, noonDay) || !flow.Period(&apiclient.Period{StartDate: noonDay}, noonDay) {
		t.Error("an offer without an end is not open")
	}
}

var noonDay = day("2026-03-10")

// Decoding is apiclient's; what it leaves raw must not disturb the flow.
func TestRule08UnknownValuesAreTolerated(t *testing.T) {
	w := begin(t)
	var odd apiclient.OfferDetail
	const text = `{"id":1003,"name":"Odd","preUseType":"SOMETIMES","newMember":{"a":1},"allowedPaymentChoices":["PIGEON"],
		"contractTextBlocks":[{"id":1,"title":"T","attachmentType":"HOLOGRAM"}],
		"terms":[{"id":10031,"extensionType":"FOREVER","cancelationStrategy":"NEVER","paymentFrequency":{"type":"SOMETIMES"}}]}`
	if err := json.Unmarshal([]byte(text), &odd); err != nil {
		t.Fatal(err)
	}
	w.offers[2] = odd
	w.choose(1003, 10031).do(typed(peter)).preview().accept()
	if got := must[flow.OpenSession](w).Request.PermittedPaymentChoices; !slices.Equal(got, []apiclient.PaymentChoice{"PIGEON"}) {
		t.Errorf("choices %v", got)
	}
	if !w.s.GoesOn() || !w.s.PreUseAllowed() {
		t.Error("an unknown value counts as none")
	}
}

func TestDatesOfTheTerm(t *testing.T) {
	for _, c := range []struct {
		offer, term   int64
		at            string
		start, preUse string
	}{
		{1001, 10011, "2026-03-10", "2026-03-10", "2026-03-10"},
		{1001, 10011, "2026-03-20", "2026-03-20", "2026-03-20"}, // a default in the past is today
		{1004, 10041, "2026-03-10", "2026-03-10", "2026-03-10"}, // no defaults
		{1005, 10051, "2026-03-10", "2026-03-24", "2026-03-10"},
		{1005, 10051, "2026-03-20", "2026-03-24", "2026-03-20"},
		{1005, 10051, "2026-03-30", "2026-03-30", "2026-03-30"},
	} {
		w := begin(t)
		w.at = noon.AddDate(0, 0, noonDay.DaysUntil(day(c.at)))
		w.choose(c.offer, c.term)
		if w.s.Start != day(c.start) || w.s.PreUse != day(c.preUse) {
			t.Errorf("term %d on %s: %v, %v", c.term, c.at, w.s.Start, w.s.PreUse)
		}
		r := w.s.Price
		if r == nil {
			t.Fatalf("term %d: no price", c.term)
		}
	}
	t.Run("both are sent", func(t *testing.T) {
		c := must[flow.Submit](submitting(t, 1005, 10051)).Request.Contract
		if c.StartDate != day("2026-03-24") || c.PreuseDate != day("2026-03-10") {
			t.Errorf("%v, %v", c.StartDate, c.PreuseDate)
		}
	})
	t.Run("no use before the start where there is none", func(t *testing.T) {
		w := begin(t).choose(1002, 10021).do(flow.DatesChosen{Start: day("2026-04-16"), PreUse: day("2026-03-11")})
		if w.s.PreUse != day("2026-04-16") {
			t.Errorf("use from %v", w.s.PreUse)
		}
	})
	for name, c := range map[string]struct {
		start, preUse apiclient.Date
		want          []flow.ProblemCode
	}{
		"start in the past": {day("2026-03-09"), day("2026-03-09"), []flow.ProblemCode{flow.StartInPast}},
		"no start":          {apiclient.Date{}, day("2026-03-10"), []flow.ProblemCode{flow.StartInPast}},
		"use in the past":   {day("2026-03-11"), day("2026-03-09"), []flow.ProblemCode{flow.PreUseInPast}},
		"use after start":   {day("2026-03-11"), day("2026-03-12"), []flow.ProblemCode{flow.PreUseAfterStart}},
		"tomorrow":          {day("2026-03-11"), day("2026-03-10"), nil},
	} {
		w := begin(t).choose(1001, 10011).do(flow.DatesChosen{Start: c.start, PreUse: c.preUse})
		t.Run(name, func(t *testing.T) { wantCodes(t, w.s.Problems(flow.StepTerm), c.want...) })
	}
}

func TestStepsAreSkippedWhenTheyAskNothing(t *testing.T) {
	w := begin(t).choose(1004, 10041)
	w.do(flow.StepChosen{Step: flow.StepTerm})
	if w.s.Next() != flow.StepMember {
		t.Errorf("after the term comes %d", w.s.Next())
	}
	w.do(typed(peter)).preview()
	if w.s.Step != flow.StepPreview || w.s.Back() != flow.StepMember {
		t.Errorf("step %d, back %d", w.s.Step, w.s.Back())
	}
	if w.s.Next() != flow.StepPreview {
		t.Error("payment is entered by accepting only")
	}
	w.do(flow.StepChosen{Step: flow.StepDone})
	if w.s.Step != flow.StepPreview {
		t.Errorf("step %d", w.s.Step)
	}
	w.do(flow.StepChosen{Step: -3})
	if w.s.Step != flow.StepOffer || w.s.Back() != flow.StepOffer {
		t.Errorf("step %d", w.s.Step)
	}
	if step, missing := w.s.MissingBefore(flow.StepPreview); missing {
		t.Errorf("missing: %d", step)
	}
	empty := begin(t)
	if step, missing := empty.s.MissingBefore(flow.StepPreview); !missing || step != flow.StepOffer {
		t.Errorf("missing: %d %v", step, missing)
	}
}

// A4-10: a desk whose clock is a day behind still starts contracts on the
// studio's day.
func TestA4_10TodayIsTheServersDay(t *testing.T) {
	s := flow.Signup{}.Apply(flow.Event{At: noon, Fact: flow.OffersArrived{Skew: 24 * time.Hour}})
	if got, want := s.Today(), apiclient.DateOf(noon).AddDays(1); got != want {
		t.Errorf("today is %s, want the server's %s", got, want)
	}
}
