package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/apiclient/sandbox"
)

// sandboxFlags are those that demo, run and sandbox share. They speak of a
// simulated studio only.
type sandboxFlags struct {
	clock   string
	seed    uint64
	latency time.Duration
	offers  string
	faults  []string

	now func() time.Time // nil is the real clock
}

var sandboxFlagNames = []string{"clock", "seed", "latency", "offers", "fault"}

func (f *sandboxFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.clock, "clock", "", "start the studio's clock at this `date` or RFC 3339 instant")
	flags.Uint64Var(&f.seed, "seed", 0, "make the sandbox's ids and keys repeatable by this `number`")
	flags.DurationVar(&f.latency, "latency", 0, "let the sandbox wait so long before each answer")
	flags.StringVar(&f.offers, "offers", "", "read the offers from this JSON `file`")
	flags.StringArrayVar(&f.faults, "fault", nil, "misbehave: `NAME@CALL[:N]`, repeatable; \"frontdesk sandbox --help\" lists the names")
}

// given returns the flags that were set, for a studio that refuses them.
func (f *sandboxFlags) given(cmd *cobra.Command) string {
	var set []string
	for _, name := range sandboxFlagNames {
		if cmd.Flags().Changed(name) {
			set = append(set, "--"+name)
		}
	}
	return strings.Join(set, ", ")
}

// config reads what the flags name.
func (f *sandboxFlags) config(log *slog.Logger) (sandbox.Config, error) {
	zone, err := time.LoadLocation("Europe/Berlin") // the simulated studio is in Hamburg
	if err != nil {
		zone = time.Local
	}
	if f.now, err = clockFrom(f.clock, zone); err != nil {
		return sandbox.Config{}, err
	}
	c := sandbox.Config{Now: f.now, Seed: f.seed, Latency: f.latency, Log: log}
	if f.offers != "" {
		if c.Offers, err = os.ReadFile(f.offers); err != nil {
			return c, fail(exitInput, fmt.Errorf("the offers cannot be read: %w", err), "check the path of --offers")
		}
	}
	for _, text := range f.faults {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			return c, fail(exitUsage, fmt.Errorf("--fault: %w", err), `"frontdesk sandbox --help" lists the faults`)
		}
		c.Faults = append(c.Faults, fault)
	}
	return c, nil
}

// start serves a sandbox on free loopback ports until ctx ends.
func (f *sandboxFlags) start(ctx context.Context, log *slog.Logger, listen sandbox.Listen) (*sandbox.Server, error) {
	c, err := f.config(log)
	if err != nil {
		return nil, err
	}
	server, err := sandbox.Start(ctx, c, listen)
	if err != nil {
		code := exitEnvironment
		if f.offers != "" && strings.Contains(err.Error(), "offer") {
			code = exitInput
		}
		return nil, fail(code, err, "")
	}
	return server, nil
}
