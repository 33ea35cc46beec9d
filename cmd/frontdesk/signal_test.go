//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var signals = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

// Whatever ends a run, its journal is whole and free, and the next one goes on.
func TestSignalsEndARun(t *testing.T) {
	for _, signal := range signals {
		t.Run(signal.String(), func(t *testing.T) {
			d := newDesktop(t)
			browser, opened := links(t)
			p := d.start("frontdesk", browser, "run", "--json", scenarioFile(t, "payments: {upfront: browser}\n"+flexScenario))
			await(t, opened, "the page")
			if err := p.command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if out, errs, code := p.wait(); code != 130 {
				t.Errorf("exit %d: %s%s", code, out, errs)
			}
			if s := d.journal(); s.InUse || s.Standing != "open: paying" || s.Damage != "" {
				t.Errorf("the journal says %+v", s)
			}
			d.finish("after "+signal.String(), scenarioFile(t, flexScenario))
		})
	}
}

// And whatever ends the wizard, the terminal is as it was.
func TestSignalsEndTheWizard(t *testing.T) {
	for _, signal := range signals {
		t.Run(signal.String(), func(t *testing.T) {
			d := newDesktop(t)
			home := t.TempDir()
			environment := append(d.environment(), "TERM=xterm-256color", "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home)
			term := startTerminal(t, 120, 36, environment, "frontdesk")
			term.sees("Which membership?", "Flex")
			term.types(enter)
			term.sees("Which term?")
			if err := term.command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := await(t, term.ended, "the end of the program"); !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Errorf("the program ended with %v", err)
			}
			if text := term.text(); !strings.Contains(text, "frontdesk: interrupted") || strings.Contains(text, "Which term?") {
				t.Errorf("the screen is\n%s", text)
			}
			was := d.journal()
			if was == nil || was.InUse || was.Standing != "open: term" {
				t.Fatalf("the journal says %+v", was)
			}

			again := startTerminal(t, 120, 36, environment, "frontdesk", "--resume", was.Code)
			again.sees("Which term?", "12 months")
			if err := again.command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = await(t, again.ended, "the end of the program")
			if s := d.journal(); s == nil || s.Intent != was.Intent {
				t.Errorf("the journal says %+v", s)
			}
			if _, err := os.Stat(filepath.Join(d.dir, "journal.key")); err != nil {
				t.Error(err)
			}
		})
	}
}

// Opening the program and leaving it again is no sign-up that waits.
func TestNothingTypedLeavesNothingOpen(t *testing.T) {
	home := t.TempDir()
	term := startTerminal(t, 100, 30, []string{"XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home}, "frontdesk", "demo", "--state-dir", home)
	term.sees("Which membership?", "Flex")
	term.types(ctrlC)
	if err := await(t, term.ended, "the end of the program"); err != nil {
		t.Fatal(err)
	}
	out, errs, code := frontdesk(t, nil, "journal", "list", "--json", "--state-dir", home)
	if code != 0 || !strings.Contains(out, `"done":true`) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}
