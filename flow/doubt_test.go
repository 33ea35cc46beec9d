package flow_test

import (
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// A search may lag behind the sign-up: a conflict is somebody else's only when
// that somebody is found.
func TestA4_6ConflictThatTheSearchDoesNotShowYet(t *testing.T) {
	w := submitting(t, 1002, 10021).do(refusal(apiclient.Conflict), flow.OwnNotFound{}).answer()
	if w.s.Stage() != flow.StageUnknown || w.s.Result() != "" {
		t.Fatalf("stage %q, result %q: it may be our own success", w.s.Stage(), w.s.Result())
	}
	w.wait(6 * time.Second)
	must[flow.FindOwn](w)
	if w.do(flow.OwnFound{CustomerID: 5, HasContract: true}); w.s.Outcome != flow.Created {
		t.Errorf("outcome %q", w.s.Outcome)
	}
}

// Searches that failed before do not stand for those that are to be made now.
func TestA4_6ConflictAfterSearchesThatFailed(t *testing.T) {
	w := submitting(t, 1002, 10021).do(lost)
	for !w.s.MaySendOnceMore() {
		w.at = w.alarm()
		w.do(flow.Woke{})
		w.do(flow.Failed{Key: must[flow.FindOwn](w).Key(), Failure: flow.Failure{Kind: apiclient.Server}})
	}
	w.do(flow.SentOnceMore{Code: w.s.Code()}, refusal(apiclient.Conflict))
	w.do(flow.Failed{Key: must[flow.FindOwn](w).Key(), Failure: flow.Failure{Kind: apiclient.Server}})
	w.wait(6 * time.Second)
	must[flow.FindOwn](w)
}

// The refusal of a second send says nothing of the first, whose answer was
// lost: "already used" may well mean by ourselves.
func TestA4_5RefusalAfterALostAnswer(t *testing.T) {
	again := func() *walk {
		w := submitting(t, 1002, 10021).do(lost).looked()
		return w.do(flow.SentOnceMore{Code: w.s.Code()}, refusal(apiclient.Invalid))
	}
	w := again()
	if w.s.Stage() != flow.StageUnknown || w.s.Result() == flow.Refused {
		t.Fatalf("stage %q, result %q", w.s.Stage(), w.s.Result())
	}
	w.wait(2 * time.Second)
	must[flow.FindOwn](w)
	if w.do(flow.OwnFound{CustomerID: 5, HasContract: true}); w.s.Outcome != flow.Created {
		t.Errorf("outcome %q", w.s.Outcome)
	}
	if w := again().looked(); w.s.Result() != flow.Refused {
		t.Errorf("result %q although nobody was found in the whole time", w.s.Result())
	}
	w = again()
	for range 6 {
		w.at = w.alarm()
		w.do(flow.Woke{})
		w.do(flow.Failed{Key: must[flow.FindOwn](w).Key(), Failure: flow.Failure{Kind: apiclient.Server}})
	}
	if w.s.Result() != flow.Unknown {
		t.Errorf("result %q although nobody could look", w.s.Result())
	}
}

// A token that comes late, and again, is one payment.
func TestW33LateTokenIsCountedOnce(t *testing.T) {
	token := secret.New("t")
	w := ready(t, 1002, 10021).accept().open()
	late := flow.PaymentAuthorised{N: 1, Token: token, Late: true}
	if w.do(late, late); w.s.Payments[0].Extra != 1 {
		t.Fatalf("%d payments of one token", w.s.Payments[0].Extra)
	}
	// The payment form, shown again, gives the same result; now it is in time.
	w.do(flow.PaymentAuthorised{N: 1, Token: token})
	if p := w.s.Payments[0]; p.State != flow.Authorised || p.Extra != 0 {
		t.Errorf("payment %+v", p)
	}
	if w.do(late); w.s.Payments[0].Extra != 0 {
		t.Error("the token that is used counts as left over, too")
	}
}

// Whoever goes back and accepts again signs up only after another last preview,
// even when the price on the screen was kept from before.
func TestA4_1BackAsksForTheLastPreviewAnew(t *testing.T) {
	w := ready(t, 1002, 10021).accept().open()
	w.do(flow.StepChosen{Step: flow.StepOffer}, flow.StepChosen{Step: flow.StepPreview}).answer()
	quote, _ := w.s.Quote()
	w.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint}, flow.PaymentAuthorised{N: 1, Token: secret.New("t")})
	never[flow.Submit](w, "with a last preview from before")
	if e := must[flow.FetchPreview](w); !e.Fresh {
		t.Errorf("wanted %+v", e)
	}
	w.answer()
	must[flow.Submit](w)
}
