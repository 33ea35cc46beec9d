package tui

import (
	"context"
	"errors"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

func TestHandOverShowsCodeAndPath(t *testing.T) {
	const path = "/var/lib/frontdesk/handover-Z6-GVT5.json"
	for _, size := range sizes {
		var handed []string
		fails := true
		write := func(c *Config) {
			c.HandOver = func(intent string) (string, error) {
				handed = append(handed, intent)
				if fails {
					return "", errors.New("the file for support cannot be written: the disk is full")
				}
				return path, nil
			}
		}
		at(t, setup{w: size[0], h: size[1], faults: []string{"commit-then-drop@signup:1", "search-lag@search"}, config: write}, func(u *user) {
			u.toSecondPayment()
			u.pays(byCard)
			u.pass(time.Second)
			u.sees("checked once, next in 0:0", ", until 14:04:")
			u.golden("unknown")
			u.press("h")
			u.sees("! The file for support cannot be written: the disk is full.", "Code Z6-GVT5", "Do not sign Zoë up a second time")
			u.press("esc")
			fails = false
			u.press("h")
			u.pass(time.Second)
			u.sees("Code Z6-GVT5", path)
			u.golden("unknown-handover")
			u.screen.newest()
			u.press("enter")
			u.sees("The path is copied.")
			if len(handed) != 2 || handed[1] != u.state().Intent {
				t.Errorf("handed over %q", handed)
			}
		})
	}
}

func TestHalfCreatedIsACaseOfItsOwn(t *testing.T) {
	for _, size := range sizes {
		at(t, setup{w: size[0], h: size[1], faults: []string{"half-created@signup:1"}}, func(u *user) {
			u.toSecondPayment()
			u.pays(byCard)
			u.pass(30 * time.Second)
			u.sees("The member is there, but no contract", "as customer", "The payment is authorised and not used.", "not possible, the member exists already")
			u.misses("We do not know yet")
			u.golden("half-created")
			u.press("s")
			u.sees("send once more: not possible, the member exists already.")
			u.press("enter")
			u.sees("The member was found, the contract was not.")
			if n := len(u.studio.Ledger().Members); n != 1 {
				t.Errorf("%d members", n)
			}
		})
	}
}

func TestTheLastMinutesOfASession(t *testing.T) {
	for _, size := range sizes {
		at(t, setup{w: size[0], h: size[1], sandbox: func(c *sandbox.Config) { c.SessionLifetime = 4 * time.Minute }}, func(u *user) {
			u.toFirstPayment()
			u.sees("session valid for 3:5")
			u.misses("ends soon")
			u.pass(time.Minute)
			u.sees("! session valid for 2:5", "ends soon")
			u.golden("session-ends-soon")
			u.pass(2 * time.Minute)
			u.sees("! session ends in 0:5", "Let Zoë begin nothing new")
			u.golden("session-last-minute")
			u.press("r")
			u.sees("Not yet: once the time is over, r opens a new session.")
			u.member(flow.PageReported{Kind: flow.PageLeft})
			u.misses("begin nothing new") // what has begun may go on
			u.pass(time.Minute)
			u.sees("The payment took too long", "Press r for a new one")
			u.press("r")
			u.pass(3 * time.Second)
			u.sees("Zoë pays in the browser", "session valid for 3:5")
		})
	}
}

func TestTheRegularPaymentsRanOutWhileTheRestWasPaid(t *testing.T) {
	for _, size := range sizes {
		at(t, setup{w: size[0], h: size[1], sandbox: func(c *sandbox.Config) { c.SessionLifetime = 4 * time.Minute }}, func(u *user) {
			u.toFirstPayment()
			u.pass(3 * time.Minute)
			u.pays(bySEPA)
			u.sees("! must be used before 14:06")
			u.pass(2 * time.Minute)
			u.pays(byCard)
			u.sees("Step 2, the regular payments, has to be done once more", "Nothing was taken twice")
			u.golden("redo-regular")
			u.press("r")
			u.pass(3 * time.Second)
			u.pays(bySEPA)
			u.pass(3 * time.Second)
			if got := u.state().Outcome; got != flow.Created {
				t.Fatalf("ended as %q:\n%s", got, u.text())
			}
			paid := 0
			for _, a := range u.studio.Ledger().Authorisations {
				if a.Scope == string(apiclient.ScopeECOM) {
					paid++
				}
			}
			if paid != 1 {
				t.Errorf("the due amount was authorised %d times", paid)
			}
		})
	}
}

func TestAPersonAtAnotherDesk(t *testing.T) {
	for _, size := range sizes {
		taken := true
		hold := func(c *desk.Config) {
			c.Hold = func(context.Context, secret.Value, secret.Value) (func() error, error) {
				if taken {
					return nil, journal.ErrPersonInUse
				}
				return func() error { return nil }, nil
			}
		}
		at(t, setup{w: size[0], h: size[1], desk: hold}, func(u *user) {
			u.toSigning()
			u.signs()
			u.pass(time.Second)
			u.sees("! Another desk on this machine is signing this person up", "Nothing was taken.", "r tries again")
			u.golden("person-in-use")
			taken = false
			u.press("r")
			u.pass(3 * time.Second)
			u.sees("Zoë pays in the browser")
		})
	}
}

func TestOffersAreLoadedAnew(t *testing.T) {
	at(t, setup{offers: "[]"}, func(u *user) {
		u.pass(time.Second)
		u.sees("Then press r to load them again.", "r try again")
		calls := func() (n int) {
			for _, call := range u.studio.Ledger().Calls {
				if call.Call == "offers" {
					n++
				}
			}
			return n
		}
		before := calls()
		u.press("r")
		u.pass(time.Second)
		u.press("f5")
		u.pass(time.Second)
		if n := calls() - before; n != 2 {
			t.Errorf("asked %d more times, want 2", n)
		}
	})
}
