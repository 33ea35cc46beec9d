package flow_test

import (
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// The tests of this file go through the table of what a change invalidates:
// whether there is a new preview, and what becomes of sessions and tokens.

// paidUp has both payments authorised and went back to the preview.
func paidUp(t *testing.T) *walk {
	t.Helper()
	w := ready(t, 1001, 10011).accept().sign().open().pay("t1").open()
	w.do(flow.StepChosen{Step: flow.StepPreview})
	w.do(flow.PaymentAuthorised{N: 2, Token: secret.New("t2")})
	return w
}

func wantStates(w *walk, want ...flow.PaymentState) {
	w.Helper()
	if got := states(w.s); !slices.Equal(got, want) {
		w.Errorf("payments %v, want %v", got, want)
	}
}

func TestChangeOfOfferDiscardsBoth(t *testing.T) {
	w := paidUp(t).do(flow.StepChosen{Step: flow.StepOffer}, flow.OfferChosen{ID: 1001})
	wantStates(w, flow.Authorised, flow.Authorised) // the same offer is no change
	if w.do(flow.OfferChosen{ID: 1002}); w.s.Price != nil || w.s.TermID != 0 {
		t.Error("the former offer's price is shown for this one")
	}
	w.answer()
	wantStates(w, flow.LeftOver, flow.LeftOver)
	if w.s.Price == nil || w.s.Price.Preview.PaymentPreview.DueOnSigningAmount.Number() != "299.00" {
		t.Error("no new price")
	}
	r := must[flow.OpenSession](w.tick().preview().accept()).Request
	if r.FinionPayCustomerID != finion || r.Amount.Number() != "299.00" {
		t.Errorf("session %+v", r)
	}
	if len(w.s.Unused()) != 2 {
		t.Error("what was authorised is forgotten")
	}
}

func TestChangeOfTermDiscardsBoth(t *testing.T) {
	w := paidUp(t).do(flow.StepChosen{Step: flow.StepTerm}, flow.TermChosen{ID: 10011})
	wantStates(w, flow.Authorised, flow.Authorised)
	w.do(flow.TermChosen{ID: 10012}).answer()
	wantStates(w, flow.LeftOver, flow.LeftOver)
	if due, _ := w.s.Price.Due(); due.Number() != "19.90" {
		t.Errorf("due %v", due)
	}
}

func TestChangeOfModulesDiscardsTheUpfrontIfItChanged(t *testing.T) {
	w := paidUp(t).do(flow.StepChosen{Step: flow.StepExtras}, flow.ModulesChosen{Optional: []int64{30011}}).answer().preview()
	wantStates(w, flow.Authorised, flow.Authorised) // until it is accepted
	if lost := w.s.WouldLose(); len(lost) != 1 || lost[0].N != 2 {
		t.Errorf("would lose %v", lost)
	}
	w.accept().sign()
	wantStates(w, flow.Authorised, flow.LeftOver)
	if r := must[flow.OpenSession](w).Request; r.Scope != apiclient.ScopeECOM || r.Amount.Number() != "44.67" || r.FinionPayCustomerID != finion {
		t.Errorf("session %+v", r)
	}
	// Selectable modules cost nothing: all is kept.
	w = paidUp(t).do(flow.StepChosen{Step: flow.StepExtras}, flow.ModulesChosen{Selectable: []int64{30101}}).answer().preview()
	if lost := w.s.WouldLose(); len(lost) != 0 {
		t.Errorf("would lose %v", lost)
	}
	w.accept().sign()
	wantStates(w, flow.Authorised, flow.Authorised)
	if r := must[flow.Submit](w).Request; !slices.Equal(r.Contract.SelectedSelectableModuleIDs, []int64{30101}) {
		t.Errorf("modules %v", r.Contract.SelectedSelectableModuleIDs)
	}
}

func TestChangeOfVoucherIsPricedAtOnce(t *testing.T) {
	w := ready(t, 1005, 10051).accept().sign().open()
	w.do(flow.StepChosen{Step: flow.StepPreview}, flow.PaymentAuthorised{N: 1, Token: secret.New("t")})
	w.do(flow.VoucherEntered{Code: "SPRING10"})
	must[flow.FetchPreview](w)
	w.answer().accept().sign()
	wantStates(w, flow.LeftOver)
	if r := must[flow.OpenSession](w).Request; r.Amount.Number() != "171.10" {
		t.Errorf("amount %v", r.Amount)
	}
	w.do(flow.StepChosen{Step: flow.StepTerm}, flow.VoucherEntered{})
	if e := must[flow.FetchPreview](w); e.Request.Contract.VoucherCode != "" {
		t.Error("taking it away is not priced at once")
	}
}

func TestChangeOfBirthDateIsDebounced(t *testing.T) {
	w := begin(t).choose(1003, 10031).do(typed(peter)).answer()
	w.do(field(flow.DateOfBirth, "2006-01-01"))
	never[flow.FetchPreview](w, "while it is being typed")
	w.at = w.at.Add(300 * time.Millisecond)
	w.do(field(flow.DateOfBirth, "2006-01-02"))
	w.at = w.at.Add(499 * time.Millisecond)
	w.do(flow.Woke{})
	never[flow.FetchPreview](w, "half a second after the newest letter at the earliest")
	if got := w.alarm().Sub(w.at); got != time.Millisecond {
		t.Errorf("waits %v", got)
	}
	w.wait(time.Millisecond)
	if e := must[flow.FetchPreview](w); e.Request.Customer.DateOfBirth != secret.New("2006-01-02") {
		t.Error("not the newest one")
	}
	w.do(field(flow.FirstName, "Paul"))
	must[flow.FetchPreview](w) // a name delays nothing
}

func TestChangeOfDatesIsDebouncedAndKeepsTheSamePrice(t *testing.T) {
	w := paidUp(t).do(flow.StepChosen{Step: flow.StepTerm}, flow.DatesChosen{Start: day("2026-03-11"), PreUse: day("2026-03-11")})
	never[flow.FetchPreview](w, "at once")
	w.answer().preview().accept()
	wantStates(w, flow.Authorised, flow.Authorised)
	if w.s.Stage() != flow.StageSigning {
		t.Errorf("stage %q: another contract is signed again", w.s.Stage())
	}
}

func TestChangeOfPersonKeepsThePayments(t *testing.T) {
	w := paidUp(t).do(flow.StepChosen{Step: flow.StepMember}, field(flow.City, "Bremen")).preview().accept()
	wantStates(w, flow.Authorised, flow.Authorised)
	if r := must[flow.Submit](w).Request; r.Customer.City != secret.New("Bremen") {
		t.Error("the former city is sent")
	}
}

func TestChangeOfDayAsksForThePriceAgain(t *testing.T) {
	w := begin(t)
	w.at = time.Date(2026, 3, 10, 23, 58, 0, 0, noon.Location())
	w.choose(1002, 10021).do(typed(peter), flow.DatesChosen{Start: day("2026-04-16")}).tick().answer().preview().accept().open()
	w.wait(2 * time.Minute).pay0("t")
	if e := must[flow.FetchPreview](w); !e.Fresh {
		t.Error("yesterday's price counts")
	}
	never[flow.Submit](w, "with yesterday's price")
	must[flow.Submit](w.answer())

	// A start that is yesterday by now leads back to the dates; what was paid
	// is kept.
	w = begin(t)
	w.at = time.Date(2026, 3, 10, 23, 58, 0, 0, noon.Location())
	w.choose(1002, 10021).do(typed(peter)).tick().preview().accept().open()
	w.wait(2 * time.Minute).pay0("t")
	if w.s.Step != flow.StepTerm {
		t.Fatalf("step %d, stage %q: nothing can go on and nobody is told", w.s.Step, w.s.Stage())
	}
	wantCodes(t, w.s.Problems(flow.StepTerm), flow.StartInPast)
	must[flow.Submit](w.do(flow.DatesChosen{Start: day("2026-03-11")}).answer().preview().accept())
}

// pay0 pays and lets the studio be silent.
func (w *walk) pay0(token string) *walk {
	view, _ := w.s.PageView()
	return w.do(flow.PaymentAuthorised{N: view.N, Token: secret.New(token)})
}

func TestOldPreviewIsMadeAgain(t *testing.T) {
	for age, again := range map[time.Duration]bool{9 * time.Minute: false, 10 * time.Minute: true, 15 * time.Minute: true} {
		w := ready(t, 1002, 10021).accept().open().wait(age).pay0("t")
		if _, asked := want[flow.FetchPreview](w.s); asked != again {
			t.Errorf("after %v: asked %v", age, asked)
		}
		if _, sent := want[flow.Submit](w.s); sent == again {
			t.Errorf("after %v: sent %v", age, sent)
		}
	}
}

func TestLastPreviewHappensBeforeEverySession(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign().open().wait(11 * time.Minute).pay0("t1")
	never[flow.OpenSession](w, "with an old price")
	if e := must[flow.FetchPreview](w); !e.Fresh {
		t.Error("a cached price counts")
	}
	// It is a cent dearer now: the first payment is kept, the second asked for
	// with the new amount.
	w.figures = func(apiclient.PreviewRequest) apiclient.Preview { return bill("41.13", "398.50", later("29.90")) }
	w.answer().accept()
	wantStates(w, flow.Authorised)
	if r := must[flow.OpenSession](w).Request; r.Amount.Number() != "41.13" {
		t.Errorf("amount %v", r.Amount)
	}
}

func TestNewTextBlocksLeadBackToConsents(t *testing.T) {
	block := apiclient.TextBlock{ID: 70901, Title: "Bonus month", ConfirmationRequired: true}
	with := func(r apiclient.PreviewRequest) apiclient.Preview {
		p := figures(r)
		p.VoucherTextBlocks = []apiclient.TextBlock{block}
		return p
	}
	t.Run("of the preview", func(t *testing.T) {
		w := begin(t).choose(1002, 10021).do(typed(peter)).tick()
		w.do(flow.StepChosen{Step: flow.StepPreview})
		w.figures = with
		w.answer()
		if w.s.Step != flow.StepConsents {
			t.Fatalf("step %d", w.s.Step)
		}
		wantCodes(t, w.s.Problems(flow.StepConsents), flow.NotTicked)
		if w.tick().preview().accept(); w.s.Stage() != flow.StageOpening {
			t.Errorf("stage %q at step %d", w.s.Stage(), w.s.Step)
		}
	})
	t.Run("of the last preview", func(t *testing.T) {
		w := ready(t, 1002, 10021)
		w.figures = with
		w.accept()
		never[flow.OpenSession](w, "with a text that nobody confirmed")
		if w.s.Step != flow.StepConsents || w.s.Accepted != nil {
			t.Fatalf("step %d", w.s.Step)
		}
		must[flow.OpenSession](w.answer().tick().preview().accept())
	})
	t.Run("to be signed", func(t *testing.T) {
		block.HasSignature = true
		defer func() { block.HasSignature = false }()
		w := ready(t, 1002, 10021)
		w.figures = with
		w.accept()
		if w.s.Stage() != flow.StageSigning {
			t.Fatalf("stage %q", w.s.Stage())
		}
		r := must[flow.Submit](w.sign().open().pay("t")).Request
		if len(r.Contract.TextBlockSignatures) != 1 || r.Contract.TextBlockSignatures[0].TextBlockID != block.ID {
			t.Errorf("signatures %+v", r.Contract.TextBlockSignatures)
		}
		// And stays so when a field is mended after a refusal.
		w.do(refusal(apiclient.Invalid), field(flow.ZipCode, "20099"), flow.SubmitPressed{}).answer()
		if r := must[flow.Submit](w).Request; len(r.Contract.TextBlockSignatures) != 1 {
			t.Error("the signature got lost")
		}
	})
}

func TestGoingBackKeepsWhatWasTyped(t *testing.T) {
	w := ready(t, 1001, 10011)
	for step := flow.StepOffer; step <= flow.StepPreview; step++ {
		w.do(flow.StepChosen{Step: step}).answer()
		if w.s.Step != step {
			t.Errorf("step %d became %d", step, w.s.Step)
		}
	}
	if _, ok := w.s.Quote(); !ok || w.s.TermID != 10011 || w.s.Get(flow.City) != secret.New("Hamburg") || !w.s.Ticks[70001] {
		t.Error("something got lost")
	}
}
