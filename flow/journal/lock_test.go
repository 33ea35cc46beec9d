package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofrs/flock"

	"frontdesk/apiclient/secret"
)

func tokenOf(text string) secret.Value { return secret.New("canary " + text) }

func TestOneDeskPerSignup(t *testing.T) {
	dir := t.TempDir()
	one, two := openStore(t, dir, deskKey), openStore(t, dir, deskKey)
	l := write(t, one, story(someIntent)[:5])
	if _, _, err := two.Resume(t.Context(), someIntent); !errors.Is(err, ErrInUse) {
		t.Errorf("resumed by a second desk: %v", err)
	}
	if err := two.Finish(t.Context(), someIntent); !errors.Is(err, ErrInUse) {
		t.Errorf("finished by a second desk: %v", err)
	}
	if list, err := two.List(); err != nil || len(list) != 1 || !list[0].InUse {
		t.Errorf("%+v, %v", list, err)
	}
	closeLog(t, l)
	if list, err := two.List(); err != nil || len(list) != 1 || list[0].InUse {
		t.Errorf("%+v, %v", list, err)
	}
	l, _, err := two.Resume(t.Context(), someIntent)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Finish(); err != nil {
		t.Fatal(err)
	}
	for _, intent := range []string{someIntent, "nobody", "", "../" + someIntent} {
		if _, _, err := one.Resume(t.Context(), intent); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", intent, err)
		}
		if err := one.Finish(t.Context(), intent); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", intent, err)
		}
	}
	if _, err := one.Load("nobody"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// Removing the file of a lock must never let two have it.
func TestLockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.lock")
	var holders, most, got atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				lock, err := acquire(t.Context(), path)
				if errors.Is(err, ErrInUse) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				got.Add(1)
				if n := holders.Add(1); n > 1 {
					most.Store(n)
				}
				holders.Add(-1)
				if err := release(lock); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if most.Load() != 0 || got.Load() == 0 {
		t.Errorf("taken %d times, by %d at once", got.Load(), most.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := acquire(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// Between opening and locking a file it may be removed and made anew.
func TestLockOfARemovedFileIsNone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("Windows removes no file that is open")
		return
	}
	path := filepath.Join(t.TempDir(), "a.lock")
	lock, err := acquire(t.Context(), path)
	if err != nil || !current(lock) {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".removed"); err != nil {
		t.Fatal(err)
	}
	if current(lock) {
		t.Error("the lock of a file that is gone counts")
	}
	next, err := acquire(t.Context(), path)
	if err != nil || current(lock) || !current(next) {
		t.Errorf("the lock of another file counts, %v", err)
	}
	for _, l := range []*flock.Flock{lock, next} {
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	}
}

func TestOneDeskPerPerson(t *testing.T) {
	dir := t.TempDir()
	one, two := openStore(t, dir, deskKey), openStore(t, dir, deskKey)
	born := secret.New("1990-08-24")
	free, err := one.LockPerson(t.Context(), secret.New("peter@example.invalid"), born)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.LockPerson(t.Context(), secret.New(" Peter@Example.invalid"), born); !errors.Is(err, ErrPersonInUse) {
		t.Errorf("the same person on a second desk: %v", err)
	}
	other, err := two.LockPerson(t.Context(), secret.New("peter@example.invalid"), secret.New("1990-08-25"))
	if err != nil {
		t.Errorf("another person: %v", err)
	}
	for _, free := range []func() error{free, other} {
		if err := free(); err != nil {
			t.Error(err)
		}
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("left are %v", got)
	}
	free, err = two.LockPerson(t.Context(), secret.New("peter@example.invalid"), born)
	if err != nil {
		t.Fatal(err)
	}
	if err := free(); err != nil {
		t.Error(err)
	}
	if _, err := openStore(t, dir, secret.Value{}).LockPerson(t.Context(), born, born); !errors.Is(err, ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
	a, _ := personName(deskKey, born, born)
	b, _ := personName(otherKey, born, born)
	if a == b {
		t.Error("every desk names persons alike: the name can be guessed")
	}
}
