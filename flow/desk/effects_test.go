package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

func dates(start string) flow.Fact { return flow.DatesChosen{Start: day(start), PreUse: day(start)} }

func TestA2TypingTenDatesIsOnePreview(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1001, 10011)
		v.until("a price", func(s flow.Signup) bool { return s.Price != nil })
		before := v.calls()["preview"]
		for i := range 10 {
			v.do(dates(fmt.Sprintf("2026-04-%02d", 11+i)))
			v.pass(100 * time.Millisecond)
		}
		v.until("the newest price", func(s flow.Signup) bool { return !s.PriceStale() })
		if n := v.calls()["preview"] - before; n != 1 {
			v.Errorf("%d previews", n)
		}
	})
}

func TestA2NewestInputsWin(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1001, 10011)
		v.until("a price", func(s flow.Signup) bool { return s.Price != nil })
		release := v.api.block("preview")
		v.do(flow.VoucherEntered{Code: "SPRING10"})
		if n := v.api.abandoned("preview"); n != 0 {
			v.Fatalf("%d previews given up too early", n)
		}
		v.do(flow.VoucherEntered{Code: "MINUS5"})
		if n := v.api.abandoned("preview"); n != 1 {
			v.Errorf("%d of the older previews given up", n)
		}
		release()
		s := v.until("the newest price", func(s flow.Signup) bool { return !s.PriceStale() })
		if s.Voucher != "MINUS5" || s.Price.Preview.VoucherSuccessMessage != "5.00 off each payment of the first 3 months." {
			v.Errorf("the price of %q: %q", s.Voucher, s.Price.Preview.VoucherSuccessMessage)
		}
	})
}

func TestA2SameInputsAreAnsweredFromTheCache(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1001, 10011)
		there := func() {
			v.Helper()
			v.do(dates("2026-04-16"))
			v.until("a price", func(s flow.Signup) bool { return s.Price != nil && !s.PriceStale() })
		}
		and := func() {
			v.Helper()
			v.do(dates("2026-03-10"))
			v.until("a price", func(s flow.Signup) bool { return !s.PriceStale() })
		}
		there()
		and()
		n := v.calls()["preview"]
		there()
		and()
		if got := v.calls()["preview"]; got != n {
			v.Errorf("%d previews of what was known", got-n)
		}
		v.pass(time.Minute)
		there()
		if got := v.calls()["preview"]; got != n+1 {
			v.Errorf("%d previews after a minute", got-n)
		}
		// Money asks again at once, whatever is kept.
		v.do(typed(peter))
		v.preview()
		n = v.calls()["preview"]
		v.accept()
		v.result(flow.Created)
		if got := v.calls()["preview"]; got != n+1 {
			v.Errorf("%d last previews", got-n)
		}
	})
}

func TestForgetAsksAnew(t *testing.T) {
	bubble(t, func(v *venue) {
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil })
		v.desk.Forget()
		v.desk.Next()
		v.do()
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil })
		if n := v.calls()["offers"]; n != 2 {
			v.Errorf("%d calls", n)
		}
	})
}

func TestLeavingCancels(t *testing.T) {
	bubble(t, func(v *venue) {
		v.choose(1001, 10011).do(typed(peter))
		v.preview()
		release := v.api.block("session")
		defer release()
		v.accept()
		v.until("opening", func(s flow.Signup) bool { return s.Stage() == flow.StageOpening })
		v.do(flow.StepChosen{Step: flow.StepTerm})
		if n := v.api.abandoned("session"); n != 1 {
			v.Errorf("%d sessions given up", n)
		}
		if v.page.serving() != 1 {
			v.Error("the page that the member saw is gone")
		}
	})
}

func TestFailuresWaitForStaff(t *testing.T) {
	bubble(t, func(v *venue) {
		s := v.until("a failure", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		if f, ok := s.Failure("offers"); !ok || f.Op != "load the offers" || f.TraceID == "" || f.Message == "" {
			v.Errorf("failures %+v", s.Failures)
		}
		calls := v.calls()["offers"]
		v.pass(time.Hour)
		if v.calls()["offers"] != calls {
			v.Error("asked again unasked")
		}
		v.do(flow.Retried{})
		v.until("offers", func(s flow.Signup) bool { return len(s.Offers) == 5 })
	}, faults("500@offers:1", "500@offers:2", "500@offers:3"))
}

func TestRule28FailedSessionLosesNothing(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		s := v.until("a failure", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		if _, ok := s.Failure("session/"); !ok || s.Accepted == nil || s.Get(flow.City) != secret.New("Hamburg") {
			v.Errorf("failures %+v", s.Failures)
		}
		v.do(flow.Retried{})
		v.result(flow.Created)
	}, faults("403@session:1"))
}

