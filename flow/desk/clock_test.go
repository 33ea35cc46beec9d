package desk_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

// watch is a wall clock that a test can move: the studio's and this machine's
// begin at the same instant.
type watch struct{ start, studio, machine atomic.Int64 }

// at sets both clocks to an instant.
func (w *watch) at(start time.Time) option {
	return func(c *sandbox.Config, d *desk.Config) {
		began := time.Now()
		w.start.Store(start.UnixNano())
		right := func() time.Time {
			return time.Unix(0, w.start.Load()+w.studio.Load()).UTC().Add(time.Since(began))
		}
		c.Now = right
		d.Now = func() time.Time { return right().Add(time.Duration(w.machine.Load())) }
	}
}

// sleep is a laptop's: the wall clock goes on, no timer does.
func (w *watch) sleep(d time.Duration) { w.studio.Add(int64(d)) }

// jump moves this machine's wall clock alone.
func (w *watch) jump(d time.Duration) { w.machine.Add(int64(d)) }

func life(d time.Duration) option {
	return func(c *sandbox.Config, _ *desk.Config) { c.SessionLifetime = d }
}

func berlin(text string) time.Time {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
	if err != nil {
		panic(err)
	}
	return at
}

// onePayer checks that all sessions of the studio belong to one potential
// customer.
func (v *venue) onePayer() {
	v.Helper()
	list := v.studio.Ledger().Sessions
	for _, s := range list {
		if s.FinionPayCustomerID != list[0].FinionPayCustomerID {
			v.Errorf("%d sessions of more than one payer", len(list))
		}
	}
}

// Whenever staff ask for a renewal: before the session is over nothing
// happens, afterwards there is another one for the same payer.
func TestMoment07RenewalAtEveryMinute(t *testing.T) {
	for _, valid := range []time.Duration{15 * time.Minute, 30 * time.Minute} {
		for wait := time.Minute; wait <= valid+time.Minute; wait += time.Minute {
			t.Run(fmt.Sprintf("%v of %v", wait, valid), func(t *testing.T) {
				bubble(t, func(v *venue) {
					v.byHand()
					v.signup(1001, 10011)
					first := v.at(1)
					v.pass(wait)
					v.do(flow.Woke{})
					over := wait >= valid
					if got := v.desk.Snapshot().Stage() == flow.StageExpired; got != over {
						v.Fatalf("after %v of %v: expired is %v", wait, valid, got)
					}
					v.do(flow.SessionRenewed{})
					n := 1
					if over {
						n = 2
					}
					second := v.at(n)
					if over == (second.Session == first.Session) {
						v.Error("the session is another, or still the same")
					}
					v.deliver(v.authorise(second))
					v.until("the second payment", func(s flow.Signup) bool { return len(s.Payments) == n+1 })
					v.deliver(v.authorise(v.at(n + 1)))
					v.result(flow.Created)
					v.onePayer()
					if sent := v.studio.Ledger().Totals.LeftOver; sent != "0.00" {
						v.Errorf("left over %s", sent)
					}
				}, life(valid))
			})
		}
	}
}

// The token for regular payments dies while the card for the first one is
// looked for: the upfront payment stays, the other is made anew, for the same
// payer.
func TestMoment07RecurringTokenExpiresMeanwhile(t *testing.T) {
	bubble(t, func(v *venue) {
		v.byHand()
		v.signup(1001, 10011)
		view := v.at(1)
		v.pass(9 * time.Minute)
		v.deliver(v.authorise(view))
		upfront := v.at(2)
		v.pass(8 * time.Minute) // the first is over, the second is not
		v.deliver(v.authorise(upfront))
		s := v.until("expired", stage(flow.StageExpired))
		if p, ok := s.Payment("ECOM"); !ok || p.State != flow.Authorised {
			v.Fatalf("payments %v", states(s))
		}
		v.do(flow.SessionRenewed{})
		v.deliver(v.authorise(v.at(3)))
		s = v.result(flow.Created)
		v.onePayer()
		if m := v.member(); m.PaymentMethod != "SEPA" || m.Contract.Paid != "41.12" || s.Payments[0].State != flow.LeftOver {
			v.Errorf("member %+v, payments %v", m, states(s))
		}
	}, life(15*time.Minute))
}

