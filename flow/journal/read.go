package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// History is a sign-up with its events and their fold. Of a sealed one, all
// secrets in it are empty and the fold falls short; the Entry does not.
type History struct {
	Entry
	Events []flow.Event
	Signup flow.Signup
}

// scanned is the content of a file, up to where it is whole and understood.
type scanned struct {
	History
	size   int64 // up to here it is whole
	hash   string
	stated string
}

// scan reads a file. It never fails: what cannot be read is said in Damage and
// ReadOnly.
//
// The events end before the first record that is broken or not understood. How
// the sign-up stands is taken from later ones too: money that was paid must not
// go unmentioned. For the same reason only a broken end can be gone on with;
// who forgot what follows could do it twice.
func scan(intent string, data []byte, key secret.Value) scanned {
	r := scanned{History: History{Entry: Entry{Intent: intent, Code: flow.Signup{Intent: intent}.Code()}}}
	previous := ""
	for n := 0; len(data) > 0; n++ {
		line, rest, ended := bytes.Cut(data, []byte{'\n'})
		data = rest
		if r.Damage != "" {
			if r.salvage(line) {
				r.ReadOnly = "records follow a broken one, hand the file to support"
			}
			continue
		}
		body, hash, whole := unchained(line, previous)
		if !whole || !ended {
			r.Damage = fmt.Sprintf("record %d is broken", n)
			if !ended {
				r.Damage = fmt.Sprintf("the file ends in the middle of record %d", n)
			}
			continue
		}
		previous = hash
		if r.ReadOnly == "" {
			err := r.understand(n, body, key)
			if err == nil {
				r.hash, r.size = hash, r.size+int64(len(line))+1
				continue
			}
			r.ReadOnly = err.Error()
		}
		r.salvage(body)
	}
	if r.Records == 0 && r.Damage == "" && r.ReadOnly == "" {
		r.Damage = "the file holds no record"
	}
	return r
}

func (r *scanned) understand(n int, body []byte, key secret.Value) error {
	if n == 0 {
		return r.head(body)
	}
	return r.record(body, key)
}

// salvage takes from a record what can be told without understanding it, and
// reports whether it is one.
func (r *scanned) salvage(line []byte) bool {
	var rec record
	if err := json.Unmarshal(line, &rec); err != nil || rec.Type == "" {
		return false
	}
	r.Records++
	if at, err := parseTime(rec.At); err == nil {
		r.Changed = at
	}
	if state, err := decodeState(rec.State); err == nil {
		r.State = state
	}
	return true
}

func (r *scanned) head(body []byte) error {
	h, err := parseHeader(body)
	if err == nil && h.Intent != r.Intent {
		err = notUnderstood("it is the journal of %q", h.Intent)
	}
	r.Place, r.Program = Place{h.BaseURL, h.Studio, h.Environment}, h.Program
	return err
}

func (r *scanned) record(body []byte, key secret.Value) error {
	rec, err := parseRecord(body, r.Records+1)
	if err != nil {
		return err
	}
	event, opened, err := rec.event(key, r.Intent)
	if err != nil {
		return err
	}
	if rec.State != nil {
		state, err := decodeState(rec.State)
		if err != nil {
			return notUnderstood("the state in record %d: %v", rec.Seq, err)
		}
		r.State, r.stated = state, string(rec.State)
	}
	r.Records++
	r.Changed = event.At
	if r.Records == 1 {
		r.Started = event.At
	}
	r.Sealed = r.Sealed || !opened
	r.Events = append(r.Events, event)
	r.Signup = r.Signup.Apply(event)
	return nil
}

// entry is read without any key: what stands in the clear is enough.
func (s *Store) entry(path string, done bool) (Entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Entry{}, err
	}
	e := scan(strings.TrimSuffix(filepath.Base(path), fileExt), data, secret.Value{}).Entry
	e.Sealed = done || s.readKey(e.Intent).IsZero()
	return s.seen(e, path, done), nil
}

// seen adds what does not stand in the file.
func (s *Store) seen(e Entry, path string, done bool) Entry {
	e.Done = done
	e.InUse = !done && inUse(s.path(e.Intent, lockExt))
	if info, err := os.Stat(path); err == nil && e.Changed.IsZero() {
		e.Changed = info.ModTime()
	}
	if e.InUse && e.ReadOnly == "" {
		e.Damage = "" // the other desk is in the middle of writing
	}
	return e
}

