package main

import (
	"cmp"
	"reflect"
	"strings"
	"time"
	"unicode"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/flow"
	"frontdesk/flow/journal"
)

// skeleton is a sign-up without personal data, as it is listed, shown and
// handed to support. Amounts are decimal text.
type skeleton struct {
	Intent      string            `json:"intentId"`
	Code        string            `json:"code"`
	Studio      string            `json:"studio,omitempty"`
	BaseURL     string            `json:"baseUrl,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Program     string            `json:"program,omitempty"`
	Started     time.Time         `json:"started,omitzero"`
	Changed     time.Time         `json:"changed,omitzero"`
	Expires     time.Time         `json:"expires,omitzero"` // of the personal data
	Offer       string            `json:"offer,omitempty"`
	Standing    string            `json:"standing"`
	Outcome     string            `json:"outcome,omitempty"`
	Step        string            `json:"step"`
	Stage       string            `json:"stage,omitempty"`
	CustomerID  int64             `json:"customerId,omitempty"`
	Payments    []skeletonPayment `json:"payments"`
	Paid        []skeletonAmount  `json:"paid"`
	Used        []skeletonAmount  `json:"used"`
	LeftOver    []skeletonAmount  `json:"leftOver"`
	InUse       bool              `json:"inUse,omitempty"`
	Done        bool              `json:"done,omitempty"`
	ReadOnly    string            `json:"readOnly,omitempty"`
	Damage      string            `json:"damage,omitempty"`
	Events      []skeletonEvent   `json:"events,omitempty"`
	Calls       []skeletonCall    `json:"calls,omitempty"`
}

type skeletonAmount struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency,omitempty"`
}

type skeletonPayment struct {
	N     int    `json:"n"`
	Scope string `json:"scope"`
	skeletonAmount
	State string `json:"state"`
	Extra int    `json:"extra,omitempty"` // late or second payments, never used
}

type skeletonEvent struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	N    int       `json:"n,omitempty"`
	*skeletonAmount
	Scope      string `json:"scope,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	CustomerID int64  `json:"customerId,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Code       string `json:"code,omitempty"`
	Reference  string `json:"reference,omitempty"`
	TraceID    string `json:"traceId,omitempty"`
}

type skeletonCall struct {
	At      time.Time `json:"at"`
	Op      string    `json:"op"`
	Method  string    `json:"method"`
	Route   string    `json:"route"`
	Status  int       `json:"status"`
	MS      int64     `json:"ms"`
	TraceID string    `json:"traceId,omitempty"`
}

func skeletonOf(e journal.Entry) skeleton {
	s := skeleton{
		Intent: e.Intent, Code: e.Code, Studio: e.Place.Studio, BaseURL: e.Place.BaseURL, Environment: e.Place.Environment,
		Program: e.Program, Started: second(e.Started), Changed: second(e.Changed), Offer: e.Offer, Standing: standing(e),
		Outcome: string(e.Outcome), Step: stepNames[e.Step], Stage: string(e.Stage), CustomerID: e.CustomerID,
		Payments: []skeletonPayment{}, Paid: amounts(e.Paid()), Used: amounts(e.Used()), LeftOver: amounts(e.LeftOver()),
		InUse: e.InUse, Done: e.Done, ReadOnly: e.ReadOnly, Damage: e.Damage,
	}
	if !e.Changed.IsZero() {
		s.Started = second(e.Started.In(e.Changed.Location())) // the studio's zone is known later only
	}
	if !e.Done {
		s.Expires = second(e.Expires())
	}
	for _, p := range e.Payments {
		s.Payments = append(s.Payments, skeletonPayment{p.N, string(p.Scope), amountOf(p.Amount), string(p.State), p.Extra})
	}
	return s
}

// with adds what happened. Of each event only what is named here is shown.
func (s skeleton) with(events []flow.Event) skeleton {
	for _, e := range events {
		line := skeletonEvent{At: e.At.Truncate(time.Millisecond), What: wordsOf(reflect.TypeOf(e.Fact).Name())}
		failed := func(f flow.Failure) {
			line.Kind, line.Code, line.Reference, line.TraceID = string(f.Kind), f.Code, f.Reference, f.TraceID
		}
		switch f := e.Fact.(type) {
		case flow.SessionOpened:
			amount := amountOf(f.Amount)
			line.N, line.Scope, line.skeletonAmount = f.N, string(f.Scope), &amount
		case flow.PaymentAuthorised:
			line.N, line.Instrument = f.N, f.Instrument.Method
		case flow.PreviewArrived:
			if due := f.Preview.PaymentPreview.DueOnSigningAmount; due.Set() {
				amount := amountOf(due)
				line.skeletonAmount = &amount
			}
		case flow.StepChosen:
			line.What += ": " + stepNames[f.Step]
		case flow.PageReported:
			line.What += ": " + string(f.Kind)
		case flow.SubmitStarted:
			line.N = f.Attempt
		case flow.SignupCreated:
			line.CustomerID = f.CustomerID
		case flow.OwnFound:
			line.CustomerID = f.CustomerID
		case flow.SignupRefused:
			failed(f.Failure)
		case flow.OutcomeUnknown:
			failed(f.Failure)
		case flow.Failed:
			failed(f.Failure)
		default:
		}
		s.Events = append(s.Events, line)
	}
	return s
}

func (s skeleton) withCalls(calls []apiclient.Call) skeleton {
	for _, c := range calls {
		s.Calls = append(s.Calls, skeletonCall{c.Start.Truncate(time.Millisecond), c.Op, c.Method, c.Route, c.Status, c.Duration.Milliseconds(), c.TraceID})
	}
	return s
}

func second(t time.Time) time.Time { return t.Truncate(time.Second) }

func amountOf(a money.Amount) skeletonAmount { return skeletonAmount{a.Number(), a.Currency()} }

func amounts(sums []money.Amount) []skeletonAmount {
	list := []skeletonAmount{}
	for _, a := range sums {
		list = append(list, amountOf(a))
	}
	return list
}

func (a skeletonAmount) String() string { return strings.TrimSpace(a.Amount + " " + a.Currency) }

var stepNames = map[flow.Step]string{
	flow.StepOffer: "offer", flow.StepTerm: "term", flow.StepExtras: "extras", flow.StepMember: "member", flow.StepConsents: "consents",
	flow.StepPreview: "preview", flow.StepPayment: "payment", flow.StepDone: "done",
}

// standing says in two words how a sign-up stands.
func standing(e journal.Entry) string {
	var text string
	switch {
	case e.Outcome != "":
		text = string(e.Outcome)
	case e.Stage == flow.StageUnknown:
		text = "outcome unknown"
	default:
		text = "open: " + cmp.Or(string(e.Stage), stepNames[e.Step])
	}
	switch {
	case e.Damage != "" || e.ReadOnly != "":
		text += ", damaged"
	case e.InUse:
		text += ", in use"
	}
	return text
}

// wordsOf turns the name of a type into words: SessionOpened, session opened.
func wordsOf(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
