package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// The system's keyring is for real studios alone.
func TestKeeperOfAJournal(t *testing.T) {
	dir, named := t.TempDir(), filepath.Join(t.TempDir(), "key")
	for _, test := range []struct {
		name                 string
		file                 string
		simulated, temporary bool
		want                 journal.Keeper
	}{
		{"demo", named, true, true, processKey{}},
		{"demo with a state directory", "", true, false, journal.KeyFile{Path: filepath.Join(dir, "journal.key")}},
		{"sandbox with a key file", named, true, false, journal.KeyFile{Path: named}},
		{"studio", "", false, false, journal.Keepers{Ring: journal.Keyring{Lock: filepath.Join(dir, "keyring.lock")}}},
		{"studio with a key file", named, false, false, journal.Keepers{Ring: journal.Keyring{Lock: filepath.Join(dir, "keyring.lock")}, File: named}},
	} {
		if got := keeperFor(Config{JournalKeyFile: test.file}, dir, test.simulated, test.temporary); got != test.want {
			t.Errorf("%s: %#v", test.name, got)
		}
	}
	one, err := processKey{}.Key(t.Context())
	other, _ := processKey{}.Key(t.Context())
	if err != nil || one == other || len(one.Reveal()) != 32 {
		t.Errorf("keys of %d bytes, the same: %t, %v", len(one.Reveal()), one == other, err)
	}
	for address, want := range map[string]bool{"http://127.0.0.1:8090": true, "http://localhost:1": true, "https://a.open-api.sandbox.magicline.com": false} {
		if got := isSandbox(Studio{BaseURL: address, Environment: environmentOf(address)}); got != want {
			t.Errorf("%s is a sandbox: %t", address, got)
		}
	}
	if isSandbox(Studio{BaseURL: "http://localhost:1", Environment: "live"}) {
		t.Error("what is said to be live counts as a sandbox")
	}
}

type keeperFunc func() (secret.Value, error)

func (f keeperFunc) Key(context.Context) (secret.Value, error) { return f() }

// atSandbox is the venue of a simulated studio whose state is kept in dir.
func atSandbox(t *testing.T, dir string, faults ...string) (p venue, ledger func() sandbox.Ledger) {
	t.Helper()
	config := sandbox.Config{Seed: 7}
	for _, text := range faults {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		config.Faults = append(config.Faults, f)
	}
	server, err := sandbox.Start(t.Context(), config, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.WithoutCancel(t.Context())) })
	p = sandboxVenue(server, nil, Config{Language: "en"})
	p.stateDir, p.stateKept, p.keeper = dir, true, journal.KeyFile{Path: filepath.Join(dir, "journal.key")}
	return p, func() sandbox.Ledger { return ledgerAt(t, server.BaseURL()+"/_ledger") }
}

var quietLog = slog.New(slog.DiscardHandler)

