package flow_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

func TestRule21MemberAccountFirst(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign()
	r := must[flow.OpenSession](w).Request
	if r.Scope != apiclient.ScopeMemberAccount || r.Amount.Number() != "0" || r.Amount.Currency() != "EUR" {
		t.Errorf("%s over %v", r.Scope, r.Amount)
	}
	if !slices.Equal(r.PermittedPaymentChoices, w.s.Offer.AllowedPaymentChoices) || len(r.PermittedPaymentChoices) != 3 {
		t.Errorf("choices %v", r.PermittedPaymentChoices)
	}
	if r.CustomerID != 0 || r.FinionPayCustomerID != "" || r.ReferenceText == "" {
		t.Errorf("ids %d %q, reference %q", r.CustomerID, r.FinionPayCustomerID, r.ReferenceText)
	}
}

func TestRule21FallbackAndEmptyChoices(t *testing.T) {
	with := func(choices []apiclient.PaymentChoice) *walk {
		w := begin(t)
		w.offers[2].AllowedPaymentChoices = choices
		return w.choose(1003, 10031).do(typed(peter)).tick().preview()
	}
	w := with(nil).accept()
	got := must[flow.OpenSession](w).Request.PermittedPaymentChoices
	if want := []apiclient.PaymentChoice{"SEPA", "BACS", "CREDIT_CARD", "CASH", "BANK_TRANSFER"}; !slices.Equal(got, want) {
		t.Errorf("without a list: %v", got)
	}
	w = with([]apiclient.PaymentChoice{})
	wantCodes(t, w.s.Problems(flow.StepPreview), flow.NoPaymentChoices)
	if w.accept(); w.s.Step != flow.StepPreview {
		t.Error("goes on although nothing can be paid with")
	}
}

func TestRule22UpfrontSecond(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign().open()
	never[flow.OpenSession](w, "before the first is paid")
	w.pay("t1")
	e := must[flow.OpenSession](w)
	r := e.Request
	if e.N != 2 || r.Scope != apiclient.ScopeECOM || r.Amount.Number() != "41.12" {
		t.Errorf("session %d, %s over %v", e.N, r.Scope, r.Amount)
	}
	if r.PermittedPaymentChoices != nil || r.FinionPayCustomerID != finion || r.CustomerID != 0 {
		t.Errorf("choices %v, ids %d %q", r.PermittedPaymentChoices, r.CustomerID, r.FinionPayCustomerID)
	}
}

func TestRule23UpfrontAlone(t *testing.T) {
	r := must[flow.OpenSession](ready(t, 1002, 10021).accept()).Request
	if r.Scope != apiclient.ScopeECOM || r.FinionPayCustomerID != "" || r.Amount.Number() != "299.00" {
		t.Errorf("%s over %v for %q", r.Scope, r.Amount, r.FinionPayCustomerID)
	}
}

// A sign-up is always a new person, so that no session names an ERP customer.
func TestRule24NeverACustomerID(t *testing.T) {
	for _, offer := range [][2]int64{{1001, 10011}, {1002, 10021}, {1003, 10031}, {1005, 10051}} {
		w := ready(t, offer[0], offer[1]).accept().sign()
		for range w.s.Scopes() {
			if r := must[flow.OpenSession](w).Request; r.CustomerID != 0 {
				t.Errorf("offer %d: customer %d", offer[0], r.CustomerID)
			}
			w.open().pay("t-" + string(shown(w)))
		}
	}
}

// shown is the scope that the page shows.
func shown(w *walk) apiclient.Scope {
	view, _ := w.s.PageView()
	return view.Scope
}

func TestRule25OtherCustomer(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign().open().pay("t1")
	e := must[flow.OpenSession](w)
	answer := func(customer string) flow.SessionOpened {
		return flow.SessionOpened{
			N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount,
			Session: apiclient.Session{Token: secret.New("s2"), ValidUntil: w.at.Add(time.Hour), FinionPayCustomerID: customer},
		}
	}
	w.do(answer("somebody-else"))
	if f, failed := w.s.Failure("session/2"); !failed || f.Code != flow.CodeOtherCustomer {
		t.Errorf("failure %+v", f)
	}
	if len(w.s.Payments) != 1 {
		t.Error("the session of somebody else is used")
	}
	never[flow.OpenSession](w, "before staff asked for it")
	w.do(flow.Retried{}, answer(finion))
	if len(w.s.Payments) != 2 || w.s.Stage() != flow.StagePaying {
		t.Errorf("stage %q", w.s.Stage())
	}
}

