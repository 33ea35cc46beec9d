package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var printsAKey = flag.String("prints-a-key", "-", "be a password manager that prints this")

// TestPrintsAKey is the password manager of TestAPIKeyOfAStudioInTheFile.
func TestPrintsAKey(*testing.T) {
	switch *printsAKey {
	case "-":
		return
	case "fail":
		os.Exit(1)
	}
	fmt.Println(*printsAKey)
	os.Exit(0)
}

func TestCodeOf(t *testing.T) {
	plain := errors.New("disk full")
	for _, test := range []struct {
		err  error
		want exitCode
	}{
		{nil, exitDone},
		{plain, exitEnvironment},
		{fail(exitInput, plain, ""), exitInput},
		{fmt.Errorf("around: %w", fail(exitUnknown, plain, "look")), exitUnknown},
		{fmt.Errorf("around: %w", context.Canceled), exitInterrupted},
		{fail(exitUnused, context.Canceled, ""), exitUnused},
	} {
		if got := codeOf(test.err); got != test.want {
			t.Errorf("codeOf(%v) = %v, want %v", test.err, got, test.want)
		}
	}
}

func TestWorstCode(t *testing.T) {
	order := []exitCode{
		exitInterrupted, exitUnused, exitUnknown, exitPending, exitRefused, exitExpectation, exitEnvironment, exitInput, exitDone,
	}
	for i, want := range order {
		for _, other := range order[i:] {
			if got := worst(other, exitDone, want); got != want {
				t.Errorf("worst of %v and %v is %v", other, want, got)
			}
		}
	}
	if worst() != exitDone {
		t.Error("nothing run is not done")
	}
}

func TestReport(t *testing.T) {
	err := fail(exitRefused, errors.New("bad\n<name>\x1b[31m"), "ask again")
	for asJSON, want := range map[bool]string{
		false: "frontdesk: bad; <name>?[31m (ask again)\n",
		true:  `{"error":"bad; <name>?[31m","hint":"ask again","exit":"refused","code":5}` + "\n",
	} {
		var out bytes.Buffer
		report(&out, err, asJSON)
		if out.String() != want {
			t.Errorf("json %t:\n got %swant %s", asJSON, out.String(), want)
		}
	}
}

func TestExecute(t *testing.T) {
	for _, test := range []struct {
		args           string
		code           exitCode
		stdout, stderr string // must be in it; "" means empty
	}{
		{"version", exitDone, "frontdesk ", ""},
		{"version --json", exitDone, `{"version":"`, ""},
		{"--help", exitDone, "Usage:", ""},
		{"completion bash", exitDone, "bash completion", ""},
		{"vrsion", exitUsage, "", `unknown command "vrsion"`},
		{"version extra", exitUsage, "", `unknown command "extra"`},
		{"version --jsn", exitUsage, "", `unknown flag: --jsn ("frontdesk version --help" lists the flags)`},
		{"version --nope --json", exitUsage, "", `"code":1}`},
	} {
		var stdout, stderr bytes.Buffer
		code := execute(t.Context(), strings.Fields(test.args), &stdout, &stderr)
		if code != test.code {
			t.Errorf("%s: ends with %v, want %v", test.args, code, test.code)
		}
		for _, out := range []struct{ name, got, want string }{{"stdout", stdout.String(), test.stdout}, {"stderr", stderr.String(), test.stderr}} {
			if !strings.Contains(out.got, out.want) || out.want == "" && out.got != "" {
				t.Errorf("%s: %s is %q, want %q", test.args, out.name, out.got, out.want)
			}
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"theme", "language", "widget", "log_level"}
	for name, want := range map[string]string{
		"thme": ` (did you mean "theme"?)`, "log-level": ` (did you mean "log_level"?)`, "languages": ` (did you mean "language"?)`,
		"x": "", "purpose": "",
	} {
		if got := suggest(name, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", name, got, want)
		}
	}
}
