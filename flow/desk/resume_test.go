package desk_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// restart ends the desk as a crash does and starts another one, at the same
// studio, with what the journal holds.
func (v *venue) restart(opts ...option) {
	v.Helper()
	v.down()
	v.begin(append(opts, func(_ *sandbox.Config, c *desk.Config) { c.Resume = v.journal.Events() })...)
}

func TestResumeUsesWhatWasPaid(t *testing.T) {
	bubble(t, func(v *venue) {
		v.page.play = func(_ context.Context, p flow.ServePage, _ deliverer) (bool, error) {
			return p.View.Scope == "ECOM", nil
		}
		v.signup(1001, 10011).until("the second payment", func(s flow.Signup) bool {
			return s.Stage() == flow.StagePaying && len(s.Payments) == 2
		})
		before := v.desk.Snapshot()
		v.page.play = nil
		v.restart()
		s := v.result(flow.Created)
		l := v.studio.Ledger()
		if s.Intent != before.Intent || len(l.Sessions) != 2 || len(l.Authorisations) != 2 || l.Totals.LeftOver != "0.00" {
			v.Errorf("intent %s, %d sessions, %d authorisations", s.Intent, len(l.Sessions), len(l.Authorisations))
		}
		if m := v.member(); m.CustomerThirdPartyID != before.Intent || m.Contract.Paid != "41.12" {
			v.Errorf("member %+v", m)
		}
		events := v.journal.Events()
		i := slices.IndexFunc(events, func(e flow.Event) bool { return e.Fact == flow.Resumed{} })
		if i < 0 || slices.ContainsFunc(events[1:], func(e flow.Event) bool { _, ok := e.Fact.(flow.Begun); return ok }) {
			v.Error("there is no Resumed in the journal, or a second sign-up")
		}
		if at := events[i].At; at.Location().String() != "Europe/Berlin" {
			v.Errorf("resumed in the zone %s", at.Location())
		}
	})
}

func TestResumeKeepsTheOpenSession(t *testing.T) {
	bubble(t, func(v *venue) {
		v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) { return true, nil }
		v.signup(1002, 10021).until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		paid, err := v.page.pay(v.Context(), v.page.last())
		if err != nil {
			v.Fatal(err)
		}
		v.restart()
		v.until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		// The page of the dead program still has the token.
		v.do(flow.TokenPasted{Token: secret.New(paid.Token.Reveal())}).result(flow.Created)
		if n := len(v.studio.Ledger().Authorisations); n != 1 {
			v.Errorf("%d authorisations", n)
		}
	})
}

func TestResumeInPlaceOfAnother(t *testing.T) {
	bubble(t, func(v *venue) {
		v.unfold = true
		v.choose(1001, 10011).do(typed(peter))
		former := v.desk.Snapshot()
		events := v.journal.Events()
		v.desk.Next()
		v.do()
		no := errors.New("no")
		if err := v.desk.Resume(v.Context(), func(context.Context) ([]flow.Event, error) { return nil, no }); !errors.Is(err, no) {
			v.Errorf("resumed with %v", err)
		}
		if s := v.desk.Snapshot(); s.Intent == former.Intent || s.Intent == "" {
			v.Errorf("the present sign-up is %q", s.Intent)
		}
		if err := v.desk.Resume(v.Context(), func(context.Context) ([]flow.Event, error) { return events, nil }); err != nil {
			v.Fatal(err)
		}
		if s := v.desk.Snapshot(); s.Intent != former.Intent || s.TermID != 10011 {
			v.Errorf("the present sign-up is %q with term %d", s.Intent, s.TermID)
		}
		v.preview()
		v.accept().result(flow.Created)

		release := v.api.block("signup")
		v.desk.Next()
		v.signup(1002, 10021, field(flow.Email, "other@example.invalid"), field(flow.LastName, "Other"))
		v.until("submitting", func(s flow.Signup) bool { return s.Stage() == flow.StageSubmitting })
		if err := v.desk.Resume(v.Context(), func(context.Context) ([]flow.Event, error) {
			v.Error("opened all the same")
			return nil, nil
		}); err == nil {
			v.Error("resumed while a sign-up is being sent")
		}
		release()
		v.result(flow.Created)
	})
}

