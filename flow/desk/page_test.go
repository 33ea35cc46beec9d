package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// page is a member who signs and pays as soon as she is asked, unless play says
// otherwise. She pays over HTTP, at the sandbox's payment component.
type page struct {
	till *http.Client
	play func(ctx context.Context, v flow.ServePage, deliver deliverer) (done bool, err error)
	end  error // what Serve returns when play ends it with errEnd

	mu    sync.Mutex
	views []flow.PageView
	open  int
}

type deliverer = func(context.Context, flow.Fact) error

var errEnd = errors.New("end")

func (p *page) Serve(ctx context.Context, views <-chan flow.ServePage, deliver func(context.Context, flow.Fact) error) error {
	p.mu.Lock()
	p.open++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.open--
		p.mu.Unlock()
	}()
	if err := deliver(ctx, flow.PageListening{Link: secret.New("http://localhost:1/#k"), Code: "K7Q2"}); err != nil {
		return ignore(ctx, err)
	}
	did := map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case v := <-views:
			p.mu.Lock()
			p.views = append(p.views, v.View)
			play := p.play
			p.mu.Unlock()
			if did[v.View.N] {
				continue
			}
			if play != nil {
				if done, err := play(ctx, v, deliver); done || err != nil {
					did[v.View.N] = true
					if errors.Is(err, errEnd) {
						return p.end
					}
					if err != nil {
						return ignore(ctx, err)
					}
					continue
				}
			}
			if err := p.act(ctx, v.View, deliver, did); err != nil {
				return ignore(ctx, err)
			}
		}
	}
}

func ignore(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

func (p *page) act(ctx context.Context, v flow.PageView, deliver deliverer, did map[int]bool) error {
	switch v.Kind {
	case flow.PageSign:
		did[v.N] = true
		signed := flow.Signed{Blocks: map[int64]secret.Value{}}
		if v.SignContract {
			signed.Contract = stroke
		}
		for _, b := range v.Texts {
			signed.Blocks[b.ID] = stroke
		}
		return deliver(ctx, signed)
	case flow.PagePay:
		did[v.N] = true
		fact, err := p.pay(ctx, v)
		if err != nil {
			return err
		}
		return deliver(ctx, fact)
	}
	return nil
}

var stroke = secret.New("PHN2Zy8+")

// pay pays what the view asks for with the first instrument that is taken.
func (p *page) pay(ctx context.Context, v flow.PageView) (flow.PaymentAuthorised, error) {
	instruments := []map[string]any{
		{"collect": true}, // what was paid already, before a crash
		{"method": "SEPA", "iban": "DE02120300000000202051", "accountHolder": "Zoe"},
		{"method": "CREDIT_CARD", "card": "4111111111111111", "expiry": "03/30", "cvc": "737", "cardHolder": "Zoe"},
		{"method": "BANK_TRANSFER"},
		{"method": "CASH"},
	}
	for _, instrument := range instruments {
		body, err := json.Marshal(instrument)
		if err != nil {
			return flow.PaymentAuthorised{}, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://till.invalid/api/v1/payment-requests", bytes.NewReader(body))
		if err != nil {
			return flow.PaymentAuthorised{}, err
		}
		r.Header.Set("X-User-Payment-Session-Token", v.Session.Reveal())
		r.Header.Set("Content-Type", "application/json")
		resp, err := p.till.Do(r)
		if err != nil {
			return flow.PaymentAuthorised{}, err
		}
		var paid struct{ Token, Method, Last4, Error string }
		err = json.NewDecoder(resp.Body).Decode(&paid)
		resp.Body.Close()
		switch {
		case err != nil:
			return flow.PaymentAuthorised{}, err
		case resp.StatusCode == http.StatusOK:
			return flow.PaymentAuthorised{
				N: v.N, Token: secret.New(paid.Token),
				Instrument: flow.Instrument{Method: paid.Method, Last4: paid.Last4},
			}, nil
		case resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusNotFound:
			return flow.PaymentAuthorised{}, fmt.Errorf("the till says %d %s", resp.StatusCode, paid.Error)
		}
	}
	return flow.PaymentAuthorised{}, errors.New("the till takes nothing")
}

func (p *page) last() (v flow.PageView) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.views); n > 0 {
		v = p.views[n-1]
	}
	return v
}

func (p *page) serving() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}
