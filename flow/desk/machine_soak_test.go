//go:build soak

package desk_test

import (
	"flag"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A million steps of random histories: the flow alone does them all, the real
// desk before the simulated studio as many as fit beside them.
func TestSoakMillionSteps(t *testing.T) {
	const (
		million  = 1_000_000
		withDesk = 100_000
		limit    = 8*time.Minute + 30*time.Second
	)
	if err := flag.Set("rapid.checks", "500"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var alone, whole, members atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d steps with the flow alone, %d steps with desk and studio, %d members, in %v",
			alone.Load(), whole.Load(), members.Load(), time.Since(began).Round(time.Second))
		if alone.Load() < million || whole.Load() < withDesk {
			t.Errorf("the machine was too slow for %d and %d steps in %v", million, withDesk, limit)
		}
	})
	// until searches until enough steps are done. What is found fails t.
	until := func(t *testing.T, steps *atomic.Int64, enough int64, one func(*rapid.T) (int, int, error)) {
		t.Helper()
		for steps.Load() < enough && time.Since(began) < limit && !t.Failed() {
			rapid.Check(t, func(rt *rapid.T) {
				n, made, err := one(rt)
				steps.Add(int64(n))
				members.Add(int64(made))
				if err != nil {
					rt.Fatal(err)
				}
			})
		}
	}
	model := func(rt *rapid.T) (int, int, error) {
		return modelled(histories(modelFaults).Draw(rt, "history"), rapid.Uint64().Draw(rt, "seed"))
	}
	t.Run("flow", func(t *testing.T) {
		t.Parallel()
		until(t, &alone, million, model)
	})
	t.Run("desk", func(t *testing.T) {
		t.Parallel()
		until(t, &whole, withDesk, func(rt *rapid.T) (int, int, error) {
			return machine(t, histories(studioFaults).Draw(rt, "history"), "")
		})
		until(t, &alone, million, model)
	})
}
