package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// The story reaches what the other tests rely on.
func TestStory(t *testing.T) {
	events := story(someIntent)
	s := fold(events)
	if s.Outcome != flow.Created || s.CustomerID != 77 || len(s.Payments) != 2 {
		t.Fatalf("%s, customer %d, %d payments", s.Outcome, s.CustomerID, len(s.Payments))
	}
}

func TestEventsAndFoldComeBack(t *testing.T) {
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	for n := 1; n <= len(events); n++ {
		s := newStore(t)
		closeLog(t, write(t, s, events[:n]))
		h := load(t, s, someIntent)
		if diff := cmp.Diff(events[:n], h.Events, same); diff != "" {
			t.Fatalf("%d events: -want +got:\n%s", n, diff)
		}
		want := Entry{
			Intent: someIntent, Code: h.Signup.Code(), Place: someWhere, Program: "v1.2.3", Started: morning,
			Changed: events[n-1].At, Records: n, State: stateOf(fold(events[:n])),
		}
		if diff := cmp.Diff(want, h.Entry, same); diff != "" {
			t.Fatalf("%d events: -want +got:\n%s", n, diff)
		}
		if a, b := fold(events[:n]).Wants(), h.Signup.Wants(); len(a) != len(b) {
			t.Fatalf("%d events: wants %v after reading, %v before", n, b, a)
		}
	}
}

// A program that goes on with a journal writes as if it had never ended.
func TestGoingOn(t *testing.T) {
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	s := newStore(t)
	closeLog(t, write(t, s, events[:1]))
	for n, e := range events[1:] {
		l, h, err := s.Resume(t.Context(), someIntent)
		if err != nil || len(h.Events) != n+1 {
			t.Fatalf("%d events, %v", len(h.Events), err)
		}
		if err := l.Append(e); err != nil {
			t.Fatal(err)
		}
		closeLog(t, l)
	}
	h := load(t, s, someIntent)
	if diff := cmp.Diff(events, h.Events, same); diff != "" || h.Damage != "" {
		t.Errorf("%s; -want +got:\n%s", h.Damage, diff)
	}
}

func TestFilesTellNothing(t *testing.T) {
	s := newStore(t)
	l := write(t, s, until[flow.PaymentAuthorised](story(someIntent), 2))
	free, err := s.LockPerson(t.Context(), secret.New("canary@example.invalid"), secret.New("1990-08-24"))
	if err != nil {
		t.Fatal(err)
	}
	key := l.key.Reveal()
	fingerprint := fold(until[flow.PreviewArrived](story(someIntent), 1)).Price.Fingerprint
	clues := []string{
		"canary", "1990-08-24", "4242", fingerprint, key, hex.EncodeToString([]byte(key)),
		hex.EncodeToString([]byte("canary")), base64.StdEncoding.EncodeToString([]byte("canary"))[:8], deskKey.Reveal(),
	}
	names := files(t, s.dir)
	if len(names) != 4 {
		t.Errorf("files: %v", names)
	}
	for _, name := range names {
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, clue := range clues {
			if strings.Contains(name, clue) || bytes.Contains(content, []byte(clue)) {
				t.Errorf("%s holds %q", name, clue)
			}
		}
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s lies in a folder with mode %v, %v", name, info.Mode(), err)
		}
	}
	if err := free(); err != nil {
		t.Error(err)
	}
}

func TestFullDisk(t *testing.T) {
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	whole := newStore(t)
	closeLog(t, write(t, whole, events))
	info, err := os.Stat(whole.path(someIntent, fileExt))
	if err != nil {
		t.Fatal(err)
	}
	for room := 0; room < int(info.Size()); room += 997 {
		s, left := newStore(t), room
		s.open = func(path string, flag int) (file, error) {
			f, err := openFile(path, flag)
			return fullFile{f, &left}, err
		}
		l, err := s.Create(t.Context(), someWhere, "v1.2.3", events[0])
		if err != nil {
			wantFull(t, err)
			if got := files(t, s.dir); len(got) != 0 {
				t.Fatalf("left behind: %v", got)
			}
			continue
		}
		written := 1
		for _, e := range events[1:] {
			if err := l.Append(e); err != nil {
				wantFull(t, err)
				break
			}
			written++
		}
		if h := load(t, s, someIntent); h.Damage != "" || len(h.Events) != written {
			t.Fatalf("room for %d bytes: %d events of %d, %q", room, len(h.Events), written, h.Damage)
		}
		left = 1 << 30 // staff made room
		for _, e := range events[written:] {
			if err := l.Append(e); err != nil {
				t.Fatal(err)
			}
		}
		closeLog(t, l)
		if h := load(t, s, someIntent); cmp.Diff(events, h.Events, same) != "" || h.Damage != "" {
			t.Fatalf("room for %d bytes: %d events afterwards, %q", room, len(h.Events), h.Damage)
		}
	}
}

func wantFull(t *testing.T, err error) {
	t.Helper()
	var w *WriteError
	if !errors.As(err, &w) || !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "free some space") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("%v", err)
	}
}

