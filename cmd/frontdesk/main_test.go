package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"frontdesk":  main,
		"hand-over":  handOver,
		"show-first": showFirst,
		// The program whose journal kills it.
		"frontdesk-crash": crashing,
	})
}

func TestScripts(t *testing.T) {
	scenarios, err := filepath.Abs("../../docs/scenarios")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SCENARIOS", scenarios)
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("TMPDIR", env.Getenv("TMPDIR"))
			return nil
		},
		RequireUniqueNames: true,
	})
}
