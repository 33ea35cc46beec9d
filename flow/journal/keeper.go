package journal

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"frontdesk/apiclient/secret"
)

// Keeper keeps the desk's key, 32 bytes, and makes it when there is none yet.
type Keeper interface {
	Key(ctx context.Context) (secret.Value, error)
}

// keyringLimit is how long the system's keyring may take: one that asks for a
// password behind the terminal, or that nobody answers for, would hold up the
// start for ever.
const keyringLimit = 2 * time.Second

// Keyring keeps the key in the system's own store of passwords.
type Keyring struct {
	// Service and User name the key there; "frontdesk" and "journal" when empty.
	Service, User string
	// Lock is a file; two desks that start for the first time at once share the
	// key that the first of them makes. Empty when there is only one.
	Lock string

	ring ring // nil is the system's
}

// ring is the part of a keyring that is used.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
}

type systemRing struct{}

func (systemRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemRing) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}

// Key asks the keyring aside and for two seconds at most; the asking itself
// cannot be broken off and ends when the keyring answers. The error wraps
// [ErrNoKey] when there is no keyring, or none that answers.
func (k Keyring) Key(ctx context.Context) (secret.Value, error) {
	limited, cancel := context.WithTimeout(ctx, keyringLimit)
	defer cancel()
	type answer struct {
		key secret.Value
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		key, err := k.ask(limited)
		answers <- answer{key, err}
	}()
	select {
	case a := <-answers:
		return a.key, a.err
	case <-limited.Done():
		if ctx.Err() != nil {
			return secret.Value{}, context.Cause(ctx)
		}
		return secret.Value{}, fmt.Errorf("%w (the keyring does not answer)", ErrNoKey)
	}
}

func (k Keyring) ask(ctx context.Context) (secret.Value, error) {
	if k.ring == nil {
		k.ring = systemRing{}
	}
	if k.Service == "" {
		k.Service = "frontdesk"
	}
	if k.User == "" {
		k.User = "journal"
	}
	key, err := k.get()
	if !errors.Is(err, keyring.ErrNotFound) {
		return key, err
	}
	if k.Lock != "" {
		if err := os.MkdirAll(filepath.Dir(k.Lock), 0o700); err != nil {
			return secret.Value{}, unwritten(k.Lock, err)
		}
		lock, err := acquire(ctx, k.Lock)
		if err != nil {
			return secret.Value{}, err
		}
		defer func() { _ = release(lock) }()
		if key, err := k.get(); !errors.Is(err, keyring.ErrNotFound) {
			return key, err
		}
	}
	text, err := newKeyText()
	if err != nil {
		return secret.Value{}, err
	}
	if err := ctx.Err(); err != nil {
		return secret.Value{}, err // nobody waits for it any more
	}
	if err := k.ring.Set(k.Service, k.User, text.Reveal()); err != nil {
		return secret.Value{}, fmt.Errorf("%w (the keyring: %w)", ErrNoKey, err)
	}
	return k.get() // what another start will find
}

// get is keyring.ErrNotFound when there is no key yet.
func (k Keyring) get() (secret.Value, error) {
	text, err := k.ring.Get(k.Service, k.User)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return secret.Value{}, err
	case err != nil:
		return secret.Value{}, fmt.Errorf("%w (the keyring: %w)", ErrNoKey, err)
	}
	return parseKey(text, "the keyring's entry "+k.Service+"/"+k.User)
}

// KeyFile keeps the key in a file that nobody else can read. Path is required.
type KeyFile struct{ Path string }

// Key reads the file and creates it when it is not there.
func (k KeyFile) Key(ctx context.Context) (secret.Value, error) {
	key, err := k.read()
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(k.Path), 0o700); err != nil {
		return secret.Value{}, unwritten(k.Path, err)
	}
	lock, err := acquire(ctx, k.Path+lockExt)
	if err != nil {
		return secret.Value{}, err
	}
	defer func() { _ = release(lock) }()
	if key, err := k.read(); !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	text, err := newKeyText()
	if err != nil {
		return secret.Value{}, err
	}
	// Another desk must never see half of it.
	half := k.Path + ".new"
	err = writeSynced(half, []byte(text.Reveal()+"\n"), os.O_TRUNC)
	if err == nil {
		err = os.Rename(half, k.Path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(k.Path))
	}
	if err != nil {
		return secret.Value{}, unwritten(k.Path, err)
	}
	return k.read()
}

func (k KeyFile) read() (secret.Value, error) {
	info, err := os.Stat(k.Path)
	if err != nil {
		return secret.Value{}, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return secret.Value{}, fmt.Errorf("the key file %s can be read by others: run chmod 600 on it", k.Path)
	}
	text, err := os.ReadFile(k.Path)
	if err != nil {
		return secret.Value{}, fmt.Errorf("the key file cannot be read: %w", err)
	}
	return parseKey(string(text), "the key file "+k.Path)
}

// Keepers is how a desk finds its key: in the key file that the configuration
// names, once it exists; else in the keyring; else, where there is no keyring,
// in a new key file. The zero value knows the system's keyring only.
type Keepers struct {
	Ring Keyring
	File string // empty when the configuration names none
}

// Key is an error that wraps [ErrNoKey] when there is neither; the desk then
// keeps its journal in memory.
func (k Keepers) Key(ctx context.Context) (secret.Value, error) {
	file := KeyFile{k.File}
	if k.File != "" {
		if _, err := os.Stat(k.File); err == nil {
			return file.Key(ctx)
		}
	}
	key, err := k.Ring.Key(ctx)
	if k.File != "" && errors.Is(err, ErrNoKey) {
		return file.Key(ctx)
	}
	return key, err
}

func newKeyText() (secret.Value, error) {
	key, err := newKey()
	return secret.New(hex.EncodeToString([]byte(key.Reveal()))), err
}

// parseKey never makes a new key in place of a spoilt one: that would lock
// everything that is journaled away.
func parseKey(text, where string) (secret.Value, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != keySize {
		return secret.Value{}, fmt.Errorf("%s holds no key: put the right one back, or remove it to begin anew (open sign-ups then cannot be gone on with)", where)
	}
	return secret.New(string(key)), nil
}