func TestRule26ExpiryGoesByTheServersClock(t *testing.T) {
	for skew, left := range map[time.Duration]time.Duration{
		0:                20 * time.Minute,
		5 * time.Minute:  15 * time.Minute, // the server is ahead: less is left
		-5 * time.Minute: 25 * time.Minute,
		30 * time.Minute: 0,
	} {
		w := ready(t, 1002, 10021).accept()
		e := must[flow.OpenSession](w)
		w.do(flow.SessionOpened{
			N: 1, Scope: e.Request.Scope, Amount: e.Request.Amount, Skew: skew,
			Session: apiclient.Session{Token: secret.New("s"), ValidUntil: w.at.Add(20 * time.Minute), FinionPayCustomerID: finion},
		})
		p := w.s.Payments[0]
		if got := p.Left(w.at); got != left {
			t.Errorf("skew %v: %v left, want %v", skew, got, left)
		}
		if left == 0 {
			if w.s.Stage() != flow.StageExpired {
				t.Errorf("skew %v: stage %q", skew, w.s.Stage())
			}
			continue
		}
		if view, _ := w.s.PageView(); view.Kind != flow.PagePay || view.Skew != skew || !view.ValidUntil.Equal(p.ValidUntil) {
			t.Errorf("skew %v: the page shows %+v", skew, view)
		}
		if got := w.alarm().Sub(w.at); got != left {
			t.Errorf("skew %v: wakes after %v", skew, got)
		}
		if w.wait(left - time.Nanosecond); w.s.Stage() != flow.StagePaying {
			t.Errorf("skew %v: over too early", skew)
		}
		if w.wait(time.Nanosecond); w.s.Stage() != flow.StageExpired {
			t.Errorf("skew %v: goes on after its end", skew)
		}
		if view, _ := w.s.PageView(); view.Kind != flow.PageWait || !view.Session.IsZero() {
			t.Errorf("skew %v: the page still shows %q", skew, view.Kind)
		}
	}
}

// The first session ends while the second is being paid: what somebody may be
// paying goes on, then step 1 is done again for the same payer.
func TestRule27FirstSessionEndsDuringTheSecond(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign().open().pay("t1")
	w.wait(15 * time.Minute).answer().open()
	if w.wait(6 * time.Minute); w.s.Stage() != flow.StagePaying {
		t.Fatalf("stage %q: the second session is taken from under the member's hands", w.s.Stage())
	}
	if view, _ := w.s.PageView(); view.Scope != apiclient.ScopeECOM {
		t.Fatalf("the page shows %s", view.Scope)
	}
	w.pay("t2")
	never[flow.Submit](w, "with a token that died with its session")
	if w.s.Stage() != flow.StageExpired {
		t.Fatalf("stage %q", w.s.Stage())
	}
	w.do(flow.SessionRenewed{}).answer()
	e := must[flow.OpenSession](w)
	if e.N != 3 || e.Request.Scope != apiclient.ScopeMemberAccount || e.Request.FinionPayCustomerID != finion {
		t.Fatalf("session %d, %s, payer %q", e.N, e.Request.Scope, e.Request.FinionPayCustomerID)
	}
	r := must[flow.Submit](w.open().pay("t3")).Request
	if r.Customer.PaymentRequestToken != secret.New("t3") || r.Contract.InitialPaymentRequestToken != secret.New("t2") {
		t.Error("the wrong tokens are sent")
	}
}

func TestRule27RenewingKeepsThePayer(t *testing.T) {
	w := ready(t, 1002, 10021).accept().open()
	w.do(flow.SessionRenewed{})
	if len(w.s.Payments) != 1 || w.s.Payments[0].State != flow.Open {
		t.Fatal("a session that lives was given up")
	}
	w.wait(21 * time.Minute)
	never[flow.OpenSession](w, "before staff renewed")
	w.do(flow.SessionRenewed{}).answer()
	if r := must[flow.OpenSession](w).Request; r.FinionPayCustomerID != finion || r.Amount.Number() != "299.00" {
		t.Errorf("payer %q, amount %v", r.FinionPayCustomerID, r.Amount)
	}
}