// What the former member's requests still bring is not journaled as the next
// member's.
func TestNextTakesNoAnswerOfTheFormerMember(t *testing.T) {
	j := &stubborn{}
	bubble(t, func(v *venue) {
		release := v.api.block("session")
		v.signup(1002, 10021).until("opening", func(s flow.Signup) bool { return s.Stage() == flow.StageOpening })
		gate := make(chan struct{})
		j.slow.Store(&gate)
		v.do(flow.Woke{}) // held up, so that what follows comes in one go
		v.desk.Next()
		release()
		synctest.Wait()
		j.slow.Store(nil)
		close(gate)
		synctest.Wait()
		events := v.journal.Events()
		if slices.ContainsFunc(events, func(e flow.Event) bool { _, ok := e.Fact.(flow.SessionOpened); return ok }) {
			v.Error("her session is in the next one's journal")
		}
		if s := v.desk.Snapshot(); s.Step != flow.StepOffer || len(s.Payments) != 0 {
			v.Errorf("step %d, payments %v", s.Step, s.Payments)
		}
	}, withStubborn(j))
}

// mortal is a journal that dies with its program: just before or just after
// an append, and everything that comes later is lost.
type mortal struct {
	desk.Journal
	mu    sync.Mutex
	after bool
	left  int
	dead  bool
	die   func()
}

var errDead = errors.New("dead")

func (j *mortal) Append(e flow.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.dead {
		return errDead
	}
	j.left--
	if j.left == 0 {
		j.dead = true
		defer j.die()
		if !j.after {
			return errDead
		}
	}
	return j.Journal.Append(e)
}

// I9: wherever the program dies, the next one finishes: one member, one
// capture, and nothing left over.
func TestI9EveryJournalPoint(t *testing.T) {
	points, asked := 0, 0
	for _, offer := range [][2]int64{{1001, 10011}, {1002, 10021}, {1004, 10041}} {
		for n := 1; ; n++ {
			over := false
			for _, after := range []bool{false, true} {
				bubble(t, func(v *venue) {
					points++
					over, asked = crash(v, offer, n, after), asked+v.calls()["signup"]
				})
			}
			if over {
				break
			}
		}
	}
	t.Logf("%d points, %d sign-ups sent", points, asked)
}

// crash goes through a sign-up whose program dies at the n-th append, and
// finishes it; over says that it never came so far.
func crash(v *venue, offer [2]int64, n int, after bool) (over bool) {
	v.Helper()
	v.down()
	died := make(chan struct{})
	j := &mortal{Journal: v.journal, left: n, after: after, die: func() { close(died) }}
	*v.journal = journal.Memory{}
	v.begin(func(_ *sandbox.Config, c *desk.Config) { c.Journal = j })
	walk := func() bool {
		for {
			s := v.desk.Snapshot()
			if v.staff(s, offer) {
				synctest.Wait()
			}
			if r := v.desk.Snapshot().Result(); r != "" {
				return true
			}
			select {
			case <-died:
				return false
			case <-v.desk.Changed():
			case <-time.After(time.Hour):
				v.Fatalf("%d %v: nothing happens at step %d, stage %q, problems %v", n, after, s.Step, s.Stage(), s.Problems(s.Step))
			}
		}
	}
	if walk() {
		return true
	}
	v.cancel()
	v.ended <- <-v.ended
	if len(v.journal.Events()) == 0 {
		v.unfold = true
		return false // there is nothing to go on with, and nothing happened
	}
	started := fold(v.journal.Events()).Submission.Started
	died = nil
	v.begin(func(_ *sandbox.Config, c *desk.Config) { c.Resume = v.journal.Events() })
	walk()
	s := v.desk.Snapshot()
	if s.Result() == flow.Unknown && started && len(v.studio.Ledger().Members) == 0 {
		v.do(flow.SentOnceMore{Code: s.Code()})
		s = v.until("an answer", func(s flow.Signup) bool { return s.Result() != "" })
	}
	where := fmt.Sprintf("offer %d, append %d, after %v", offer[0], n, after)
	if l := v.studio.Ledger(); s.Result() != flow.Created || len(l.Members) != 1 || l.Totals.LeftOver != "0.00" {
		v.Fatalf("%s: %q, %d members, left over %s, submission %+v", where, s.Result(), len(l.Members), l.Totals.LeftOver, s.Submission)
	}
	return false
}

