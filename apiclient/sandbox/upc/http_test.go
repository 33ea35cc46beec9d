package upc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/sandbox/upc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, cfg sandbox.Config) *sandbox.Server {
	t.Helper()
	server, err := sandbox.Start(t.Context(), cfg, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return server
}

// session opens one at the API and returns its token.
func session(t *testing.T, server *sandbox.Server, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.BaseURL()+"/v1/payments/user-session", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-KEY", server.Key())
	r.Header.Set("Content-Type", "application/json")
	var answer struct {
		Token string `json:"token"`
	}
	if status := do(t, r, &answer); status != http.StatusOK {
		t.Fatalf("session: %d", status)
	}
	return answer.Token
}

const (
	account = `{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K7Q2"}`
	ecom    = `{"amount": 44.67, "scope": "ECOM", "referenceText": "K7Q2"}`
)

// client follows no redirect: the bank's Location is what tests look at.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func do(t *testing.T, r *http.Request, into any) int {
	t.Helper()
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v in %s", r.URL, err, data)
		}
	}
	return response.StatusCode
}

// pay posts a payment and decodes whichever answer comes.
type reply struct {
	upc.Result
	upc.Redirect
	upc.Problem
}

func pay(t *testing.T, server *sandbox.Server, token string, p upc.Payment) (int, reply) {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.UPCURL()+"/api/v1/payment-requests", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(upc.SessionHeader, token)
	var answer reply
	status := do(t, r, &answer)
	return status, answer
}

func TestPayDirectly(t *testing.T) {
	server := start(t, sandbox.Config{})
	for _, each := range []struct {
		name, session string
		payment       upc.Payment
		brand, last4  string
		detail        string
	}{
		{"sepa", account, upc.Payment{Method: "SEPA", IBAN: "DE02 1203 0000 0000 2020 51", AccountHolder: "Zoë"}, "", "2051", "sepa"},
		{"visa", ecom, upc.Payment{Method: "CREDIT_CARD", Card: "4111 1111 1111 1111", Expiry: "03/30", CVC: "737"}, "visa", "1111", "creditCard"},
		{"amex", account, upc.Payment{Method: "CREDIT_CARD", Card: "370000000000002"}, "amex", "0002", "creditCard"},
		{"bacs", account, upc.Payment{Method: "BACS", Account: "09083055", SortCode: "560036"}, "", "3055", "bacs"},
		{"cash", account, upc.Payment{Method: "CASH"}, "", "", "cash"},
		{"transfer", account, upc.Payment{Method: "BANK_TRANSFER"}, "", "", "bankTransfer"},
	} {
		t.Run(each.name, func(t *testing.T) {
			token := session(t, server, each.session)
			status, answer := pay(t, server, token, each.payment)
			if status != http.StatusOK || answer.Token == "" || answer.Method != each.payment.Method ||
				answer.Brand != each.brand || answer.Last4 != each.last4 || answer.Details[each.detail] == nil {
				t.Fatalf("%d %+v", status, answer)
			}
			if status, _ := pay(t, server, token, each.payment); status != http.StatusConflict {
				t.Errorf("paying twice: %d", status)
			}
			if status, again := pay(t, server, token, upc.Payment{Collect: true}); status != http.StatusOK || again.Token != answer.Token {
				t.Errorf("collecting again: %d %q, want %q", status, again.Token, answer.Token)
			}
			books := server.Sandbox().Ledger()
			last := books.Authorisations[len(books.Authorisations)-1]
			if last.Token != answer.Token || last.State != sandbox.StateAuthorised || last.Method != each.payment.Method {
				t.Errorf("ledger: %+v", last)
			}
		})
	}
}

