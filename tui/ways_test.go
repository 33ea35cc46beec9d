package tui

import (
	"strings"
	"testing"
	"time"

	"frontdesk/flow"
)

// takes goes to the preview with an offer that is so many lines below the
// first.
func (u *user) takes(down int) {
	u.t.Helper()
	u.pass(time.Second)
	for range down {
		u.press("down")
	}
	u.press("enter")
	u.pass(time.Second)
	for u.state().Step < flow.StepMember {
		u.press("enter")
		u.pass(time.Second)
	}
	u.fills()
	u.press("enter")
	u.pass(time.Second)
	for u.state().Step == flow.StepConsents {
		u.press("space", "enter")
		u.pass(time.Second)
	}
	u.pass(3 * time.Second)
	u.at(flow.StepPreview)
}

func TestAFreeWeekNeedsNoBrowser(t *testing.T) {
	at(t, setup{w: 80, h: 24}, func(u *user) {
		u.takes(3)
		u.sees("Nothing is asked for in the browser, as there is nothing to pay.", "enter sign up")
		u.golden("free-preview")
		u.press("enter")
		u.pass(5 * time.Second)
		u.sees("Welcome, Zoë!", "nothing")
		u.golden("free-done")
		if n := len(u.studio.Ledger().Members); n != 1 {
			t.Errorf("%d members, want 1", n)
		}
	})
}

func TestAPaymentMethodForLater(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.takes(4)
		u.sees("In the browser: 186.00 € now. No payment method is kept, as everything is paid now.", "m [ ] collect a payment method for later")
		u.press("m")
		u.pass(time.Second)
		u.sees("m [✓]", "and a payment method, as the contract goes on by itself")
		u.press("m")
		u.sees("m [ ]")
		u.press("t")
		u.sees("not switched on (allow_till)")
	})
}

func TestPaidAtTheTillSaysWhatToBook(t *testing.T) {
	at(t, setup{settings: func(s *flow.Settings) { s.AllowTill = true }}, func(u *user) {
		u.toPreview()
		u.press("t", "k")
		u.pass(time.Second)
		u.sees("t [✓]", "k [✓]", "stays open until it is booked", "a cash payer")
		u.press("enter")
		u.pass(2 * time.Second)
		u.signs()
		u.pass(3 * time.Second)
		u.sees("Welcome, Zoë!", "Open today", "at the till", "Book 44.67 € in the ERP", "The member is a cash payer now")
		u.golden("done-till")
	})
}

func TestTheSummaryHasNoName(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		text := (&done{u.model.c}).summary()
		for _, secret := range []string{"Zoë", "Brien", "example.com", "Reihe"} {
			if strings.Contains(text, secret) {
				t.Errorf("the summary holds %q:\n%s", secret, text)
			}
		}
		for _, wanted := range []string{"Customer", "Flex, 12 months", "44.67 €", "Reference"} {
			if !strings.Contains(text, wanted) {
				t.Errorf("the summary lacks %q:\n%s", wanted, text)
			}
		}
		u.press("b")
		if len(u.opened) != 1 || !strings.Contains(u.opened[0], customerText(u.state().CustomerID)) {
			t.Errorf("opened %q", u.opened)
		}
	})
}

// A text of the API cannot draw on the terminal, wherever it is shown.
func TestTextOfTheAPIStaysText(t *testing.T) {
	const evil = `\u001b[2J\u001b]0;owned\u0007\u202eevil\u0000`
	offers := `[{"id":1,"name":"A` + evil + `","description":"B` + evil + `","footnote":"C` + evil + `","preUseType":"FREE","rateCodes":[],"limitedOfferingPeriod":{"startDate":"2026-01-01","endDate":"2026-12-31"},
		"includedModules":[],"allowedPaymentChoices":["SEPA"],
		"contractTextBlocks":[{"id":5,"title":"D` + evil + `","text":"<p>E` + evil + `</p><script>F</script>","confirmationRequired":true}],
		"terms":[{"id":2,"term":{"value":1,"unit":"MONTH"},"paymentFrequency":{"type":"RECURRING","formattedPaymentFrequency":"x",
		"price":{"amount":10,"currency":"EUR"},"term":{"value":1,"unit":"MONTH"}},"flatFees":[],"extensionType":"NONE","cancelationStrategy":"TERM",
		"defaultContractStartDate":"2026-03-10"}]}]`
	at(t, setup{offers: offers}, func(u *user) {
		look := func() {
			u.t.Helper()
			out := u.screen.newest()
			for _, bad := range []string{"\x1b[2J\x1b]0;owned", "\x1b]0;owned", "\u202e"} {
				if strings.Contains(out, bad) {
					u.t.Errorf("%q reached the terminal", bad)
				}
			}
		}
		u.pass(time.Second)
		u.sees("Aevil", "Bevil", "§ Cevil")
		look()
		u.takes(0)
		u.sees("Aevil")
		u.press("esc")
		u.sees("Devil", "Eevil")
		u.misses("F\n")
		look()
	})
}
