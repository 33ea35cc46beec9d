package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// sample fills every field, the same way each time.
func sample(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t {
	case secretType:
		v.Set(reflect.ValueOf(secret.New("canary")))
		return v
	case amountType:
		v.Set(reflect.ValueOf(amount("44.670")))
		return v
	case timeType:
		v.Set(reflect.ValueOf(morning))
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.String:
		v.SetString("text")
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(sample(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, sample(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(sample(t.Key()), sample(t.Elem()))
	case reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(sample(t.Field(i).Type))
		}
	}
	return v
}

// plain is an event with nothing sealed, for people and goldens to read.
func plain(t testing.TB, e flow.Event) string {
	t.Helper()
	text, _, err := encode(e.Fact, inside)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s %s", timeText(e.At), factName(e.Fact), text)
}

// A journal of version 1, as it was written then, with every fact in it, must
// be read for as long as there may be one.
func TestVersion1IsRead(t *testing.T) {
	const name = "testdata/v1"
	if os.Getenv("UPDATE_GOLDEN") == "journal" { // of a version that nobody has yet
		writeGolden(t, name)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, openDir), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{fileExt, keyExt} {
		content, err := os.ReadFile(name + ext)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, openDir, someIntent+ext), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openStore(t, dir, deskKey)
	h := load(t, s, someIntent)
	if h.Damage != "" || h.ReadOnly != "" || h.Sealed || h.Records != len(h.Events) {
		t.Fatalf("%+v", h.Entry)
	}
	lines := make([]string, len(h.Events))
	for i, e := range h.Events {
		lines[i] = plain(t, e)
	}
	golden(t, "journal", name+".events", strings.Join(lines, "\n")+"\n")
	want := Entry{
		Intent: someIntent, Code: flow.Signup{Intent: someIntent}.Code(), Place: someWhere, Program: "v1.2.3",
		Started: morning, Changed: h.Events[len(h.Events)-1].At, Records: len(h.Events), State: stateOf(h.Signup),
	}
	if diff := cmp.Diff(want, h.Entry, same); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	l, _, err := s.Resume(t.Context(), someIntent)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append(flow.Event{At: morning, Fact: flow.Resumed{}}); err != nil {
		t.Error(err)
	}
	closeLog(t, l)
	if h := load(t, s, someIntent); h.Damage != "" || len(h.Events) != len(lines)+1 {
		t.Errorf("after one more: %d events, %q", len(h.Events), h.Damage)
	}
}

func writeGolden(t *testing.T, name string) {
	t.Helper()
	s := newStore(t)
	l := write(t, s, until[flow.PaymentAuthorised](story(someIntent), 2))
	export := func(ext string) {
		content, err := os.ReadFile(s.path(someIntent, ext))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name+ext, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	export(keyExt) // before a SignupCreated erases it
	for _, fact := range slices.Sorted(maps.Keys(factTypes)) {
		if err := l.Append(flow.Event{At: morning.Add(time.Hour), Fact: sample(factTypes[fact]).Interface().(flow.Fact)}); err != nil {
			t.Fatal(err)
		}
	}
	export(fileExt)
}

// forge writes a journal line by line, with a good chain.
func forge(t testing.TB, s *Store, bodies ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(s.dir, openDir), 0o700); err != nil {
		t.Fatal(err)
	}
	var file []byte
	hash := ""
	for _, body := range bodies {
		var line []byte
		line, hash = chained([]byte(body), hash)
		file = append(file, line...)
	}
	if err := os.WriteFile(s.path(someIntent, fileExt), file, 0o600); err != nil {
		t.Fatal(err)
	}
	key, _ := newKey()
	if err := s.writeKey(someIntent, key); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
}

const (
	forgedHead  = `{"v":1,"intent":"` + someIntent + `"}`
	forgedBegun = `{"v":1,"seq":1,"at":"2026-03-10T09:00:00+01:00","type":"Begun","fact":{"Intent":"` + someIntent + `"}}`
)

func TestOlderRecordsAreUpcast(t *testing.T) {
	upcasts[0] = func(r record) (record, error) {
		r.V = 1
		if r.Type == "Started" {
			r.Type = "Begun"
		}
		return r, nil
	}
	defer delete(upcasts, 0)
	s := newStore(t)
	old := strings.NewReplacer(`"v":1`, `"v":0`, "Begun", "Started").Replace(forgedBegun)
	forge(t, s, forgedHead, old, `{"v":1,"seq":2,"at":"2026-03-10T09:00:01+01:00","type":"Woke","fact":{}}`)
	h := load(t, s, someIntent)
	if h.ReadOnly != "" || h.Signup.Intent != someIntent || len(h.Events) != 2 {
		t.Errorf("%d events, read-only: %q", len(h.Events), h.ReadOnly)
	}
}

func TestWhatIsNotUnderstoodIsReadOnly(t *testing.T) {
	begun := func(from, to string) string { return strings.Replace(forgedBegun, from, to, 1) }
	for name, bodies := range map[string][]string{
		"newer file":     {strings.Replace(forgedHead, `"v":1`, `"v":2`, 1), forgedBegun},
		"newer record":   {forgedHead, begun(`"v":1`, `"v":2`)},
		"unknown fact":   {forgedHead, begun("Begun", "Teleported")},
		"unknown member": {forgedHead, begun(`"fact":{`, `"fact":{"Mood":1,`)},
		"unknown part":   {forgedHead, begun(`"seq"`, `"mood":1,"seq"`)},
		"other form":     {forgedHead, begun(`{"Intent":"`+someIntent+`"}`, `[]`)},
		"no time":        {forgedHead, begun("2026-03-10T", "10.3.2026 ")},
		"wrong number":   {forgedHead, begun(`"seq":1`, `"seq":2`)},
		"another's":      {strings.Replace(forgedHead, "0123456789ab", "0123456789ac", 1), forgedBegun},
		"old record":     {forgedHead, begun(`"v":1`, `"v":0`)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			forge(t, s, bodies...)
			before, _ := os.ReadFile(s.path(someIntent, fileExt))
			l, h, err := s.Resume(t.Context(), someIntent)
			if !errors.Is(err, ErrReadOnly) || l != nil || h.ReadOnly == "" || h.Damage != "" {
				t.Errorf("resumed with %v, read-only %q, damage %q", err, h.ReadOnly, h.Damage)
			}
			if !strings.Contains(h.ReadOnly, "use the newest") || strings.Contains(h.ReadOnly, "\n") {
				t.Errorf("it says %q", h.ReadOnly)
			}
			if list, err := s.List(); err != nil || len(list) != 1 || list[0].ReadOnly != h.ReadOnly {
				t.Errorf("the list says %+v, %v", list, err)
			}
			if after, _ := os.ReadFile(s.path(someIntent, fileExt)); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// What was paid stands in the clear; a fact between that this program does not
// know must not hide it.
func TestMoneyAfterAnUnknownFactIsShown(t *testing.T) {
	s := newStore(t)
	paid, _, err := encode(State{Payments: []Payment{{N: 1, Amount: amount("44.67"), State: flow.Authorised}}, Held: morning}, guarded)
	if err != nil {
		t.Fatal(err)
	}
	forge(
		t, s, forgedHead, forgedBegun,
		`{"v":1,"seq":2,"at":"2026-03-10T09:00:01+01:00","type":"Teleported","fact":{}}`,
		`{"v":1,"seq":3,"at":"2026-03-10T09:00:02+01:00","type":"Woke","fact":{},"state":`+string(paid)+`}`,
	)
	h := load(t, s, someIntent)
	if h.ReadOnly == "" || len(h.Events) != 1 || h.Records != 3 || len(h.Paid()) != 1 || h.Paid()[0] != amount("44.67") {
		t.Errorf("%d events of %d, paid %v", len(h.Events), h.Records, h.Paid())
	}
}

func TestBrokenEndIsKeptAside(t *testing.T) {
	events := until[flow.PreviewAccepted](story(someIntent), 1)
	for name, spoil := range map[string]func([]byte) []byte{
		"half a line":      func(b []byte) []byte { return b[:len(b)-20] },
		"no line end":      func(b []byte) []byte { return b[:len(b)-1] },
		"one bit":          func(b []byte) []byte { b[len(b)-150] ^= 1; return b },
		"not JSON":         func(b []byte) []byte { return append(b, "hello\n"...) },
		"zeros":            func(b []byte) []byte { return append(b, make([]byte, 4096)...) },
		"a line of others": func(b []byte) []byte { return append(b, b[:bytes.IndexByte(b, '\n')+1]...) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			closeLog(t, write(t, s, events))
			path := s.path(someIntent, fileExt)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			broken := spoil(slices.Clone(whole))
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			if h := load(t, s, someIntent); h.Damage == "" || h.ReadOnly != "" {
				t.Errorf("to look at: %q, %q", h.Damage, h.ReadOnly)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, broken) {
				t.Error("looking at it changed the file")
			}
			l, h, err := s.Resume(t.Context(), someIntent)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(h.Events); n < len(events)-1 || cmp.Diff(events[:n], h.Events, same) != "" {
				t.Errorf("%d of %d events came back", n, len(events))
			}
			aside := someIntent + ".damaged-1"
			if !strings.Contains(h.Damage, aside) {
				t.Errorf("it says %q", h.Damage)
			}
			rest, err := os.ReadFile(filepath.Join(s.dir, openDir, aside))
			kept, _ := os.ReadFile(path)
			if err != nil || !bytes.Equal(append(kept, rest...), broken) {
				t.Errorf("%d bytes kept and %d aside of %d, %v", len(kept), len(rest), len(broken), err)
			}
			if err := l.Append(flow.Event{At: morning.Add(time.Hour), Fact: flow.Resumed{}}); err != nil {
				t.Fatal(err)
			}
			closeLog(t, l)
			if again := load(t, s, someIntent); again.Damage != "" || len(again.Events) != len(h.Events)+1 {
				t.Errorf("afterwards: %d events, %q", len(again.Events), again.Damage)
			}
		})
	}
}

// Whoever went on from before the broken record would not know what was done
// after it, and do it again.
func TestBrokenMiddleIsNotGoneOnWith(t *testing.T) {
	s := newStore(t)
	closeLog(t, write(t, s, until[flow.PaymentAuthorised](story(someIntent), 2)))
	path := s.path(someIntent, fileExt)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for n, line := range lines[:len(lines)-2] { // the last line, and nothing behind it
		broken := slices.Clone(whole)
		place := len(line) / 3
		if n%2 == 0 {
			place = len(line) - 10 // in its hash
		}
		broken[bytes.Index(whole, line)+place] ^= 1
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		l, h, err := s.Resume(t.Context(), someIntent)
		if !errors.Is(err, ErrReadOnly) || l != nil || !strings.Contains(err.Error(), "support") {
			t.Errorf("line %d broken: %v", n, err)
		}
		if got := h.Paid(); len(got) != 1 || got[0] != amount("44.670") {
			t.Errorf("line %d broken: paid %v", n, got)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, broken) {
			t.Errorf("line %d broken: the file was changed", n)
		}
	}
}

func TestNothingWholeInAFile(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "garbage": "garbage\n", "half a header": `{"v":1,"in`} {
		s := newStore(t)
		forge(t, s)
		if err := os.WriteFile(s.path(someIntent, fileExt), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, h, err := s.Resume(t.Context(), someIntent)
		if !errors.Is(err, ErrDamaged) || h.Damage == "" {
			t.Errorf("%s: %v, %q", name, err, h.Damage)
		}
		if list, err := s.List(); err != nil || len(list) != 1 || list[0].Damage == "" || list[0].Changed.IsZero() {
			t.Errorf("%s: listed as %+v, %v", name, list, err)
		}
	}
}

func TestWithoutTheRightKey(t *testing.T) {
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	dir := t.TempDir()
	closeLog(t, write(t, openStore(t, dir, deskKey), events))
	for name, s := range map[string]*Store{
		"another desk": openStore(t, dir, otherKey),
		"no key":       openStore(t, dir, secret.Value{}),
	} {
		h := load(t, s, someIntent)
		if !h.Sealed || h.Damage != "" || h.ReadOnly != "" || len(h.Events) != len(events) {
			t.Errorf("%s: %+v", name, h.Entry)
		}
		if got := h.Paid(); len(got) != 1 || got[0] != amount("44.670") {
			t.Errorf("%s: paid %v", name, got)
		}
		for _, e := range h.Events {
			if text := plain(t, e); strings.Contains(text, "canary") {
				t.Errorf("%s: %s", name, text)
			}
		}
		if list, err := s.List(); err != nil || len(list) != 1 || !list[0].Sealed {
			t.Errorf("%s: %v, %v", name, list, err)
		}
		if l, _, err := s.Resume(t.Context(), someIntent); l != nil || !errors.Is(err, ErrSealed) && !errors.Is(err, ErrNoKey) {
			t.Errorf("%s: resumed with %v", name, err)
		}
	}
	s := openStore(t, dir, deskKey)
	if err := s.eraseKey(someIntent); err != nil {
		t.Fatal(err)
	}
	if h := load(t, s, someIntent); !h.Sealed || len(h.Events) != len(events) {
		t.Errorf("key erased: %+v", h.Entry)
	}
}

// What is sealed opens only where it was sealed.
func TestSealedPartsCannotBeMoved(t *testing.T) {
	key, _ := newKey()
	e := flow.Event{At: morning, Fact: flow.TokenPasted{Token: secret.New("canary")}}
	r, err := newRecord(key, someIntent, 3, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	moved := r
	moved.Seq = 4
	for _, c := range []struct {
		r      record
		intent string
	}{{moved, someIntent}, {r, "another"}} {
		if back, opened, err := c.r.event(key, c.intent); err != nil || opened || !back.Fact.(flow.TokenPasted).Token.IsZero() {
			t.Errorf("opened elsewhere: %t, %v", opened, err)
		}
	}
}

// FuzzDamage changes one place of a journal and cuts its end off. What comes
// back must be the truth as far as it goes, and what is gone on with must not
// forget a record that was whole.
func FuzzDamage(f *testing.F) {
	s := newStore(f)
	events := until[flow.PaymentAuthorised](story(someIntent), 2)
	l := write(f, s, events)
	key := l.key
	closeLog(f, l)
	whole, err := os.ReadFile(s.path(someIntent, fileExt))
	if err != nil {
		f.Fatal(err)
	}
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	f.Add(uint(0), []byte("x"), uint(len(whole)))
	f.Add(uint(len(whole)/2), []byte{'\n'}, uint(len(whole)))
	f.Add(uint(last+10), []byte{0, 0, 0}, uint(len(whole)))
	f.Add(uint(0), []byte{}, uint(len(whole)/2))
	f.Fuzz(func(t *testing.T, at uint, with []byte, end uint) {
		data := slices.Clone(whole)
		changed := int(at % uint(len(data)))
		copy(data[changed:], with)
		data = data[:end%uint(len(data)+1)]
		r := scan(someIntent, data, key)
		if n := len(r.Events); n > 0 && cmp.Diff(events[:n], r.Events, same) != "" {
			t.Fatalf("%d events came back, and they are not those that were written", n)
		}
		if !bytes.Equal(data[:r.size], whole[:r.size]) {
			t.Fatal("something that was changed counts as whole")
		}
		if r.Damage == "" && r.size != int64(len(data)) {
			t.Fatalf("%d bytes of %d are whole, and nothing is said", r.size, len(data))
		}
		rest := bytes.SplitAfter(data[r.size:], []byte{'\n'})
		for _, line := range rest[1:] {
			if bytes.HasSuffix(line, []byte{'\n'}) && bytes.Contains(whole, line) && bytes.Contains(line, []byte(`"type"`)) && json.Valid(line) && r.ReadOnly == "" {
				t.Fatalf("this would be forgotten: %s", line)
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(forgedHead + "\n" + forgedBegun))
	first, hash := chained([]byte(forgedHead), "")
	second, _ := chained([]byte(forgedBegun), hash)
	f.Add(append(first, second...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := scan(someIntent, data, deskKey)
		if r.size > int64(len(data)) || r.Damage == "" && r.ReadOnly == "" && r.size != int64(len(data)) {
			t.Fatalf("whole up to %d of %d, damage %q", r.size, len(data), r.Damage)
		}
		again := scan(someIntent, data[:r.size], deskKey)
		if again.size != r.size || len(again.Events) != len(r.Events) || again.Records > 0 && again.Damage != "" {
			t.Fatalf("the whole part is not whole: %d of %d, %q", again.size, r.size, again.Damage)
		}
	})
}

// The chain lets a fuzzer nowhere near the decoder, so it is fuzzed by itself.
func FuzzRecord(f *testing.F) {
	for _, e := range story(someIntent) {
		shown, sealed, err := encode(e.Fact, guarded)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(factName(e.Fact), shown, sealed)
	}
	key, _ := newKey()
	f.Fuzz(func(t *testing.T, name string, shown, sealed []byte) {
		body, err := json.Marshal(map[string]any{"v": 1, "seq": 1, "at": "2026-03-10T09:00:00Z", "type": name, "fact": json.RawMessage(shown)})
		if err != nil {
			return
		}
		if r, err := parseRecord(body, 1); err == nil {
			_, _, _ = r.event(key, someIntent)
		}
		fact := newFact(name)
		if fact == nil || decode(shown, sealed, fact) != nil {
			return
		}
		flow.Signup{Intent: someIntent}.Apply(flow.Event{At: morning, Fact: factOf(fact)})
		shown, sealed, err = encode(factOf(fact), guarded)
		if err != nil {
			t.Fatal(err)
		}
		back := newFact(name)
		if err := decode(shown, sealed, back); err != nil {
			t.Fatalf("%s was written and cannot be read: %v", shown, err)
		}
		if diff := cmp.Diff(fact, back, same); diff != "" && sealed != nil {
			t.Fatalf("-first +second:\n%s", diff)
		}
	})
}