// The whole way with a clock that is wrong from the beginning: the studio's
// time counts.
func TestMoment10ClockIsWrong(t *testing.T) {
	for _, wrong := range []time.Duration{-24 * time.Hour, 20 * time.Minute} {
		t.Run(wrong.String(), func(t *testing.T) {
			var w watch
			w.machine.Store(int64(wrong))
			bubble(t, func(v *venue) {
				v.signup(1001, 10011, dates("2026-03-10"))
				v.result(flow.Created)
				if m := v.member(); m.Contract.StartDate != "2026-03-10" || m.Contract.Paid != "41.12" {
					v.Errorf("contract %+v", m.Contract)
				}
			}, w.at(marchTenth), skewOf(&w))
		})
	}
}

// skewOf is what the client would measure.
func skewOf(w *watch) option {
	return func(_ *sandbox.Config, d *desk.Config) {
		d.Skew = func() time.Duration { return -time.Duration(w.machine.Load()) }
	}
}

// Somebody sets the clock while the member pays. Whatever the desk believes,
// nobody is charged twice and nothing is lost.
func TestMoment10ClockJumpsWhilePaying(t *testing.T) {
	for _, jump := range []time.Duration{-24 * time.Hour, 20 * time.Minute} {
		t.Run(jump.String(), func(t *testing.T) {
			var w watch
			bubble(t, func(v *venue) {
				v.byHand()
				v.signup(1001, 10011)
				view := v.at(1)
				w.jump(jump)
				v.deliver(v.authorise(view))
				for n := 2; n < 8 && v.desk.Snapshot().Outcome == ""; n++ {
					v.pass(5 * time.Second)
					switch s := v.desk.Snapshot(); s.Stage() {
					case flow.StageExpired:
						v.do(flow.SessionRenewed{})
					case flow.StagePaying:
						v.deliver(v.authorise(v.page.last()))
					case flow.StageNone:
						if s.Step == flow.StepTerm {
							v.do(flow.DatesChosen{Start: s.Today(), PreUse: s.Today()})
						}
						if s.Outcome == "" {
							v.preview()
							v.accept()
						}
					}
				}
				s := v.result(flow.Created)
				v.onePayer()
				if m := v.member(); m.Contract.Paid == "0.00" || m.PaymentMethod != "SEPA" {
					v.Errorf("member %+v", m)
				}
				reported := len(s.Unused())
				if left := len(v.studio.Ledger().Authorisations) - 2; left != reported {
					v.Errorf("%d authorisations were not used, %d are reported", left, reported)
				}
			}, w.at(marchTenth), skewOf(&w))
		})
	}
}

// A laptop sleeps for 40 minutes, in each stage; when it wakes, its timers are
// as late as it slept. Something happens then, as the terminal's tick does.
func TestMoment11LaptopSleeps(t *testing.T) {
	const nap = 40 * time.Minute
	for _, c := range []struct {
		name  string
		hold  string // the call that is under way
		stage flow.Stage
	}{
		{"choosing", "", flow.StageNone},
		{"signing", "", flow.StageSigning},
		{"checking", "preview", flow.StageChecking},
		{"opening", "session", flow.StageOpening},
		{"paying", "", flow.StagePaying},
		{"submitting", "signup", flow.StageSubmitting},
		{"refused", "", flow.StageRefused},
		{"unknown", "", flow.StageUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w watch
			opts := []option{w.at(marchTenth), skewOf(&w)}
			switch c.stage {
			case flow.StageRefused:
				opts = append(opts, faults("503-twice@signup"))
			case flow.StageUnknown:
				opts = append(opts, faults("commit-then-drop@signup"))
			}
			bubble(t, func(v *venue) {
				idle := true
				v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
					asleep := c.stage == flow.StageSigning && p.View.Kind == flow.PageSign || c.stage == flow.StagePaying && p.View.Kind == flow.PagePay
					return asleep && idle, nil
				}
				v.choose(1001, 10011).do(typed(peter))
				release := func() {}
				if c.stage != flow.StageNone {
					v.preview()
					if c.hold != "" {
						release = v.api.block(c.hold)
					}
					v.accept()
				}
				v.until(c.name, stage(c.stage))
				synctest.Wait()
				w.sleep(nap)
				idle = false
				release()
				v.pass(11 * time.Second)
				v.awake(c.stage)
				s := v.result(flow.Created)
				if c.stage != flow.StageOpening { // its answer may get lost
					v.onePayer()
				}
				if l := v.studio.Ledger(); len(l.Members) != 1 || len(s.Unused()) != len(l.Authorisations)-2 {
					v.Errorf("%d members, %d authorisations, reported %v", len(l.Members), len(l.Authorisations), states(s))
				}
			}, opts...)
		})
	}
}

