package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"frontdesk/flow"
)

// How long things are kept.
const (
	keepCancelled = 24 * time.Hour      // personal data of a draft, or of a sign-up that was cancelled
	keepHeld      = 7 * 24 * time.Hour  // while money is unused or the outcome unknown
	keepSkeleton  = 30 * 24 * time.Hour // what is left without personal data
)

const monthForm = "2006-01"

// Expires is when the personal data of an open sign-up goes: at once when the
// contract was created and all money used; 7 days after an outcome became
// unknown or money was left unused, unless it is finished before, and as long
// where the file is not understood in full; 24 hours after anything else.
func (e Entry) Expires() time.Time {
	switch {
	case !e.Held.IsZero():
		return e.Held.Add(keepHeld)
	case e.Damage != "" || e.ReadOnly != "":
		return e.Changed.Add(keepHeld)
	case e.Outcome == flow.Created:
		return e.Changed
	case e.Outcome != "":
		return e.Ended.Add(keepCancelled)
	}
	return e.Changed.Add(keepCancelled)
}

// over reports whether nothing of s is waited for any more.
func over(s flow.Signup) bool {
	return s.Outcome == flow.Created && stateOf(s).Held.IsZero()
}

// Purged says what a purge did, by intent id.
type Purged struct {
	Erased  []string // personal data erased, the skeleton kept
	Removed []string // skeletons removed
}

// Purge erases and removes what has been kept long enough, except what a desk
// has open. It goes on after an error and returns all of them.
func (s *Store) Purge(ctx context.Context, now time.Time) (Purged, error) {
	var done Purged
	entries, err := s.List()
	errs := []error{err}
	for _, e := range entries {
		if e.InUse || now.Before(e.Expires()) {
			continue
		}
		switch err := s.Finish(ctx, e.Intent); {
		case err == nil:
			done.Erased = append(done.Erased, e.Intent)
		case !errors.Is(err, ErrInUse) && !errors.Is(err, ErrNotFound):
			errs = append(errs, err)
		}
	}
	errs = append(errs, s.sweep(ctx))
	done.Removed, err = s.removeSkeletons(now)
	return done, errors.Join(append(errs, err)...)
}

// Finish erases the personal data of a sign-up that no desk has open and moves
// its skeleton to done/, whatever the retention says: it is discarded, or
// resolved. The error is [ErrNotFound], [ErrInUse] or a [*WriteError].
func (s *Store) Finish(ctx context.Context, intent string) error {
	if !validIntent(intent) {
		return ErrNotFound
	}
	if _, err := os.Stat(s.path(intent, fileExt)); err != nil {
		return ErrNotFound
	}
	lock, err := acquire(ctx, s.path(intent, lockExt))
	if err != nil {
		return err
	}
	return errors.Join(s.finish(intent), release(lock))
}

// finish is Finish for the one who has the lock. The key goes first and the
// journal itself last, so that whatever is interrupted is seen and done again.
func (s *Store) finish(intent string) error {
	if err := s.eraseKey(intent); err != nil {
		return err
	}
	path := s.path(intent, fileExt)
	e, err := s.entry(path, true)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	if err != nil {
		return unwritten(path, err)
	}
	// The skeleton's age is its file's: removing old ones then reads none.
	if err := os.Chtimes(path, time.Time{}, e.Changed); err != nil {
		return unwritten(path, err)
	}
	dir := filepath.Join(s.dir, doneDir, e.Changed.Format(monthForm))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritten(dir, err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return unwritten(path, err)
	}
	names := []string{}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), intent+asideMark) {
			names = append(names, f.Name())
		}
	}
	for _, name := range append(names, filepath.Base(path)) {
		if err := os.Rename(filepath.Join(filepath.Dir(path), name), filepath.Join(dir, name)); err != nil {
			return unwritten(path, err)
		}
	}
	return unwritten(dir, errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)), syncDir(filepath.Dir(path))))
}

// sweep removes what a crash left lying without a journal: keys and locks.
func (s *Store) sweep(ctx context.Context) error {
	var errs []error
	for _, dir := range []string{openDir, personsDir} {
		files, err := os.ReadDir(filepath.Join(s.dir, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, f := range files {
			name, ext := strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())), filepath.Ext(f.Name())
			if ext != keyExt && ext != lockExt {
				continue
			}
			lock, err := acquire(ctx, filepath.Join(s.dir, dir, name+lockExt))
			if err != nil {
				continue // in use, or no place to write
			}
			if _, err := os.Stat(s.path(name, fileExt)); dir == openDir && errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, s.eraseKey(name))
			}
			errs = append(errs, release(lock))
		}
	}
	return errors.Join(errs...)
}

// removeSkeletons goes by the names of the months and the ages of the files.
func (s *Store) removeSkeletons(now time.Time) (removed []string, err error) {
	months, err := s.months()
	errs := []error{err}
	for _, month := range months {
		first, err := time.ParseInLocation(monthForm, month, now.Location())
		if err != nil || now.Before(first.Add(keepSkeleton-24*time.Hour)) { // a day for the zones
			continue
		}
		dir := filepath.Join(s.dir, doneDir, month)
		files, err := os.ReadDir(dir)
		errs = append(errs, err)
		for _, f := range files {
			info, err := f.Info()
			if err != nil || now.Before(info.ModTime().Add(keepSkeleton)) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				errs = append(errs, unwritten(dir, err))
				continue
			}
			if intent, ok := strings.CutSuffix(f.Name(), fileExt); ok {
				removed = append(removed, intent)
			}
		}
		_ = os.Remove(dir) // when it is empty
	}
	return removed, errors.Join(errs...)
}

// months lists the folders in done/, the newest first.
func (s *Store) months() ([]string, error) {
	dirs, err := os.ReadDir(filepath.Join(s.dir, doneDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for i := len(dirs) - 1; i >= 0; i-- {
		if dirs[i].IsDir() {
			names = append(names, dirs[i].Name())
		}
	}
	return names, err
}
