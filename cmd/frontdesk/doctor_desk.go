package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	systemring "github.com/zalando/go-keyring"

	"frontdesk/flow/journal"
)

// checkJournal says where the journal's key is. It never makes one, as opening
// the journal would.
func (d *doctor) checkJournal(ctx context.Context) {
	dir := d.config.StateDir
	switch k := keeperFor(d.config, dir, isSandbox(d.config.Studio), false).(type) {
	case journal.KeyFile:
		if !d.checkKeyFile(ctx, k) {
			d.found("journal", isFine, "in "+dir+"; its key will be made in "+k.Path, "")
		}
	case journal.Keepers:
		if k.File == "" || !d.checkKeyFile(ctx, journal.KeyFile{Path: k.File}) {
			d.checkKeyring(ctx, k.File)
		}
	}
}

// checkKeyFile reports whether there is a key file to speak of.
func (d *doctor) checkKeyFile(ctx context.Context, k journal.KeyFile) bool {
	if _, err := os.Stat(k.Path); err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	if _, err := k.Key(ctx); err != nil { // reads: it is there
		d.found("journal", isFatal, err.Error(), "")
	} else {
		d.found("journal", isFine, "in "+d.config.StateDir+", with its key in "+k.Path, "")
	}
	return true
}

// ringLimit is how long the keyring may take; one that asks for a password may
// never answer.
const ringLimit = 2 * time.Second

var errSilent = errors.New("it does not answer")

// checkKeyring asks aside, because nothing can break off the asking. The names
// are those that the journal's own keyring has when it is told none.
func (d *doctor) checkKeyring(ctx context.Context, file string) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := d.ring("frontdesk", "journal")
		answers <- answer{text, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, ringLimit)
	defer cancel()
	a := answer{err: errSilent}
	select {
	case a = <-answers:
	case <-ctx.Done():
	}
	in := "in " + d.config.StateDir
	key, damage := hex.DecodeString(strings.TrimSpace(a.text))
	switch {
	case a.err == nil && (damage != nil || len(key) != 32):
		d.found("journal", isFatal, "the keyring's entry frontdesk/journal holds no key",
			"put the right one back, or remove it; open sign-ups then cannot be gone on with")
	case a.err == nil:
		d.found("journal", isFine, in+", with its key in the keyring", "")
	case errors.Is(a.err, systemring.ErrNotFound):
		d.found("journal", isFine, in+"; its key will be made in the keyring", "")
	case file != "":
		d.found("journal", isFine, in+"; there is no keyring, and its key will be made in "+file, "")
	default:
		d.found("journal", isDubious, "in memory only, so that nothing can be resumed after a crash: no keyring ("+a.err.Error()+")",
			"unlock the system's keyring, or set journal_key_file")
	}
}

// The wizard's smallest window, and one in which nothing is cut.
const (
	leastColumns, leastRows = 60, 16
	goodColumns, goodRows   = 80, 24
)

// checkTerminal looks at what the wizard would draw on.
func (d *doctor) checkTerminal(context.Context) {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		d.found("terminal", isDubious, "none here, and the wizard needs one", "run doctor where the wizard will run")
		return
	}
	columns, rows, err := term.GetSize(os.Stdout.Fd())
	if err != nil {
		d.found("terminal", isDubious, "its size is not known: "+err.Error(), "try another terminal program")
		return
	}
	v, do := judgeTerminal(columns, rows)
	colours := colorprofile.Detect(os.Stdout, os.Environ())
	d.found("terminal", v, fmt.Sprintf("%d columns, %d rows, colours: %s, theme %s", columns, rows, colours, firstOf(d.config.Theme, "auto")), do)
}

func judgeTerminal(columns, rows int) (v verdict, do string) {
	switch {
	case columns < leastColumns || rows < leastRows:
		return isDubious, fmt.Sprintf("make the window larger: the wizard needs %d columns and %d rows", leastColumns, leastRows)
	case columns < goodColumns || rows < goodRows:
		return isFine, fmt.Sprintf("%d columns and %d rows show more", goodColumns, goodRows)
	}
	return isFine, ""
}
