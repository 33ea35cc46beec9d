package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// handOver is the browser of the tests: a command of its own that hands the
// link it was given to the test.
func handOver() {
	response, err := http.Post(os.Getenv("HAND_OVER_TO"), "text/plain", strings.NewReader(os.Args[len(os.Args)-1])) //nolint:noctx // a command line ends by itself
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = response.Body.Close()
}

// showFirst runs the command line it is given with the code of the first sign-up
// of the journal behind it.
func showFirst() {
	args := os.Args[1:]
	dir := args[slices.Index(args, "--state-dir")+1]
	out, err := exec.Command(args[0], "journal", "list", "--json", "--state-dir", dir).Output() //nolint:noctx // a command line ends by itself
	var first skeleton
	if err == nil {
		err = json.NewDecoder(strings.NewReader(string(out))).Decode(&first)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	command := exec.Command(args[0], append(args[1:], first.Code)...) //nolint:noctx // a command line ends by itself
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		os.Exit(1)
	}
}