// Half a record that cannot even be cut off now is cut off before the next.
func TestFailedRecordIsCutOffLater(t *testing.T) {
	events := until[flow.PreviewAccepted](story(someIntent), 1)
	s := newStore(t)
	var write, sync, truncate bool
	s.open = func(path string, flag int) (file, error) {
		f, err := openFile(path, flag)
		return stubbornFile{f, errors.New("input/output error"), &write, &sync, &truncate}, err
	}
	l, err := s.Create(t.Context(), someWhere, "v1", events[0])
	if err != nil {
		t.Fatal(err)
	}
	write, truncate = true, true
	for range 2 {
		var w *WriteError
		if err := l.Append(events[1]); !errors.As(err, &w) {
			t.Fatalf("the disk is broken, and Append says %v", err)
		}
	}
	write, truncate = false, false
	for _, e := range events[1 : len(events)-1] {
		if err := l.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	sync = true
	if err := l.Append(events[len(events)-1]); err == nil {
		t.Error("what must be on the disk was not synced, and Append is content")
	}
	if h := load(t, s, someIntent); len(h.Events) != len(events)-1 {
		t.Errorf("%d events, want all but the last of %d", len(h.Events), len(events))
	}
	sync = false
	if err := l.Append(events[len(events)-1]); err != nil {
		t.Error(err)
	}
	closeLog(t, l)
	if h := load(t, s, someIntent); h.Damage != "" || cmp.Diff(events, h.Events, same) != "" {
		t.Errorf("%d events of %d, %q", len(h.Events), len(events), h.Damage)
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	for _, no := range append(slices.Clone(readOnlyErrors), fs.ErrPermission) {
		s := newStore(t)
		s.open = func(path string, _ int) (file, error) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: no}
		}
		_, err := s.Create(t.Context(), someWhere, "v1", story(someIntent)[0])
		if !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "--state-dir") {
			t.Errorf("%v: %v", no, err)
		}
		if got := files(t, s.dir); len(got) != 0 {
			t.Errorf("%v left %v", no, got)
		}
	}
	notADir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notADir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var w *WriteError
	if _, err := openStore(t, notADir, deskKey).Create(t.Context(), someWhere, "v1", story(someIntent)[0]); !errors.As(err, &w) {
		t.Errorf("in a file: %v", err)
	}
}

// A file that was removed can be written to on some systems, and is lost.
func TestVanishedFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("Windows keeps a folder whose files are open")
		return
	}
	s := newStore(t)
	l := write(t, s, until[flow.SessionOpened](story(someIntent), 1))
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := l.Append(flow.Event{At: morning, Fact: flow.PaymentAuthorised{N: 1, Token: secret.New("canary")}})
		if !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "do not take a payment") {
			t.Errorf("%v", err)
		}
	}
	if err := l.Close(); err != nil && !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// Whatever makes the program send something must be on the disk before. If it
// were not, the start after a power cut would send it again.
func TestPowerCut(t *testing.T) {
	t.Run("swift", func(t *testing.T) { powerCuts(t, story(someIntent)) })
	// The last preview is too old when the card is there. Its successor, not the
	// token, makes the program send.
	t.Run("slow", func(t *testing.T) { powerCuts(t, slowStory(someIntent, 11*time.Minute)) })
}

func powerCuts(t *testing.T, events []flow.Event) {
	t.Helper()
	if last := fold(events); last.Outcome != flow.Created {
		t.Fatalf("the story ends with %q", last.Outcome)
	}
	for n := 1; n <= len(events); n++ {
		s := newStore(t)
		last := forgetful(s)
		l := write(t, s, events[:n])
		if err := last().powerCut(); err != nil {
			t.Fatal(err)
		}
		h := load(t, s, someIntent)
		if n == len(events) {
			if h.Outcome != flow.Created || !h.Sealed {
				t.Errorf("cut after the end: %+v", h.Entry)
			}
			continue
		}
		if h.Damage != "" || cmp.Diff(events[:len(h.Events)], h.Events, same) != "" {
			t.Fatalf("cut after %d: %d events, %q", n, len(h.Events), h.Damage)
		}
		before, found := fold(events[:n]), h.Signup.Apply(flow.Event{At: h.Signup.At, Fact: flow.Resumed{}})
		if before.Submission.Started && sends[flow.Submit](before) && (sends[flow.Submit](found) || h.Stage != flow.StageUnknown) {
			t.Errorf("cut after %d (%T): the sign-up would be sent twice", n, events[n-1].Fact)
		}
		if sends[flow.OpenSession](before) && h.Signup.Step != flow.StepPayment {
			t.Errorf("cut after %d (%T): the session would be forgotten", n, events[n-1].Fact)
		}
		if len(before.Payments) != len(h.Signup.Payments) {
			t.Errorf("cut after %d (%T): %d sessions of %d", n, events[n-1].Fact, len(h.Signup.Payments), len(before.Payments))
		}
		for i, p := range h.Signup.Payments {
			if p.Token != before.Payments[i].Token {
				t.Errorf("cut after %d: a token is lost", n)
			}
		}
		_ = l.Close()
	}
}

