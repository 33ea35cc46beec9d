package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// result is one line of `frontdesk run --json`. Amounts are decimal text.
type result struct {
	Scenario   string          `json:"scenario"`
	Outcome    string          `json:"outcome"`
	CustomerID int64           `json:"customerId,omitempty"`
	IntentID   string          `json:"intentId,omitempty"`
	Due        string          `json:"due,omitempty"`
	Total      string          `json:"total,omitempty"`
	Currency   string          `json:"currency,omitempty"`
	Sessions   []resultSession `json:"sessions"`
	Calls      []resultCall    `json:"calls"`
	Steps      []string        `json:"steps"`
	Error      string          `json:"error,omitempty"`

	code     exitCode
	duration time.Duration
}

type resultSession struct {
	Scope  string `json:"scope"`
	Amount string `json:"amount"`
	State  string `json:"state"`
}

type resultCall struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Status  int    `json:"status"`
	MS      int64  `json:"ms"`
	TraceID string `json:"traceId,omitempty"`
}

func newRunCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO...",
		Short: "Sign up members from scenario files, without a terminal",
		Long: "Run does what staff would do, as scenario files say, with the same flow as the terminal.\n" +
			"It uses an embedded sandbox unless --studio or FRONTDESK_BASE_URL names a studio.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runScenarios(cmd, args, &flags)
		},
	}
	flags.register(cmd)
	cmd.Flags().String("studio", "", "use this studio of the configuration")
	cmd.Flags().BoolVar(&flags.live, "live", false, "allow a studio whose environment is live: real contracts, real money")
	cmd.Flags().StringVar(&flags.junit, "junit", "", "write the results to this `file` as JUnit XML")
	cmd.Flags().StringVar(&flags.har, "har", "", "write the calls to this `file` as an HTTP archive, masked")
	cmd.Flags().BoolVar(&flags.trace.UnsafeIncludeSecrets, "har-unmasked", false, "UNSAFE: leave tokens and personal data in the file of --har")
	return cmd
}

// runFlags are what a run can be told.
type runFlags struct {
	sandboxFlags
	live       bool
	junit, har string
	trace      apiclient.Trace
}

func runScenarios(cmd *cobra.Command, files []string, flags *runFlags) error {
	ctx := cmd.Context()
	if flags.har == "" && flags.trace.UnsafeIncludeSecrets {
		return fail(exitUsage, errors.New("--har-unmasked without --har"), "name the file with --har")
	}
	defer func() { _ = flags.trace.Close() }()
	var scenarios []scenario
	for _, file := range files {
		s, err := readScenario(file)
		if err != nil {
			return err
		}
		scenarios = append(scenarios, s)
	}
	var results []result
	var codes []exitCode
	for _, s := range scenarios {
		r, err := runScenario(cmd, s, flags)
		if err != nil {
			return err
		}
		results, codes = append(results, r), append(codes, r.code)
		r.print(cmd.OutOrStdout(), asJSON(cmd))
		if ctx.Err() != nil {
			break
		}
	}
	if flags.junit != "" {
		if err := writeJUnit(flags.junit, results); err != nil {
			return err
		}
	}
	if flags.har != "" {
		if err := flags.trace.Write(flags.har); err != nil {
			// What became of the members weighs more than a file.
			return fail(worst(append(codes, exitEnvironment)...), err, "the results above stand; check the path of --har")
		}
	}
	if code := worst(codes...); code != exitDone {
		return &quiet{code}
	}
	return nil
}

// namesStudio reports whether the command line or the environment names a
// studio. A configuration file alone does not: a scenario is for the sandbox
// unless somebody says otherwise.
func namesStudio(cmd *cobra.Command) bool {
	_, fromEnvironment := os.LookupEnv("FRONTDESK_BASE_URL")
	return fromEnvironment || cmd.Flags().Changed("studio")
}

// runScenario runs one scenario. A simulated studio is its alone, so that one
// scenario's member is nobody's duplicate.
func runScenario(cmd *cobra.Command, s scenario, flags *runFlags) (result, error) {
	began, ctx := time.Now(), cmd.Context()
	p, log, closeVenue, err := chooseVenue(cmd, &flags.sandboxFlags, !namesStudio(cmd))
	if err != nil {
		return result{}, err
	}
	defer closeVenue()
	if p.environment == "live" && !flags.live {
		return result{}, fail(exitUsage, errors.New("this studio is live: the run would sign real contracts"), "add --live if that is meant")
	}
	if flags.har != "" {
		p.trace = &flags.trace
	}
	h, err := newHouse(p, newPayer(s, p, newBrowserPage(p, log)), log)
	if err != nil {
		return result{}, err
	}
	closeDesk := h.open(ctx)
	w := walker{house: h, scenario: s}
	err = w.walk(ctx)
	state := h.desk.Snapshot()
	closeDesk()
	r := w.result(state, err)
	r.duration = time.Since(began)
	return r, nil
}

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

