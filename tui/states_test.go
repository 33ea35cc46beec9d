package tui

import (
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
)

func TestNoOffersAtAllNamesTheSetting(t *testing.T) {
	at(t, setup{w: 80, h: 24, offers: "[]"}, func(u *user) {
		u.pass(time.Second)
		u.sees("Settings → Offer Configuration → Open API")
		u.golden("no-offers")
		u.press("enter")
		u.sees("There is no membership to take.")
	})
}

func TestAFailureSaysWhatToPress(t *testing.T) {
	at(t, setup{w: 80, h: 24, faults: []string{"401@offers:1"}}, func(u *user) {
		u.pass(time.Minute)
		u.sees("The key of this studio is missing or wrong.", "For support: trace", "r tries again")
		u.golden("offers-failed")
		u.press("r")
		u.pass(time.Minute)
		u.sees("Prepaid year")
	})
}

func TestFilter(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.press("/")
		u.types("prep")
		u.sees("Prepaid year")
		u.misses("Ten-week course")
		u.golden("offer-filter")
		u.press("enter")
		u.pass(2 * time.Second)
		u.at(flow.StepTerm)
		if u.state().OfferID != 1002 {
			t.Fatalf("offer %d was taken", u.state().OfferID)
		}
		u.press("esc")
		u.sees("Prepaid year")
		u.press("esc")
		u.sees("Ten-week course")
	})
}

func TestDatesSayWhatIsWrong(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toTerm()
		u.press("enter")
		u.types("yesterday")
		u.press("enter")
		u.sees("Not a date.")
		u.press("ctrl+u")
		u.types("1.3.2026")
		u.press("enter")
		u.sees("The contract cannot start in the past.")
		u.golden("term-wrong")
		u.press("ctrl+u")
		u.types("16.4.")
		u.pass(time.Second)
		u.press("down")
		if got := u.state().Start.String(); got != "2026-04-16" {
			t.Fatalf("the contract starts on %s", got)
		}
		u.types("+3")
		u.press("enter")
		u.at(flow.StepExtras)
		if got := u.state().PreUse.String(); got != "2026-03-13" {
			t.Fatalf("training starts on %s", got)
		}
		u.pass(2 * time.Second)
		u.press("esc")
		u.sees("16 Apr 2026", "13 Mar 2026", "free until then")
	})
}

func TestExtrasCountDown(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toExtras()
		u.sees("1 left")
		u.press("space")
		u.sees("0 left")
		u.press("down", "space")
		u.sees("Only 1 can be chosen.")
		u.press("up", "space")
		u.sees("1 left")
	})
}

func TestConsentsHoldTheWay(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toConsents()
		u.press("down", "enter")
		u.sees("Terms and conditions has to be confirmed by the member.")
		u.at(flow.StepConsents)
		u.press("o")
		if len(u.opened) != 1 || u.opened[0] != "https://www.example.com/terms" {
			t.Fatalf("opened %q", u.opened)
		}
		u.press("down", "space")
		u.sees("There is nothing to confirm here")
		u.press("down", "down", "space")
		u.sees("This is signed in the browser")
	})
}

func TestVoucher(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toPreview()
		u.press("v")
		u.types("NOSUCH")
		u.golden("voucher")
		u.press("enter")
		u.pass(3 * time.Second)
		u.sees("NOSUCH is not accepted")
		u.golden("voucher-refused")
		u.at(flow.StepPreview)
	})
}

func TestSomebodyIsKnownAlready(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.press("n")
		u.pass(2 * time.Second)
		u.toPreview()
		u.sees("Somebody like this is known already", "member: Z. O., born 1991", "d another person")
		u.misses("1000482")
		u.golden("duplicate")
		u.press("enter")
		u.sees("Press d if it is another person")
		u.at(flow.StepPreview)
		u.press("d")
		u.sees("you said that it is another person")
		u.press("esc", "enter")
		u.pass(3 * time.Second)
		u.press("x", "enter")
		u.sees("This sign-up was given up", "Nothing was taken.")
		u.golden("given-up")
	})
}

func TestStopBecauseKnown(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.press("n")
		u.pass(2 * time.Second)
		u.toPreview()
		u.press("x", "enter")
		if got := u.state().Outcome; got != flow.Duplicate {
			t.Fatalf("ended as %q", got)
		}
		u.sees("Known already")
	})
}

func TestDriftIsShownSideBySide(t *testing.T) {
	for _, size := range sizes {
		at(t, setup{w: size[0], h: size[1], faults: []string{"preview-drift@preview:5"}}, func(u *user) {
			u.toPreview()
			u.press("enter")
			u.pass(3 * time.Second)
			u.signs()
			u.pass(2 * time.Second)
			if u.state().Drift == nil {
				t.Fatal("the price did not drift")
			}
			u.sees("The price has changed since it was accepted", "before", "now", "changed")
			u.golden("drift")
			u.press("enter")
			u.pass(3 * time.Second)
			u.at(flow.StepPayment)
		})
	}
}

