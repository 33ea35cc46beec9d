package desk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// The dangerous moments of a sign-up, each with what must happen and what must
// never happen. Those of time are in clock_test.go, those of several desks in
// desks_test.go.

func stage(want flow.Stage) func(flow.Signup) bool {
	return func(s flow.Signup) bool { return s.Stage() == want }
}

// at waits for the n-th payment session to be on the page.
func (v *venue) at(n int) flow.PageView {
	v.Helper()
	v.until(fmt.Sprintf("payment %d", n), func(s flow.Signup) bool { return s.Stage() == flow.StagePaying && len(s.Payments) == n })
	synctest.Wait()
	return v.page.last()
}

// byHand leaves paying to the test.
func (v *venue) byHand() {
	v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
		return p.View.Kind == flow.PagePay, nil
	}
}

// authorise pays at the till; the desk does not know yet.
func (v *venue) authorise(view flow.PageView) flow.PaymentAuthorised {
	v.Helper()
	paid, err := v.page.pay(v.Context(), view)
	if err != nil {
		v.Fatal(err)
	}
	return paid
}

// sign signs what is to be signed now.
func (v *venue) sign() *venue {
	v.Helper()
	s := v.until("signing", stage(flow.StageSigning))
	signed := flow.Signed{Contract: stroke, Blocks: map[int64]secret.Value{}}
	for _, b := range s.ToSign() {
		signed.Blocks[b.ID] = stroke
	}
	return v.do(signed)
}

func (v *venue) deliver(f flow.Fact) {
	v.Helper()
	if err := v.desk.Deliver(v.Context(), f); err != nil {
		v.Errorf("delivered with %v", err)
	}
	synctest.Wait()
}

func (v *venue) upfront() (list []sandbox.Session) {
	for _, s := range v.studio.Ledger().Sessions {
		if s.Scope == "ECOM" {
			list = append(list, s)
		}
	}
	return list
}

func TestMoment01PriceChangesBeforeTheSession(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1001, 10011)
		paid := v.authorise(v.at(1))
		v.pass(11 * time.Minute) // she reads the mandate; the last preview is old by then
		v.deliver(paid)
		s := v.until("a drift", func(s flow.Signup) bool { return s.Drift != nil })
		before, _ := s.Drift.Old.Due()
		after, _ := s.Drift.New.Due()
		if before.Equal(after) || s.Step != flow.StepPreview || len(v.upfront()) != 0 {
			v.Fatalf("%v became %v at step %d, %d upfront sessions", before, after, s.Step, len(v.upfront()))
		}
		v.page.play = nil
		v.accept().result(flow.Created)
		if list := v.upfront(); len(list) != 1 || !amount(list[0].Amount).Equal(after) {
			v.Errorf("upfront sessions %+v", list)
		}
	}, faults("preview-drift@preview:3"))
}

func TestMoment02SessionOlderThanThePrice(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1001, 10011)
		v.deliver(v.authorise(v.at(1)))
		old := v.authorise(v.at(2))
		v.do(flow.StepChosen{Step: flow.StepExtras}, flow.ModulesChosen{Optional: []int64{30011}})
		v.preview()
		v.accept().sign().at(3)
		v.deliver(old) // of the session that is dead now
		if s := v.desk.Snapshot(); s.Payments[1].State != flow.LeftOver || s.Stage() != flow.StagePaying {
			v.Fatalf("payments %v", states(s))
		}
		v.deliver(v.authorise(v.page.last()))
		s := v.result(flow.Created)
		m, due := v.member(), s.Payments[2].Amount
		if m.Contract.InitialPaymentRequestToken == old.Token.Reveal() || !amount(m.Contract.Paid).Equal(due) {
			v.Errorf("contract %+v", m.Contract)
		}
		if unused := s.Unused(); len(unused) != 1 || unused[0].N != 2 {
			v.Errorf("reported as left over: %v", unused)
		}
	})
}

func TestMoment03TabClosedAfterTheCardWasAuthorised(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1002, 10021)
		view := v.at(1)
		lost := v.authorise(view)
		v.deliver(flow.PageReported{Kind: flow.PageLost})
		v.do(flow.PageReopened{})
		v.pass(time.Minute)
		again := v.at(1)
		if again.Session != view.Session {
			v.Error("another session while the first may be paid")
		}
		v.deliver(v.authorise(again)) // the payment form gives the same result
		s := v.result(flow.Created)
		if l := v.studio.Ledger(); len(l.Sessions) != 1 || len(l.Authorisations) != 1 || v.member().Contract.InitialPaymentRequestToken != lost.Token.Reveal() {
			v.Errorf("%d sessions, %d authorisations", len(l.Sessions), len(l.Authorisations))
		}
		if len(s.Unused()) != 0 {
			v.Errorf("left over: %v", states(s))
		}
	})
}

