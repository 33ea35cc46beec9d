package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/flow"
)

// then is events and one more fact a minute later.
func then(events []flow.Event, facts ...flow.Fact) []flow.Event {
	events = slices.Clone(events)
	for _, fact := range facts {
		events = append(events, flow.Event{At: events[len(events)-1].At.Add(time.Minute), Fact: fact})
	}
	return events
}

func TestRetention(t *testing.T) {
	var (
		all     = story(someIntent)
		draft   = until[flow.FieldsEdited](all, 1)
		mandate = until[flow.PaymentAuthorised](all, 1)
		paid    = until[flow.PaymentAuthorised](all, 2)
		unknown = then(paid, flow.OutcomeUnknown{Failure: flow.Failure{Kind: apiclient.Lost}})
		day     = 24 * time.Hour
		lastOf  = func(events []flow.Event) time.Time { return events[len(events)-1].At }
	)
	for name, c := range map[string]struct {
		events []flow.Event
		keep   time.Duration // after the newest event
	}{
		"created":                   {all, 0},
		"draft":                     {draft, day},
		"cancelled":                 {then(draft, flow.Abandoned{}), day},
		"mandate, then cancelled":   {then(mandate, flow.Abandoned{}), day}, // no money stands behind it
		"paid":                      {paid, 7 * day},
		"paid, refused, cancelled":  {then(paid, flow.SignupRefused{}, flow.Abandoned{}), 7 * day},
		"unknown":                   {unknown, 7 * day},
		"unknown, looked for since": {then(unknown, flow.OwnNotFound{}, flow.OwnNotFound{}), 7*day - 2*time.Minute},
		"unknown, then found":       {then(unknown, flow.OwnFound{CustomerID: 7, HasContract: true}), 0},
		"created, paid twice":       {then(all, flow.PaymentAuthorised{N: 2, Token: tokenOf("late"), Late: true}), 7*day - time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			l := write(t, s, c.events)
			e := load(t, s, someIntent).Entry
			last := lastOf(c.events)
			if got := e.Expires().Sub(last); got.Round(time.Hour) != c.keep.Round(time.Hour) {
				t.Fatalf("kept for %v, want %v: %+v", got, c.keep, e.State)
			}
			if p, err := s.Purge(t.Context(), last.AddDate(1, 0, 0)); err != nil || len(p.Erased) != 0 {
				t.Fatalf("a desk works on it, and the purge did %+v, %v", p, err)
			}
			closeLog(t, l)
			if c.keep == 0 {
				wantSkeleton(t, s, e)
				return
			}
			if p, err := s.Purge(t.Context(), e.Expires().Add(-time.Second)); err != nil || len(p.Erased) != 0 {
				t.Fatalf("too early: %+v, %v", p, err)
			}
			if h := load(t, s, someIntent); h.Sealed != (h.Outcome == flow.Created) || h.Done {
				t.Fatalf("%+v", h.Entry)
			}
			if p, err := s.Purge(t.Context(), e.Expires()); err != nil || !slices.Equal(p.Erased, []string{someIntent}) {
				t.Fatalf("in time: %+v, %v", p, err)
			}
			wantSkeleton(t, s, e)
		})
	}
}

