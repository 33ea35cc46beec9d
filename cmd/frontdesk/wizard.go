package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"frontdesk/apiclient"
	"frontdesk/flow"
	"frontdesk/flow/journal"
	"frontdesk/tui"
	"frontdesk/widgetpage"
)

func newDemoCommand() *cobra.Command {
	var flags sandboxFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try the wizard on a simulated studio; needs no key and no network",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return openWizard(cmd, &flags, true, "")
		},
	}
	flags.register(cmd)
	return cmd
}

// openWizard runs the terminal program until staff leave it or ctx ends. It goes
// on with the sign-up that resume names, if it names one.
func openWizard(cmd *cobra.Command, flags *sandboxFlags, demo bool, resume string) error {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return fail(exitEnvironment, errors.New("the wizard needs a terminal, and this is none"), `open one, or use "frontdesk run SCENARIO"`)
	}
	p, log, closeVenue, err := chooseVenue(cmd, flags, demo)
	if err != nil {
		return err
	}
	defer closeVenue()
	h, err := newHouse(cmd.Context(), p, newBrowserPage(p, log), log, resume)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	waiting, notice := h.waiting() // before the desk adds one of its own
	closeDesk := h.open(ctx)
	stopSweep := sweeper{book: h.book, api: h.client, now: p.now, log: log}.start(ctx)
	model := tui.New(tui.Config{
		Desk:       h.desk,
		Badge:      p.badge,
		Now:        p.now,
		Locale:     p.language,
		Kept:       h.book.kept,
		Notice:     notice,
		Waiting:    waiting,
		Resumed:    resume != "",
		Resume:     func(intent string) error { return h.resume(ctx, intent) },
		Discard:    h.discards(ctx),
		HandOver:   h.handOver,
		BackOffice: func(id int64) string { return apiclient.BackOfficeURL(p.baseURL, id) },
		OpenURL:    p.openURL(ctx, log),
		Done:       ctx.Done(),
	})
	program := tea.NewProgram(model, tea.WithoutSignalHandler())
	// A signal ends it as a key does: ended by its context, it would close the
	// terminal under its own reader.
	keep := context.AfterFunc(ctx, program.Quit)
	_, err = program.Run()
	keep()
	stopSweep()
	closeDesk()
	switch {
	case cmd.Context().Err() != nil:
		return fail(exitInterrupted, errors.New("interrupted; nothing more was sent"), "")
	case err != nil:
		log.Error("Terminal program", "error", err)
		return fail(exitEnvironment, fmt.Errorf("the terminal program ended: %w", err), "the log in the state directory says more")
	}
	return nil
}

// waiting is what staff can go on with on this desk, and what they should know
// of its journal.
func (h *house) waiting() (list []tui.Waiting, notice string) {
	entries, err := h.book.waiting()
	if err != nil {
		h.log.Error("What waits", "error", err)
		return nil, "What waits on this desk to be finished cannot be listed: " + err.Error() + "."
	}
	for _, e := range entries {
		says, urgent := waitsFor(e)
		if history, err := h.book.load(e.Intent); !urgent && err == nil && history.Signup.Blank() {
			continue
		}
		list = append(list, tui.Waiting{Intent: e.Intent, Code: e.Code, Offer: e.Offer, Started: e.Started, Says: says, Urgent: urgent})
	}
	return list, h.book.notice
}

// waitsFor says how an open sign-up stands, and whether money or an answer
// hangs on it.
func waitsFor(e journal.Entry) (says string, urgent bool) {
	paying, given := false, false
	for _, p := range e.Payments {
		paying = paying || p.State == flow.Open && p.Amount.Sign() > 0
		given = given || p.State == flow.Authorised
	}
	switch {
	case e.Stage == flow.StageUnknown && e.CustomerID != 0:
		return "member without contract", true
	case e.Stage == flow.StageUnknown:
		return "outcome unknown", true
	case !e.Held.IsZero() && len(e.LeftOver()) > 0 && !given:
		return "paid, not used", true
	case !e.Held.IsZero():
		return "paid, not yet submitted", true
	case paying:
		return "being paid", true // the page may have a payment that never arrived here
	case given:
		return "payment method given", false
	}
	return "being filled in", false
}

// discards erases a sign-up that waits; nil where nothing is kept.
func (h *house) discards(ctx context.Context) func(intent string) error {
	if h.book.store == nil {
		return nil
	}
	return func(intent string) error { return h.book.store.Finish(ctx, intent) }
}

// openURL opens a link of a text block aside.
func (p venue) openURL(ctx context.Context, log *slog.Logger) func(string) {
	opener := widgetpage.Opener{Command: p.widget.BrowserCommand, Mode: p.widget.Open}
	if opener.Refusal() != "" {
		return nil
	}
	return func(link string) {
		go func() {
			if err := opener.Open(ctx, link); err != nil {
				log.Warn("Open link", "error", err)
			}
		}()
	}
}
