package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/gofrs/flock"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// Log is the journal of one sign-up, open for writing. Its methods may be
// called from any goroutine.
type Log struct {
	store  *Store
	intent string
	key    secret.Value

	mu     sync.Mutex
	file   file // nil once closed
	lock   *flock.Flock
	head   []byte // of a new file, not written yet
	size   int64  // up to here the file is whole
	torn   bool   // there may be something behind size
	seq    int
	hash   string
	state  flow.Signup
	stated string // the state as the newest record that has one tells it
}

// Intent is the id of the sign-up.
func (l *Log) Intent() string { return l.intent }

// Append writes one more event and returns when it is safe: on the disk where
// money or the submission depends on it, with the system otherwise. After an
// error, a [*WriteError] as a rule, the event is not in the journal, and the
// journal is as it was.
func (l *Log) Append(e flow.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ErrClosed
	}
	if err := l.mend(); err != nil {
		return err
	}
	next := l.state.Apply(e)
	stated, err := encodeState(next)
	if err != nil {
		return err
	}
	if stated == l.stated {
		stated = ""
	}
	r, err := newRecord(l.key, l.intent, l.seq+1, e, []byte(stated))
	if err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	line, hash := chained(body, l.hash)
	if err := l.write(slices.Concat(l.head, line), durable(l.state, next, e.Fact)); err != nil {
		return err
	}
	l.head, l.seq, l.hash, l.state = nil, l.seq+1, hash, next
	if stated != "" {
		l.stated = stated
	}
	if over(next) {
		// The record is safe; should this fail, Finish and Purge do it again.
		_ = l.store.eraseKey(l.intent)
	}
	return nil
}

// write adds text to the file, or leaves the file as it was.
func (l *Log) write(text []byte, synced bool) error {
	path := l.store.path(l.intent, fileExt)
	_, err := l.file.Write(text)
	if err == nil && synced {
		err = l.file.Sync()
	}
	if err == nil && !l.file.InPlace() {
		err = ErrGone
	}
	if err != nil {
		l.torn = true
		_ = l.mend() // otherwise before the next record
		return unwritten(path, err)
	}
	l.size += int64(len(text))
	return nil
}

// mend cuts off what a failed write left behind.
func (l *Log) mend() error {
	if !l.torn {
		return nil
	}
	if !l.file.InPlace() {
		return unwritten(l.store.path(l.intent, fileExt), ErrGone)
	}
	if err := l.file.Truncate(l.size); err != nil {
		return unwritten(l.store.path(l.intent, fileExt), err)
	}
	l.torn = false
	return nil
}

// Sync makes everything that was appended survive a power cut.
func (l *Log) Sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return unwritten(l.store.path(l.intent, fileExt), l.file.Sync())
}

// Close syncs and gives the sign-up free. It stays where it is, as long as
// [Entry.Expires] says, unless nothing is waited for: then it is finished.
func (l *Log) Close() error {
	return l.close(func() error {
		if over(l.state) {
			return l.store.finish(l.intent)
		}
		return nil
	})
}

// Finish ends the journal: the personal data is erased, the skeleton goes to
// done/. It is for a sign-up that staff discard, or that is resolved.
func (l *Log) Finish() error {
	return l.close(func() error { return l.store.finish(l.intent) })
}

// close runs last while the sign-up is still locked. It may be called twice.
func (l *Log) close(last func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	path := l.store.path(l.intent, fileExt)
	err := errors.Join(l.mend(), unwritten(path, l.file.Sync()), l.file.Close())
	l.file, l.key = nil, secret.Value{}
	return errors.Join(err, last(), release(l.lock))
}

// setAside keeps what cannot be read, damaged, in a file of its own beside the
// journal, which is then whole again.
func (l *Log) setAside(damaged []byte) (name string, err error) {
	for n := 1; ; n++ {
		path := l.store.path(l.intent, fmt.Sprintf("%s%d", asideMark, n))
		err := writeSynced(path, damaged, os.O_EXCL)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			err = syncDir(filepath.Dir(path))
		}
		if err != nil {
			return "", unwritten(path, err)
		}
		l.torn = true
		if err := l.mend(); err != nil {
			return "", err
		}
		return filepath.Base(path), unwritten(path, l.file.Sync())
	}
}
