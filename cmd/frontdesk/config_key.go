package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/mattn/go-shellwords"

	"frontdesk/apiclient/secret"
)

// keyring is the system's own store of passwords. A studio that is not in it
// is an error that says so.
type keyring interface {
	Key(ctx context.Context, studio string) (secret.Value, error)
}

// A password manager may ask for a passphrase or a touch.
const keyCommandTimeout = time.Minute

// maxKey is far above any key; it catches a command that prints a manual.
const maxKey = 4096

// keyFromCommand runs a command and takes what it prints for the key. It is
// run without a shell and before the terminal program starts, so that it may
// ask for a passphrase; what it says on standard error is for the person.
func keyFromCommand(ctx context.Context, command string) (secret.Value, error) {
	const hint = "run the command by hand to see what it prints"
	args, err := splitCommand(command)
	if err != nil {
		return secret.Value{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, keyCommandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return secret.Value{}, fail(exitEnvironment, fmt.Errorf("api_key_command %q: %w", args[0], err), hint)
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return secret.Value{}, fail(exitEnvironment, errors.New("api_key_command printed nothing"), hint)
	}
	v, err := cleanKey(string(out))
	if err != nil {
		return secret.Value{}, fail(exitEnvironment, fmt.Errorf("what api_key_command printed %w", err), hint)
	}
	return v, nil
}

// cleanKey checks that s can travel in a header. Its errors never show it.
func cleanKey(s string) (secret.Value, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxKey {
		return secret.Value{}, errors.New("is too long for an API key")
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return secret.Value{}, errors.New("is no API key: it has a space, a line end or a special character in it")
		}
	}
	return secret.New(s), nil
}

// splitCommand splits a command line as a shell does, and refuses what only
// a shell could carry out.
func splitCommand(s string) ([]string, error) {
	p := shellwords.NewParser()
	p.ParseEnv, p.ParseBacktick = false, false
	args, err := p.Parse(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q cannot be split into words: check its quotes", s)
	case p.Position >= 0:
		return nil, fmt.Errorf("%q is run without a shell: put pipes and redirections into a script", s)
	case len(args) == 0:
		return nil, errors.New("the command is empty")
	}
	return args, nil
}
