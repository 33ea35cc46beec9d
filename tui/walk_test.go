package tui

import (
	"testing"

	"frontdesk/flow"
)

// TestAWholeSignup goes the whole way and looks at each screen, in both sizes.
func TestAWholeSignup(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}} {
		at(t, setup{w: size[0], h: size[1]}, func(u *user) {
			u.golden("offer")
			u.toTerm()
			u.golden("term")
			u.press("right")
			u.sees("24 months ✓", "657.10 €")
			u.press("left")
			u.sees("12 months ✓")
			u.golden("term-chosen")
			u.press("down", "enter")
			u.press("space", "down", "down", "down", "space")
			u.pass(2e9)
			u.golden("extras")
			u.press("enter")
			u.fills()
			u.golden("member")
			u.press("enter")
			u.golden("consents")
			u.press("space", "enter")
			u.pass(3e9)
			u.golden("preview")
			u.press("enter")
			u.pass(3e9)
			u.golden("signing")
			u.signs()
			u.golden("paying-first")
			u.pays(bySEPA)
			u.member(flow.PageReported{Kind: flow.PageLeft})
			u.golden("paying-second")
			u.pays(byCard)
			u.golden("done")
			if u.state().Outcome != flow.Created {
				t.Fatalf("the sign-up ended as %q", u.state().Outcome)
			}
			u.press("n")
			u.at(flow.StepOffer)
			u.misses("Zoë")
		})
	}
}
