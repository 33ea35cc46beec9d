package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"frontdesk/apiclient/secret"
)

type fakeRing struct {
	mu      sync.Mutex
	entries map[string]string
	err     error
	wait    chan struct{} // nil does not wait
}

func (r *fakeRing) Get(service, user string) (string, error) {
	if r.wait != nil {
		<-r.wait
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if text, ok := r.entries[service+"/"+user]; ok || r.err != nil {
		return text, r.err
	}
	return "", keyring.ErrNotFound
}

func (r *fakeRing) Set(service, user, password string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.entries[service+"/"+user] = password
	}
	return r.err
}

func newRing() *fakeRing { return &fakeRing{entries: map[string]string{}} }

func TestKeyringMakesOneKey(t *testing.T) {
	ring := newRing()
	lock := filepath.Join(t.TempDir(), "state", "keyring.lock")
	keys := make(chan secret.Value, 4)
	var all sync.WaitGroup
	for range cap(keys) {
		all.Go(func() {
			key, err := Keyring{Lock: lock, ring: ring}.Key(t.Context())
			if err != nil {
				t.Error(err)
			}
			keys <- key
		})
	}
	all.Wait()
	first := <-keys
	for range cap(keys) - 1 {
		if key := <-keys; key != first {
			t.Error("two desks that started at once have different keys")
		}
	}
	if len(first.Reveal()) != keySize || len(ring.entries) != 1 || ring.entries["frontdesk/journal"] == "" {
		t.Errorf("a key of %d bytes, %d entries", len(first.Reveal()), len(ring.entries))
	}
}

func TestKeyringThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := newRing()
		ring.wait = make(chan struct{})
		start := time.Now()
		_, err := Keyring{ring: ring}.Key(t.Context())
		if !errors.Is(err, ErrNoKey) || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		close(ring.wait)
		synctest.Wait()
		if len(ring.entries) != 0 {
			t.Error("a key was made that nobody waits for")
		}
	})
}

func TestKeyringThatIsNotThere(t *testing.T) {
	ring := newRing()
	ring.err = errors.New("dbus-launch not found")
	_, err := Keyring{ring: ring}.Key(t.Context())
	if !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "dbus-launch") {
		t.Error(err)
	}
}

// A new key in place of a spoilt one would lock every journal away.
func TestSpoiltKeyIsNotReplaced(t *testing.T) {
	ring := newRing()
	ring.entries["frontdesk/journal"] = "spoilt"
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("spoilt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, keeper := range []Keeper{Keyring{ring: ring}, KeyFile{file}, Keepers{Ring: Keyring{ring: ring}, File: file + "2"}} {
		if key, err := keeper.Key(t.Context()); err == nil || errors.Is(err, ErrNoKey) || !key.IsZero() || strings.Contains(err.Error(), "spoilt") {
			t.Errorf("%T: %v", keeper, err)
		}
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "spoilt\n" || ring.entries["frontdesk/journal"] != "spoilt" {
		t.Errorf("%q, %v", content, err)
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets", "journal.key")
	key, err := KeyFile{path}.Key(t.Context())
	if err != nil || len(key.Reveal()) != keySize {
		t.Fatalf("%d bytes, %v", len(key.Reveal()), err)
	}
	if again, err := (KeyFile{path}).Key(t.Context()); err != nil || again != key {
		t.Errorf("another key the second time, %v", err)
	}
	if got := files(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("files: %v", got)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := (KeyFile{path}).Key(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("others can read it: %v", err)
	}
}

func TestKeepers(t *testing.T) {
	broken := &fakeRing{err: errors.New("no keyring")}
	good := newRing()
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	key := func(k Keepers) secret.Value {
		t.Helper()
		key, err := k.Key(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	if _, err := (Keepers{Ring: Keyring{ring: broken}}).Key(t.Context()); !errors.Is(err, ErrNoKey) {
		t.Errorf("neither keyring nor file: %v", err)
	}
	inRing := key(Keepers{Ring: Keyring{ring: good}, File: file})
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key file was made beside a keyring: %v", err)
	}
	inFile := key(Keepers{Ring: Keyring{ring: broken}, File: file})
	if inFile == inRing {
		t.Error("the file holds the keyring's key")
	}
	if again := key(Keepers{Ring: Keyring{ring: good}, File: file}); again != inFile {
		t.Error("a keyring that comes back takes the file's place")
	}
	// A program that ends while it waits makes no key file instead.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent := &fakeRing{entries: map[string]string{}, wait: make(chan struct{})}
	defer close(silent.wait)
	if _, err := (Keepers{Ring: Keyring{ring: silent}, File: file + "2"}).Key(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoKey) {
		t.Errorf("after the end: %v", err)
	}
}
