package main

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/apiclient"
)

func newRunCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO...",
		Short: "Sign up members from scenario files, without a terminal",
		Long: "Run does what staff would do, as scenario files say, with the same flow as the terminal.\n" +
			"It uses an embedded sandbox unless --studio or FRONTDESK_BASE_URL names a studio.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runScenarios(cmd, args, &flags)
		},
	}
	flags.register(cmd)
	cmd.Flags().String("studio", "", "use this studio of the configuration")
	cmd.Flags().BoolVar(&flags.live, "live", false, "allow a studio whose environment is live: real contracts, real money")
	cmd.Flags().StringVar(&flags.resume, "resume", "", "go on with the sign-up of this `ID` or code; takes one scenario")
	cmd.Flags().StringVar(&flags.junit, "junit", "", "write the results to this `file` as JUnit XML")
	cmd.Flags().StringVar(&flags.har, "har", "", "write the calls to this `file` as an HTTP archive, masked")
	cmd.Flags().BoolVar(&flags.trace.UnsafeIncludeSecrets, "har-unmasked", false, "UNSAFE: leave tokens and personal data in the file of --har")
	return cmd
}

// runFlags are what a run can be told.
type runFlags struct {
	sandboxFlags
	live       bool
	resume     string
	junit, har string
	trace      apiclient.Trace
}

func runScenarios(cmd *cobra.Command, files []string, flags *runFlags) error {
	ctx := cmd.Context()
	if flags.har == "" && flags.trace.UnsafeIncludeSecrets {
		return fail(exitUsage, errors.New("--har-unmasked without --har"), "name the file with --har")
	}
	if flags.resume != "" && len(files) > 1 {
		return fail(exitUsage, errors.New("--resume goes on with one sign-up, and there are several scenarios"), "name one")
	}
	defer func() { _ = flags.trace.Close() }()
	var scenarios []scenario
	for _, file := range files {
		s, err := readScenario(file)
		if err != nil {
			return err
		}
		scenarios = append(scenarios, s)
	}
	var results []result
	var codes []exitCode
	for _, s := range scenarios {
		r, err := runScenario(cmd, s, flags)
		if err != nil {
			return err
		}
		results, codes = append(results, r), append(codes, r.code)
		r.print(cmd.OutOrStdout(), asJSON(cmd))
		if ctx.Err() != nil {
			break
		}
	}
	if flags.junit != "" {
		if err := writeJUnit(flags.junit, results); err != nil {
			return err
		}
	}
	if flags.har != "" {
		if err := flags.trace.Write(flags.har); err != nil {
			// What became of the members weighs more than a file.
			return fail(worst(append(codes, exitEnvironment)...), err, "the results above stand; check the path of --har")
		}
	}
	if code := worst(codes...); code != exitDone {
		return &quiet{code}
	}
	return nil
}

// namesStudio reports whether the command line or the environment names a
// studio. A configuration file alone does not: a scenario is for the sandbox
// unless somebody says otherwise.
func namesStudio(cmd *cobra.Command) bool {
	_, fromEnvironment := os.LookupEnv("FRONTDESK_BASE_URL")
	return fromEnvironment || cmd.Flags().Changed("studio")
}

// runScenario runs one scenario. A simulated studio is its alone, so that one
// scenario's member is nobody's duplicate.
func runScenario(cmd *cobra.Command, s scenario, flags *runFlags) (result, error) {
	began, ctx := time.Now(), cmd.Context()
	p, log, closeVenue, err := chooseVenue(cmd, &flags.sandboxFlags, !namesStudio(cmd))
	if err != nil {
		return result{}, err
	}
	defer closeVenue()
	if p.environment == "live" && !flags.live {
		return result{}, fail(exitUsage, errors.New("this studio is live: the run would sign real contracts"), "add --live if that is meant")
	}
	if flags.har != "" {
		p.trace = &flags.trace
	}
	h, err := newHouse(ctx, p, newPayer(s, p, newBrowserPage(p, log)), log, flags.resume)
	var over *overError
	if errors.As(err, &over) {
		r := overResult(s, over.Entry)
		r.duration = time.Since(began)
		return r, nil
	}
	if err != nil {
		return result{}, err
	}
	closeDesk := h.open(ctx)
	w := walker{house: h, scenario: s}
	err = w.walk(ctx)
	state := h.desk.Snapshot()
	closeDesk()
	r := w.result(state, err)
	r.duration = time.Since(began)
	return r, nil
}
