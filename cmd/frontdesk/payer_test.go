package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// waitingPage is a browser in which nobody does anything.
type waitingPage struct{}

func (waitingPage) Serve(ctx context.Context, _ <-chan flow.ServePage, _ func(context.Context, flow.Fact) error) error {
	<-ctx.Done()
	return nil
}

// A payment that cannot be made ends the member's part, also while a page for
// the other payment is open.
func TestPayerEndsThePageItOpened(t *testing.T) {
	s := scenario{Payments: scenarioPayments{Recurring: payment{How: payBrowser}}}
	p := newPayer(s, venue{widgetURL: "https://widget.example.invalid/widget.js"}, waitingPage{})
	views := make(chan flow.ServePage)
	ended := make(chan error, 1)
	deliver := func(context.Context, flow.Fact) error { return errors.New("nothing is to be delivered") }
	go func() { ended <- p.Serve(t.Context(), views, deliver) }()
	for n, scope := range []apiclient.Scope{apiclient.ScopeMemberAccount, apiclient.ScopeECOM} {
		views <- flow.ServePage{View: flow.PageView{Kind: flow.PagePay, N: n + 1, Scope: scope}}
	}
	select {
	case err := <-ended:
		if codeOf(err) != exitInput {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("waits for a page that nobody ends")
	}
}