func TestPayRefused(t *testing.T) {
	server := start(t, sandbox.Config{})
	for _, each := range []struct {
		name, session string
		payment       upc.Payment
		status        int
		field         string
	}{
		{"bad iban", account, upc.Payment{Method: "SEPA", IBAN: "DE02120300000000202052"}, 400, "iban"},
		{"no iban", account, upc.Payment{Method: "SEPA"}, 400, "iban"},
		{"declined iban", account, upc.Payment{Method: "SEPA", IBAN: "DE62370400440532013001"}, 402, ""},
		{"bad card", ecom, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111112"}, 400, "card"},
		{"bad expiry", ecom, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111", Expiry: "13/30"}, 400, "expiry"},
		{"declined card", ecom, upc.Payment{Method: "CREDIT_CARD", Card: "4000 0000 0000 0002"}, 402, ""},
		{"method of the other scope", ecom, upc.Payment{Method: "SEPA", IBAN: "DE02120300000000202051"}, 400, "method"},
		{"method not permitted", `{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "permittedPaymentChoices": ["SEPA"]}`, upc.Payment{Method: "CASH"}, 400, "method"},
		{"no signature", `{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "requireDirectDebitSignature": true}`, upc.Payment{Method: "SEPA", IBAN: "DE02120300000000202051"}, 400, "signature"},
		{"nothing to collect", account, upc.Payment{Collect: true}, 404, ""},
	} {
		t.Run(each.name, func(t *testing.T) {
			token := session(t, server, each.session)
			status, answer := pay(t, server, token, each.payment)
			if status != each.status || answer.Field != each.field || answer.Error == "" {
				t.Errorf("%d %+v, want %d at %q", status, answer.Problem, each.status, each.field)
			}
		})
	}
	if n := len(server.Sandbox().Ledger().Authorisations); n != 0 {
		t.Errorf("%d authorisations after refusals", n)
	}
	if status, _ := pay(t, server, "nonsense", upc.Payment{Method: "CASH"}); status != http.StatusUnauthorized {
		t.Errorf("unknown session: %d", status)
	}
}

// TestBank goes to the bank and comes back, as a program does.
func TestBank(t *testing.T) {
	server := start(t, sandbox.Config{})
	for _, each := range []struct {
		name     string
		payment  upc.Payment
		decision string
		status   int // of the bank's answer
		want     int // of finishing
	}{
		{"3-D Secure by GET", upc.Payment{Method: "CREDIT_CARD", Card: "4917610000000000"}, "approve", 303, 200},
		{"3-D Secure by POST", upc.Payment{Method: "CREDIT_CARD", Card: "5454545454545454"}, "approve", 200, 200},
		{"declined at the bank", upc.Payment{Method: "CREDIT_CARD", Card: "4917610000000000"}, "decline", 303, 402},
		{"bancontact", upc.Payment{Method: "BANCONTACT", Card: "6703444444444449"}, "approve", 303, 200},
		{"paypal", upc.Payment{Method: "PAYPAL"}, "approve", 303, 200},
		{"ideal", upc.Payment{Method: "IDEAL", Issuer: "ING"}, "approve", 303, 200},
	} {
		for _, returnURL := range []string{"", "http://localhost:1717/?a=1"} {
			t.Run(each.name+" to "+returnURL, func(t *testing.T) {
				token, other := session(t, server, ecom), session(t, server, ecom)
				p := each.payment
				p.ReturnURL = returnURL
				status, answer := pay(t, server, token, p)
				if status != http.StatusAccepted || !strings.HasPrefix(answer.URL, server.UPCURL()) {
					t.Fatalf("%d %+v", status, answer)
				}
				r, _ := http.NewRequestWithContext(t.Context(), "GET", answer.URL+"/confirm?decision="+each.decision, nil)
				response, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				back, err := url.Parse(response.Header.Get("Location"))
				if err != nil || response.StatusCode != each.status {
					t.Fatalf("bank: %d %v", response.StatusCode, err)
				}
				if returnURL != "" && (back.Host != "localhost:1717" || back.Query().Get("a") != "1") {
					t.Errorf("back to %s", back)
				}
				finish := upc.Payment{RedirectResult: back.Query().Get("redirectResult")}
				if status, _ := pay(t, server, other, finish); status != http.StatusNotFound {
					t.Errorf("finishing another session's payment: %d", status)
				}
				status, done := pay(t, server, token, finish)
				if status != each.want || (status == 200) != (done.Token != "") {
					t.Fatalf("finishing: %d %+v", status, done)
				}
				if status == 200 {
					if _, again := pay(t, server, token, finish); again.Token != done.Token {
						t.Errorf("finishing twice gives %q and %q", done.Token, again.Token)
					}
				} else if status, _ := pay(t, server, token, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111"}); status != 200 {
					t.Errorf("another try after the decline: %d", status)
				}
			})
		}
	}
}

// TestSilent: the card that never answers is ended by the caller.
func TestSilent(t *testing.T) {
	server := start(t, sandbox.Config{})
	token := session(t, server, ecom)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	body := strings.NewReader(`{"method": "CREDIT_CARD", "card": "4000000000003220"}`)
	r, _ := http.NewRequestWithContext(ctx, "POST", server.UPCURL()+"/api/v1/payment-requests", body)
	r.Header.Set(upc.SessionHeader, token)
	response, err := client.Do(r)
	if err == nil {
		response.Body.Close()
		t.Fatalf("answered %d", response.StatusCode)
	}
	if status, _ := pay(t, server, token, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111"}); status != http.StatusOK {
		t.Errorf("another card after giving up: %d", status)
	}
}

// TestSilentAborts: a caller that is gone gets no answer that could be taken
// for a good one.
func TestSilentAborts(t *testing.T) {
	server := start(t, sandbox.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, "POST", "/api/v1/payment-requests", strings.NewReader(`{"method": "CREDIT_CARD", "card": "4000000000003220"}`))
	r.Header.Set(upc.SessionHeader, session(t, server, ecom))
	w := httptest.NewRecorder()
	defer func() {
		if v := recover(); v != http.ErrAbortHandler || w.Body.Len() > 0 { //nolint:errorlint // a recovered value is no error chain
			t.Errorf("ended with %v and %q", v, w.Body)
		}
	}()
	server.Sandbox().UPC().ServeHTTP(w, r)
}

func TestExpiredSession(t *testing.T) {
	now := time.Now()
	server := start(t, sandbox.Config{Now: func() time.Time { return now }})
	token := session(t, server, account)
	now = now.Add(20 * time.Minute)
	if status, answer := pay(t, server, token, upc.Payment{Method: "CASH"}); status != http.StatusGone {
		t.Errorf("%d %+v", status, answer)
	}
}

func TestCORS(t *testing.T) {
	server := start(t, sandbox.Config{})
	const origin = "http://localhost:17171"
	for _, each := range []struct {
		method, url string
		allowed     bool
	}{
		{"OPTIONS", server.UPCURL() + "/api/v1/payment-requests", true},
		{"GET", server.UPCURL() + "/api/v1/session", true},
		{"GET", server.WidgetURL(), true},
		{"OPTIONS", server.BaseURL() + "/v1/payments/user-session", false},
		{"GET", server.BaseURL() + "/v1/studios/information", false},
		{"GET", server.BaseURL() + "/_ledger", false},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), each.method, each.url, nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("X-API-KEY", server.Key())
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		got := response.Header.Get("Access-Control-Allow-Origin")
		if each.allowed && got != origin || !each.allowed && got != "" {
			t.Errorf("%s %s: Access-Control-Allow-Origin %q", each.method, each.url, got)
		}
		if each.method == "OPTIONS" && each.allowed {
			if h := response.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(h, upc.SessionHeader) {
				t.Errorf("allowed headers %q", h)
			}
		}
	}
}