// wantSkeleton wants nothing left of a sign-up but what may be known of it.
func wantSkeleton(t *testing.T, s *Store, before Entry) {
	t.Helper()
	name := "done/" + before.Changed.Format("2006-01") + "/" + someIntent + ".jsonl"
	if got := files(t, s.dir); !slices.Equal(got, []string{name}) {
		t.Errorf("left are %v", got)
	}
	h := load(t, s, someIntent)
	if !h.Done || !h.Sealed {
		t.Errorf("%+v", h.Entry)
	}
	if diff := cmp.Diff(before.State, h.State, same); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	for _, e := range h.Events {
		if strings.Contains(plain(t, e), "canary") {
			t.Errorf("%s", plain(t, e))
		}
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("open: %v, %v", list, err)
	}
	list, err := s.Done()
	if err != nil || len(list) != 1 || cmp.Diff(h.Entry, list[0], same) != "" {
		t.Errorf("done: %v, %v", list, err)
	}
	const days30 = 30 * 24 * time.Hour
	if p, err := s.Purge(t.Context(), h.Changed.Add(days30-time.Second)); err != nil || len(p.Removed) != 0 {
		t.Errorf("within 30 days: %+v, %v", p, err)
	}
	if p, err := s.Purge(t.Context(), h.Changed.Add(days30)); err != nil || !slices.Equal(p.Removed, []string{someIntent}) {
		t.Errorf("after 30 days: %+v, %v", p, err)
	}
	if got := files(t, s.dir); len(got) != 0 {
		t.Errorf("after 30 days there are %v", got)
	}
	if dirs, err := os.ReadDir(filepath.Join(s.dir, doneDir)); err != nil || len(dirs) != 0 {
		t.Errorf("after 30 days there are folders %v, %v", dirs, err)
	}
}

func TestSuccessErasesAtOnce(t *testing.T) {
	s := newStore(t)
	l := write(t, s, story(someIntent))
	if _, err := os.Stat(s.path(someIntent, keyExt)); !os.IsNotExist(err) {
		t.Errorf("the key is still there: %v", err)
	}
	if err := l.Append(flow.Event{At: morning.Add(time.Hour), Fact: flow.Left{}}); err != nil {
		t.Error(err)
	}
}

// A purge tidies up after crashes and leaves alone what others have open.
func TestPurgeSweeps(t *testing.T) {
	s := newStore(t)
	l := write(t, s, story(someIntent)[:5])
	free, err := s.LockPerson(t.Context(), tokenOf("a"), tokenOf("b"))
	if err != nil {
		t.Fatal(err)
	}
	kept := files(t, s.dir)
	orphan := strings.Replace(someIntent, "0123", "4567", 1)
	for _, name := range []string{"open/" + orphan + keyExt, "open/" + orphan + lockExt, "persons/abc.lock"} {
		if err := os.WriteFile(filepath.Join(s.dir, filepath.FromSlash(name)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := s.Purge(t.Context(), morning); err != nil || len(p.Erased)+len(p.Removed) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if got := files(t, s.dir); !slices.Equal(got, kept) {
		t.Errorf("left are %v, want %v", got, kept)
	}
	if err := free(); err != nil {
		t.Error(err)
	}
	closeLog(t, l)
	if p, err := openStore(t, filepath.Join(s.dir, "nowhere"), deskKey).Purge(t.Context(), morning); err != nil || len(p.Erased) != 0 {
		t.Errorf("nothing there: %+v, %v", p, err)
	}
}

// What cannot be erased now must be erased later, so it must not look done.
func TestKeyThatCannotBeErased(t *testing.T) {
	s := newStore(t)
	closeLog(t, write(t, s, story(someIntent)[:5]))
	key := s.path(someIntent, keyExt)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(key, "stuck"), 0o700); err != nil {
		t.Fatal(err)
	}
	var w *WriteError
	if err := s.Finish(t.Context(), someIntent); !errors.As(err, &w) {
		t.Errorf("%v", err)
	}
	if p, err := s.Purge(t.Context(), morning.AddDate(0, 0, 2)); !errors.As(err, &w) || len(p.Erased) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.Remove(filepath.Join(key, "stuck")); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(t.Context(), someIntent); err != nil {
		t.Error(err)
	}
}

// A damaged file may hide a payment, so it is kept as long as one.
func TestDamagedIsKeptAWeek(t *testing.T) {
	s := newStore(t)
	events := story(someIntent)[:8]
	closeLog(t, write(t, s, events))
	path := s.path(someIntent, fileExt)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, "half"...), 0o600); err != nil {
		t.Fatal(err)
	}
	e := load(t, s, someIntent).Entry
	if e.Expires() != e.Changed.AddDate(0, 0, 7) {
		t.Errorf("kept until %v", e.Expires())
	}
	l, h, err := s.Resume(t.Context(), someIntent)
	if err != nil || h.Damage == "" {
		t.Fatalf("%q, %v", h.Damage, err)
	}
	if err := l.Finish(); err != nil {
		t.Fatal(err)
	}
	month := "done/" + e.Changed.Format("2006-01") + "/" + someIntent
	if got := files(t, s.dir); !slices.Equal(got, []string{month + ".damaged-1", month + ".jsonl"}) {
		t.Errorf("left are %v", got)
	}
}