func (w *walker) result(s flow.Signup, err error) result {
	r := result{
		Scenario: w.scenario.file, Outcome: string(s.Result()), CustomerID: s.CustomerID, IntentID: s.Intent,
		Steps: w.steps, Sessions: []resultSession{}, Calls: []resultCall{},
	}
	price := w.due
	if s.Price != nil && !s.Price.Estimate {
		price = *s.Price
	}
	if due, ok := price.Due(); ok {
		r.Due, r.Currency = due.Number(), due.Currency()
	}
	if total := price.Total(); total.Set() {
		r.Total = total.Number()
	}
	for _, p := range s.Payments {
		r.Sessions = append(r.Sessions, resultSession{string(p.Scope), p.Amount.Number(), string(p.State)})
	}
	unused := slices.ContainsFunc(s.Unused(), func(p flow.Payment) bool { return p.Scope == apiclient.ScopeECOM })
	for _, c := range w.observed() {
		r.Calls = append(r.Calls, resultCall{c.Method, c.Path, c.Status, c.Duration.Milliseconds(), c.TraceID})
	}
	if f := s.Submission.Failure; s.Outcome != flow.Created && (f != flow.Failure{}) {
		r.Error = failedStep(f).Error()
	}
	switch r.Outcome {
	case "created":
		r.code = exitDone
	case "unknown":
		r.code = exitUnknown
	case "":
		r.Outcome = string(flow.GivenUp)
		r.code = exitRefused
	default:
		r.code = exitRefused
	}
	if err != nil {
		r.Error, r.code = oneLine(err.Error()), codeOf(err)
		if hint := hintOf(err); hint != "" {
			r.Error += " (" + hint + ")"
		}
		if r.code == exitRefused {
			r.Outcome = string(flow.Refused)
		}
	}
	if unused && r.code != exitUnknown {
		r.code = exitUnused
	}
	if w.scenario.Expect != (scenarioExpecting{}) && r.code != exitInput && r.code != exitEnvironment && r.code != exitInterrupted {
		r.code = exitDone
		if missed := w.scenario.Expect.missed(r); missed != "" {
			r.code = exitExpectation
			r.Error = missed
		}
	}
	return r
}

// missed says what is not as expected.
func (e scenarioExpecting) missed(r result) string {
	sessionAmount := func(scope apiclient.Scope) string {
		for _, s := range slices.Backward(r.Sessions) {
			if s.Scope == string(scope) && s.State != string(flow.Dead) {
				return s.Amount
			}
		}
		return "none"
	}
	var missed []string
	for _, c := range []struct{ name, want, got string }{
		{"outcome", e.Outcome, r.Outcome},
		{"due", e.Due, r.Due},
		{"total", e.Total, r.Total},
		{"recurring", e.Recurring, sessionAmount(apiclient.ScopeMemberAccount)},
		{"upfront", e.Upfront, sessionAmount(apiclient.ScopeECOM)},
	} {
		if c.want != "" && !sameAmount(c.want, c.got, r.Currency) {
			missed = append(missed, fmt.Sprintf("expected %s %s, got %s", c.name, c.want, firstOf(c.got, "none")))
		}
	}
	return strings.Join(missed, "; ")
}

func (r result) print(w io.Writer, asJSON bool) {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(r)
		return
	}
	mark := "ok  "
	if r.code != exitDone {
		mark = "FAIL"
	}
	line := fmt.Sprintf("%s  %s  %s", mark, r.Scenario, r.Outcome)
	if r.CustomerID != 0 {
		line += fmt.Sprintf("  customer %d", r.CustomerID)
	}
	if r.Due != "" {
		line += fmt.Sprintf("  due %s %s, total %s", r.Due, r.Currency, firstOf(r.Total, "unknown"))
	}
	if r.Error != "" {
		line += "  " + oneLine(r.Error)
	}
	_, _ = fmt.Fprintln(w, line)
}