// staff do what is to be done next; false when they can only wait.
func (v *venue) staff(s flow.Signup, offer [2]int64) bool {
	switch {
	case s.Offers == nil || s.Step >= flow.StepPayment:
		return false
	case s.OfferID == 0:
		v.do(flow.OfferChosen{ID: offer[0]})
	case s.Offer == nil:
		return false
	case s.TermID == 0:
		v.do(flow.TermChosen{ID: offer[1]})
	case s.Get(flow.LastName).IsZero():
		v.do(typed(peter))
	case s.Step < flow.StepPreview:
		for _, b := range s.TextBlocks() {
			if b.ConfirmationRequired && !b.HasSignature && !s.Ticks[b.ID] {
				v.do(flow.Ticked{Block: b.ID, On: true})
			}
		}
		v.do(flow.StepChosen{Step: flow.StepPreview})
	case len(s.Problems(flow.StepPreview)) == 0:
		quote, _ := s.Quote()
		v.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
	default:
		return false
	}
	return true
}

func fold(events []flow.Event) (s flow.Signup) {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

// While the journal cannot be written, an answer waits, staff are told, and
// nothing is begun because of what is not journaled.
func TestJournalThatCannotBeWritten(t *testing.T) {
	full := errors.New("the disk is full")
	j := &stubborn{}
	stuck := func(s flow.Signup) bool { _, ok := s.Failure(flow.JournalKey); return ok }
	same := func(v *venue) {
		v.Helper()
		s := v.desk.Snapshot()
		s.Failures = nil
		if now := fold(v.journal.Events()); !reflect.DeepEqual(now, s) {
			v.Errorf("the journal folds to stage %q, the desk is at %q", now.Stage(), s.Stage())
		}
	}
	bubble(t, func(v *venue) {
		v.until("offers", func(s flow.Signup) bool { return s.Offers != nil && s.Studio != nil })
		j.err.Store(&full)
		v.do(flow.OfferChosen{ID: 1001}, flow.TermChosen{ID: 10011})
		v.pass(time.Minute)
		if s := v.desk.Snapshot(); !stuck(s) || s.OfferID != 0 || v.calls()["offer"] != 0 {
			v.Fatalf("offer %d, failures %v, %d calls", s.OfferID, s.Failures, v.calls()["offer"])
		}
		if f, _ := v.desk.Snapshot().Failure(flow.JournalKey); f.Message != full.Error() {
			v.Errorf("failure %+v", f)
		}
		j.err.Store(nil)
		v.do(flow.Retried{})
		if s := v.desk.Snapshot(); stuck(s) || s.OfferID != 1001 {
			v.Errorf("offer %d, failures %v", s.OfferID, s.Failures)
		}
		v.choose(1001, 10011).do(typed(peter))
		v.preview()

		// Nothing is sent before it is written down that it will be.
		v.page.play = func(_ context.Context, p flow.ServePage, deliver deliverer) (bool, error) {
			if p.View.Scope != "ECOM" {
				return false, nil
			}
			paid, err := v.page.pay(v.Context(), p.View)
			if err != nil {
				return true, err
			}
			j.on(func(e flow.Event) error {
				if _, ok := e.Fact.(flow.SubmitStarted); ok {
					return full
				}
				return nil
			})
			return true, deliver(v.Context(), paid)
		}
		v.accept().until("stuck", stuck)
		v.pass(5 * time.Minute)
		same(v)
		if n := v.calls()["signup"]; n != 0 || v.desk.Snapshot().Stage() != flow.StageSubmitting {
			v.Fatalf("%d calls, stage %q", n, v.desk.Snapshot().Stage())
		}
		// Nor is the answer taken before it is written down.
		j.on(func(e flow.Event) error {
			if _, ok := e.Fact.(flow.SignupCreated); ok {
				return full
			}
			return nil
		})
		v.until("an answer", func(flow.Signup) bool { return v.calls()["signup"] == 1 && stuck(v.desk.Snapshot()) })
		v.pass(time.Minute)
		same(v)
		if s := v.desk.Snapshot(); s.Outcome != "" {
			v.Errorf("outcome %q", s.Outcome)
		}
		j.on(nil)
		v.result(flow.Created)
		if n := v.calls()["signup"]; n != 1 {
			v.Errorf("%d calls", n)
		}
	}, withStubborn(j))
}

// What the journal never takes is known by nobody: the next start looks.
func TestShutdownWithAJournalThatCannotBeWritten(t *testing.T) {
	full := errors.New("the disk is full")
	j := &stubborn{}
	bubble(t, func(v *venue) {
		j.on(func(e flow.Event) error {
			if _, ok := e.Fact.(flow.SignupCreated); ok {
				return full
			}
			return nil
		})
		v.signup(1002, 10021).until("stuck", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		v.down()
		j.on(nil)
		v.begin(func(_ *sandbox.Config, c *desk.Config) { c.Resume = v.journal.Events() })
		s := v.result(flow.Created)
		if v.calls()["signup"] != 1 || s.CustomerID != v.member().CustomerID {
			v.Errorf("%d calls", v.calls()["signup"])
		}
	}, withStubborn(j))
}

func TestA4_8AnotherDeskHasThePerson(t *testing.T) {
	var mu sync.Mutex
	taken := map[string]bool{}
	hold := func(_ context.Context, email, birth secret.Value) (func() error, error) {
		mu.Lock()
		defer mu.Unlock()
		name := email.Reveal() + birth.Reveal()
		if taken[name] {
			return nil, journal.ErrPersonInUse
		}
		taken[name] = true
		return func() error {
			mu.Lock()
			defer mu.Unlock()
			delete(taken, name)
			return nil
		}, nil
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(taken)
	}
	bubble(t, func(v *venue) {
		free, _ := hold(v.Context(), secret.New(peter[flow.Email]), secret.New(peter[flow.DateOfBirth]))
		v.signup(1002, 10021)
		s := v.until("a failure", func(s flow.Signup) bool { return len(s.Failures) > 0 })
		f, ok := s.Failure("last-preview/")
		if !ok || f.Code != flow.CodePersonNotHeld || f.Message != journal.ErrPersonInUse.Error() || v.calls()["session"] != 0 {
			v.Fatalf("failures %+v, %d sessions", s.Failures, v.calls()["session"])
		}
		_ = free()
		v.page.play = func(context.Context, flow.ServePage, deliverer) (bool, error) { return true, nil }
		v.do(flow.Retried{}).until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		if count() != 1 {
			v.Errorf("%d people are kept while one pays", count())
		}
		// Another address, another person: the former is free again.
		v.do(flow.StepChosen{Step: flow.StepMember}, field(flow.Email, "two@example.invalid"))
		v.preview()
		paid, err := v.page.pay(v.Context(), v.accept().page.last())
		if err != nil {
			v.Fatal(err)
		}
		release := v.api.block("signup")
		v.do(paid).until("submitting", func(s flow.Signup) bool { return s.Submission.Started })
		if mu.Lock(); len(taken) != 1 || !taken["two@example.invalid"+peter[flow.DateOfBirth]] {
			v.Errorf("kept: %v", taken)
		}
		mu.Unlock()
		release()
		v.result(flow.Created)
		if count() != 0 {
			v.Errorf("%d people are kept after the sign-up", count())
		}
		v.desk.Next()
		v.signup(1002, 10021, field(flow.Email, "x@example.invalid"), field(flow.LastName, "X")).until("paying", func(s flow.Signup) bool { return s.Stage() == flow.StagePaying })
		v.down()
		if count() != 0 {
			v.Errorf("%d people are kept after the program", count())
		}
	}, func(_ *sandbox.Config, c *desk.Config) { c.Hold = hold })
}
