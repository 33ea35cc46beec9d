package flow_test

import (
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

func TestPageStepsAreNumbered(t *testing.T) {
	type seen struct {
		kind  flow.PageKind
		scope apiclient.Scope
		step  int
		total int
	}
	const member, upfront = apiclient.ScopeMemberAccount, apiclient.ScopeECOM
	for _, c := range []struct {
		offer, term int64
		want        []seen
	}{
		{1001, 10011, []seen{
			{flow.PageSign, "", 1, 3},
			{flow.PageWait, "", 0, 3},
			{flow.PagePay, member, 2, 3},
			{flow.PageWait, "", 0, 3},
			{flow.PagePay, upfront, 3, 3},
			{flow.PageWait, "", 0, 3},
			{flow.PageDone, "", 0, 3},
		}},
		{1002, 10021, []seen{{flow.PageWait, "", 0, 1}, {flow.PagePay, upfront, 1, 1}, {flow.PageWait, "", 0, 1}, {flow.PageDone, "", 0, 1}}},
		{1003, 10031, []seen{{flow.PageWait, "", 0, 1}, {flow.PagePay, member, 1, 1}, {flow.PageWait, "", 0, 1}, {flow.PageDone, "", 0, 1}}},
		{1004, 10041, nil},
		{1005, 10051, []seen{
			{flow.PageSign, "", 1, 2},
			{flow.PageWait, "", 0, 2},
			{flow.PagePay, upfront, 2, 2},
			{flow.PageWait, "", 0, 2},
			{flow.PageDone, "", 0, 2},
		}},
	} {
		w := ready(t, c.offer, c.term)
		var got []seen
		look := func() {
			if e, ok := want[flow.ServePage](w.s); ok {
				v := e.View
				if s := (seen{v.Kind, v.Scope, v.Step, v.Total}); len(got) == 0 || got[len(got)-1] != s {
					got = append(got, s)
				}
				if v.Studio != "Fit & Fun" || v.Country != "DE" || v.Language != "de" || v.Offer != w.s.Offer.Name {
					t.Errorf("offer %d: page %+v", c.offer, v)
				}
				w.do(flow.PageListening{Link: secret.New("http://localhost:1/#k"), Code: "K7Q2"})
			}
		}
		look()
		w.accept()
		look()
		w.sign()
		look()
		for range w.s.Scopes() {
			w.open()
			look()
			w.pay("t" + string(shown(w)))
			look()
		}
		w.do(flow.SignupCreated{CustomerID: 1})
		look()
		if len(got) != len(c.want) {
			t.Errorf("offer %d: %v", c.offer, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("offer %d, view %d: %v, want %v", c.offer, i, got[i], c.want[i])
			}
		}
	}
}

func TestPageShowsTheSessionOfItsStepOnly(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign().open()
	v, _ := w.s.PageView()
	if v.N != 1 || v.Session != secret.New("session-MEMBER_ACCOUNT") || v.Amount.Number() != "0" || v.SignContract || v.Texts != nil {
		t.Errorf("page %+v", v)
	}
	w.pay("t1")
	if v, _ := w.s.PageView(); v.Kind != flow.PageWait || !v.Session.IsZero() || v.N != 0 {
		t.Errorf("page %+v", v)
	}
	w.open()
	if v, _ := w.s.PageView(); v.N != 2 || v.Session != secret.New("session-ECOM") || v.Amount.Number() != "41.12" {
		t.Errorf("page %+v", v)
	}
}

// One page serves the sign-up from its first browser step to its end.
func TestPageStaysOpenFromItsFirstStepOn(t *testing.T) {
	w := ready(t, 1002, 10021)
	never[flow.ServePage](w, "before it is needed")
	w.accept()
	if e := must[flow.ServePage](w); e.Key() != "page" || e.Opens != 0 {
		t.Errorf("%s, opens %d", e.Key(), e.Opens)
	}
	w.open()
	early := *w
	early.do(flow.StepChosen{Step: flow.StepMember})
	never[flow.ServePage](&early, "although nobody saw it")
	w.do(flow.PageListening{Link: secret.New("l"), Code: "K7Q2", Opened: "no display"})
	if w.s.Page.NotOpen != "no display" || w.s.Page.Link != secret.New("l") {
		t.Errorf("page %+v", w.s.Page)
	}
	for _, step := range []flow.Step{flow.StepMember, flow.StepOffer, flow.StepPreview} {
		w.do(flow.StepChosen{Step: step})
		if v := must[flow.ServePage](w).View; v.Kind != flow.PageWait || !v.Session.IsZero() {
			t.Errorf("at step %d the page shows %q", step, v.Kind)
		}
	}
	w.do(flow.PageReopened{})
	if e := must[flow.ServePage](w); e.Opens != 1 || e.Key() != "page" {
		t.Errorf("opens %d", e.Opens)
	}
	w.do(flow.PageReported{Kind: flow.PageVisible, Text: "x"})
	if w.s.Page.News != flow.PageVisible || w.s.Page.NewsAt != w.at || w.s.Timeline[len(w.s.Timeline)-1].What != "page visible" {
		t.Errorf("page %+v", w.s.Page)
	}
}

func TestPageFailureWaitsForStaff(t *testing.T) {
	w := ready(t, 1002, 10021).accept().do(flow.Failed{Key: "page"})
	never[flow.ServePage](w, "after it failed")
	must[flow.ServePage](w.do(flow.Retried{}))
}

func TestTimelineTellsTheStory(t *testing.T) {
	w := submitting(t, 1001, 10011)
	var got []string
	for _, m := range w.s.Timeline {
		got = append(got, m.What)
		if m.At.IsZero() || m.At.After(w.at) {
			t.Errorf("%q at %v", m.What, m.At)
		}
	}
	want := []string{"signed", "session MEMBER_ACCOUNT", "authorised MEMBER_ACCOUNT", "session ECOM", "authorised ECOM"}
	if len(got) != len(want) {
		t.Fatalf("timeline %v", got)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("timeline %v", got)
		}
	}
}

// Two sessions that end at one instant are one wake.
func TestWantsHaveUniqueKeys(t *testing.T) {
	w := ready(t, 1001, 10011).accept().sign()
	until := w.at.Add(20 * time.Minute)
	for n := 1; n <= 2; n++ {
		e := must[flow.OpenSession](w)
		w.do(flow.SessionOpened{N: n, Scope: e.Request.Scope, Amount: e.Request.Amount, Session: apiclient.Session{
			Token: secret.New("s" + string(e.Request.Scope)), ValidUntil: until, FinionPayCustomerID: finion,
		}})
		if n == 1 {
			w.pay0("t1").answer()
		}
	}
	seen := map[string]bool{}
	for _, key := range keys(w.s) {
		if seen[key] {
			t.Errorf("%s is wanted twice", key)
		}
		seen[key] = true
	}
}
