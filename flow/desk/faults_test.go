package desk_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

// The answer to the sign-up is lost, or says nothing, although the member was
// made: she is found again, and nothing is sent twice.
func TestA4_5LostSuccessIsFoundAgain(t *testing.T) {
	for fault, least := range map[string]time.Duration{
		"commit-then-drop@signup": 2 * time.Second,
		"commit-then-500@signup":  2 * time.Second,
		"commit-then-hang@signup": 82 * time.Second,
		"truncated-200@signup":    2 * time.Second,
		"html-502@signup":         2 * time.Second,
		"empty@signup":            2 * time.Second,
		"garbage@signup":          2 * time.Second,
		"409-own@signup":          0,
	} {
		t.Run(fault, func(t *testing.T) {
			bubble(t, func(v *venue) {
				v.signup(1001, 10011)
				began := v.now()
				s := v.result(flow.Created)
				m := v.member()
				if s.CustomerID != m.CustomerID || v.calls()["signup"] != 1 || m.Contract.Paid != "41.12" {
					v.Errorf("customer %d, %d calls, member %+v", s.CustomerID, v.calls()["signup"], m)
				}
				if took := v.now().Sub(began); took < least || took > least+time.Second {
					v.Errorf("found after %v", took)
				}
			}, faults(fault))
		})
	}
}

func TestA4_5SearchThatLagsIsLookedAtUntilItShows(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		if s := v.result(flow.Created); s.Submission.Looks != 4 {
			v.Errorf("found at look %d", s.Submission.Looks)
		}
		v.member()
	}, faults("commit-then-drop@signup", "search-lag@search"))
}

func TestA4_5NothingThereCanBeSentOnceMore(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1001, 10011)
		s := v.result(flow.Unknown)
		if v.calls()["signup"] != 1 || !s.MaySendOnceMore() {
			v.Fatalf("%d calls, may send once more: %v", v.calls()["signup"], s.MaySendOnceMore())
		}
		v.do(flow.Abandoned{}, flow.StepChosen{Step: flow.StepMember}, field(flow.Email, "x@example.invalid"))
		v.do(flow.SentOnceMore{Code: s.Code()})
		v.result(flow.Created)
		if m := v.member(); m.Email != "peter@example.invalid" || m.Contract.Paid != "41.12" || v.calls()["signup"] != 2 {
			v.Errorf("member %+v", m)
		}
	}, faults("500@signup:1"))
}

func TestA4_5HalfCreatedIsForSupport(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		s := v.result(flow.Unknown)
		if s.Submission.CustomerID != v.member().CustomerID || s.MaySendOnceMore() {
			v.Errorf("customer %d, may send once more: %v", s.Submission.CustomerID, s.MaySendOnceMore())
		}
		v.do(flow.SentOnceMore{Code: s.Code()})
		if n := v.calls()["signup"]; n != 1 {
			v.Errorf("%d calls", n)
		}
	}, faults("half-created@signup"))
}

func TestA4_6ForeignConflictShowsWhoItIs(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		v.result(flow.Duplicate)
		s := v.until("who it is", func(s flow.Signup) bool { return s.Duplicates != nil && len(s.Duplicates.Found) > 0 })
		if s.Submission.Failure.TraceID == "" || s.Submission.Failure.Message == "" {
			v.Errorf("failure %+v", s.Submission.Failure)
		}
		v.do(flow.SubmitPressed{}, field(flow.Email, "new@example.invalid"), flow.SubmitPressed{})
		if n := v.calls()["signup"]; n != 1 {
			v.Errorf("%d calls", n)
		}
		v.do(flow.Abandoned{Reason: flow.ReasonDuplicate}).result(flow.Duplicate)
	}, faults("409-foreign@signup"))
}

func TestA4_6ConflictAndASearchThatFails(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		if s := v.result(flow.Created); s.CustomerID != v.member().CustomerID {
			v.Errorf("customer %d", s.CustomerID)
		}
	}, faults("409-own@signup", "403@search:3"))
}

