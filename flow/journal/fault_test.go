package journal

import (
	"errors"
	"os"
	"sync"
)

// fullFile is a disk with so many bytes left; then it writes what fits, as
// real disks do, and fails.
type fullFile struct {
	file
	left *int
}

func (f fullFile) Write(b []byte) (int, error) {
	if len(b) <= *f.left {
		*f.left -= len(b)
		return f.file.Write(b)
	}
	n, err := f.file.Write(b[:*f.left])
	*f.left = 0
	return n, errors.Join(err, &os.PathError{Op: "write", Path: "file", Err: fullErrors[0]})
}

// stubbornFile fails with err in every call that has a true beside it.
type stubbornFile struct {
	file
	err                   error
	write, sync, truncate *bool
}

func (f stubbornFile) Write(b []byte) (int, error) {
	if *f.write {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, f.err
	}
	return f.file.Write(b)
}

func (f stubbornFile) Sync() error {
	if *f.sync {
		return f.err
	}
	return f.file.Sync()
}

func (f stubbornFile) Truncate(size int64) error {
	if *f.truncate {
		return f.err
	}
	return f.file.Truncate(size)
}

// forgetfulFile forgets in a power cut what was not synced.
type forgetfulFile struct {
	file
	path   string
	mu     sync.Mutex
	synced []byte
}

func (f *forgetfulFile) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, err := os.ReadFile(f.path)
	f.synced = content
	return errors.Join(err, f.file.Sync())
}

// powerCut leaves of the file what a machine finds that comes up again.
func (f *forgetfulFile) powerCut() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return os.WriteFile(f.path, f.synced, 0o600)
}

// forgetful makes a store whose files forget; last is the newest of them.
func forgetful(s *Store) (last func() *forgetfulFile) {
	var newest *forgetfulFile
	s.open = func(path string, flag int) (file, error) {
		f, err := openFile(path, flag)
		if err != nil {
			return nil, err
		}
		content, err := os.ReadFile(path)
		newest = &forgetfulFile{file: f, path: path, synced: content}
		return newest, err
	}
	return func() *forgetfulFile { return newest }
}
