//go:build !windows

package journal

import (
	"errors"
	"os"
	"syscall"
)

// What the system says when a disk is full, and when it cannot be written to.
var (
	fullErrors     = []error{syscall.ENOSPC, syscall.EDQUOT}
	readOnlyErrors = []error{syscall.EROFS}
)

// syncDir makes what was created, renamed or removed in dir survive a power
// cut. Some file systems cannot sync a directory and need not.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