func TestRule28FailedSessionIsRetryable(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign()
	before := must[flow.OpenSession](w)
	w.do(flow.Failed{Key: before.Key(), Failure: flow.Failure{Kind: apiclient.Unavailable, Op: "create the payment session"}})
	never[flow.OpenSession](w, "before staff asked for it")
	if w.s.Get(flow.FirstName) != secret.New("Peter") || w.s.Step != flow.StepPayment || w.s.Accepted == nil {
		t.Error("something was lost")
	}
	if after := must[flow.OpenSession](w.do(flow.Retried{})); after.N != before.N || after.Request.Scope != before.Request.Scope {
		t.Errorf("session %+v", after)
	}
}

func TestRule29TokensAreNeverSwappedNorEqual(t *testing.T) {
	w := submitting(t, 1001, 10011)
	r := must[flow.Submit](w).Request
	if r.Customer.PaymentRequestToken != secret.New("token-MEMBER_ACCOUNT") || r.Contract.InitialPaymentRequestToken != secret.New("token-ECOM") {
		t.Error("tokens in the wrong fields")
	}
	w = ready(t, 1001, 10011).accept().sign().open().pay("same").open().pay("same")
	never[flow.Submit](w, "with one token twice")
	if got := states(w.s); !slices.Equal(got, []flow.PaymentState{flow.Authorised, flow.Open}) {
		t.Errorf("states %v", got)
	}
	if w.pay("other"); !slices.Equal(states(w.s), []flow.PaymentState{flow.Authorised, flow.Authorised}) {
		t.Error("the right token is no longer taken")
	}
}

func TestRule30ResultsOfOneSession(t *testing.T) {
	paying := func() *walk { return ready(t, 1002, 10021).accept().open() }
	result := func(n int, token string, late bool) flow.PaymentAuthorised {
		return flow.PaymentAuthorised{N: n, Token: secret.New(token), Late: late, Instrument: flow.Instrument{Method: "PAYPAL"}}
	}
	upfront := func(w *walk) secret.Value { return must[flow.Submit](w).Request.Contract.InitialPaymentRequestToken }
	t.Run("W-33 the same again is nothing new", func(t *testing.T) {
		w := paying().do(result(1, "a", false), result(1, "a", false), result(1, "a", true)).answer()
		if upfront(w) != secret.New("a") || w.s.Payments[0].Extra != 0 || len(w.s.Payments) != 1 {
			t.Errorf("payments %v", w.s.Payments)
		}
	})
	t.Run("W-33 a second token is recorded, the first one kept", func(t *testing.T) {
		w := paying().do(result(1, "a", false)).answer().do(result(1, "b", false))
		if upfront(w) != secret.New("a") || w.s.Payments[0].Extra != 1 {
			t.Errorf("payments %v", w.s.Payments)
		}
		w.do(flow.SignupCreated{CustomerID: 1})
		if left := w.s.Unused(); len(left) != 1 {
			t.Error("money may stand behind the second token, and it is forgotten")
		}
	})
	t.Run("W-35 a late one is recorded, never used", func(t *testing.T) {
		w := paying().do(result(1, "a", true)).answer()
		never[flow.Submit](w, "with a late token")
		if len(w.s.Unused()) != 1 {
			t.Error("it is forgotten")
		}
	})
	t.Run("W-35 of an expired session", func(t *testing.T) {
		w := paying().wait(21 * time.Minute).do(result(1, "a", false)).answer()
		never[flow.Submit](w, "with a dead token")
		if p := w.s.Payments[0]; !p.Token.IsZero() || p.Extra != 1 {
			t.Errorf("kept for use: %+v", p)
		}
		w.do(flow.SessionRenewed{}).answer()
		if len(w.s.Unused()) != 1 || w.s.Payments[0].State != flow.LeftOver {
			t.Errorf("it is forgotten: %v", states(w.s))
		}
	})
	t.Run("W-35 of a replaced session", func(t *testing.T) {
		w := paying().wait(21 * time.Minute).do(flow.SessionRenewed{}).answer().open().do(result(1, "a", false)).answer()
		never[flow.Submit](w, "with the token of a session that was replaced")
		if len(w.s.Unused()) != 1 || w.s.Stage() != flow.StagePaying {
			t.Errorf("%v at %q", states(w.s), w.s.Stage())
		}
		if w.pay("b"); upfront(w) != secret.New("b") {
			t.Error("the new session cannot be paid")
		}
	})
	t.Run("of no session", func(t *testing.T) {
		w := paying().do(result(0, "a", false), result(2, "a", false), result(-1, "a", false), flow.PaymentAuthorised{N: 1})
		if w.s.Stage() != flow.StagePaying || len(w.s.Unused()) != 0 {
			t.Errorf("%v at %q", states(w.s), w.s.Stage())
		}
	})
	t.Run("while staff look back", func(t *testing.T) {
		w := paying().do(flow.StepChosen{Step: flow.StepMember}, result(1, "a", false)).answer()
		if got := states(w.s); got[0] != flow.Authorised {
			t.Errorf("states %v", got)
		}
		if w.preview().accept(); upfront(w) != secret.New("a") {
			t.Error("what was paid is to be paid again")
		}
	})
	t.Run("after it was given up", func(t *testing.T) {
		w := paying().do(flow.Abandoned{}, result(1, "a", false))
		if left := w.s.Unused(); len(left) != 1 || left[0].Instrument.Method != "PAYPAL" {
			t.Errorf("left over: %v", left)
		}
	})
	t.Run("pasted by hand", func(t *testing.T) {
		w := paying().do(flow.TokenPasted{Token: secret.New("typed")}).answer()
		if upfront(w) != secret.New("typed") {
			t.Error("not taken")
		}
		w = ready(t, 1002, 10021).do(flow.TokenPasted{Token: secret.New("typed")})
		if len(w.s.Payments) != 0 {
			t.Error("taken although nothing is to be paid yet")
		}
	})
}