// walkTo runs a scenario until stop says so, and ends the desk then.
func walkTo(t *testing.T, p venue, text string, stop func(flow.Event) bool) (*house, flow.Signup) {
	t.Helper()
	s, err := readScenario(write(t, "scenario.yaml", text))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	former := wrapJournal
	wrapJournal = func(j desk.Journal) desk.Journal { return stopper{j, stop, cancel} }
	defer func() { wrapJournal = former }()
	h, err := newHouse(ctx, p, newPayer(s, p, nil), quietLog, "")
	if err != nil {
		t.Fatal(err)
	}
	closeDesk := h.open(ctx)
	w := walker{house: h, scenario: s}
	if err := w.walk(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	closeDesk()
	return h, h.desk.Snapshot()
}

type stopper struct {
	desk.Journal
	when func(flow.Event) bool
	stop func()
}

func (s stopper) Append(e flow.Event) error {
	err := s.Journal.Append(e)
	if s.when != nil && s.when(e) {
		s.stop()
	}
	return err
}

func isUnknown(e flow.Event) bool { _, ok := e.Fact.(flow.OutcomeUnknown); return ok }

const prepaidScenario = "offer: Prepaid year\n" + peter

// Without a key nothing is written, and staff are told.
func TestDeskWithoutAKey(t *testing.T) {
	dir := t.TempDir()
	p, ledger := atSandbox(t, dir)
	p.keeper = keeperFunc(func() (secret.Value, error) { return secret.Value{}, journal.ErrNoKey })
	h, s := walkTo(t, p, prepaidScenario, nil)
	if s.Outcome != flow.Created || len(ledger().Members) != 1 {
		t.Fatalf("outcome %q", s.Outcome)
	}
	if h.book.kept || !strings.Contains(h.book.notice, "cannot resume after a crash") {
		t.Errorf("kept: %t, notice %q", h.book.kept, h.book.notice)
	}
	if list, err := h.book.waiting(); err != nil || len(list) != 0 {
		t.Errorf("waiting: %v, %v", list, err)
	}
	path, err := h.handOver(s.Intent)
	if err != nil {
		t.Fatal(err)
	}
	if text := read(t, path); !strings.Contains(text, s.Code()) || !strings.Contains(text, `"what": "signup created"`) {
		t.Errorf("handed over: %s", text)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 {
		t.Errorf("on the disk: %v", files)
	}
	if _, err := newHouse(t.Context(), p, newPayer(scenario{}, p, nil), quietLog, s.Code()); !errors.Is(err, journal.ErrNoKey) {
		t.Errorf("resumed with %v", err)
	}
	// A key that is spoilt is no missing key: going on would lock members away.
	spoilt := errors.New("the key file holds no key")
	p.keeper = keeperFunc(func() (secret.Value, error) { return secret.Value{}, spoilt })
	if _, err := newHouse(t.Context(), p, newPayer(scenario{}, p, nil), quietLog, ""); !errors.Is(err, spoilt) || codeOf(err) != exitEnvironment {
		t.Errorf("opened with %v", err)
	}
}

// What support gets tells nothing of the person.
func TestHandOver(t *testing.T) {
	dir := t.TempDir()
	p, _ := atSandbox(t, dir, "commit-then-500@signup")
	h, s := walkTo(t, p, prepaidScenario, isUnknown)
	path, err := h.handOver(s.Intent)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Dir(path) != dir || filepath.Base(path) != "handover-"+s.Code()+".json" {
		t.Errorf("written to %s", path)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("%v, %v", info, err)
	}
	text := read(t, path)
	for _, want := range []string{
		s.Intent, s.Code(), p.baseURL, `"standing": "outcome unknown`, `"amount": "299"`, `"what": "outcome unknown"`,
		`"traceId": "` + s.Submission.Failure.TraceID + `"`, `"route": "/v1/memberships/signup"`, `"status": 500`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not tell %s:\n%s", want, text)
		}
	}
	canaries := []string{"Peter", "Muller", "1990-08-24", "peter@example", "Raboisen", "20095", "Hamburg", "4111", p.key.Reveal(), s.Price.Fingerprint}
	for _, e := range mustLoadEvents(t, h, s.Intent) {
		switch f := e.Fact.(type) {
		case flow.SessionOpened:
			canaries = append(canaries, f.Session.Token.Reveal(), f.Session.FinionPayCustomerID)
		case flow.PaymentAuthorised:
			canaries = append(canaries, f.Token.Reveal())
		default:
		}
	}
	if len(canaries) != 13 {
		t.Fatalf("%d canaries", len(canaries))
	}
	for _, canary := range canaries {
		if canary == "" || strings.Contains(text, canary) {
			t.Errorf("it tells %q", canary)
		}
	}
	if _, err := h.handOver("0199d2a4-5b6c-7d8e-9f01-23456789abcd"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

func mustLoadEvents(t *testing.T, h *house, intent string) []flow.Event {
	t.Helper()
	history, err := h.book.load(intent)
	if err != nil {
		t.Fatal(err)
	}
	return history.Events
}

// closed is a house that is never opened: a desk that does something else.
func closed(t *testing.T, p venue) (*house, sweeper) {
	t.Helper()
	h, err := newHouse(t.Context(), p, newPayer(scenario{}, p, nil), quietLog, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.client.Close)
	return h, sweeper{book: h.book, api: h.client, now: p.now, log: quietLog}
}

func only(t *testing.T, b *book) journal.Entry {
	t.Helper()
	open, err := b.store.List()
	if err != nil {
		t.Fatal(err)
	}
	done, err := b.store.Done()
	if err != nil || len(open)+len(done) != 1 {
		t.Fatalf("%d open, %d done, %v", len(open), len(done), err)
	}
	return append(open, done...)[0]
}

func TestSweep(t *testing.T) {
	t.Run("finds the member and finishes", func(t *testing.T) {
		p, ledger := atSandbox(t, t.TempDir(), "commit-then-drop@signup")
		walkTo(t, p, prepaidScenario, isUnknown)
		h, w := closed(t, p)
		w.sweep(t.Context())
		if e := only(t, h.book); !e.Done || e.Outcome != flow.Created || e.CustomerID != ledger().Members[0].CustomerID {
			t.Errorf("%+v", e)
		}
	})
	t.Run("leaves alone what is not found", func(t *testing.T) {
		p, _ := atSandbox(t, t.TempDir(), "500@signup")
		walkTo(t, p, prepaidScenario, isUnknown)
		h, w := closed(t, p)
		before := only(t, h.book)
		w.sweep(t.Context())
		if e := only(t, h.book); e.Stage != flow.StageUnknown || e.Records != before.Records || e.InUse {
			t.Errorf("%+v", e)
		}
		list, err := h.book.waiting()
		if err != nil || len(list) != 1 || list[0].Intent != before.Intent {
			t.Errorf("waiting: %v, %v", list, err)
		}
	})
	t.Run("says once that a member has no contract", func(t *testing.T) {
		p, ledger := atSandbox(t, t.TempDir(), "half-created@signup")
		walkTo(t, p, prepaidScenario, isUnknown)
		h, w := closed(t, p)
		w.sweep(t.Context())
		e := only(t, h.book)
		if e.Stage != flow.StageUnknown || e.CustomerID != ledger().Members[0].CustomerID {
			t.Errorf("%+v", e)
		}
		w.sweep(t.Context())
		if again := only(t, h.book); again.Records != e.Records {
			t.Errorf("%d records became %d", e.Records, again.Records)
		}
	})
	t.Run("keeps away from what a desk has open, and from other studios", func(t *testing.T) {
		p, ledger := atSandbox(t, t.TempDir(), "commit-then-drop@signup")
		walkTo(t, p, prepaidScenario, isUnknown)
		h, w := closed(t, p)
		searches := func() int {
			return len(slices.DeleteFunc(ledger().Calls, func(c sandbox.Call) bool { return c.Call != "search" }))
		}
		before := searches()
		elsewhere := *w.book
		elsewhere.place.Studio = "another"
		w.book = &elsewhere
		w.sweep(t.Context())
		if searches() != before {
			t.Error("another studio's member was looked for")
		}
		w.book = h.book
		log, _, err := h.book.store.Resume(t.Context(), only(t, h.book).Intent)
		if err != nil {
			t.Fatal(err)
		}
		w.sweep(t.Context())
		if searches() != before {
			t.Error("a member was looked for whom a desk looks for")
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		w.sweep(t.Context())
		if e := only(t, h.book); e.Outcome != flow.Created {
			t.Errorf("%+v", e)
		}
	})
	t.Run("erases what was kept long enough", func(t *testing.T) {
		p, _ := atSandbox(t, t.TempDir(), "500@signup")
		walkTo(t, p, prepaidScenario, isUnknown)
		h, w := closed(t, p)
		w.now = func() time.Time { return time.Now().Add(6 * 24 * time.Hour) }
		w.sweep(t.Context())
		if e := only(t, h.book); e.Done {
			t.Errorf("after six days: %+v", e)
		}
		w.now = func() time.Time { return time.Now().Add(8 * 24 * time.Hour) }
		w.sweep(t.Context())
		if e := only(t, h.book); !e.Done {
			t.Errorf("after eight days: %+v", e)
		}
	})
}

// searching counts who is looked for.
type searching struct {
	desk.API
	calls chan struct{}
}

func (s searching) SearchCustomers(context.Context, apiclient.CustomerSearch) ([]apiclient.FoundCustomer, error) {
	s.calls <- struct{}{}
	return nil, &apiclient.Error{Kind: apiclient.Forbidden}
}

func TestSweepAtOnceAndEveryTenMinutes(t *testing.T) {
	dir := t.TempDir()
	p, _ := atSandbox(t, dir, "500@signup")
	walkTo(t, p, prepaidScenario, isUnknown)
	h, w := closed(t, p)
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		api := searching{calls: make(chan struct{}, 100)}
		start := time.Now()
		w.api, w.now = api, func() time.Time { return began.Add(time.Since(start)) }
		stop := w.start(t.Context())
		synctest.Wait()
		for i, want := range []int{1, 1, 2, 3} {
			if len(api.calls) != want {
				t.Errorf("%d searches after %v", len(api.calls), time.Since(start))
			}
			<-time.After([]time.Duration{9 * time.Minute, time.Minute + time.Second, 10 * time.Minute, 0}[i])
			synctest.Wait()
		}
		stop()
		<-time.After(time.Hour)
		if len(api.calls) != 3 {
			t.Errorf("%d searches: it goes on", len(api.calls))
		}
	})
	if e := only(t, h.book); e.Done {
		t.Errorf("%+v", e)
	}
}

// A sign-up of the journal takes the place of the present one.
func TestResumeInTheRunningDesk(t *testing.T) {
	p, ledger := atSandbox(t, t.TempDir(), "commit-then-drop@signup")
	walkTo(t, p, prepaidScenario, isUnknown)
	h, _ := closed(t, p)
	closeDesk := h.open(t.Context())
	defer closeDesk()
	list, err := h.book.waiting()
	if err != nil || len(list) != 1 {
		t.Fatalf("waiting: %v, %v", list, err)
	}
	if err := h.resume(t.Context(), "AB-CDEF"); err == nil {
		t.Error("somebody was resumed")
	}
	if err := h.resume(t.Context(), list[0].Code); err != nil {
		t.Fatal(err)
	}
	w := walker{house: h}
	s, err := w.until(t.Context(), func(s flow.Signup) bool { return s.Result() != "" })
	if err != nil || s.Outcome != flow.Created || s.Intent != list[0].Intent || s.CustomerID != ledger().Members[0].CustomerID {
		t.Errorf("%q, customer %d, %v", s.Outcome, s.CustomerID, err)
	}
}
