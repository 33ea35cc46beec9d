//go:build unix

package main

import "testing"

func TestDoctorInATerminal(t *testing.T) {
	home := t.TempDir()
	environment := []string{"XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "TERM=xterm-256color", "COLORTERM=truecolor"}
	term := startTerminal(t, 130, 30, environment, "frontdesk", "doctor")
	term.sees("ok    terminal", "130 columns, 30 rows, colours: TrueColor", "not ready: configuration")
}
