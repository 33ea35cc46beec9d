package tui

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

var sizes = [][2]int{{80, 24}, {120, 36}}

// shelf is what waits on a desk in these tests.
type shelf struct {
	mu        sync.Mutex
	resume    error
	discarded []string
}

func (s *shelf) config(c *Config) {
	begun := time.Date(2026, 3, 10, 9, 5, 0, 0, time.UTC)
	c.Kept = true
	c.Waiting = []Waiting{
		{Intent: "a", Code: "7M-2KQX", Started: begun, Says: "being filled in"},
		{Intent: "b", Code: "Q7-F2KD", Offer: "Flex", Started: begun.AddDate(0, 0, -1), Says: "outcome unknown", Urgent: true},
		{Intent: "c", Code: "19-ZZT0", Offer: "Prepaid year", Started: begun.Add(time.Hour), Says: "paid, not yet submitted", Urgent: true},
	}
	c.Resume = func(string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.resume
	}
	c.Discard = func(intent string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.discarded = append(s.discarded, intent)
		return nil
	}
}

func TestWhatWaitsComesFirst(t *testing.T) {
	for _, size := range sizes {
		s := &shelf{resume: errors.New("Q7-F2KD: another desk on this machine is working on it")}
		at(t, setup{w: size[0], h: size[1], config: s.config}, func(u *user) {
			u.pass(time.Second)
			u.sees("3 sign-ups wait to be finished", "! outcome unknown", "Q7-F2KD", "9 Mar 10:05", "today 11:05")
			u.misses("Which membership?")
			u.golden("waiting")
			if text := u.text(); strings.Index(text, "Q7-F2KD") > strings.Index(text, "7M-2KQX") || strings.Index(text, "19-ZZT0") > strings.Index(text, "7M-2KQX") {
				t.Errorf("a draft stands before what is urgent:\n%s", text)
			}

			sweep(t, u.model)
			u.press("d")
			u.sees("This one cannot be discarded")
			u.press("enter")
			u.sees("another desk on this machine is working on it", "3 sign-ups wait")

			u.press("down", "down", "d")
			u.sees("Discard 7M-2KQX?")
			u.golden("waiting-discard")
			u.press("esc")
			if len(s.discarded) != 0 {
				t.Fatal("discarded although the answer was no")
			}
			u.press("d", "enter")
			u.sees("Discarded.", "2 sign-ups wait", "▸ ! paid, not yet submitted")
			u.press("f1")
			u.sees("begun on this desk and not finished")
			u.press("esc")
			u.misses("7M-2KQX")
			if len(s.discarded) != 1 || s.discarded[0] != "a" {
				t.Errorf("discarded %q", s.discarded)
			}

			u.press("n")
			u.sees("Which membership?", "! 2 sign-ups wait to be finished: w shows the list.")
			u.pass(2 * time.Second)
			u.golden("offer-waiting")
			u.press("w")
			u.sees("outcome unknown")
			u.press("n")
			u.toTerm()
			u.press("enter", "enter")
			u.pass(time.Second)
			u.press("enter")
			u.at(flow.StepMember)
			u.types("Zoë")
			u.pass(2 * time.Second)
			for u.state().Step > flow.StepOffer {
				u.press("esc")
			}
			u.press("w")
			u.sees("Finish this sign-up first")
		})
	}
}

func TestNothingWaitsNothingIsShown(t *testing.T) {
	at(t, setup{config: func(c *Config) { c.Resume = func(string) error { return nil } }}, func(u *user) {
		u.pass(time.Second)
		u.sees("Which membership?")
		u.misses("wait", "what waits")
	})
}

// former is the journal of a desk that ended at the second payment.
func former(t *testing.T) []flow.Event {
	t.Helper()
	kept := &journal.Memory{}
	at(t, setup{desk: func(c *desk.Config) { c.Journal = kept }}, func(u *user) { u.toSecondPayment() })
	return kept.Events()
}

