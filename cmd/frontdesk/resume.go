package main

import (
	"context"
	"errors"
	"fmt"

	"frontdesk/flow"
	"frontdesk/flow/journal"
)

// overError says that there is nothing left to go on with.
type overError struct{ journal.Entry }

func (e *overError) Error() string {
	text := e.Code + " is over: " + string(e.Outcome)
	if e.CustomerID != 0 {
		text += fmt.Sprintf(", customer %d", e.CustomerID)
	}
	return text
}

// resume takes over an open sign-up of this desk's studio, named by its id or
// its code, and returns its events.
func (r *book) resume(ctx context.Context, id string) ([]flow.Event, error) {
	if r.store == nil {
		return nil, fail(exitEnvironment, journal.ErrNoKey, "")
	}
	e, err := findEntry(r.store, id)
	if err != nil {
		return nil, err
	}
	if len(journal.Only([]journal.Entry{e}, r.place)) == 0 && e.Place != (journal.Place{}) {
		return nil, fail(exitUsage, fmt.Errorf("%s belongs to %s", e.Code, placeName(e.Place)), "go on with it on that studio")
	}
	if e.Outcome != "" {
		return nil, fail(exitUsage, &overError{e}, `"frontdesk journal show `+e.Code+`" tells more`)
	}
	h, err := r.writer.Resume(ctx, e.Intent)
	switch {
	case err == nil:
	case errors.Is(err, journal.ErrNotFound):
		return nil, fail(exitUsage, err, "")
	default:
		return nil, fail(exitEnvironment, fmt.Errorf("%s: %w", e.Code, err), "")
	}
	return h.Events, nil
}

// waiting lists what this desk can go on with, the most urgent first.
func (r *book) waiting() ([]journal.Entry, error) {
	if r.store == nil || !r.kept {
		return nil, nil
	}
	entries, err := r.store.List()
	if err != nil {
		return nil, err
	}
	var list []journal.Entry
	for _, e := range journal.Only(entries, r.place) {
		if e.Outcome == "" && !e.InUse && !e.Sealed && e.ReadOnly == "" {
			list = append(list, e)
		}
	}
	return list, nil
}

// resume goes on with a sign-up in place of the present one.
func (h *house) resume(ctx context.Context, id string) error {
	return h.desk.Resume(ctx, func(ctx context.Context) ([]flow.Event, error) { return h.book.resume(ctx, id) })
}

func placeName(p journal.Place) string {
	name := p.BaseURL
	if p.Studio != "" {
		name = p.Studio + ", " + name
	}
	if p.Environment != "" {
		name += " (" + p.Environment + ")"
	}
	return name
}

// overResult is the result of a run that finds nothing left to do.
func overResult(s scenario, e journal.Entry) result {
	r := result{
		Scenario: s.file, Outcome: string(e.Outcome), CustomerID: e.CustomerID, IntentID: e.Intent,
		Steps: []string{string(e.Outcome)}, Sessions: []resultSession{}, Calls: []resultCall{}, code: exitRefused,
	}
	for _, p := range e.Payments {
		r.Sessions = append(r.Sessions, resultSession{string(p.Scope), p.Amount.Number(), string(p.State)})
	}
	switch {
	case len(e.LeftOver()) > 0:
		r.code = exitUnused
	case e.Outcome == flow.Created:
		r.code = exitDone
	}
	s.Expect.Due, s.Expect.Total = "", "" // they went with the personal data
	return s.Expect.judge(r)
}
