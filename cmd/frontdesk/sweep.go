package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"frontdesk/apiclient"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// sweepEvery is how often open sign-ups of unknown outcome are looked for.
const sweepEvery = 10 * time.Minute

// sweeper finds out what became of sign-ups whose outcome nobody knows and that
// no desk has open, and erases what has been kept long enough.
type sweeper struct {
	book *book
	api  desk.API
	now  func() time.Time
	log  *slog.Logger
}

// start sweeps at once and then regularly, until the returned function is
// called.
func (w sweeper) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for w.sweep(ctx); ; w.sweep(ctx) {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func (w sweeper) sweep(ctx context.Context) {
	store := w.book.store
	if store == nil || ctx.Err() != nil {
		return
	}
	entries, err := store.List()
	if err != nil {
		w.log.Warn("Sweep", "error", err)
	}
	for _, e := range journal.Only(entries, w.book.place) {
		if e.Stage != flow.StageUnknown || e.Outcome != "" || e.InUse || e.Sealed || e.ReadOnly != "" || ctx.Err() != nil {
			continue
		}
		if err := w.look(ctx, e); err != nil && ctx.Err() == nil && !errors.Is(err, journal.ErrInUse) && !errors.Is(err, journal.ErrNotFound) {
			w.log.Warn("Sweep", "intent", e.Intent, "error", err)
		}
	}
	if ctx.Err() != nil {
		return
	}
	purged, err := store.Purge(ctx, w.now())
	if err != nil {
		w.log.Warn("Purge", "error", err)
	}
	if len(purged.Erased)+len(purged.Removed) > 0 {
		w.log.Info("Purge", "erased", len(purged.Erased), "removed", len(purged.Removed))
	}
}

// look searches for the member of a sign-up of unknown outcome, and writes down
// what it finds. While it searches, a desk may go on with the sign-up.
func (w sweeper) look(ctx context.Context, e journal.Entry) error {
	h, err := w.book.store.Load(e.Intent)
	if err != nil {
		return err
	}
	s := h.Signup.Apply(w.event(h, flow.Resumed{})).Apply(w.event(h, flow.LookedAgain{}))
	for _, effect := range s.Wants() {
		find, ok := effect.(flow.FindOwn)
		if !ok {
			continue
		}
		fact, err := desk.Find(ctx, w.api, find)
		own, found := fact.(flow.OwnFound)
		switch {
		case apiKind(err) == apiclient.Forbidden:
			return nil // this key may not search; staff are told on the screen
		case err != nil || !found || own.CustomerID == e.CustomerID && !own.HasContract:
			return err
		}
		return w.found(ctx, e, own)
	}
	return nil
}

func (w sweeper) found(ctx context.Context, e journal.Entry, own flow.OwnFound) error {
	l, h, err := w.book.store.Resume(ctx, e.Intent)
	if err != nil {
		return err
	}
	if h.Records == e.Records { // nobody went on with it in the meantime
		err = errors.Join(l.Append(w.event(h, flow.Resumed{})), l.Append(w.event(h, own)))
		w.log.Info("Sweep found the member", "intent", e.Intent, "customer", own.CustomerID, "contract", own.HasContract)
	}
	return errors.Join(err, l.Close())
}

// event happens now, in the sign-up's own zone.
func (w sweeper) event(h journal.History, fact flow.Fact) flow.Event {
	return flow.Event{At: w.now().Round(0).In(h.Changed.Location()), Fact: fact}
}

func apiKind(err error) apiclient.Kind {
	var e *apiclient.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
