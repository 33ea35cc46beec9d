package journal

import "syscall"

// What the system says when a disk is full, and when it cannot be written to
// (WinError.h: ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_WRITE_PROTECT).
var (
	fullErrors     = []error{syscall.Errno(112), syscall.Errno(39)}
	readOnlyErrors = []error{syscall.Errno(19)}
)

// syncDir has nothing to do: NTFS keeps a log of its own of its directories.
func syncDir(string) error { return nil }
