package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// walker does with the desk what a scenario says.
type walker struct {
	*house
	scenario scenario
	steps    []string
	last     string
	renewed  bool
	due      flow.Price // the newest real price, kept when the state moves on
}

func (w *walker) note(step string) {
	if step != w.last {
		w.steps, w.last = append(w.steps, step), step
	}
}

// do hands a fact to the desk and returns the state after it.
func (w *walker) do(ctx context.Context, facts ...flow.Fact) (flow.Signup, error) {
	for _, f := range facts {
		if err := w.desk.Deliver(ctx, f); err != nil {
			return flow.Signup{}, err
		}
	}
	return w.desk.Snapshot(), nil
}

// until waits for the state that ready accepts, or for something that failed.
func (w *walker) until(ctx context.Context, ready func(flow.Signup) bool) (flow.Signup, error) {
	for {
		s := w.desk.Snapshot()
		if ready(s) {
			return s, nil
		}
		for _, key := range slices.Sorted(maps.Keys(s.Failures)) {
			// A sign-up goes on without the studio's name and address.
			if key != (flow.FetchStudio{}).Key() {
				return s, failedStep(s.Failures[key])
			}
		}
		select {
		case <-w.desk.Changed():
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// failedStep is the error of something that came to nothing before any
// contract was asked for.
func failedStep(f flow.Failure) error {
	text := f.Op
	if text == "" {
		text = "the sign-up stopped"
	} else {
		text = "could not " + text
	}
	for _, more := range []string{f.Message, f.Reference} {
		if more != "" {
			text += ": " + more
		}
	}
	if f.TraceID != "" {
		text += " (trace id " + f.TraceID + ")"
	}
	switch f.Kind {
	case apiclient.Unauthorized:
		return fail(exitEnvironment, errors.New(text), "check the API key of this studio")
	case apiclient.Forbidden:
		return fail(exitEnvironment, errors.New(text), "ask for the missing scope in the ERP")
	case apiclient.Unreachable, apiclient.Redirect:
		return fail(exitEnvironment, errors.New(text), "check base URL and network")
	case apiclient.Invalid, apiclient.NotFound, apiclient.Conflict, apiclient.RateLimited, apiclient.Unavailable:
		return fail(exitRefused, errors.New(text), "")
	}
	return fail(exitEnvironment, errors.New(text), "")
}

func (w *walker) input(err error) error {
	return fail(exitInput, fmt.Errorf("%s: %w", w.scenario.file, err), "change the scenario")
}

func (w *walker) walk(ctx context.Context) error {
	s, err := w.until(ctx, func(s flow.Signup) bool { return s.Offers != nil })
	if err != nil {
		return err
	}
	w.note("offer")
	if s.Step >= flow.StepPayment { // of a former run
		if done, err := w.pay(ctx); done || err != nil {
			return err
		}
		return w.toPreview(ctx)
	}
	if len(s.Offers) == 0 {
		return fail(exitEnvironment, errors.New("the studio has no offers"), "create one in the ERP: Settings → Offer Configuration → Open API")
	}
	offer, err := offerIn(s.Offers, w.scenario.Offer)
	if err != nil {
		return w.input(err)
	}
	if _, err = w.do(ctx, flow.OfferChosen{ID: offer.ID}); err != nil {
		return err
	}
	if s, err = w.until(ctx, func(s flow.Signup) bool { return s.Offer != nil }); err != nil {
		return err
	}
	choices, err := w.choices(s)
	if err != nil {
		return w.input(err)
	}
	if _, err = w.do(ctx, choices...); err != nil {
		return err
	}
	return w.toPreview(ctx)
}

// choices is everything staff would choose and type, as facts.
func (w *walker) choices(s flow.Signup) ([]flow.Fact, error) {
	term, err := termIn(*s.Offer, w.scenario.Term)
	if err != nil {
		return nil, err
	}
	facts := []flow.Fact{flow.TermChosen{ID: term.ID}}
	next := s.Apply(flow.Event{At: s.At, Fact: facts[0]})
	start, _ := scenarioDate(w.scenario.Start, s.Today())
	preUse, _ := scenarioDate(w.scenario.PreUse, s.Today())
	if start.IsZero() {
		start = next.Start
	}
	if preUse.IsZero() {
		preUse = next.PreUse
	}
	facts = append(facts, flow.DatesChosen{Start: start, PreUse: preUse})
	selectable, err := moduleIDs("module", s.Offer.SelectableModules, w.scenario.Modules.Selectable)
	if err != nil {
		return nil, err
	}
	optional, err := moduleIDs("module", term.OptionalModules, w.scenario.Modules.Optional)
	if err != nil {
		return nil, err
	}
	facts = append(facts, flow.ModulesChosen{Selectable: selectable, Optional: optional})
	if w.scenario.Voucher != "" {
		facts = append(facts, flow.VoucherEntered{Code: w.scenario.Voucher})
	}
	if w.scenario.Payments.Recurring.How == payCash {
		if next = next.Apply(flow.Event{At: s.At, Fact: flow.CashChosen{On: true}}); !next.Cash {
			return nil, fmt.Errorf("offer %q does not allow cash", s.Offer.Name)
		}
		facts = append(facts, flow.CashChosen{On: true})
	}
	if w.scenario.Payments.Upfront.How == payTill {
		if next = next.Apply(flow.Event{At: s.At, Fact: flow.TillChosen{On: true}}); !next.Till {
			return nil, errors.New("the configuration of this studio does not allow the due amount at the till (allow_till)")
		}
		facts = append(facts, flow.TillChosen{On: true})
	}
	return append(facts, flow.FieldsEdited{Values: w.scenario.fields()}), nil
}

// toPreview ticks, goes to the preview and says yes to it, again if the price
// or the texts change on the way.
func (w *walker) toPreview(ctx context.Context) error {
	for {
		s := w.desk.Snapshot()
		var ticks []flow.Fact
		for _, block := range s.TextBlocks() {
			if block.ConfirmationRequired && !block.HasSignature && !s.Ticks[block.ID] && w.scenario.agrees(block) {
				ticks = append(ticks, flow.Ticked{Block: block.ID, On: true})
			}
		}
		s, err := w.do(ctx, append(ticks, flow.StepChosen{Step: flow.StepPreview})...)
		if err != nil {
			return err
		}
		if s.Step != flow.StepPreview {
			return w.input(problemError(s.Problems(s.Step)))
		}
		w.note("preview")
		s, err = w.until(ctx, func(s flow.Signup) bool {
			return s.Step != flow.StepPreview || !slices.ContainsFunc(s.Problems(flow.StepPreview), func(p flow.Problem) bool {
				return p.Code == flow.PriceLoading || p.Code == flow.Searching
			})
		})
		if err != nil {
			return err
		}
		if s.Step < flow.StepPreview {
			if again := s.Problems(s.Step); len(again) > 0 && len(ticks) > 0 && again[0].Code == flow.NotTicked && w.last == "consents" {
				return w.input(problemError(again))
			}
			w.note("consents")
			continue
		}
		quote, _ := s.Quote()
		w.due = quote
		if problems := s.Problems(flow.StepPreview); len(problems) > 0 {
			if problems[0].Code == flow.DuplicatesFound {
				_, err := w.do(ctx, flow.Abandoned{Reason: flow.ReasonDuplicate})
				return err
			}
			return fail(exitRefused, problemError(problems), "")
		}
		if _, err = w.do(ctx, flow.PreviewAccepted{Fingerprint: quote.Fingerprint}); err != nil {
			return err
		}
		done, err := w.pay(ctx)
		if err != nil || done {
			return err
		}
	}
}

// pay follows the payment step to its end; done is false when a changed price
// sent the sign-up back to the preview.
func (w *walker) pay(ctx context.Context) (done bool, err error) {
	for {
		s, err := w.until(ctx, func(s flow.Signup) bool {
			stage := s.Stage()
			if stage != flow.StageNone && string(stage) != w.last {
				return true
			}
			return s.Result() != "" || stage == flow.StageExpired || s.Step < flow.StepPayment
		})
		if err != nil {
			return true, err
		}
		switch {
		case s.Result() != "":
			w.note(string(s.Result()))
			return true, nil
		case s.Step < flow.StepPayment:
			return false, nil
		case s.Stage() == flow.StageExpired:
			w.note("expired")
			if w.renewed {
				return true, fail(exitRefused, errors.New("the payment session expired twice"), "")
			}
			w.renewed = true
			if _, err := w.do(ctx, flow.SessionRenewed{}); err != nil {
				return true, err
			}
		default:
			w.note(string(s.Stage()))
		}
	}
}

// problemError says what is missing, by the names a scenario uses.
func problemError(problems []flow.Problem) error {
	var parts []string
	for _, p := range problems {
		part := string(p.Code)
		if p.Field != "" {
			part = string(p.Field) + " is " + part
		}
		if p.Arg != "" {
			part += ": " + p.Arg
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return errors.New("the sign-up cannot go on")
	}
	return errors.New(strings.Join(parts, ", "))
}