func TestA4_6aDuplicateIsFoundBeforeMoneyMoves(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1002, 10021).do(typed(peter), field(flow.Email, "Miriam.Bestand@example.invalid"))
		s := v.preview()
		if len(s.Duplicates.Found) != 1 || s.Duplicates.Found[0].ID != 1000101 {
			v.Fatalf("found %v", s.Duplicates)
		}
		v.accept()
		if s := v.desk.Snapshot(); s.Step != flow.StepPreview || v.calls()["session"] != 0 {
			v.Error("money moves although she is a member")
		}
		v.do(flow.StepChosen{Step: flow.StepMember}, field(flow.Email, peter[flow.Email]), field(flow.LastName, "Vielleicht"), field(flow.DateOfBirth, "1996-01-30"))
		s = v.preview()
		if len(s.Duplicates.Found) != 1 || s.Duplicates.Found[0].Status != apiclient.StatusProspect {
			v.Fatalf("found %v", s.Duplicates)
		}
		// A name that only begins alike is somebody else's.
		v.do(flow.StepChosen{Step: flow.StepMember}, field(flow.LastName, "Viel"))
		if s = v.preview(); len(s.Duplicates.Found) != 0 {
			v.Errorf("found %v", s.Duplicates)
		}
	})
}

func TestNoScopeToSearch(t *testing.T) {
	scopes := func(c *sandbox.Config, _ *desk.Config) {
		c.Scopes = slices.DeleteFunc(slices.Clone(sandbox.AllScopes), func(s string) bool { return s == "CUSTOMER_READ" })
	}
	bubble(t, func(v *venue) {
		v.choose(1002, 10021).do(typed(peter))
		s := v.preview()
		if p := s.Problems(flow.StepPreview); len(p) != 1 || p[0].Code != flow.SearchForbidden {
			v.Errorf("problems %v", p)
		}
	}, scopes)
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		if s := v.result(flow.Unknown); s.MaySendOnceMore() {
			v.Error("may be sent again although nobody can look")
		}
		if n := v.calls()["signup"]; n != 1 {
			v.Errorf("%d calls", n)
		}
	}, scopes, settings(func(s *flow.Settings) { s.AllowWithoutSearch = true }), faults("500@signup"))
}

func TestA4_13RefusedAfterPayingKeepsThePayments(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1001, 10011)
		s := v.result(flow.Refused)
		if f, ok := flow.FieldOf(s.Submission.Failure.Reference); !ok || f != flow.ZipCode {
			v.Errorf("failure %+v", s.Submission.Failure)
		}
		v.do(field(flow.ZipCode, "20099"), flow.SubmitPressed{}, flow.SubmitPressed{})
		v.result(flow.Created)
		l := v.studio.Ledger()
		if len(l.Authorisations) != 2 || len(l.Sessions) != 2 || v.calls()["signup"] != 2 || l.Totals.LeftOver != "0.00" {
			v.Errorf("ledger %+v", l.Totals)
		}
	}, faults("400-after-pay@signup"))
}

func TestRule31BusyServerIsAskedAgainByStaff(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		for n := 1; n <= 2; n++ {
			s := v.result(flow.Refused)
			v.pass(time.Minute)
			if s.Submission.Failure.Kind != apiclient.Unavailable || v.calls()["signup"] != n {
				v.Fatalf("failure %+v, %d calls", s.Submission.Failure, v.calls()["signup"])
			}
			v.do(flow.SubmitPressed{})
			synctest.Wait()
		}
		v.result(flow.Created)
	}, faults("503-twice@signup"))
}

// The session's twenty seconds are over before the slow answer comes: it counts
// all the same.
func TestRule33SlowSubmitOutlivesItsSession(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		s := v.result(flow.Created)
		if s.CustomerID != v.member().CustomerID || v.calls()["signup"] != 1 || v.calls()["session"] != 1 {
			v.Errorf("customer %d, calls %v", s.CustomerID, v.calls())
		}
	}, faults("short-sessions@session", "slow@signup"))
}

func TestA4_1PreviewDrift(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1002, 10021).do(typed(peter))
		s := v.preview()
		before, _ := s.Price.Due()
		v.accept()
		s = v.until("a drift", func(s flow.Signup) bool { return s.Drift != nil })
		after, _ := s.Drift.New.Due()
		if diff, err := after.Sub(before); err != nil || !diff.Equal(amount("0.01")) || v.calls()["session"] != 0 || s.Step != flow.StepPreview {
			v.Fatalf("%v became %v, %d sessions", before, after, v.calls()["session"])
		}
		v.accept()
		v.result(flow.Created)
		if n := v.calls()["preview"]; n != 3 {
			v.Errorf("%d previews: the last one was not asked for anew", n)
		}
		for _, each := range v.studio.Ledger().Sessions {
			if !after.Equal(amount(each.Amount)) {
				v.Errorf("a session over %s", each.Amount)
			}
		}
	}, faults("preview-drift@preview:2"))
}

