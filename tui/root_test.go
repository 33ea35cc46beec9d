package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/flow"
)

func TestOverlays(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toPreview()
		u.press("f1")
		u.golden("help")
		u.press("esc")
		u.at(flow.StepPreview)
		u.press("f12")
		u.golden("details")
		u.misses("O'Brien", "zoe@")
		u.press("esc", "ctrl+k")
		u.golden("everything")
		u.types("go to mem")
		u.press("enter")
		u.at(flow.StepMember)
		u.press("ctrl+k")
		u.types("give this")
		u.press("enter")
		u.sees("Give this sign-up up?")
		u.press("esc")
		u.at(flow.StepMember)
	})
}

func TestTheFinderDoesWhatTheKeyDoes(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toPreview()
		u.press("ctrl+k")
		u.types("voucher")
		u.press("enter")
		u.sees("One code, as it is printed.")
	})
}

func TestLeavingAsksOnce(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toMember()
		u.types("Zoë")
		u.press("ctrl+c")
		u.golden("leave")
		u.press("esc")
		u.sees("Who is signing up?", "Zoë")
		u.press("ctrl+c", "ctrl+c")
		select {
		case err := <-u.ended:
			u.ended <- err
		default:
			t.Fatal("the program goes on")
		}
	})
	at(t, setup{}, func(u *user) { // nothing to lose, nothing to ask
		u.press("ctrl+c")
		select {
		case err := <-u.ended:
			u.ended <- err
		default:
			t.Fatal("the program asks although nothing was typed")
		}
	})
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.press("ctrl+c")
		u.sees("Regular payments is authorised and would not be used.", "Due today 44.67 € is being paid in the browser.")
	})
}

// Keys pressed before anybody can have read the screen do nothing where money
// hangs on them.
func TestGrace(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toConsents()
		u.press("space")
		u.rush("enter")
		u.pass(100 * time.Millisecond)
		u.at(flow.StepPreview)
		u.pass(5 * time.Second) // the price arrives: another pause begins and ends
		u.press("esc")
		u.at(flow.StepConsents)
		u.rush("enter")
		for range 3 {
			u.rush("enter")
			u.pass(100 * time.Millisecond)
		}
		u.at(flow.StepPreview)
		u.pass(800 * time.Millisecond)
		u.rush("enter")
		u.pass(time.Second)
		u.at(flow.StepPayment)
	})
}

func TestGraceEndsAtLastUnderAHailOfKeys(t *testing.T) {
	var g grace
	start := time.Unix(0, 0)
	g = grace{start.Add(graceQuiet), start.Add(graceMost)}
	for ms := range 1500 {
		if !g.swallows(start.Add(time.Duration(ms) * time.Millisecond)) {
			t.Fatalf("a key at %d ms counts", ms)
		}
	}
	if g.swallows(start.Add(graceMost)) {
		t.Error("the pause never ends while keys come")
	}
}

// A paste into a terminal without bracketed paste is a burst of letters and
// Enter keys. It may move about, but neither pay nor sign up.
func TestABurstNeverPays(t *testing.T) {
	ways := map[string]func(u *user){
		"offer":    func(u *user) {},
		"term":     (*user).toTerm,
		"extras":   (*user).toExtras,
		"member":   (*user).toMember,
		"consents": (*user).toConsents,
		"preview":  func(u *user) { u.toConsents(); u.press("space"); u.rush("enter") },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			at(t, setup{}, func(u *user) {
				way(u)
				for range 40 {
					for _, key := range []string{"x", "enter", "y", "enter"} {
						press, _ := keyNamed(key)
						u.program.Send(press)
					}
				}
				u.still()
				if s := u.state(); s.Step > flow.StepPreview || s.Accepted != nil || s.Outcome != "" {
					t.Fatalf("the burst got as far as %s, outcome %q", stepNames[s.Step], s.Outcome)
				}
			})
		})
	}
}

func TestBackKeepsWhatWasPutIn(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toPreview()
		want := u.state()
		for step := flow.StepConsents; step >= flow.StepOffer; step-- {
			u.press("esc")
			u.at(step)
		}
		u.pass(2 * time.Second)
		for _, step := range []flow.Step{flow.StepTerm, flow.StepExtras, flow.StepMember, flow.StepConsents, flow.StepPreview} {
			u.press("enter")
			u.pass(time.Second)
			u.at(step)
		}
		u.pass(3 * time.Second)
		got := u.state()
		if got.OfferID != want.OfferID || got.TermID != want.TermID || got.Start != want.Start || len(got.Optional) != len(want.Optional) {
			t.Error("the choices did not survive going back")
		}
		for _, spec := range flow.Fields {
			if got.Get(spec.Field) != want.Get(spec.Field) {
				t.Errorf("%s did not survive going back", spec.Field)
			}
		}
		if _, ok := got.Quote(); !ok {
			t.Error("the price did not survive going back")
		}
	})
}

func TestBackFromPaymentKeepsThePayment(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		sessions := len(u.state().Payments)
		u.press("esc")
		u.at(flow.StepPreview)
		u.sees("The payment stays open.")
		u.press("enter")
		u.pass(3 * time.Second)
		u.at(flow.StepPayment)
		if got := len(u.state().Payments); got != sessions {
			t.Errorf("%d sessions after going back and forth, want %d", got, sessions)
		}
		u.sees("SEPA, account ending 2051")
	})
}