func TestDispatchNeverBlocks(t *testing.T) {
	conf := desk.Config{API: &spy{}, Page: &page{}}
	d := desk.New(conf)
	for range 10_000 {
		d.Dispatch(flow.Woke{})
		d.Next()
	}
	if s := d.Snapshot(); s.Intent != "" {
		t.Error("begun by nobody")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Deliver(ctx, flow.Woke{}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody runs the desk: %v", err)
	}
}

// stubborn is a journal that can be slow and can fail.
type stubborn struct {
	desk.Journal
	err  atomic.Pointer[error]
	slow atomic.Pointer[chan struct{}]
	pick atomic.Pointer[func(flow.Event) error]
}

// on fails for the events that pick says, nil for none.
func (j *stubborn) on(pick func(flow.Event) error) {
	if pick == nil {
		j.pick.Store(nil)
		return
	}
	j.pick.Store(&pick)
}

func (j *stubborn) Append(e flow.Event) error {
	if gate := j.slow.Load(); gate != nil {
		<-*gate
	}
	if err := j.err.Load(); err != nil {
		return *err
	}
	if pick := j.pick.Load(); pick != nil {
		if err := (*pick)(e); err != nil {
			return err
		}
	}
	return j.Journal.Append(e)
}

func withStubborn(j *stubborn) option {
	return func(_ *sandbox.Config, c *desk.Config) { j.Journal, c.Journal = c.Journal, j }
}

func TestW32DeliverReturnsAfterTheJournalHasIt(t *testing.T) {
	j := &stubborn{}
	bubble(t, func(v *venue) {
		v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) { return true, nil }
		v.signup(1002, 10021)
		s := v.until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		token := flow.PaymentAuthorised{N: s.Payments[0].N, Token: secret.New("t")}

		gate := make(chan struct{})
		j.slow.Store(&gate)
		answered := make(chan error, 1)
		go func() { answered <- v.desk.Deliver(v.Context(), token) }()
		synctest.Wait()
		select {
		case err := <-answered:
			v.Fatalf("acknowledged before it was safe: %v", err)
		default:
		}
		if v.desk.Snapshot().Payments[0].State != flow.Open {
			v.Error("applied before it was safe")
		}
		j.slow.Store(nil)
		close(gate)
		if err := <-answered; err != nil {
			v.Errorf("delivered with %v", err)
		}
		events := v.journal.Events()
		if !slices.ContainsFunc(events, func(e flow.Event) bool { return e.Fact == token }) {
			v.Error("acknowledged and not journaled")
		}
		v.do(flow.Abandoned{}) // the token is none of the sandbox's
	}, withStubborn(j))
}

func TestW32FailingJournalAcknowledgesNothing(t *testing.T) {
	j := &stubborn{}
	bubble(t, func(v *venue) {
		v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) { return true, nil }
		v.signup(1002, 10021)
		s := v.until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		token := flow.PaymentAuthorised{N: s.Payments[0].N, Token: secret.New("t")}
		full := errors.New("disk full")
		j.err.Store(&full)
		if err := v.desk.Deliver(v.Context(), token); !errors.Is(err, full) {
			v.Errorf("delivered with %v", err)
		}
		if p := v.desk.Snapshot().Payments[0]; p.State != flow.Open || !p.Token.IsZero() {
			v.Errorf("a payment that nobody wrote down counts: %+v", p)
		}
		j.err.Store(nil)
		if err := v.desk.Deliver(v.Context(), token); err != nil || v.desk.Snapshot().Payments[0].State != flow.Authorised {
			v.Errorf("delivered again with %v", err)
		}
		v.do(flow.Abandoned{}) // the token is none of the sandbox's
	}, withStubborn(j))
}

func TestEveryEventIsJournaledBeforeItsEffectsStart(t *testing.T) {
	bubble(t, func(v *venue) {
		v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
			if p.View.Kind == flow.PagePay {
				events := v.journal.Events()
				if _, ok := events[len(events)-1].Fact.(flow.SessionOpened); !ok {
					v.Errorf("paying begins after %T", events[len(events)-1].Fact)
				}
			}
			return false, nil
		}
		v.signup(1001, 10011)
		v.result(flow.Created)
	})
}

func TestNextDropsWhatIsUnderWay(t *testing.T) {
	bubble(t, func(v *venue) {
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil })
		v.desk.Forget()
		release := v.api.block("offers")
		v.desk.Next()
		v.do()
		former := v.desk.Snapshot().Intent
		v.desk.Next()
		v.do()
		if n := v.api.abandoned("offers"); n != 1 {
			v.Errorf("%d given up", n)
		}
		if s := v.desk.Snapshot(); s.Intent == former || s.Offers != nil {
			v.Error("the former sign-up's answers arrived")
		}
		release()
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil })
	})
}

// What the former member's page still delivers belongs to her, not to the next.
func TestNextTakesNoPaymentOfTheFormerMember(t *testing.T) {
	bubble(t, func(v *venue) {
		var late deliverer
		v.page.play = func(_ context.Context, _ flow.ServePage, deliver deliverer) (bool, error) {
			if late == nil {
				late = deliver
			}
			return true, nil
		}
		paying := func(s flow.Signup) bool { return s.Stage() == flow.StagePaying }
		v.signup(1002, 10021).until("paying", paying)
		v.do(flow.Abandoned{})
		v.desk.Next()
		v.do()
		v.signup(1002, 10021).until("paying", paying)
		if err := late(v.Context(), flow.PaymentAuthorised{N: 1, Token: secret.New("hers")}); err == nil {
			v.Error("acknowledged although it is lost")
		}
		if p := v.desk.Snapshot().Payments[0]; p.State != flow.Open {
			v.Errorf("the former member pays for the next: %+v", p.State)
		}
	})
}