func TestRefusedLeadsToTheField(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}} {
		at(t, setup{w: size[0], h: size[1], faults: []string{"400-after-pay"}}, func(u *user) {
			u.toSecondPayment()
			u.pays(byCard)
			u.pass(3 * time.Second)
			u.sees("The sign-up was not accepted", "Postcode", "is authorised stays so", "Visa card ending 1111", "For support: trace")
			u.golden("refused")
			u.press("enter")
			u.at(flow.StepMember)
			u.golden("refused-member")
			u.press("ctrl+u")
			u.types("20100")
			u.pass(2 * time.Second)
			u.press("enter", "enter")
			u.pass(2 * time.Second)
			u.at(flow.StepPreview)
			u.press("enter")
			u.pass(5 * time.Second)
			if u.state().Outcome == "" && u.state().Stage() == flow.StageSigning {
				u.signs()
				u.pass(5 * time.Second)
			}
			if got := u.state().Outcome; got != flow.Created {
				t.Fatalf("ended as %q, stage %q:\n%s", got, u.state().Stage(), u.text())
			}
			if n := len(u.studio.Ledger().Authorisations); n != 2 {
				t.Errorf("%d authorisations, want 2", n)
			}
		})
	}
}

func TestUnknownOutcome(t *testing.T) {
	at(t, setup{faults: []string{"commit-then-drop@signup:1", "search-lag@search"}}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.pass(time.Second)
		u.sees("We do not know yet whether the sign-up went through", "keep looking", "hand over to support: code", "send once more")
		u.press("s")
		u.sees("possible when the search is over")
		u.press("esc")
		u.sees("There is no way back")
		u.press("h")
		u.sees("Do not sign Zoë up a second time")
		u.press("esc")
		u.pass(2 * time.Minute)
		if got := u.state().Outcome; got != flow.Created {
			t.Fatalf("ended as %q:\n%s", got, u.text())
		}
		u.sees("Welcome, Zoë!")
	})
}

func TestSendOnceMoreNeedsTheCode(t *testing.T) {
	at(t, setup{faults: []string{"reset@signup:1"}}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.pass(3 * time.Minute)
		u.sees("not found. Enter looks again.")
		u.golden("unknown-over")
		u.press("s")
		u.types("WRONG")
		u.press("enter")
		u.sees("That is not the code.")
		u.press("s")
		u.golden("unknown-once")
		u.types(strings.ToLower(u.state().Code()))
		u.press("enter")
		u.pass(3 * time.Second)
		if got := u.state().Outcome; got != flow.Created {
			t.Fatalf("ended as %q:\n%s", got, u.text())
		}
		if n := len(u.studio.Ledger().Members); n != 1 {
			t.Errorf("%d members, want 1", n)
		}
	})
}

func TestExpiredSessionIsRenewed(t *testing.T) {
	at(t, setup{sandbox: func(c *sandbox.Config) { c.SessionLifetime = 4 * time.Minute }}, func(u *user) {
		u.toFirstPayment()
		u.sees("session valid for")
		u.pass(90 * time.Second)
		u.sees("! session valid for")
		u.pass(3 * time.Minute)
		u.sees("The payment took too long", "Nothing was taken. Press r")
		u.golden("expired")
		u.press("r")
		u.pass(3 * time.Second)
		u.sees("Zoë pays in the browser", "session valid for")
	})
}

func TestW58PageKeysAndAPastedToken(t *testing.T) {
	at(t, setup{}, func(u *user) {
		u.toFirstPayment()
		_, before, _ := u.page.now()
		u.press("o")
		if _, opens, _ := u.page.now(); opens != before+1 {
			t.Errorf("the page was opened %d times", opens-before)
		}
		u.screen.newest()
		u.press("c")
		if !strings.Contains(u.screen.newest(), "\x1b]52;c;") {
			t.Error("the link was not copied")
		}
		u.sees("The link is copied.")
		u.pass(6 * time.Second)
		u.misses("The link is copied.")
		u.press("r")
		u.sees("there is nothing to renew")
		u.press("p")
		u.paste("  a-token-typed-by-hand\r\n")
		u.misses("a-token-typed-by-hand")
		u.golden("paste-token")
		u.press("enter")
		u.pass(2 * time.Second)
		p, ok := u.state().Payment(apiclient.ScopeMemberAccount)
		if !ok || p.State != flow.Authorised || p.Token.Reveal() != "a-token-typed-by-hand" {
			t.Fatalf("the token was not taken: %+v", p)
		}
		u.press("x")
		u.sees("Give this sign-up up?", "! Regular payments")
		u.press("esc")
		u.at(flow.StepPayment)
	})
}

func TestW57TheAddressIsAlwaysOnTheScreen(t *testing.T) {
	at(t, setup{w: 80, h: 24}, func(u *user) {
		u.page.notOpen = "there is no graphical display"
		u.toSigning()
		u.sees("The browser was not opened: there is no graphical display.", "Open this address by hand", u.state().Page.Link.Reveal())
		u.golden("not-opened")
		u.member(flow.SigningRefused{})
		u.sees("did not want to sign")
	})
}

// A4-8: what two desks did at the same time is told when it is found.
func TestA4_8ATwinIsToldOnTheLastScreen(t *testing.T) {
	at(t, setup{w: 100, h: 30}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.sees("Welcome, Zoë!")
		u.member(flow.TwinsFound{Customers: []int64{1000999}})
		u.sees("Another desk signed up the same", "1000999", "Cancel one of the two")
	})
}
