package widgetpage

import "testing"

// What the page weighs before it is compressed, in bytes: a desk's first page
// must be there at once, on any machine.
func TestWeightOfThePage(t *testing.T) {
	const limit = 80 << 10
	all := len(shellHTML) + len(script) + len(style)
	t.Logf("page %d, script %d (of it texts %d), style %d: %d bytes", len(shellHTML), len(script), len(texts()), len(style), all)
	if all > limit {
		t.Errorf("%d bytes, want %d at most", all, limit)
	}
}