func TestRule25OtherCustomerInTheSecondSession(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1001, 10011)
		s := v.until("a failure", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		if f, _ := s.Failure("session/2"); f.Code != flow.CodeOtherCustomer {
			v.Errorf("failures %+v", s.Failures)
		}
		v.do(flow.Retried{}).result(flow.Created)
	}, faults("other-customer-on-session-2@session:2"))
}

func TestRule27ExpiredSessionIsRenewedForTheSamePayer(t *testing.T) {
	bubble(t, func(v *venue) {
		idle := true
		v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
			return p.View.Kind == flow.PagePay && idle, nil
		}
		v.signup(1001, 10011)
		v.until("expired", func(s flow.Signup) bool { return s.Stage() == flow.StageExpired })
		idle = false
		v.do(flow.SessionRenewed{}).result(flow.Created)
		l := v.studio.Ledger()
		if len(l.Sessions) != 3 || l.Sessions[0].State != sandbox.StateExpired {
			v.Fatalf("sessions %+v", l.Sessions)
		}
		for _, each := range l.Sessions {
			if each.FinionPayCustomerID != l.Sessions[0].FinionPayCustomerID {
				v.Error("another payer")
			}
		}
	}, faults("short-sessions@session:1"))
}

// This machine's clock is wrong; what counts is the server's.
func TestA4_10ClockIsWrong(t *testing.T) {
	for _, wrong := range []time.Duration{-24 * time.Hour, 20 * time.Minute} {
		bubble(t, func(v *venue) {
			idle := true
			v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
				return p.View.Kind == flow.PagePay && idle, nil
			}
			v.signup(1002, 10021).until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
			began := time.Now()
			v.until("expired", func(s flow.Signup) bool { return s.Stage() == flow.StageExpired })
			if took := time.Since(began); took < 20*time.Minute-2*time.Second || took > 20*time.Minute+2*time.Second {
				v.Errorf("with a clock %v off the session lives %v", wrong, took)
			}
			idle = false
			v.do(flow.SessionRenewed{}).result(flow.Created)
		}, func(c *sandbox.Config, d *desk.Config) {
			now := d.Now
			d.Now = func() time.Time { return now().Add(wrong) }
			d.Skew = func() time.Duration { return -wrong }
		})
	}
}

func TestOldShapesOfThePreview(t *testing.T) {
	for _, fault := range []string{"no-payment-preview@preview", "preview-1.5.0@preview"} {
		t.Run(fault, func(t *testing.T) {
			bubble(t, func(v *venue) {
				v.choose(1003, 10031).do(typed(peter))
				s := v.preview()
				if !slices.Contains(s.Warnings(), flow.DueMissing) {
					v.Errorf("warnings %v", s.Warnings())
				}
				v.accept()
				v.result(flow.Created)
				if m := v.member(); m.PaymentMethod != "SEPA" {
					v.Errorf("member %+v", m)
				}
			}, faults(fault))
		})
	}
}

func TestRule16InvalidVoucher(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021, flow.VoucherEntered{Code: "GUEST1"})
		s := v.result(flow.Created)
		if s.VoucherRefused == nil || v.member().Contract.VoucherCode != "" {
			v.Errorf("refused %+v", s.VoucherRefused)
		}
	})
}

func TestVoucherWithItsOwnText(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021, flow.VoucherEntered{Code: "BONUS1"})
		s := v.result(flow.Created)
		if !s.Ticks[70901] || v.member().Contract.VoucherCode != "BONUS1" {
			v.Errorf("ticks %v", s.Ticks)
		}
	})
}

func TestMemberDeclinesOrPastes(t *testing.T) {
	bubble(t, func(v *venue) {
		v.page.play = func(ctx context.Context, p flow.ServePage, deliver deliverer) (bool, error) {
			if p.View.Kind != flow.PagePay {
				return false, nil
			}
			return true, deliver(ctx, flow.PageReported{Kind: flow.PageFailed})
		}
		v.signup(1002, 10021)
		s := v.until("declined", func(s flow.Signup) bool { return s.Page.News == flow.PageFailed })
		if s.Stage() != flow.StagePaying {
			v.Errorf("stage %q", s.Stage())
		}
		paid, err := v.page.pay(v.Context(), v.page.last())
		if err != nil {
			v.Fatal(err)
		}
		v.do(flow.TokenPasted{Token: secret.New(paid.Token.Reveal())}).result(flow.Created)
	})
}
