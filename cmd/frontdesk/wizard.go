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
			return openWizard(cmd, &flags, true)
		},
	}
	flags.register(cmd)
	return cmd
}

// openWizard runs the terminal program until staff leave it or ctx ends.
func openWizard(cmd *cobra.Command, flags *sandboxFlags, demo bool) error {
	if !term.IsTerminal(os.Stdin.Fd()) || !term.IsTerminal(os.Stdout.Fd()) {
		return fail(exitEnvironment, errors.New("the wizard needs a terminal, and this is none"), `open one, or use "frontdesk run SCENARIO"`)
	}
	p, log, closeVenue, err := chooseVenue(cmd, flags, demo)
	if err != nil {
		return err
	}
	defer closeVenue()
	h, err := newHouse(p, newBrowserPage(p, log), log)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	closeDesk := h.open(ctx)
	model := tui.New(tui.Config{
		Desk:       h.desk,
		Badge:      p.badge,
		Now:        p.now,
		Locale:     p.language,
		BackOffice: func(id int64) string { return apiclient.BackOfficeURL(p.baseURL, id) },
		OpenURL:    p.openURL(ctx, log),
		Done:       ctx.Done(),
	})
	_, err = tea.NewProgram(model, tea.WithContext(ctx), tea.WithoutSignalHandler()).Run()
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