// List reads open/: what can be gone on with and what still has personal data,
// the most urgent first. Whoever offers sign-ups to go on with takes those
// without an Outcome that are not InUse, and [Only] those of the studio.
func (s *Store) List() ([]Entry, error) {
	names, err := s.intents(filepath.Join(s.dir, openDir))
	if err != nil {
		return nil, err
	}
	var list []Entry
	for _, intent := range names {
		e, err := s.entry(s.path(intent, fileExt), false)
		if errors.Is(err, fs.ErrNotExist) {
			continue // finished meanwhile
		}
		if err != nil {
			e = Entry{Intent: intent, Code: flow.Signup{Intent: intent}.Code(), Sealed: true, Damage: "the file cannot be read: " + reason(err)}
		}
		list = append(list, e)
	}
	slices.SortFunc(list, byUrgency)
	return list, nil
}

// reason is the system's word without the path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

// Done reads the skeletons of the past, the newest first.
func (s *Store) Done() ([]Entry, error) {
	months, err := s.months()
	if err != nil {
		return nil, err
	}
	var list []Entry
	for _, month := range months {
		dir := filepath.Join(s.dir, doneDir, month)
		names, err := s.intents(dir)
		if err != nil {
			return nil, err
		}
		for _, intent := range names {
			e, err := s.entry(filepath.Join(dir, intent+fileExt), true)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return b.Changed.Compare(a.Changed) })
	return list, nil
}

// intents lists the sign-ups whose files lie in dir.
func (s *Store) intents(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, f := range files {
		if intent, ok := strings.CutSuffix(f.Name(), fileExt); ok && validIntent(intent) && f.Type().IsRegular() {
			names = append(names, intent)
		}
	}
	return names, err
}

// Load reads one sign-up, open or done. It changes nothing and takes no lock.
func (s *Store) Load(intent string) (History, error) {
	if !validIntent(intent) {
		return History{}, ErrNotFound
	}
	path, done := s.path(intent, fileExt), false
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		months, _ := s.months()
		for _, month := range months {
			path, done = filepath.Join(s.dir, doneDir, month, intent+fileExt), true
			if data, err = os.ReadFile(path); !errors.Is(err, fs.ErrNotExist) {
				break
			}
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return History{}, ErrNotFound
	case err != nil:
		return History{}, fmt.Errorf("the journal cannot be read: %w", err)
	}
	r := scan(intent, data, s.readKey(intent))
	r.Entry = s.seen(r.Entry, path, done)
	return r.History, nil
}

// Resume opens a sign-up to go on with it. What is damaged at the end of its
// file is kept aside in a file beside it, which Damage then names. The error
// is [ErrNotFound], [ErrInUse], [ErrNoKey], [ErrSealed], [ErrReadOnly],
// [ErrDamaged] or a [*WriteError]; the History is filled as far as it can be.
func (s *Store) Resume(ctx context.Context, intent string) (*Log, History, error) {
	if !validIntent(intent) {
		return nil, History{}, ErrNotFound
	}
	path := s.path(intent, fileExt)
	if _, err := os.Stat(path); err != nil {
		return nil, History{}, ErrNotFound
	}
	lock, err := acquire(ctx, s.path(intent, lockExt))
	if err != nil {
		return nil, History{}, err
	}
	l := &Log{store: s, intent: intent, key: s.readKey(intent), lock: lock}
	h, err := l.resume(path)
	if err != nil {
		if l.file != nil {
			_ = l.file.Close()
		}
		_ = release(lock)
		return nil, h, err
	}
	return l, h, nil
}

func (l *Log) resume(path string) (History, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return History{}, ErrNotFound // finished while we waited for the lock
	}
	if err != nil {
		return History{}, fmt.Errorf("the journal cannot be read: %w", err)
	}
	r := scan(l.intent, data, l.key)
	switch {
	case l.store.desk.IsZero():
		return r.History, ErrNoKey
	case r.ReadOnly != "":
		return r.History, fmt.Errorf("%s: %w", r.ReadOnly, ErrReadOnly)
	case r.Records == 0:
		return r.History, fmt.Errorf("%s: %w", r.Damage, ErrDamaged)
	case r.Sealed:
		return r.History, ErrSealed
	}
	if l.file, err = l.store.open(path, 0); err != nil {
		return r.History, unwritten(path, err)
	}
	l.size, l.seq, l.hash, l.state, l.stated = r.size, r.Records, r.hash, r.Signup, r.stated
	if r.Damage != "" {
		name, err := l.setAside(data[r.size:])
		if err != nil {
			return r.History, err
		}
		r.Damage += "; the rest is kept in " + name
	}
	return r.History, nil
}
