package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// What the journal can say no with. Texts name no person and no secret.
var (
	// ErrInUse says that another desk on this machine has the sign-up open.
	ErrInUse = errors.New("another desk on this machine is working on it: go on there, or close that desk first")
	// ErrPersonInUse says that another desk signs this very person up.
	ErrPersonInUse = errors.New("another desk on this machine is signing this person up: ask there before you go on")
	// ErrNoKey says that this desk has no key for its journal, so that nothing
	// may be written to disk.
	ErrNoKey = errors.New("this desk has no key for its journal, so it cannot resume after a crash: unlock the system's keyring, or name a key file in the configuration")
	// ErrSealed says that the key of a sign-up is gone or of another desk.
	ErrSealed = errors.New("its personal data cannot be read on this desk: it can be looked at, but not gone on with")
	// ErrReadOnly says that another version of the program wrote a sign-up, or
	// that it is broken in the middle; the text before it says what to do.
	ErrReadOnly = errors.New("it can be looked at, but not gone on with")
	// ErrDamaged says that not even the beginning of a file is whole.
	ErrDamaged = errors.New("nothing of it can be read: hand the file to support")
	// ErrNotFound says that there is no sign-up of that id.
	ErrNotFound = errors.New("there is no such sign-up in this journal: see frontdesk journal list")
	// ErrClosed says that the sign-up was closed or never begun.
	ErrClosed = errors.New("journal: no sign-up is open")

	// Why a [WriteError] came about.
	ErrFull   = errors.New("the disk is full")
	ErrDenied = errors.New("the journal's folder cannot be written to")
	ErrGone   = errors.New("the journal's folder is gone")
)

// WriteError says that something could not be written. What was journaled
// before is whole; the event that was to be added is not in the journal and
// may be handed in again. It wraps [ErrFull], [ErrDenied] or [ErrGone] where
// the reason is one of these.
type WriteError struct {
	Path string
	Err  error
}

func (e *WriteError) Error() string {
	advice, reason := e.class()
	if reason == nil {
		reason = e.Err
	}
	return fmt.Sprintf("the journal was not written: %v (%s): %s", reason, e.Path, advice)
}

func (e *WriteError) Unwrap() []error {
	if _, class := e.class(); class != nil {
		return []error{class, e.Err}
	}
	return []error{e.Err}
}

// class is what to do, and the reason, nil when it is another.
func (e *WriteError) class() (advice string, reason error) {
	switch {
	case errors.Is(e.Err, ErrGone) || errors.Is(e.Err, fs.ErrNotExist):
		return "bring it back or restart the program, and do not take a payment before that", ErrGone
	case oneOf(e.Err, fullErrors):
		return "free some space, then try again", ErrFull
	case errors.Is(e.Err, fs.ErrPermission) || oneOf(e.Err, readOnlyErrors):
		return "make it writable or name another with --state-dir, then try again", ErrDenied
	}
	return "check the disk, then try again", nil
}

func oneOf(err error, list []error) bool {
	return slices.ContainsFunc(list, func(target error) bool { return errors.Is(err, target) })
}

// unwritten wraps what went wrong while path was written, nil for nil.
func unwritten(path string, err error) error {
	if err == nil {
		return nil
	}
	var already *WriteError
	if errors.As(err, &already) {
		return err
	}
	return &WriteError{Path: path, Err: err}
}