func TestListIsByUrgencyAndStudio(t *testing.T) {
	s := newStore(t)
	intent := func(n int) string { return fmt.Sprintf("01957e2a-0000-7000-8000-00000000000%d", n) }
	draft, paid, lost := story(intent(1))[:6], then(until[flow.PaymentAuthorised](story(intent(2)), 2), flow.SignupRefused{}), then(until[flow.PaymentAuthorised](story(intent(3)), 2), flow.OutcomeUnknown{})
	for _, events := range [][]flow.Event{draft, paid, lost} {
		closeLog(t, write(t, s, events))
	}
	elsewhere, err := s.Create(t.Context(), Place{BaseURL: "https://other.example.invalid", Studio: "mitte", Environment: "test"}, "v1", story(intent(4))[0])
	if err != nil {
		t.Fatal(err)
	}
	closeLog(t, elsewhere)
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range Only(list, Place{BaseURL: someWhere.BaseURL + "/", Studio: "mitte", Environment: "test"}) {
		got = append(got, e.Intent)
	}
	if want := []string{intent(3), intent(2), intent(1)}; !slices.Equal(got, want) {
		t.Errorf("offered are %v, want %v", got, want)
	}
	if list[0].Stage != flow.StageUnknown || len(list) != 4 {
		t.Errorf("%d, the first is %q", len(list), list[0].Stage)
	}
	if live := Only(list, Place{BaseURL: someWhere.BaseURL, Studio: "mitte", Environment: "live"}); len(live) != 0 {
		t.Errorf("offered in another environment: %v", live)
	}
}

func TestSums(t *testing.T) {
	chf, err := money.New("5.00", "CHF")
	if err != nil {
		t.Fatal(err)
	}
	s := State{Payments: []Payment{
		{N: 1, Amount: amount("0"), State: flow.Used},
		{N: 2, Amount: amount("44.67"), State: flow.LeftOver},
		{N: 3, Amount: amount("41.12"), State: flow.Used},
		{N: 4, Amount: amount("10"), State: flow.Dead},
		{N: 5, Amount: chf, State: flow.Authorised},
		{N: 6, Amount: amount("0.33"), State: flow.LeftOver},
	}}
	for name, c := range map[string]struct {
		got  []money.Amount
		want string
	}{
		"paid":      {s.Paid(), "[86.12 EUR 5.00 CHF]"},
		"used":      {s.Used(), "[41.12 EUR]"},
		"left over": {s.LeftOver(), "[45.00 EUR]"},
		"nothing":   {State{}.Paid(), "[]"},
	} {
		if got := fmt.Sprint(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A submit that was started and has no answer is unknown, whoever looks at the
// file.
func TestUnansweredSubmitIsUnknown(t *testing.T) {
	s := newStore(t)
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	if !sends[flow.Submit](fold(events)) {
		t.Fatal("the story does not send the sign-up here")
	}
	log := write(t, s, events)
	if e := load(t, s, someIntent); e.Stage != flow.StageChecking || e.Outcome != "" || e.Held.IsZero() {
		t.Errorf("before it is started: %+v", e.State)
	}
	if err := log.Append(flow.Event{At: morning.Add(time.Minute), Fact: flow.SubmitStarted{Attempt: 1}}); err != nil {
		t.Fatal(err)
	}
	closeLog(t, log)
	if e := load(t, s, someIntent); e.Stage != flow.StageUnknown || e.Outcome != "" || e.Held.IsZero() {
		t.Errorf("%+v", e.State)
	}
}
