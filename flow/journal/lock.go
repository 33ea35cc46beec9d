package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"frontdesk/apiclient/secret"
)

// Whoever only looks whether a lock is held holds it himself for an instant;
// that is waited for.
const (
	lockPatience = 200 * time.Millisecond
	lockRetry    = 10 * time.Millisecond
)

// acquire takes the lock file at path; [ErrInUse] when somebody has it. The
// system gives it back when the program ends in whatever way.
func acquire(ctx context.Context, path string) (*flock.Flock, error) {
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		lock := flock.New(path, flock.SetPermissions(0o600))
		ok, err := lock.TryLockContext(patient, lockRetry)
		switch {
		case ctx.Err() != nil:
			_ = lock.Unlock()
			return nil, context.Cause(ctx)
		case patient.Err() != nil && !ok:
			return nil, ErrInUse
		case err != nil:
			return nil, unwritten(path, err)
		case ok && current(lock):
			return lock, nil
		}
		// The one who had it removed the file between our opening and locking.
		if err := lock.Unlock(); err != nil {
			return nil, unwritten(path, err)
		}
	}
}

func current(lock *flock.Flock) bool {
	held, err := lock.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(lock.Path())
	return err == nil && os.SameFile(held, named)
}

// release removes the lock file and gives the lock back, in the order in which
// the system allows it.
func release(lock *flock.Flock) error {
	removed := os.Remove(lock.Path())
	err := lock.Unlock()
	if removed != nil && !errors.Is(removed, os.ErrNotExist) {
		_ = os.Remove(lock.Path()) // a file that stays is in nobody's way
	}
	return err
}

// inUse reports whether somebody else holds the lock at path.
func inUse(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path)
	ok, err := lock.TryRLock()
	_ = lock.Unlock()
	return err == nil && !ok
}

// LockPerson keeps other desks on this machine from signing the same person
// up, until release is called or the program ends. It is [ErrPersonInUse] when
// one of them does already. The lock is named after a keyed hash of e-mail and
// birth date, so that its name tells nothing.
func (s *Store) LockPerson(ctx context.Context, email, birth secret.Value) (free func() error, err error) {
	if s.desk.IsZero() {
		return nil, ErrNoKey
	}
	name, err := personName(s.desk, email, birth)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, personsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritten(dir, err)
	}
	lock, err := acquire(ctx, filepath.Join(dir, name+lockExt))
	if errors.Is(err, ErrInUse) {
		return nil, ErrPersonInUse
	}
	if err != nil {
		return nil, err
	}
	return func() error { return release(lock) }, nil
}