func TestMoment04TokenArrivedAndTheProgramDied(t *testing.T) {
	j := &stubborn{}
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1002, 10021)
		view := v.at(1)
		j.on(func(e flow.Event) error {
			if _, ok := e.Fact.(flow.SubmitStarted); ok {
				return errDead
			}
			return nil
		})
		v.deliver(v.authorise(view))
		intent := v.desk.Snapshot().Intent
		v.down()
		if v.calls()["signup"] != 0 {
			v.Fatal("sent by a program that died before")
		}
		j.on(nil)
		v.restart()
		if s := v.result(flow.Created); s.Intent != intent || v.calls()["signup"] != 1 || len(v.studio.Ledger().Authorisations) != 1 {
			v.Errorf("intent %s, calls %v", s.Intent, v.calls())
		}
		v.member()
	}, withStubborn(j))
}

func TestMoment05SubmitTimedOut(t *testing.T) {
	t.Run("the member is there", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.signup(1001, 10011)
			v.until("unknown", func(s flow.Signup) bool {
				if r := s.Result(); r == flow.Refused || r == flow.Duplicate {
					v.Errorf("told %q although nobody knows", r)
				}
				return s.Stage() == flow.StageUnknown
			})
			if s := v.result(flow.Created); s.CustomerID != v.member().CustomerID || v.calls()["signup"] != 1 {
				v.Errorf("calls %v", v.calls())
			}
		}, faults("commit-then-hang@signup"))
	})
	t.Run("the member is not there", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.signup(1001, 10011)
			s := v.result(flow.Unknown)
			v.pass(10 * time.Minute)
			if v.calls()["signup"] != 1 || len(s.Unused()) != 2 {
				v.Errorf("calls %v, unused %v", v.calls(), states(s))
			}
			v.do(flow.SentOnceMore{Code: "wrong"})
			if v.calls()["signup"] != 1 {
				v.Error("sent again without the code")
			}
		}, faults("500@signup:1"))
	})
}

func TestMoment06Conflict(t *testing.T) {
	for fault, want := range map[string]flow.Outcome{
		"409-own@signup": flow.Created, "409-foreign@signup": flow.Duplicate,
	} {
		t.Run(fault, func(t *testing.T) {
			bubble(t, func(v *venue) {
				v.signup(1001, 10011)
				s := v.result(want)
				v.do(flow.SubmitPressed{})
				if v.calls()["signup"] != 1 {
					v.Error("a conflict is sent again")
				}
				if want == flow.Duplicate && len(s.Unused()) != 2 {
					v.Errorf("not told what was paid: %v", states(s))
				}
			}, faults(fault))
		})
	}
	t.Run("409-after-lost-200", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.signup(1001, 10011)
			s := v.until("looked in vain", flow.Signup.MaySendOnceMore)
			v.do(flow.SentOnceMore{Code: s.Code()})
			if s := v.result(flow.Created); s.CustomerID != v.member().CustomerID || v.calls()["signup"] != 2 {
				v.Errorf("calls %v", v.calls())
			}
		}, faults("409-after-lost-200@signup", "403@search:3", "403@search:4", "403@search:5", "403@search:6", "403@search:7", "403@search:8"))
	})
	t.Run("409-own while the search lags", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.signup(1001, 10011)
			if s := v.result(flow.Created); s.CustomerID != v.member().CustomerID || v.calls()["signup"] != 1 {
				v.Errorf("calls %v", v.calls())
			}
		}, faults("409-own@signup", "search-lag@search"))
	})
}

func TestMoment06aDuplicateFoundAfterPaying(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1002, 10021)
		paid := v.authorise(v.at(1))
		v.order(v.studio.Ledger().Calls)
		searched := v.calls()["search"]
		v.pass(11 * time.Minute)
		v.deliver(paid)
		v.result(flow.Created)
		calls := v.studio.Ledger().Calls
		submit := slices.IndexFunc(calls, func(c sandbox.Call) bool { return c.Call == "signup" })
		again := slices.ContainsFunc(calls[:submit], func(c sandbox.Call) bool { return c.Call == "search" && c.N > searched })
		if !again {
			v.Error("not searched again before the submit")
		}
	})
}

