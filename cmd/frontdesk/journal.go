package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// book is the journal of one desk: on disk where it has a key for it, in
// memory otherwise.
type book struct {
	store  *journal.Store // nil when there is no key
	writer *journal.Writer
	memory *journal.Memory
	place  journal.Place
	dir    string // the state directory
	// kept says that a sign-up outlives the program.
	kept bool
	// notice tells staff why not, empty when they need not know.
	notice string
}

// wrapJournal is what the crash tests' own main puts another in place of, which
// dies with its program.
var wrapJournal = func(j desk.Journal) desk.Journal { return j }

// openBook opens the journal of a venue.
func openBook(ctx context.Context, p venue, log *slog.Logger) (*book, error) {
	r := &book{dir: p.stateDir, place: p.place(), kept: p.stateKept}
	key, err := p.keeper.Key(ctx)
	if errors.Is(err, journal.ErrNoKey) {
		log.Warn("Journal", "error", err)
		r.memory, r.kept = &journal.Memory{}, false
		r.notice = "This desk cannot resume after a crash: it has no key for its journal. Unlock the system's keyring, or set journal_key_file."
		return r, nil
	}
	if err != nil {
		return nil, fail(exitEnvironment, err, "")
	}
	if r.store, err = journal.Open(journalDir(p.stateDir), key); err != nil {
		return nil, fail(exitEnvironment, err, "")
	}
	r.writer = &journal.Writer{Store: r.store, Place: r.place, Program: thisBuild().Version}
	return r, nil
}

func journalDir(stateDir string) string { return filepath.Join(stateDir, "journal") }

// Append keeps an event, as the desk wants it.
func (r *book) Append(e flow.Event) error {
	if r.store == nil {
		return r.memory.Append(e)
	}
	return r.writer.Append(e)
}

// load returns a sign-up of this desk.
func (r *book) load(intent string) (journal.History, error) {
	if r.store == nil {
		return r.memory.Load(intent)
	}
	return r.store.Load(intent)
}

// hold is how the desk keeps a person from other desks; nil without a key,
// because the lock's name is made with it.
func (r *book) hold() func(context.Context, secret.Value, secret.Value) (func() error, error) {
	if r.store == nil {
		return nil
	}
	return r.store.LockPerson
}

// close syncs the journal and gives its sign-up free; a blank one waits for
// nobody and is over.
func (r *book) close(log *slog.Logger, blank bool) {
	if r.store == nil {
		return
	}
	end := r.writer.Close
	if blank {
		end = r.writer.Discard
	}
	if err := end(); err != nil {
		log.Error("Journal", "error", err)
	}
}

// findEntry finds a sign-up by its id or its code, those that can be gone on
// with first.
func findEntry(store *journal.Store, id string) (journal.Entry, error) {
	for _, list := range []func() ([]journal.Entry, error){store.List, store.Done} {
		entries, err := list()
		if err != nil {
			return journal.Entry{}, fail(exitEnvironment, fmt.Errorf("the journal cannot be read: %w", err), "check the state directory")
		}
		var found []journal.Entry
		for _, e := range entries {
			if e.Intent == id {
				return e, nil
			}
			if flow.SameCode(id, e.Code) {
				found = append(found, e)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return journal.Entry{}, fail(exitUsage, fmt.Errorf("%d sign-ups have the code %s", len(found), found[0].Code), `use the id; "frontdesk journal list --json" shows it`)
		}
	}
	return journal.Entry{}, fail(exitUsage, fmt.Errorf("there is no sign-up %q in this journal", id), `"frontdesk journal list" shows them`)
}

// processKey is the key of a desk whose journal ends with it.
type processKey struct{}

// Key makes a new one.
func (processKey) Key(context.Context) (secret.Value, error) {
	key := make([]byte, 32)
	_, err := rand.Read(key)
	return secret.New(string(key)), err
}

// keeperFor is where the key of a journal is: for a simulated studio, which has
// nobody's data, in the process or beside the journal, and never in the
// system's keyring.
func keeperFor(config Config, stateDir string, simulated, temporary bool) journal.Keeper {
	file := filepath.Join(stateDir, "journal.key")
	switch {
	case temporary:
		return processKey{}
	case simulated && config.JournalKeyFile == "":
		return journal.KeyFile{Path: file}
	case simulated:
		return journal.KeyFile{Path: config.JournalKeyFile}
	}
	return journal.Keepers{
		Ring: journal.Keyring{Lock: filepath.Join(stateDir, "keyring.lock")},
		File: config.JournalKeyFile,
	}
}
