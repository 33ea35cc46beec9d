package upc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"frontdesk/apiclient/sandbox"
)

// host is a page on http://localhost that mounts the widget, with a policy as
// strict as a real one's, and even stricter on styles.
type host struct {
	*httptest.Server
	token atomic.Value // the session token to mount next
	extra atomic.Value // more members of the config, as JavaScript
	posts atomic.Int32 // returns by POST
}

const hostPage = `<!doctype html><html lang="en"><title>host</title><div id="pay"></div>
<script nonce="n0nce" src="%s"></script>
<script nonce="n0nce">
window.calls = [];
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));
window.mount = (extra) => {
  const note = (name) => (...values) => calls.push([name, ...values.map((v) => v instanceof Error ? v.message : v)]);
  window.widget = paymentWidget.init({
    userSessionToken: %q, environment: 'sandbox', countryCode: 'DE', locale: 'en', container: 'pay',
    onSuccess: note('success'), onPaymentStateChange: note('state'), onError: note('error'), ...extra,
  });
};
window.named = (name) => calls.filter((c) => c[0] === name);
window.touched = [];
new MutationObserver((all) => all.forEach((m) => {
  if (!document.getElementById('pay').contains(m.target)) touched.push(m.type + ' of ' + m.target.nodeName);
})).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
mount({%s});
</script></html>`

func newHost(t *testing.T, server *sandbox.Server) *host {
	t.Helper()
	h := &host{}
	h.token.Store("")
	h.extra.Store("")
	policy := fmt.Sprintf("default-src 'none'; base-uri 'none'; script-src 'nonce-n0nce' 'strict-dynamic'; style-src 'none'; "+
		"connect-src 'self' https: %[1]s; frame-src https: %[1]s; form-action 'self' https: %[1]s", server.UPCURL())
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/":
			http.NotFound(w, r)
		case r.Method == http.MethodPost:
			h.posts.Add(1)
			http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy)
			fmt.Fprintf(w, hostPage, server.WidgetURL(), h.token.Load(), h.extra.Load())
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// address has another host than the payment component, as the real page does.
func (h *host) address() string {
	_, port, _ := net.SplitHostPort(h.Listener.Addr().String())
	return "http://localhost:" + port + "/"
}

// browse starts a browser for one test and returns a tab of it.
func browse(t *testing.T) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(tab)
		cancel()
	})
	if err := chromedp.Do(tab); err != nil {
		t.Fatal(err)
	}
	return tab
}

// step is something done in a tab.
type step = chromedp.Action[chromedp.Void]

func run(t *testing.T, tab context.Context, steps ...step) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	for i, each := range steps {
		if err := chromedp.Do(ctx, each); err != nil {
			t.Fatalf("step %d: %v\n%s", i+1, err, eval(t, tab, `[location.href, document.body.innerText, window.calls]`))
		}
	}
}

// patience is the limit of what a test waits for; nothing takes that long when
// it works.
const patience = 30 * time.Second

func find(mark string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf(`[data-upc=%q]`, mark)) }

func click(mark string) step { return chromedp.Click(find(mark)) }

func visible(mark string) step { return chromedp.WaitVisible(find(mark)) }

func fill(mark, text string) step { return chromedp.SendKeys(find(mark), text) }

func script(statement string) step { return chromedp.Evaluate[chromedp.Void](statement) }

// until waits for a condition, also across navigations: those end the
// evaluation that is under way, and it begins anew in the next document.
func until(condition string) step {
	wait := fmt.Sprintf(`new Promise((done) => {
		const look = () => {
			let met = false;
			try { met = %s; } catch {}
			if (met) done(true); else setTimeout(look, 5);
		};
		look();
	})`, condition)
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for {
			met, err := chromedp.Run(ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise))
			switch {
			case met:
				return nil
			case ctx.Err() != nil:
				return fmt.Errorf("waited in vain for %s", condition)
			case !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context"):
				return err
			}
		}
	})
}

