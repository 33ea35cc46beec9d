//go:build soak

package main

import "testing"

func TestSoakKillAtEveryJournalPoint(t *testing.T) {
	killed, unknown := killAtEvery(t, 1)
	t.Logf("killed at %d points; after %d of them nobody knows, and the desk says so", killed, unknown)
	if killed < 30 || unknown != 1 {
		t.Errorf("killed at %d points, unknown after %d", killed, unknown)
	}
}