func TestNextWaitsForTheSubmit(t *testing.T) {
	bubble(t, func(v *venue) {
		release := v.api.block("signup")
		v.signup(1002, 10021).until("submitting", func(s flow.Signup) bool { return s.Stage() == flow.StageSubmitting })
		intent := v.desk.Snapshot().Intent
		v.desk.Next()
		v.do()
		if v.desk.Snapshot().Intent != intent || v.api.abandoned("signup") != 0 {
			v.Fatal("the request that creates the contract was dropped")
		}
		release()
		v.result(flow.Created)
		v.desk.Next()
		v.do()
		if v.desk.Snapshot().Intent == intent {
			v.Error("there is no next sign-up afterwards")
		}
	})
}

func TestShutdown(t *testing.T) {
	t.Run("ends everything", func(t *testing.T) {
		bubble(t, func(v *venue) {
			defer v.api.block("preview")()
			v.signupTo(1002, 10021)
			v.pass(time.Second)
			v.down()
			if v.api.abandoned("preview") == 0 {
				v.Error("a preview goes on")
			}
			if s := v.desk.Snapshot(); len(s.Failures) != 0 {
				v.Errorf("what was ended counts as failed: %v", s.Failures)
			}
			if err := v.desk.Deliver(v.Context(), flow.Woke{}); err == nil {
				v.Error("a closed desk takes something")
			}
		})
	})
	t.Run("keeps what the page delivers in its last second", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.page.play = func(ctx context.Context, p flow.ServePage, deliver deliverer) (bool, error) {
				if p.View.Kind != flow.PagePay {
					return false, nil
				}
				paid, err := v.page.pay(ctx, p.View)
				if err != nil {
					return true, err
				}
				<-ctx.Done()
				<-time.After(900 * time.Millisecond)
				return true, deliver(context.WithoutCancel(ctx), paid)
			}
			v.signup(1002, 10021).until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
			synctest.Wait()
			v.down()
			if s := v.desk.Snapshot(); s.Payments[0].State != flow.Authorised {
				v.Errorf("the payment is %s", s.Payments[0].State)
			}
			if n := v.calls()["signup"]; n != 0 {
				v.Error("a request was sent although the desk ends")
			}
		})
	})
	t.Run("an unanswered submit is unknown", func(t *testing.T) {
		bubble(t, func(v *venue) {
			v.signup(1002, 10021).until("submitting", func(s flow.Signup) bool { return s.Stage() == flow.StageSubmitting })
			synctest.Wait()
			v.down()
			s := v.desk.Snapshot()
			if s.Stage() != flow.StageUnknown {
				v.Errorf("stage %q", s.Stage())
			}
			v.member()
		}, faults("commit-then-hang@signup"))
	})
}

// signupTo goes as far as the consents without waiting for a price.
func (v *venue) signupTo(offer, term int64) *venue {
	v.Helper()
	return v.choose(offer, term).do(typed(peter)).do(flow.StepChosen{Step: flow.StepConsents})
}

// A page that ends although it is wanted is not opened again and again.
func TestPageThatEndsByItselfIsAFailure(t *testing.T) {
	for _, err := range []error{nil, context.Canceled} {
		bubble(t, func(v *venue) {
			opened := 0
			v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) {
				if opened++; opened > 3 {
					return false, nil
				}
				return true, errEnd
			}
			v.page.end = err
			v.signup(1002, 10021)
			v.until("a failure", func(s flow.Signup) bool { _, failed := s.Failure("page"); return failed })
			if opened != 1 {
				v.Errorf("opened %d times", opened)
			}
			opened = 3
			v.do(flow.Retried{}).result(flow.Created)
		})
	}
}

func TestNoIntentNoSignup(t *testing.T) {
	tries := 0
	bubble(t, func(v *venue) {
		if s := v.do().desk.Snapshot(); s.Intent != "" || len(v.journal.Events()) != 0 {
			v.Error("begun without an id")
		}
		v.desk.Next()
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil })
	}, func(_ *sandbox.Config, c *desk.Config) {
		c.Intent = func() (string, error) {
			if tries++; tries == 1 {
				return "", errors.New("no randomness")
			}
			return "0199d2a4-5b6c-7d8e-9f01-23456789abcd", nil
		}
	})
}

func TestPageThatFailsWaitsForStaff(t *testing.T) {
	bubble(t, func(v *venue) {
		broken := true
		v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) {
			if broken {
				broken = false
				return true, errors.New("no free port")
			}
			return false, nil
		}
		v.signup(1002, 10021)
		s := v.until("a failure", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		if f, ok := s.Failure("page"); !ok || f.Message != "no free port" {
			v.Errorf("failures %+v", s.Failures)
		}
		v.do(flow.Retried{}).result(flow.Created)
	})
}