// eval returns a value of the page as JSON.
func eval(t *testing.T, tab context.Context, expression string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify(`+expression+`)`))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func TestWidgetSEPA(t *testing.T) {
	server := start(t, sandbox.Config{})
	h, ctx := newHost(t, server), browse(t)
	h.token.Store(session(t, server, `{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "permittedPaymentChoices": ["CASH", "SEPA", "CREDIT_CARD", "PAYPAL"]}`))
	h.extra.Store(`customerData: {name: 'Zoë'}`)
	run(t, ctx, chromedp.Navigate(h.address()), click("method-SEPA"), visible("iban"))

	if got := eval(t, ctx, `[...document.querySelectorAll('input[type=radio]')].map((i) => i.value).join()`); got != `"SEPA,CREDIT_CARD,CASH"` {
		t.Errorf("methods %s", got)
	}
	if got := eval(t, ctx, `[document.querySelector('[data-upc="account-holder"]').value, document.querySelector('[data-upc=submit]').disabled]`); got != `["Zoë",true]` {
		t.Errorf("holder and button before the mandate: %s", got)
	}
	run(t, ctx, fill("iban", "DE02 1203 0000 0000 2020 51"), click("mandate"))
	if got := eval(t, ctx, `widget.getPaymentState()`); got != `{"isProcessing":false,"canSubmit":true}` {
		t.Errorf("state with the mandate: %s", got)
	}
	run(t, ctx, click("submit"), until(`named('success').length > 0`))

	books := server.Sandbox().Ledger()
	var success []json.RawMessage
	if err := json.Unmarshal([]byte(eval(t, ctx, `named('success')[0]`)), &success); err != nil || len(success) != 4 {
		t.Fatalf("onSuccess: %s, %v", success, err)
	}
	if string(success[1]) != `"`+books.Authorisations[0].Token+`"` || !strings.Contains(string(success[2]), "DE02120300000000202051") {
		t.Errorf("onSuccess(%s, %s)", success[1], success[2])
	}
	if got := eval(t, ctx, `[violations, touched]`); got != `[[],[]]` {
		t.Errorf("policy violations, and what was touched outside the container: %s", got)
	}
	if got := eval(t, ctx, `(widget.destroy(), document.getElementById('pay').childElementCount)`); got != "0" {
		t.Errorf("after destroy %s elements are left", got)
	}
}

// TestWidgetReturn goes to the bank and back, by GET and by POST, and finds
// the session again.
func TestWidgetReturn(t *testing.T) {
	server := start(t, sandbox.Config{})
	h, ctx := newHost(t, server), browse(t)
	for i, each := range []struct {
		card  string
		posts int32
	}{
		{"4917610000000000", 0},
		{"5454 5454 5454 5454", 1},
	} {
		h.token.Store(session(t, server, ecom))
		run(t, ctx,
			chromedp.Navigate(h.address()+"?keep=me#frag"),
			click("method-CREDIT_CARD"),
			fill("card-number", each.card), fill("card-expiry", "03/30"), fill("card-cvc", "737"),
			click("submit"),
			click("bank-approve"),
			until(`window.named && named('success').length > 0`),
		)
		books := server.Sandbox().Ledger()
		want := strconv.Quote(books.Authorisations[i].Token)
		if got := eval(t, ctx, `named('success')[0][1]`); got != want {
			t.Errorf("%s: token %s, want %s", each.card, got, want)
		}
		if got := eval(t, ctx, `[location.search.startsWith('?keep=me&redirectResult='), named('success').length, named('error').length, violations.length]`); got != "[true,1,0,0]" {
			t.Errorf("%s: query kept, successes, errors, violations: %s", each.card, got)
		}
		if got := h.posts.Load(); got != each.posts {
			t.Errorf("%s: %d returns by POST, want %d", each.card, got, each.posts)
		}
		// Mounted again, with the query and without it.
		run(t, ctx, chromedp.Reload(), until(`window.named && named('success').length > 0`))
		if got := eval(t, ctx, `named('success')[0][1]`); got != want {
			t.Errorf("%s: token %s after a reload, want %s", each.card, got, want)
		}
		run(t, ctx, chromedp.Navigate(h.address()), click("continue"), until(`named('success').length > 0`))
		if got := eval(t, ctx, `named('success')[0][1]`); got != want {
			t.Errorf("%s: token %s by continue, want %s", each.card, got, want)
		}
	}
}

func TestWidgetDecline(t *testing.T) {
	server := start(t, sandbox.Config{})
	h, ctx := newHost(t, server), browse(t)
	h.token.Store(session(t, server, `{"amount": 44.67, "scope": "ECOM", "referenceText": "K", "permittedPaymentChoices": ["CREDIT_CARD"]}`))
	h.extra.Store(`hidePaymentButton: true`)
	run(t, ctx,
		chromedp.Navigate(h.address()),
		// The only method is chosen already, and there is no button.
		fill("card-number", "4000 0000 0000 0002"), fill("card-expiry", "03/30"), fill("card-cvc", "123"),
		script(`void widget.submitPayment().catch((e) => calls.push(['rejected', e.message]))`),
		until(`named('rejected').length > 0`),
	)
	if got := eval(t, ctx, `[named('error').length, document.querySelector('[data-upc=message]').innerText, document.querySelector('[data-upc=submit]')]`); got != `[1,"the card was declined",null]` {
		t.Errorf("after the decline: %s", got)
	}
	run(t, ctx,
		chromedp.SetValue(find("card-number"), "4111111111111111"),
		script(`void widget.submitPayment()`),
		until(`named('success').length > 0`),
	)
	if got := eval(t, ctx, `[named('success')[0][2].creditCard.cardNumber, named('error').length]`); got != `["************1111",1]` {
		t.Errorf("after the second try: %s", got)
	}

	// Declined at the bank: back with an error and the form.
	h.token.Store(session(t, server, ecom))
	h.extra.Store("")
	run(t, ctx,
		chromedp.Navigate(h.address()), click("method-PAYPAL"), click("submit"), click("bank-decline"),
		until(`window.named && named('error').length > 0`), click("method-CREDIT_CARD"), visible("card-number"),
	)

	// A card that never answers leaves the widget working.
	run(t, ctx,
		fill("card-number", "4000 0000 0000 3220"), click("submit"),
		until(`widget.getPaymentState().isProcessing`),
	)
}

func TestWidgetExpired(t *testing.T) {
	var ahead atomic.Int64
	server := start(t, sandbox.Config{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	h, ctx := newHost(t, server), browse(t)
	h.token.Store(session(t, server, account))
	ahead.Store(int64(time.Hour))
	run(t, ctx, chromedp.Navigate(h.address()), until(`named('error').length > 0`))
	if got := eval(t, ctx, `[named('error')[0][1], document.querySelector('[data-upc=message]').innerText]`); got != `["this payment session has expired","this payment session has expired"]` {
		t.Errorf("said %s", got)
	}
}

func TestWidgetThrows(t *testing.T) {
	server := start(t, sandbox.Config{})
	h, ctx := newHost(t, server), browse(t)
	h.token.Store(session(t, server, account))
	run(t, ctx, chromedp.Navigate(h.address()), until(`window.named`))
	for change, want := range map[string]string{
		`{container: 'nowhere'}`:                         "container not found",
		`{container: '#pay'}`:                            "container not found",
		`{container: null}`:                              "container is required",
		`{userSessionToken: ''}`:                         "userSessionToken is required",
		`{locale: undefined}`:                            "locale is required",
		`{countryCode: 'Germany'}`:                       "invalid countryCode",
		`{environment: 'production'}`:                    "invalid environment",
		`{container: document.getElementById('pay')}`:    "no throw",
		`{environment: 'live', locale: 'de-DE'}`:         "no throw",
		`{onSuccess: undefined, onError: undefined}`:     "no throw",
		`{onPaymentStateChange() { throw new Error() }}`: "no throw",
	} {
		got := eval(t, ctx, `(() => { try { mount(`+change+`); widget.destroy(); return 'no throw' } catch (e) { return e.message } })()`)
		if !strings.Contains(got, want) {
			t.Errorf("init with %s: %s, want %q", change, got, want)
		}
	}
	if got := eval(t, ctx, `(() => { try { paymentWidget.init() } catch (e) { return e.message } })()`); !strings.Contains(got, "configuration is required") {
		t.Errorf("init(): %s", got)
	}
}
