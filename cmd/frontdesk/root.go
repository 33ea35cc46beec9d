package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
)

// newRoot builds the command line. Flags that set a configuration key carry
// its name with hyphens; [Load] finds them by it.
func newRoot() *cobra.Command {
	var resume string
	root := &cobra.Command{
		Use:   "frontdesk",
		Short: "Sign up a new member at the front desk",
		Args:  cobra.NoArgs,
		// One clear line is ours to print, and only once.
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return openWizard(cmd, &sandboxFlags{}, false, resume)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fail(exitUsage, err, `"`+cmd.CommandPath()+` --help" lists the flags`)
	})
	f := root.PersistentFlags()
	f.Bool("json", false, "print results and errors as JSON")
	f.String("config", "", "read this configuration file")
	f.String("state-dir", "", "keep the log and the journal in this directory")
	f.String("log-level", "", "write this much to the log: debug, info, warn, error")
	root.Flags().String("studio", "", "use this studio of the configuration")
	root.Flags().StringVar(&resume, "resume", "", "go on with the sign-up of this `ID` or code; \"frontdesk journal list\" shows them")
	root.AddCommand(newDemoCommand(), newRunCommand(), newSandboxCommand(), newJournalCommand(), newDoctorCommand(), newVersionCommand())
	return root
}

// asJSON reports whether --json was given.
func asJSON(cmd *cobra.Command) bool {
	on, err := cmd.Flags().GetBool("json")
	return err == nil && on
}

// execute runs the command line args and gives the code to end with.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) exitCode {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)

	// What fails before a command runs is cobra refusing the command line.
	running := false
	root.PersistentPreRun = func(*cobra.Command, []string) { running = true }
	cmd, err := root.ExecuteContextC(ctx)
	var said *quiet
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &said):
		return said.code
	}
	var f *failure
	if !running && !errors.As(err, &f) {
		err = fail(exitUsage, err, `"frontdesk --help" lists the commands`)
	}
	report(stderr, err, asJSON(cmd) || wantsJSON(args))
	return codeOf(err)
}

// wantsJSON answers for a command line that cobra could not read.
func wantsJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--json", "--json=true":
			return true
		case "--":
			return false
		}
	}
	return false
}