func sends[E flow.Effect](s flow.Signup) bool {
	return slices.ContainsFunc(s.Wants(), func(e flow.Effect) bool { _, ok := e.(E); return ok })
}

func TestFactsOfMoneyAreDurable(t *testing.T) {
	for _, fact := range []flow.Fact{
		flow.Begun{},
		flow.Resumed{},
		flow.PreviewAccepted{},
		flow.Signed{},
		flow.SessionOpened{},
		flow.PaymentAuthorised{},
		flow.TokenPasted{},
		flow.SentOnceMore{},
		flow.SubmitStarted{},
		flow.SignupCreated{},
		flow.SignupRefused{},
		flow.OutcomeUnknown{},
		flow.OwnFound{},
	} {
		if !durable(flow.Signup{}, flow.Signup{}, fact) {
			t.Errorf("%T is not durable", fact)
		}
	}
	if durable(flow.Signup{}, flow.Signup{}, flow.FieldsEdited{}) {
		t.Error("every key stroke is synced")
	}
}

func TestWhatCannotBeJournaled(t *testing.T) {
	s := newStore(t)
	begun := story(someIntent)[0]
	for _, bad := range []flow.Event{{}, {Fact: flow.Woke{}}, {Fact: flow.Begun{}}, {Fact: flow.Begun{Intent: "../x"}}, {Fact: flow.Begun{Intent: "a/b"}}} {
		if _, err := s.Create(t.Context(), someWhere, "v1", bad); err == nil {
			t.Errorf("a journal began with %+v", bad)
		}
	}
	l := write(t, s, []flow.Event{begun})
	if err := l.Append(flow.Event{At: morning}); err == nil {
		t.Error("an event without a fact was journaled")
	}
	if err := l.Append(flow.Event{At: morning, Fact: &flow.Woke{}}); err == nil {
		t.Error("a pointer was journaled")
	}
	if _, err := s.Create(t.Context(), someWhere, "v1", begun); !errors.Is(err, ErrInUse) {
		t.Errorf("a second journal of one intent: %v", err)
	}
	closeLog(t, l)
	var w *WriteError
	if _, err := s.Create(t.Context(), someWhere, "v1", begun); !errors.As(err, &w) {
		t.Errorf("a second journal of one intent: %v", err)
	}
	if h := load(t, s, someIntent); len(h.Events) != 1 || h.Sealed {
		t.Errorf("the first one: %+v", h.Entry)
	}
	if err := l.Append(begun); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	keyless := openStore(t, t.TempDir(), secret.Value{})
	if _, err := keyless.Create(t.Context(), someWhere, "v1", begun); !errors.Is(err, ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
	if got := files(t, keyless.dir); len(got) != 0 {
		t.Errorf("without a key: %v", got)
	}
	if _, err := Open(t.TempDir(), secret.New("short")); err == nil {
		t.Error("a short key was taken")
	}
}

func TestWriter(t *testing.T) {
	s := newStore(t)
	w := &Writer{Store: s, Place: someWhere, Program: "v1.2.3"}
	if err := w.Append(flow.Event{At: morning, Fact: flow.Woke{}}); !errors.Is(err, ErrClosed) {
		t.Errorf("before any Begun: %v", err)
	}
	intents := []string{someIntent, strings.Replace(someIntent, "0123", "4567", 1), strings.Replace(someIntent, "0123", "89ab", 1)}
	all := story(intents[0])
	for _, e := range slices.Concat(all, story(intents[1])[:8], story(intents[2])[:5]) {
		if err := w.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if h := load(t, s, intents[0]); !h.Done || h.Outcome != flow.Created || h.CustomerID != 77 || !h.Sealed {
		t.Errorf("the first: %+v", h.Entry)
	}
	if h := load(t, s, intents[1]); h.Done || h.InUse || len(h.Events) != 8 {
		t.Errorf("the second: %+v", h.Entry)
	}
	if h := load(t, s, intents[2]); !h.InUse {
		t.Errorf("the third: %+v", h.Entry)
	}
	h, err := w.Resume(t.Context(), intents[1])
	if err != nil || len(h.Events) != 8 {
		t.Fatalf("%d events, %v", len(h.Events), err)
	}
	if err := w.Append(flow.Event{At: morning.Add(time.Hour), Fact: flow.Resumed{}}); err != nil {
		t.Error(err)
	}
	if err := w.Discard(); err != nil {
		t.Error(err)
	}
	if h := load(t, s, intents[1]); !h.Done || !h.Sealed {
		t.Errorf("discarded: %+v", h.Entry)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	list, err := s.List()
	if err != nil || len(list) != 1 || list[0].Intent != intents[2] || list[0].InUse {
		t.Errorf("%+v, %v", list, err)
	}
}
