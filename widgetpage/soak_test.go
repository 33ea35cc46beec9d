//go:build soak

package widgetpage_test

import "testing"

// Five in a row, each with everything of its own but the browser.
func TestSoakWholePath(t *testing.T) {
	for range 5 {
		t.Run("", wholePath)
	}
}

// The page that was opened by night, where the payment form is a dark one.
func TestSoakEveryStateByNight(t *testing.T) { eachState(t, "dark") }

func TestSoakW50HundredClosings(t *testing.T) {
	for range 100 {
		t.Run("", closeOnce)
	}
}