// awake does what staff and member do after the nap.
func (v *venue) awake(slept flow.Stage) {
	v.Helper()
	for range 60 {
		v.pass(5 * time.Second)
		switch s := v.desk.Snapshot(); {
		case s.Outcome != "":
			return
		case s.Step < flow.StepPayment:
			v.preview()
			v.accept()
		case s.Stage() == flow.StageExpired:
			v.do(flow.SessionRenewed{})
		case s.Stage() == flow.StageRefused:
			v.do(flow.SubmitPressed{})
		case s.Stage() == flow.StagePaying && slept == flow.StagePaying && s.Payments[len(s.Payments)-1].Expired(s.At):
			v.Fatal("asks for money in a session that is over")
		case s.Stage() == flow.StageSigning:
			v.sign()
		case s.Stage() == flow.StagePaying && slept == flow.StagePaying:
			v.deliver(v.authorise(v.page.last()))
		}
	}
}

// Nights in which a clock hour is missing or comes twice, and the one in which
// the year ends: sessions last as long as they do, today is the studio's, and a
// start of yesterday is not sent.
func TestMoment10Nights(t *testing.T) {
	for name, c := range map[string]struct {
		begins      string
		today       string // after the twenty minutes
		offer, term int64
	}{
		"clocks go forward":         {"2026-03-29 01:50:00", "2026-03-29", 1002, 10021},
		"midnight before that":      {"2026-03-28 23:50:00", "2026-03-29", 1002, 10021},
		"clocks go back":            {"2026-10-25 02:50:00", "2026-10-25", 1002, 10021},
		"midnight before that, too": {"2026-10-24 23:50:00", "2026-10-25", 1002, 10021},
		"the year ends":             {"2026-12-31 23:50:00", "2027-01-01", 1002, 10021},
	} {
		t.Run(name, func(t *testing.T) {
			var w watch
			bubble(t, func(v *venue) {
				idle := true
				v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
					return p.View.Kind == flow.PagePay && idle, nil
				}
				v.choose(c.offer, c.term).do(typed(peter))
				v.do(flow.DatesChosen{Start: v.desk.Snapshot().Today(), PreUse: v.desk.Snapshot().Today()})
				v.preview()
				v.accept().at(1)
				began := time.Now()
				v.until("expired", stage(flow.StageExpired))
				if took := time.Since(began).Round(time.Second); took != 20*time.Minute {
					v.Errorf("the session lived %v", took)
				}
				s := v.desk.Snapshot()
				if got := s.Today().String(); got != c.today {
					v.Errorf("today is %s", got)
				}
				idle = false
				v.do(flow.SessionRenewed{})
				v.pass(time.Second)
				if s := v.desk.Snapshot(); s.Step < flow.StepPayment {
					// The contract was to start yesterday: staff choose today.
					if p := s.Problems(flow.StepTerm); len(p) != 1 || p[0].Code != flow.StartInPast {
						v.Fatalf("problems %v", p)
					}
					if n := v.calls()["session"]; n != 1 {
						v.Errorf("%d sessions", n)
					}
					v.do(flow.DatesChosen{Start: s.Today(), PreUse: s.Today()})
					v.preview()
					v.accept()
					if v.desk.Snapshot().SigningNeeded() {
						v.sign()
					}
				}
				v.result(flow.Created)
				if m := v.member(); m.Contract.StartDate != c.today {
					v.Errorf("starts on %s", m.Contract.StartDate)
				}
				v.onePayer()
			}, w.at(berlin(c.begins)), skewOf(&w), func(conf *sandbox.Config, _ *desk.Config) { conf.Rebase = true })
		})
	}
}
