package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// exitCode is what the program ends with.
type exitCode int

const (
	exitDone        exitCode = 0   // the work is done
	exitUsage       exitCode = 1   // the command line is wrong
	exitInput       exitCode = 2   // a scenario or another input file is wrong
	exitEnvironment exitCode = 3   // configuration, key, network, terminal or browser
	exitExpectation exitCode = 4   // a scenario ended otherwise than it expects
	exitRefused     exitCode = 5   // refused, declined, abandoned or a duplicate
	exitUnknown     exitCode = 6   // nobody knows whether the sign-up arrived
	exitUnused      exitCode = 7   // an authorised payment is not used
	exitPending     exitCode = 8   // a payment is still on its way
	exitInterrupted exitCode = 130 // a signal ended it
)

func (c exitCode) String() string {
	switch c {
	case exitDone:
		return "done"
	case exitUsage:
		return "usage"
	case exitInput:
		return "input"
	case exitEnvironment:
		return "environment"
	case exitExpectation:
		return "expectation"
	case exitRefused:
		return "refused"
	case exitUnknown:
		return "unknown"
	case exitUnused:
		return "unused-payment"
	case exitPending:
		return "pending"
	case exitInterrupted:
		return "interrupted"
	}
	return fmt.Sprintf("exit-%d", int(c))
}

// failure is an error that knows how the program ends and what to do next.
type failure struct {
	code exitCode
	err  error
	hint string // an imperative sentence without a full stop, or empty
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// fail wraps err, so that the program ends with code and says hint.
func fail(code exitCode, err error, hint string) error {
	return &failure{code: code, err: err, hint: hint}
}

// quiet ends the program with a code when everything was said already.
type quiet struct{ code exitCode }

func (q *quiet) Error() string { return q.code.String() }

// codeOf is how the program ends after err. An error that no one gave a code
// comes from the machine: a file, a socket, a terminal.
func codeOf(err error) exitCode {
	var f *failure
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &f):
		return f.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitEnvironment
	}
}

// hintOf is what to do next after err, or empty.
func hintOf(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.hint
	}
	return ""
}

// worst is the code of several scenarios run after each other: the one that
// most needs a person.
func worst(codes ...exitCode) exitCode {
	for _, w := range []exitCode{
		exitInterrupted, exitUnused, exitUnknown, exitPending, exitRefused,
		exitExpectation, exitEnvironment, exitInput,
	} {
		for _, c := range codes {
			if c == w {
				return w
			}
		}
	}
	return exitDone
}

// report writes err to w: one line, or one JSON object.
func report(w io.Writer, err error, asJSON bool) {
	code, hint := codeOf(err), hintOf(err)
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(struct {
			Error string `json:"error"`
			Hint  string `json:"hint,omitempty"`
			Exit  string `json:"exit"`
			Code  int    `json:"code"`
		}{oneLine(err.Error()), oneLine(hint), code.String(), int(code)})
		return
	}
	line := "frontdesk: " + oneLine(err.Error())
	if hint != "" {
		line += " (" + oneLine(hint) + ")"
	}
	_, _ = fmt.Fprintln(w, line)
}

// oneLine keeps foreign text from drawing on the terminal: line ends become
// semicolons, everything else that does not print becomes a question mark.
func oneLine(s string) string {
	s = strings.NewReplacer("\r\n", "; ", "\n", "; ").Replace(strings.TrimSpace(s))
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