// An answer counts only for the session that is wanted.
func TestSessionNobodyWants(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign()
	e := must[flow.OpenSession](w)
	answer := flow.SessionOpened{
		N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount,
		Session: apiclient.Session{Token: secret.New("s"), ValidUntil: w.at.Add(time.Hour), FinionPayCustomerID: finion},
	}
	for name, change := range map[string]func(*flow.SessionOpened){
		"number": func(f *flow.SessionOpened) { f.N = 2 },
		"scope":  func(f *flow.SessionOpened) { f.Scope = apiclient.ScopeECOM },
		"amount": func(f *flow.SessionOpened) { f.Amount = eur("41.13") },
	} {
		other := answer
		change(&other)
		if s := w.s.Apply(flow.Event{At: w.at, Fact: other}); len(s.Payments) != 0 {
			t.Errorf("another %s is taken", name)
		}
	}
	back := *w
	if back.do(flow.StepChosen{Step: flow.StepTerm}, answer); len(back.s.Payments) != 0 {
		t.Error("taken although staff went back")
	}
	if w.do(answer); len(w.s.Payments) != 1 {
		t.Error("the right one is not taken")
	}
}

func TestReferenceText(t *testing.T) {
	long := strings.Repeat("sehr langer Name ", 12)
	for template, want := range map[string]string{
		"":                         "Signup {code}",
		"Mitglied {code}":          "Mitglied {code}",
		"{offer} {code}":           "Flex {code}",
		"Beitrag":                  "Beitrag {code}",
		"Größe: Äpfel & Öl {code}": "Groesse: Aepfel + Oel {code}",
		"a;b<c>\t{code}\n":         "a b c {code}",
		"日本 {code}":                "{code}",
	} {
		w := ready(t, 1001, 10011, func(s *flow.Settings) { s.ReferenceText = template }).accept().sign()
		got := must[flow.OpenSession](w).Request.ReferenceText
		if want = strings.ReplaceAll(want, "{code}", w.s.Code()); got != want {
			t.Errorf("%q gives %q, want %q", template, got, want)
		}
	}
	for _, template := range []string{"{code} " + long, long, long + "{code}", "{offer} " + long + " {code}", strings.Repeat("x", 138) + " {code}"} {
		w := ready(t, 1001, 10011, func(s *flow.Settings) { s.ReferenceText = template }).accept().sign()
		got := must[flow.OpenSession](w).Request.ReferenceText
		if len(got) > 140 || !strings.Contains(got, w.s.Code()) {
			t.Errorf("%d characters: %q", len(got), got)
		}
		if strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ") != "" {
			t.Errorf("not SEPA: %q", got)
		}
		for _, name := range []string{"Peter", "Muller"} {
			if strings.Contains(got, name) {
				t.Errorf("the name is in %q", got)
			}
		}
	}
}

func TestSessionOptionsOfTheStudio(t *testing.T) {
	yes := true
	w := ready(t, 1003, 10031, func(s *flow.Settings) {
		s.RequireDirectDebitSignature, s.ShowExistingPaymentInstruments = true, &yes
	}).accept()
	r := must[flow.OpenSession](w).Request
	if !r.RequireDirectDebitSignature || r.ShowExistingPaymentInstruments == nil || !*r.ShowExistingPaymentInstruments {
		t.Errorf("request %+v", r)
	}
}
