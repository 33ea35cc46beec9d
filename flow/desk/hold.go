package desk

import (
	"context"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// held is the person whom this desk keeps from other desks.
type held struct {
	intent       string
	email, birth secret.Value
	free         func() error
}

// takenError says why a person could not be kept.
type takenError struct{ error }

// hold keeps the person of a sign-up from other desks, from the last preview
// until the sign-up ends. Another person takes the place of the former.
func (d *Desk) hold(ctx context.Context, intent string, c apiclient.Customer) error {
	if d.config.Hold == nil {
		return nil
	}
	d.holding.Lock()
	defer d.holding.Unlock()
	want := held{intent: intent, email: c.Email, birth: c.DateOfBirth}
	if have := d.held; have.free != nil && have.intent == want.intent && have.email == want.email && have.birth == want.birth {
		return nil
	}
	d.free()
	free, err := d.config.Hold(ctx, want.email, want.birth)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			_ = free()
		}
		return context.Cause(ctx)
	case err != nil:
		return &takenError{err}
	}
	want.free = free
	d.held = want
	return nil
}

// releaseUnless lets the person go when the sign-up is over or another one.
func (d *Desk) releaseUnless(s flow.Signup) {
	d.holding.Lock()
	defer d.holding.Unlock()
	if d.held.intent != s.Intent || s.Outcome != "" {
		d.free()
	}
}

func (d *Desk) release() {
	d.holding.Lock()
	defer d.holding.Unlock()
	d.free()
}

// free is for the one who has the mutex.
func (d *Desk) free() {
	if d.held.free != nil {
		if err := d.held.free(); err != nil {
			d.log.Warn("Let a person go", "error", err)
		}
	}
	d.held = held{}
}
