package tui

import (
	"errors"
	"sync"
	"testing"
	"time"

	"frontdesk/flow"
	"frontdesk/flow/desk"
)

// disk is a journal that can be made to fail.
type disk struct {
	mu   sync.Mutex
	full bool
}

func (d *disk) Append(flow.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errors.New("the journal was not written: the disk is full (/var/lib/frontdesk/journal/open/0195c0de-0000-7000-8000-00000badc0df.jsonl): free some space, then try again")
	}
	return nil
}

func (d *disk) fill(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func TestAJournalThatCannotBeWrittenHoldsTheMoney(t *testing.T) {
	for _, size := range sizes {
		d := &disk{}
		at(t, setup{w: size[0], h: size[1], desk: func(c *desk.Config) { c.Journal = d }}, func(u *user) {
			u.toPreview()
			d.fill(true)
			u.press("k")
			u.pass(time.Second)
			u.sees("! The journal was not written: the disk is full: free some space, then try", "What was paid is safe; nothing is paid or sent meanwhile. F5 tries again.")
			u.golden("journal-failed")
			u.press("enter")
			u.sees("Not while the journal cannot be written.")
			u.press("f5")
			u.sees("Trying to write the journal", "! The journal was not written")
			u.at(flow.StepPreview)
			u.press("ctrl+c")
			u.sees("what was done last would be gone")
			u.press("esc", "f12")
			u.sees("failed        journal", "/var/lib/frontdesk/journal")
			u.press("esc")
			sweep(t, u.model)

			d.fill(false)
			u.press("f5")
			u.pass(time.Second)
			u.misses("The journal was not written")
			u.sees("k [✓]")
			u.press("k", "enter")
			u.pass(3 * time.Second)
			u.at(flow.StepPayment)
		})
	}
}

// No key that money hangs on does anything while the journal cannot be
// written, on any screen of the payment step.
func TestMoneyKeysAreDead(t *testing.T) {
	for name, way := range map[string]struct {
		faults []string
		there  func(u *user)
		keys   []string
	}{
		"paying":  {nil, (*user).toFirstPayment, []string{"p", "r"}},
		"refused": {[]string{"403@signup:1"}, func(u *user) { u.toSecondPayment(); u.pays(byCard); u.pass(3 * time.Second) }, []string{"s", "enter"}},
		"unknown": {[]string{"reset@signup:1"}, func(u *user) { u.toSecondPayment(); u.pays(byCard); u.pass(3 * time.Minute) }, []string{"s"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &disk{}
			at(t, setup{faults: way.faults, desk: func(c *desk.Config) { c.Journal = d }}, func(u *user) {
				way.there(u)
				u.at(flow.StepPayment)
				stage := u.state().Stage()
				d.fill(true)
				u.desk.Dispatch(flow.Woke{})
				u.pass(2 * time.Second)
				u.sees("! The journal was not written")
				for _, key := range way.keys {
					u.press("f5", key)
					u.sees("Not while the journal cannot be written.")
				}
				if got := u.state().Stage(); got != stage {
					t.Errorf("stage %q, was %q", got, stage)
				}
			})
		})
	}
}

func TestAQuestionEndsWhenTheJournalFails(t *testing.T) {
	d := &disk{}
	at(t, setup{faults: []string{"reset@signup:1"}, desk: func(c *desk.Config) { c.Journal = d }}, func(u *user) {
		u.toSecondPayment()
		u.pays(byCard)
		u.pass(3 * time.Minute)
		u.press("s")
		u.sees("Send the sign-up once more?")
		d.fill(true)
		u.desk.Dispatch(flow.Woke{})
		u.pass(2 * time.Second)
		u.misses("Send the sign-up once more?")
		u.types(u.state().Code())
		u.press("enter")
		if got := u.state().Stage(); got != flow.StageUnknown {
			t.Errorf("stage %q", got)
		}
	})
}
