package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
)

// chooseVenue finds the studio of a command: the configured one, or for a demo
// an embedded sandbox. The returned function gives everything back.
func chooseVenue(cmd *cobra.Command, flags *sandboxFlags, demo bool) (p venue, log *slog.Logger, _ func(), err error) {
	config, err := Load(Options{Flags: cmd.Flags(), Demo: demo})
	if err != nil {
		return p, nil, nil, fail(exitEnvironment, err, "")
	}
	var closers []func()
	closeVenue := func() {
		for i := len(closers) - 1; i >= 0; i-- {
			closers[i]()
		}
	}
	defer func() {
		if err != nil {
			closeVenue()
		}
	}()
	stateDir := config.StateDir
	if demo && !config.StateDirGiven {
		if stateDir, err = os.MkdirTemp("", "frontdesk-"); err != nil {
			return p, nil, nil, fail(exitEnvironment, err, "name another directory with --state-dir")
		}
		closers = append(closers, func() { _ = os.RemoveAll(stateDir) })
	}
	var closer io.Closer
	if log, closer, err = openLog(stateDir, config.LogLevel); err != nil {
		return p, nil, nil, fail(exitEnvironment, err, "name another directory with --state-dir")
	}
	closers = append(closers, func() { _ = closer.Close() })
	if demo {
		server, err := flags.start(cmd.Context(), log, sandbox.Listen{})
		if err != nil {
			return p, nil, nil, err
		}
		closers = append(closers, func() { _ = server.Close(cmd.Context()) })
		log.Info("Sandbox", "api", server.BaseURL(), "widget", server.WidgetURL())
		p = sandboxVenue(server, flags.now, config)
		p.stateDir, p.stateKept = stateDir, false // the sandbox ends with the program
		p.keeper = keeperFor(config, stateDir, true, !config.StateDirGiven)
		return p, log, closeVenue, nil
	}
	if given := flags.given(cmd); given != "" {
		return p, nil, nil, fail(exitUsage, fmt.Errorf("%s: for the sandbox only, and a studio is configured", given), "leave it out, or unset the studio")
	}
	if err := config.NeedStudio(); err != nil {
		return p, nil, nil, err
	}
	key, err := config.APIKey(cmd.Context())
	if err != nil {
		return p, nil, nil, err
	}
	return venue{
		baseURL:     config.Studio.BaseURL,
		key:         key,
		widgetURL:   config.Widget.URL,
		environment: config.Studio.Environment,
		badge:       strings.ToUpper(config.Studio.Environment),
		now:         time.Now,
		studio:      config.Studio,
		widget:      config.Widget,
		language:    config.Language,
		stateDir:    stateDir,
		stateKept:   true,
		keeper:      keeperFor(config, stateDir, isSandbox(config.Studio), false),
	}, log, closeVenue, nil
}

// isSandbox reports whether a studio is a simulated one in another process.
func isSandbox(s Studio) bool {
	u, err := url.Parse(s.BaseURL)
	return err == nil && isLoopback(u.Hostname()) && s.Environment != "live"
}

func sandboxVenue(server *sandbox.Server, now func() time.Time, config Config) venue {
	if now == nil {
		now = time.Now
	}
	return venue{
		baseURL:     server.BaseURL(),
		key:         secret.New(server.Key()),
		widgetURL:   server.WidgetURL(),
		environment: "test",
		badge:       "DEMO",
		simulated:   true,
		now:         now,
		widget:      config.Widget,
		language:    config.Language,
	}
}

// sameAmount compares two decimal texts by value, other texts to the letter.
func sameAmount(want, got, currency string) bool {
	a, errA := money.New(want, currency)
	b, errB := money.New(got, currency)
	if errA != nil || errB != nil {
		return want == got
	}
	return a.Equal(b)
}
