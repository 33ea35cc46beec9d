package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

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
	return w.scenario.Expect.judge(r)
}

// judge compares a result with what was expected, if anything was.
func (e scenarioExpecting) judge(r result) result {
	if e != (scenarioExpecting{}) && r.code != exitInput && r.code != exitEnvironment && r.code != exitInterrupted {
		r.code = exitDone
		if missed := e.missed(r); missed != "" {
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
