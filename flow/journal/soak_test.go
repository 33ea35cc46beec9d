//go:build soak

package journal

import "testing"

// A start takes as long after years of sign-ups as on the first day.
func TestSoakStart(t *testing.T) {
	start := func(finished int) testing.BenchmarkResult {
		return testing.Benchmark(func(b *testing.B) {
			b.Helper()
			benchmarkStart(b, finished)
		})
	}
	none, many := start(0), start(100_000)
	t.Logf("without finished journals %v, with 100,000 %v", none, many)
	if many.NsPerOp() > 10*none.NsPerOp() {
		t.Errorf("a start takes %d ns with many finished journals, %d ns without", many.NsPerOp(), none.NsPerOp())
	}
}
