package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// What lies in the folder of a journal. In open/ is all that may still be gone
// on with or has personal data; done/YYYY-MM/ holds skeletons only, which
// nobody reads unless asked.
const (
	openDir    = "open"
	doneDir    = "done"
	personsDir = "persons"

	fileExt   = ".jsonl"
	keyExt    = ".key"
	lockExt   = ".lock"
	asideMark = ".damaged-"
)

// Place is the studio that a sign-up belongs to; it is gone on with only there.
type Place struct {
	BaseURL     string
	Studio      string // as the configuration names it
	Environment string // test, sandbox or live
}

// Store is a journal on disk: one file for each sign-up. Several desks may use
// the same folder.
type Store struct {
	dir  string
	desk secret.Value
	open func(path string, flag int) (file, error)
}

// file is what a sign-up is written to; tests put one in its place that fails.
type file interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
	InPlace() bool // its name still leads to it
}

type osFile struct{ *os.File }

// Truncate goes by the name, because on Windows a file that is open for
// appending cannot be cut.
func (f osFile) Truncate(size int64) error { return os.Truncate(f.Name(), size) }

func (f osFile) InPlace() bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.Name())
	return err == nil && os.SameFile(held, named)
}

func openFile(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Open returns the journal in dir, which need not exist yet. key is the desk's,
// from a [Keeper]; without one the journal can be looked at and purged, and
// whatever would write or unseal says [ErrNoKey].
func Open(dir string, key secret.Value) (*Store, error) {
	if !key.IsZero() && len(key.Reveal()) != keySize {
		return nil, fmt.Errorf("journal: the desk's key has %d bytes instead of %d", len(key.Reveal()), keySize)
	}
	return &Store{dir: dir, desk: key, open: openFile}, nil
}

// path is where a file of an open sign-up lies.
func (s *Store) path(intent, ext string) string {
	return filepath.Join(s.dir, openDir, intent+ext)
}

// validIntent keeps ids from leading out of the folder.
func validIntent(intent string) bool {
	for _, r := range intent {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' {
			return false
		}
	}
	return intent != "" && len(intent) <= 64
}

// Create begins the journal of a sign-up and writes its first event, a
// [flow.Begun]. program is the version that writes it. The caller has the
// sign-up to himself until the Log is closed.
func (s *Store) Create(ctx context.Context, where Place, program string, e flow.Event) (*Log, error) {
	begun, ok := e.Fact.(flow.Begun)
	switch {
	case !ok || !validIntent(begun.Intent):
		return nil, fmt.Errorf("journal: a sign-up begins with a Begun that has an id, not with %T", e.Fact)
	case s.desk.IsZero():
		return nil, ErrNoKey
	}
	dir := filepath.Join(s.dir, openDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritten(dir, err)
	}
	lock, err := acquire(ctx, s.path(begun.Intent, lockExt))
	if err != nil {
		return nil, err
	}
	l, err := s.create(lock, where, program, e, begun.Intent)
	if err != nil {
		_ = release(lock)
		return nil, err
	}
	return l, nil
}

func (s *Store) create(lock *flock.Flock, where Place, program string, e flow.Event, intent string) (*Log, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	if err := s.writeKey(intent, key); err != nil {
		return nil, err
	}
	head, err := json.Marshal(header{version, intent, where.BaseURL, where.Studio, where.Environment, program})
	if err != nil {
		return nil, err
	}
	path := s.path(intent, fileExt)
	f, err := s.open(path, os.O_CREATE|os.O_EXCL)
	if err != nil {
		_ = s.eraseKey(intent) // Purge sees to what is left
		return nil, unwritten(path, err)
	}
	l := &Log{store: s, intent: intent, key: key, file: f, lock: lock}
	l.head, l.hash = chained(head, "")
	err = l.Append(e)
	if err == nil {
		err = unwritten(path, errors.Join(syncDir(filepath.Dir(path)), syncDir(s.dir)))
	}
	if err != nil {
		_, _, _ = f.Close(), os.Remove(path), s.eraseKey(intent) // Purge sees to what is left
		return nil, err
	}
	return l, nil
}

func (s *Store) writeKey(intent string, key secret.Value) error {
	path := s.path(intent, keyExt)
	content, err := wrap(s.desk, key, intent)
	if err == nil {
		err = writeSynced(path, content, os.O_EXCL)
	}
	return unwritten(path, err)
}

// readKey gives the key of a sign-up; the zero Value when it is gone or under
// another desk's key.
func (s *Store) readKey(intent string) secret.Value {
	if s.desk.IsZero() {
		return secret.Value{}
	}
	content, err := os.ReadFile(s.path(intent, keyExt))
	if err != nil {
		return secret.Value{}
	}
	key, err := unwrap(s.desk, content, intent)
	if err != nil {
		return secret.Value{}
	}
	return key
}

// eraseKey makes the sealed data of a sign-up unreadable for good. The bytes
// are overwritten first, for what it is worth on the disks of today.
func (s *Store) eraseKey(intent string) error {
	path := s.path(intent, keyExt)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = writeSynced(path, make([]byte, info.Size()), 0)
	}
	// A disk too full to overwrite is no reason to keep the key.
	if removed := os.Remove(path); removed != nil {
		return unwritten(path, errors.Join(err, removed))
	}
	return unwritten(path, syncDir(filepath.Dir(path)))
}

// writeSynced writes a small file over its old content.
func writeSynced(path string, content []byte, flag int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}