func TestMoment12RecurringTokenLost(t *testing.T) {
	bubble(t, func(v *venue) {
		v.unfold = true
		v.byHand()
		v.signup(1001, 10011)
		v.deliver(v.authorise(v.at(1)))
		v.at(2)
		v.down()
		// The record with the token is lost; everything else is there.
		events := slices.DeleteFunc(v.journal.Events(), func(e flow.Event) bool {
			_, token := e.Fact.(flow.PaymentAuthorised)
			return token
		})
		v.begin(func(_ *sandbox.Config, c *desk.Config) { c.Resume = events })
		for _, scope := range []string{"MEMBER_ACCOUNT", "ECOM"} {
			v.until("paying", stage(flow.StagePaying))
			synctest.Wait()
			view := v.page.last()
			if string(view.Scope) != scope || v.calls()["signup"] != 0 {
				v.Fatalf("the page asks for %q, %d sent", view.Scope, v.calls()["signup"])
			}
			v.deliver(v.authorise(view))
		}
		v.result(flow.Created)
		if m := v.member(); m.PaymentMethod != "SEPA" {
			v.Errorf("pays by %s", m.PaymentMethod)
		}
	})
}

func TestMoment13RefusedAfterThePaymentWasAuthorised(t *testing.T) {
	for _, fault := range []string{"400-after-pay@signup:1", "403@signup:1"} {
		t.Run(fault, func(t *testing.T) {
			bubble(t, func(v *venue) {
				v.signup(1001, 10011)
				s := v.result(flow.Refused)
				if len(s.Unused()) != 2 || s.Submission.Failure.Message == "" {
					v.Fatalf("payments %v, failure %+v", states(s), s.Submission.Failure)
				}
				v.do(field(flow.ZipCode, "20099"), flow.SubmitPressed{}, flow.SubmitPressed{}).result(flow.Created)
				l := v.studio.Ledger()
				if len(l.Authorisations) != 2 || v.calls()["signup"] != 2 || l.Totals.LeftOver != "0.00" {
					v.Errorf("%d authorisations, calls %v", len(l.Authorisations), v.calls())
				}
				v.member()
			}, faults(fault))
		})
	}
}

// The banner is the terminal's; here is what it is written from, and that a
// sign-up of one studio is gone on with nowhere else.
func TestMoment14WrongStudio(t *testing.T) {
	bubble(t, func(v *venue) {
		s := v.until("the studio", func(s flow.Signup) bool { return s.Studio != nil })
		if s.Studio.Name == "" || s.Settings.Environment != "live" || s.Settings.BaseURL != "https://here.invalid" {
			v.Errorf("studio %q, settings %+v", s.Studio.Name, s.Settings)
		}
	}, settings(func(s *flow.Settings) { s.Environment, s.BaseURL = "live", "https://here.invalid" }))

	here := journal.Place{BaseURL: "https://here.invalid", Studio: "mitte", Environment: "live"}
	list := []journal.Entry{{Intent: "ours", Place: here}}
	for _, where := range []journal.Place{
		{BaseURL: "https://there.invalid", Studio: "mitte", Environment: "live"},
		{BaseURL: here.BaseURL, Studio: "nord", Environment: "live"},
		{BaseURL: here.BaseURL, Studio: "mitte", Environment: "test"},
	} {
		if got := journal.Only(list, where); len(got) != 0 {
			t.Errorf("offered at %+v", where)
		}
	}
	if got := journal.Only(list, here); len(got) != 1 {
		t.Error("not offered where it belongs")
	}
}

func TestMoment15EverythingTwice(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.choose(1002, 10021).do(typed(peter))
		v.preview()
		v.accept()
		quote, _ := v.desk.Snapshot().Quote()
		v.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint}, flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		paid := v.authorise(v.at(1))
		release := v.api.block("signup")
		replays := make(chan error, 8)
		for range cap(replays) {
			go func() { replays <- v.desk.Deliver(v.Context(), paid) }()
		}
		for range cap(replays) {
			if err := <-replays; err != nil {
				v.Errorf("a replay is refused: %v", err)
			}
		}
		other := paid
		other.Token = secret.New("another")
		v.deliver(other)
		v.deliver(other)
		v.do(flow.SubmitPressed{}, flow.SubmitPressed{})
		if p := v.desk.Snapshot().Payments[0]; p.Token != paid.Token || p.Extra != 1 {
			v.Errorf("payment %+v", p)
		}
		release()
		s := v.result(flow.Created)
		v.deliver(paid)
		if n := v.calls(); n["signup"] != 1 || n["session"] != 1 || v.member().Contract.InitialPaymentRequestToken != paid.Token.Reveal() {
			v.Errorf("calls %v", n)
		}
		if unused := s.Unused(); len(unused) != 1 || unused[0].Extra != 1 {
			v.Errorf("the other token is not reported: %v", states(s))
		}
	})
}
