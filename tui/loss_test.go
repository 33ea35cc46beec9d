package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"frontdesk/flow"
)

func TestLosingAnAuthorisedPaymentIsAskedFor(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.press("esc", "k", "enter")
		u.sees("An authorised payment would not be used", "Regular payments, SEPA, account ending 2051")
		u.press("esc")
		u.at(flow.StepPreview)
		if p := u.state().Payments[0]; p.State != flow.Authorised {
			t.Fatalf("the payment is %s after the safe answer", p.State)
		}
		u.press("enter", "enter")
		u.pass(3 * time.Second)
		u.at(flow.StepPayment)
		if p := u.state().Payments[0]; p.State != flow.LeftOver {
			t.Fatalf("the payment is %s", p.State)
		}
	})
}

func TestAnotherOfferAsksBeforeAPaymentIsLost(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		for u.state().Step > flow.StepOffer {
			u.press("esc")
		}
		u.press("down", "enter")
		u.sees("An authorised payment would not be used")
		u.press("esc")
		if got := u.state().OfferID; got != 1001 {
			t.Fatalf("offer %d after the safe answer", got)
		}
		u.press("enter", "enter")
		u.pass(2 * time.Second)
		if got := u.state().OfferID; got != 1002 {
			t.Fatalf("offer %d", got)
		}
	})
}

// A question whose answer means something else by now goes away.
func TestAQuestionEndsWhenAPaymentArrives(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toFirstPayment()
		u.press("x")
		u.sees("Give this sign-up up?")
		u.pays(bySEPA)
		u.misses("Give this sign-up up?")
		u.press("enter")
		if got := u.state().Outcome; got != "" {
			t.Fatalf("ended as %q", got)
		}
	})
}

func TestLookingAroundLosesNothing(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toExtras()
		u.press("space", "esc", "esc")
		u.at(flow.StepOffer)
		u.press("down", "down")
		u.pass(2 * time.Second)
		if s := u.state(); s.OfferID != 1001 || s.TermID == 0 || len(s.Selectable) != 1 {
			t.Fatalf("looking at another offer chose it: offer %d, term %d, %d extras", s.OfferID, s.TermID, len(s.Selectable))
		}
		u.sees("Enter shows the details and gives up")
	})
}

func TestTheCaretStandsBehindWideLetters(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.press("/")
		start, y, _ := u.screen.cursor()
		u.types("山田花子")
		if x, y2, seen := u.screen.cursor(); x != start+8 || y2 != y || !seen {
			t.Errorf("the caret is at %d,%d (%v), want %d,%d", x, y2, seen, start+8, y)
		}
		u.press("left")
		if x, _, _ := u.screen.cursor(); x != start+6 {
			t.Errorf("after left the caret is at %d, want %d", x, start+6)
		}
		u.press("backspace")
		u.sees("/ 山田子")
	})
}

// What is typed is what there is, however it is cut into messages, and the
// caret never leaves its field.
func TestEntryKeepsEveryLetter(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "ß", "山", "e", "\u0301", "👨‍👩‍👧", "🇩🇪", " ", "x y", "\u200d"})
	rapid.Check(t, func(t *rapid.T) {
		var e entry
		var want strings.Builder
		for _, text := range rapid.SliceOf(piece).Draw(t, "pieces") {
			e.Update(tea.KeyPressMsg{Code: []rune(text)[0], Text: text})
			want.WriteString(text)
		}
		if e.String() != want.String() {
			t.Fatalf("typed %q, there is %q", want.String(), e.String())
		}
		for range rapid.IntRange(0, 5).Draw(t, "lefts") {
			e.Update(tea.KeyPressMsg{Code: tea.KeyLeft})
		}
		w := rapid.IntRange(1, 30).Draw(t, "w")
		if shown, x := e.view(w); width(shown) > w || x < 0 || x >= w {
			t.Fatalf("in %d cells it shows %q (%d cells), caret at %d", w, shown, width(shown), x)
		}
	})
}
