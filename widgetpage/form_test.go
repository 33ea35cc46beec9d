package widgetpage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"frontdesk/apiclient/sandbox/upc"
	"frontdesk/apiclient/secret"
	"frontdesk/widgetpage"
)

// form is the payment component on a site of its own, http://127.0.0.1, with
// sessions that the test makes up. A session's name is its token.
type form struct {
	script string

	mu       sync.Mutex
	sessions map[string]upc.Session
	referers []string
	broken   func(http.ResponseWriter, *http.Request) // answers for the script, if there is one
}

func newForm(t *testing.T) *form {
	t.Helper()
	f := &form{sessions: map[string]upc.Session{}}
	component := upc.New(f)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.referers = append(f.referers, r.Referer())
		broken := f.broken
		f.mu.Unlock()
		if broken != nil && r.URL.Path == "/widget.js" {
			broken(w, r)
			return
		}
		component.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.script = server.URL + "/widget.js"
	return f
}

func (f *form) Session(token string) (upc.Session, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.sessions[token]
	if !ok {
		return s, upc.ErrUnknownSession
	}
	return s, nil
}

func (f *form) Authorise(token, _ string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.sessions[token]
	if !ok {
		return "", upc.ErrUnknownSession
	}
	s.RequestToken = "prt-" + token
	f.sessions[token] = s
	return s.RequestToken, nil
}

func (f *form) setBroken(broken func(http.ResponseWriter, *http.Request)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = broken
}

func (f *form) seenReferers() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.referers)
}

func (f *form) config() widgetpage.Config { return widgetpage.Config{WidgetURL: f.script} }

// view asks for a payment in a new session.
func (f *form) view(id string) widgetpage.View {
	token := "uss-" + id
	f.mu.Lock()
	f.sessions[token] = upc.Session{
		Scope: "ECOM", Amount: "44.67", Currency: "EUR",
		Methods: []string{"CREDIT_CARD", "SEPA", "PAYPAL", "BANCONTACT"},
	}
	f.mu.Unlock()
	return widgetpage.View{
		Kind: widgetpage.Pay, Studio: "Fit & Fun Hamburg-Altona", Language: "en", Country: "DE",
		Step: 2, Total: 2, Title: "Due today", Amount: "44.67 €", Purpose: "Flex, 12 months: start fee and March",
		SessionID: id, Session: secret.New(token), ValidUntil: time.Now().Add(17 * time.Minute),
	}
}

// token is what a view's payment brings.
func token(v widgetpage.View) string { return "prt-" + v.Session.Reveal() }

const (
	plainCard    = "4111 1111 1111 1111"
	bankByGET    = "4917 6100 0000 0000"
	bankByPOST   = "5454 5454 5454 5454"
	declinedCard = "4000 0000 0000 0002"
)

// payByCard fills the form in and submits it.
func payByCard(t *testing.T, tab context.Context, number string) {
	t.Helper()
	until(t, tab, `document.querySelector('[data-upc=method-CREDIT_CARD]')`)
	run(t, tab, fmt.Sprintf(`(() => {
		const find = (mark) => document.querySelector('[data-upc=' + mark + ']');
		find('method-CREDIT_CARD').click();
		const values = {'card-number': %q, 'card-expiry': '03/30', 'card-cvc': '737', 'card-holder': 'Zoe Example'};
		for (const [mark, value] of Object.entries(values)) {
			find(mark).value = value;
			find(mark).dispatchEvent(new Event('input', {bubbles: true}));
		}
		find('submit').click();
	})()`, number))
}

func clickUPC(t *testing.T, tab context.Context, mark string) {
	t.Helper()
	until(t, tab, fmt.Sprintf(`document.querySelector('[data-upc=%s]')`, mark))
	run(t, tab, fmt.Sprintf(`document.querySelector('[data-upc=%s]').click()`, mark))
}

func mounted(t *testing.T, tab context.Context, session string) {
	t.Helper()
	until(t, tab, fmt.Sprintf(`window.mounts?.at(-1)?.live && mounts.at(-1).config.userSessionToken === %q
		&& document.querySelector('#payment-form [data-upc=root]')`, session))
}
