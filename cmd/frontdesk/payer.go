package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

// payer is the member of a scenario: it signs and pays without a browser. A
// payment that a person is to make goes to the real page.
type payer struct {
	scenario scenario
	venue    venue
	browser  desk.Page
	http     *http.Client
}

func newPayer(s scenario, p venue, browser desk.Page) *payer {
	return &payer{scenario: s, venue: p, browser: browser, http: &http.Client{
		Timeout: 30 * time.Second,
		// A bank's redirect is read, not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Serve answers each view once.
func (p *payer) Serve(ctx context.Context, views <-chan flow.ServePage, deliver func(context.Context, flow.Fact) error) (err error) {
	shown := make(chan flow.ServePage, 1)
	ctx, cancel := context.WithCancel(ctx)
	var ended chan error
	defer func() {
		cancel()
		if ended != nil {
			err = errors.Join(err, <-ended)
		}
	}()
	answered := map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			ended = nil
			return err
		case view := <-views:
			how := p.plan(view.View.Scope)
			if ended != nil || view.View.Kind == flow.PagePay && how.How == payBrowser {
				if ended == nil {
					ended = make(chan error, 1)
					go func() { ended <- p.browser.Serve(ctx, shown, deliver) }()
				}
				if view.View.Kind == flow.PagePay && how.How != payBrowser {
					view.View.Kind = flow.PageWait
				}
				select {
				case <-shown:
				default:
				}
				shown <- view
			}
			n := view.View.N
			switch {
			case view.View.Kind == flow.PageSign && !answered[0]:
				answered[0] = true
				fact, err := p.sign(view.View)
				if err != nil {
					return err
				}
				if err := deliver(ctx, fact); err != nil {
					return err
				}
			case view.View.N > 0 && how.How != payBrowser && !answered[n]:
				answered[n] = true
				fact, err := p.pay(ctx, view.View, how)
				if ctx.Err() != nil {
					return nil
				}
				if err != nil {
					return err
				}
				if err := deliver(ctx, fact); err != nil {
					return err
				}
			}
		}
	}
}

func (p *payer) plan(scope apiclient.Scope) payment {
	how := p.scenario.Payments.Recurring
	if scope == apiclient.ScopeECOM {
		how = p.scenario.Payments.Upfront
	}
	if how.How == "" {
		how.How = payApprove
	}
	return how
}

func (p *payer) sign(view flow.PageView) (flow.Fact, error) {
	mark, err := p.scenario.mark(p.venue.simulated)
	if err != nil {
		return nil, err
	}
	signed := flow.Signed{Blocks: map[int64]secret.Value{}}
	if view.SignContract {
		signed.Contract = mark
	}
	for _, block := range view.Texts {
		if p.scenario.agrees(block) {
			signed.Blocks[block.ID] = mark
		} else if block.ConfirmationRequired {
			return flow.Abandoned{}, nil
		}
	}
	return signed, nil
}

// The instruments of the simulated member: public test numbers of the payment
// provider. The first that the session takes is used.
var (
	sepa         = map[string]string{"method": "SEPA", "iban": "DE02120300000000202051"}
	visa         = map[string]string{"method": "CREDIT_CARD", "card": "4111111111111111", "expiry": "03/30", "cvc": "737"}
	visaSecure   = map[string]string{"method": "CREDIT_CARD", "card": "4917610000000000", "expiry": "03/30", "cvc": "737"}
	visaDeclined = map[string]string{"method": "CREDIT_CARD", "card": "4000000000000002", "expiry": "03/30", "cvc": "737"}
	sepaDeclined = map[string]string{"method": "SEPA", "iban": "DE62370400440532013001"}
	bankTransfer = map[string]string{"method": "BANK_TRANSFER"}
	cash         = map[string]string{"method": "CASH"}
)

func (p *payer) pay(ctx context.Context, view flow.PageView, how payment) (flow.Fact, error) {
	switch how.How {
	case payToken:
		return flow.PaymentAuthorised{N: view.N, Token: how.Token}, nil
	case payAbandon:
		return flow.Abandoned{}, nil
	}
	if !p.venue.simulated && !isLoopback(p.venue.upc().Hostname()) {
		return nil, fail(exitInput, fmt.Errorf("%s: payment %q works against a sandbox only", p.scenario.file, how.How), "use browser or {token: ...}")
	}
	instruments := []map[string]string{sepa, visa, bankTransfer, cash}
	switch {
	case how.How == payDecline:
		instruments = []map[string]string{visaDeclined, sepaDeclined}
	case how.How == payRedirect:
		instruments = []map[string]string{visaSecure}
	case view.Scope == apiclient.ScopeECOM:
		instruments = []map[string]string{visa, {"method": "PAYPAL"}, {"method": "TWINT"}, {"method": "IDEAL"}}
	}
	// Who paid before a crash pays no second time.
	if earlier, err := p.collect(ctx, view.Session); err == nil {
		return authorised(view.N, earlier), nil
	}
	var last error
	for _, instrument := range instruments {
		paid, err := p.request(ctx, view.Session, instrument)
		var declined *declinedError
		switch {
		case errors.As(err, &declined):
			return flow.Abandoned{Reason: flow.ReasonDeclined}, nil
		case err == nil:
			return authorised(view.N, paid), nil
		}
		last = err
	}
	return nil, last
}

func authorised(n int, p paid) flow.PaymentAuthorised {
	return flow.PaymentAuthorised{
		N: n, Token: secret.New(p.Token),
		Instrument: flow.Instrument{Method: p.Method, Brand: p.Brand, Last4: p.Last4},
	}
}

type declinedError struct{ message string }

func (e *declinedError) Error() string { return "the payment was declined: " + e.message }

// paid is the payment component's answer over HTTP.
type paid struct {
	Token    string `json:"token"`
	Method   string `json:"method"`
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	Redirect string `json:"redirect"`
	Error    string `json:"error"`
}

// request pays at the sandbox's payment component. A bank that wants to see
// the payer is visited and answered.
func (p *payer) request(ctx context.Context, session secret.Value, instrument map[string]string) (paid, error) {
	body, err := json.Marshal(instrument)
	if err != nil {
		return paid{}, err
	}
	answer, err := p.post(ctx, p.venue.upc().String()+"/api/v1/payment-requests", session, "application/json", body)
	if err != nil || answer.Redirect == "" {
		return answer, err
	}
	return p.bank(ctx, session, answer.Redirect)
}

// collect asks for the result of a payment that was made already.
func (p *payer) collect(ctx context.Context, session secret.Value) (paid, error) {
	return p.post(ctx, p.venue.upc().String()+"/api/v1/payment-requests", session, "application/json", []byte(`{"collect":true}`))
}

// bank confirms a payment on the simulated bank's page and takes the result
// that the return address carries back to the payment component.
func (p *payer) bank(ctx context.Context, session secret.Value, address string) (paid, error) {
	form := url.Values{"decision": {"approve"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/confirm", strings.NewReader(form.Encode()))
	if err != nil {
		return paid{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := p.http.Do(r)
	if err != nil {
		return paid{}, err
	}
	defer func() { _ = response.Body.Close() }()
	back, err := response.Location()
	if err != nil {
		return paid{}, fmt.Errorf("the bank did not send the payer back: %w", err)
	}
	result, err := json.Marshal(map[string]string{"redirectResult": back.Query().Get("redirectResult")})
	if err != nil {
		return paid{}, err
	}
	return p.post(ctx, p.venue.upc().String()+"/api/v1/payment-requests", session, "application/json", result)
}

func (p *payer) post(ctx context.Context, address string, session secret.Value, contentType string, body []byte) (paid, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return paid{}, err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-User-Payment-Session-Token", session.Reveal())
	response, err := p.http.Do(r)
	if err != nil {
		return paid{}, fmt.Errorf("the payment component does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer paid
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&answer)
	switch {
	case response.StatusCode == http.StatusPaymentRequired:
		return answer, &declinedError{answer.Error}
	case response.StatusCode >= 300:
		return answer, fmt.Errorf("the payment component refused the payment (status %d): %s", response.StatusCode, answer.Error)
	}
	return answer, err
}