// Every screen, with and without something over it, at every size: nothing
// panics and nothing is wider or higher than the window.
func TestEverySize(t *testing.T) {
	at(t, setup{}, func(u *user) {
		look := func() { sweep(t, u.model) }
		over := func(keys ...string) { // and away again
			u.press(keys...)
			look()
			u.press("esc")
		}
		look()
		u.press("/")
		u.types("f")
		look()
		u.press("esc")
		u.toTerm()
		look()
		u.press("enter")
		u.types("24.8.")
		look()
		u.press("ctrl+u")
		u.types("+0")
		u.press("enter")
		look()
		u.press("enter")
		look()
		u.fills()
		u.press("enter")
		look()
		u.press("space", "enter")
		u.pass(3 * time.Second)
		look()
		u.press("v")
		u.types("A VERY LONG VOUCHER CODE INDEED, IN 漢字 TOO")
		look()
		u.press("esc")
		over("f1")
		over("f12")
		over("ctrl+k")
		u.press("enter")
		u.pass(3 * time.Second)
		look()
		u.signs()
		over("p")
		u.pays(bySEPA)
		look()
		over("ctrl+c")
		over("x")
		u.pays(byCard)
		u.at(flow.StepDone)
		look()
		u.press("n")
		u.pass(2 * time.Second)
		u.toPreview()
		look() // somebody like this is known already
		u.press("x", "enter")
		look()
	})
	for _, faults := range [][]string{{"400-after-pay"}, {"commit-then-drop@signup:1", "search-lag@search"}} {
		at(t, setup{faults: faults}, func(u *user) {
			u.toSecondPayment()
			u.pays(byCard)
			u.at(flow.StepPayment)
			sweep(t, u.model)
		})
	}
}

func sweep(t *testing.T, m *Model) {
	t.Helper()
	w0, h0 := m.w, m.h
	defer func() { m.w, m.h = w0, h0 }()
	widths := []int{0, 1, 30, leastW - 1, leastW, 76, 80, railFrom - 1, railFrom, panelFrom, 120, tableFrom - 1, tableFrom, 200}
	heights := []int{0, 1, 9, leastH - 1, leastH, 18, 21, 24, 36, 60}
	for _, w := range widths {
		for _, h := range heights {
			m.w, m.h = w, h
			v := m.View()
			lines := strings.Split(v.Content, "\n")
			if len(lines) > max(1, h) {
				t.Fatalf("%dx%d: %d lines", w, h, len(lines))
			}
			for i, line := range lines {
				if got := ansi.StringWidth(line); got > w {
					t.Fatalf("%dx%d: line %d has %d cells: %q", w, h, i, got, ansi.Strip(line))
				}
			}
			if c := v.Cursor; c != nil && (c.X < 0 || c.X >= w || c.Y < 0 || c.Y >= h) {
				t.Fatalf("%dx%d: the cursor is at %d,%d", w, h, c.X, c.Y)
			}
		}
	}
}

func TestATooSmallWindowSaysSoAndKeepsEverything(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toMember()
		u.types("Zoë")
		u.resize(40, 12)
		u.sees("too small", "Nothing is lost")
		u.press("x", "enter")
		u.resize(120, 36)
		u.sees("Zoë", "Who is signing up?")
		u.misses("Zoëx")
	})
}

func TestLiveIsNeverMistaken(t *testing.T) {
	at(t, setup{config: func(c *Config) { c.Badge = "LIVE" }}, func(u *user) {
		u.sees("▌LIVE▐", strings.Repeat("═", 120))
	})
}

// An idle program writes nothing until the clock of the header moves on.
func TestIdleIsQuiet(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toMember()
		u.pass(70*time.Second - time.Duration(time.Now().Second())*time.Second)
		before := u.screen.written()
		u.pass(30 * time.Second)
		if n := u.screen.written() - before; n != 0 {
			t.Errorf("%d bytes in 30 idle seconds", n)
		}
		u.pass(time.Minute)
		if n := u.screen.written() - before; n == 0 || n > 60 {
			t.Errorf("%d bytes for the next minute in the header", n)
		}
	})
}

func TestStatusIsForgottenOnlyWhenItMay(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.press("esc")
		u.sees("This is the first step.")
		u.pass(6 * time.Second)
		u.misses("This is the first step.")
		u.toConsents()
		u.press("enter")
		u.sees("has to be confirmed")
		u.pass(time.Minute)
		u.sees("has to be confirmed")
		u.press("space")
		u.misses("has to be confirmed")
	})
}

func TestTheViewIsAlwaysTheSameKindOfView(t *testing.T) {
	at(t, setup{}, func(u *user) {
		for _, size := range [][2]int{{120, 36}, {40, 10}} {
			u.resize(size[0], size[1])
			v := u.model.View()
			if !v.AltScreen || v.MouseMode != tea.MouseModeNone || v.WindowTitle != "frontdesk" {
				t.Errorf("alt screen %v, mouse %v, title %q", v.AltScreen, v.MouseMode, v.WindowTitle)
			}
		}
	})
}

func TestPersonalDataIsGoneAfterTwoMinutes(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.sees("Welcome, Zoë!")
		u.pass(3 * time.Minute)
		u.misses("Zoë", "Brien")
		u.sees("Everything personal is wiped.", "Customer")
	})
}
