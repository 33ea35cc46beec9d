//go:build soak

package widgetpage_test

import "testing"

func TestSoakW50HundredClosings(t *testing.T) {
	for range 100 {
		t.Run("", closeOnce)
	}
}