func TestResumedFromTheList(t *testing.T) {
	events := former(t)
	for _, size := range sizes {
		var u *user
		config := func(c *Config) {
			c.Waiting = []Waiting{{Intent: events[0].Fact.(flow.Begun).Intent, Code: "Q7-F2KD", Offer: "Flex", Started: events[0].At, Says: "being paid", Urgent: true}}
			c.Resume = func(string) error {
				return u.desk.Resume(u.t.Context(), func(context.Context) ([]flow.Event, error) { return events, nil })
			}
		}
		other := func(c *desk.Config) {
			c.Intent = func() (string, error) { return "0195c0de-0000-7000-8000-000012345678", nil }
		}
		at(t, setup{w: size[0], h: size[1], later: 3 * time.Minute, config: config, desk: other}, func(now *user) {
			u = now
			u.pass(time.Second)
			u.sees("One sign-up waits to be finished")
			u.rush("enter")
			u.pass(2 * time.Second)
			u.at(flow.StepPayment)
			u.sees("Zoë pays in the browser", "The former page is gone: a token", "✓ SEPA, account ending 2051")
			u.golden("resumed")
			u.press("p")
			u.paste("the-token-of-the-former-page")
			u.press("enter")
			u.misses("The former page is gone")
			if p, _ := u.state().Payment("ECOM"); p.Token.Reveal() != "the-token-of-the-former-page" {
				t.Errorf("the token was not taken: %+v", p)
			}
		})
	}
}

func TestADraftIsResumed(t *testing.T) {
	kept := &journal.Memory{}
	at(t, setup{desk: func(c *desk.Config) { c.Journal = kept }}, func(u *user) {
		u.toMember()
		u.types("Zoë")
		u.pass(2 * time.Second)
	})
	at(t, setup{later: time.Hour, config: func(c *Config) { c.Resumed = true }, desk: func(c *desk.Config) { c.Resume = kept.Events() }}, func(u *user) {
		u.sees("Zoë", "Z6-GVT5 is resumed. Everything is as it was left.")
		u.pass(10 * time.Second)
		u.misses("is resumed")
	})
}

func TestResumedByName(t *testing.T) {
	events := former(t)
	s := &shelf{}
	at(t, setup{
		later:  3 * time.Minute,
		config: func(c *Config) { s.config(c); c.Resumed = true },
		desk:   func(c *desk.Config) { c.Resume = events },
	}, func(u *user) {
		u.sees("The former page is gone: a token")
		for u.state().Step > flow.StepOffer {
			u.press("esc")
		}
		u.sees("Which membership?", "3 sign-ups wait")
		u.misses("outcome unknown")
	})
}

const notKept = "This desk cannot resume after a crash: it has no key for its journal. Unlock the system's keyring, or set journal_key_file."

func TestTheNoticeIsQuiet(t *testing.T) {
	for _, size := range sizes {
		at(t, setup{w: size[0], h: size[1], config: func(c *Config) { c.Notice = notKept }}, func(u *user) {
			u.pass(2 * time.Second)
			u.sees("This desk cannot resume after a crash")
			u.golden("notice")
			u.toMember()
			u.misses("cannot resume after a crash")
			u.types("Zoë")
			u.press("ctrl+c")
			u.sees("What was typed will be gone.", "This desk cannot resume")
			u.golden("leave-lost")
		})
	}
}

func TestLeavingSaysHowLongItIsKept(t *testing.T) {
	kept := func(c *Config) { c.Kept = true }
	at(t, setup{config: kept}, func(u *user) {
		u.toMember()
		u.types("Zoë")
		u.press("ctrl+c")
		u.sees("It is kept for 24 hours.")
	})
	at(t, setup{config: kept, faults: []string{"reset@signup:1"}}, func(u *user) {
		u.toSecondPayment()
		u.press("ctrl+c")
		u.sees("It is kept for 24 hours.") // the payment method alone is no money
		u.press("esc")
		u.pays(byCard)
		u.press("ctrl+c")
		u.sees("nobody knows yet what became of it", "until it is settled, 7 days at most")
	})
}
