//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A person at the desk and the member in the browser, both real: offer 1001,
// twelve months, the drinks, a mandate, and a card whose bank wants to be
// asked. The studio's ledger has the last word.
func TestWholePath(t *testing.T) {
	links := make(chan string, 4)
	handed := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		link, _ := io.ReadAll(r.Body)
		links <- string(link)
	}))
	defer handed.Close()
	home := t.TempDir()
	term := startTerminal(t, 120, 36, []string{
		"HAND_OVER_TO=" + handed.URL, "FRONTDESK_WIDGET_BROWSER_COMMAND=hand-over", "TERM=xterm-256color",
		"XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home,
	}, "frontdesk", "demo", "--clock", "2026-03-10", "--state-dir", home)

	term.chooseFlexWithDrinks()
	term.fillInMember()
	term.confirmTexts()
	term.sees("44.67 €", "458.50 €", "No one else")
	term.insists(enter, "signs in the browser")

	link := await(t, links, "the link for the browser")
	tab := startBrowser(t)
	visit(t, tab, link)
	signEverything(t, tab)
	payByMandate(t, tab)
	payByCardWithBank(t, tab)
	until(t, tab, `document.title.length > 0 && !document.querySelector('#widget:not([hidden])')`)

	term.sees("1000482", "44.67")
	studio := regexp.MustCompile(`"api":"([^"]+)"`).FindStringSubmatch(read(t, filepath.Join(home, "frontdesk.log")))
	if studio == nil {
		t.Fatal("the log does not say where the sandbox is")
	}
	ledger := ledgerAt(t, studio[1]+"/_ledger")
	if len(ledger.Members) != 1 {
		t.Fatalf("%d members were created", len(ledger.Members))
	}
	m := ledger.Members[0]
	if m.CustomerID != 1000482 || m.Contract == nil || m.Contract.TermID != 10011 || !slices.Equal(m.Contract.OptionalModuleIDs, []int64{30011}) {
		t.Errorf("the wrong contract: %+v %+v", m, m.Contract)
	}
	if m.Contract.Paid != "44.67" || m.Contract.Open != "0.00" || ledger.Totals.Captured != "44.67" || ledger.Totals.LeftOver != "0.00" {
		t.Errorf("the money: paid %s, open %s, %+v", m.Contract.Paid, m.Contract.Open, ledger.Totals)
	}
	scopes := map[string]string{}
	for _, a := range ledger.Authorisations {
		scopes[a.Token] = a.Scope
	}
	if scopes[m.PaymentRequestToken] != "MEMBER_ACCOUNT" || scopes[m.Contract.InitialPaymentRequestToken] != "ECOM" {
		t.Errorf("the tokens are in the wrong fields: %v", scopes)
	}

	term.types(ctrlC)
	if err := await(t, term.ended, "the end of the program"); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

// signEverything draws a line on every pad and accepts.
func signEverything(t *testing.T, tab context.Context) {
	t.Helper()
	until(t, tab, `document.querySelectorAll('canvas').length >= 2`)
	evaluate(t, tab, `for (const canvas of document.querySelectorAll('canvas')) {
		canvas.scrollIntoView({block: 'center'});
		const box = canvas.getBoundingClientRect();
		const at = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
			bubbles: true, cancelable: true, pointerId: 1, button: type === 'pointermove' ? -1 : 0, buttons: 1,
			clientX: box.left + box.width * x, clientY: box.top + box.height * y}));
		at('pointerdown', .2, .6); at('pointermove', .4, .2); at('pointermove', .6, .7); at('pointermove', .8, .3); at('pointerup', .8, .3);
	}`)
	evaluate(t, tab, `document.querySelector('form button[type=submit]').click()`)
}

func payByMandate(t *testing.T, tab context.Context) {
	t.Helper()
	until(t, tab, `document.querySelector('[data-upc=method-SEPA]')`)
	evaluate(t, tab, `document.querySelector('[data-upc=method-SEPA]').click()`)
	fill(t, tab, "account-holder", "Peter Muller")
	fill(t, tab, "iban", "DE02120300000000202051")
	evaluate(t, tab, `document.querySelector('[data-upc=mandate]').click()`)
	evaluate(t, tab, `document.querySelector('[data-upc=submit]').click()`)
}

func payByCardWithBank(t *testing.T, tab context.Context) {
	t.Helper()
	until(t, tab, `!document.querySelector('[data-upc=method-SEPA]') && document.querySelector('[data-upc=method-CREDIT_CARD]')`)
	evaluate(t, tab, `document.querySelector('[data-upc=method-CREDIT_CARD]').click()`)
	fill(t, tab, "card-number", "4917 6100 0000 0000")
	fill(t, tab, "card-expiry", "03/30")
	fill(t, tab, "card-cvc", "737")
	fill(t, tab, "card-holder", "Peter Muller")
	evaluate(t, tab, `document.querySelector('[data-upc=submit]').click()`)
	until(t, tab, `document.querySelector('[data-upc=bank-approve]')`)
	evaluate(t, tab, `document.querySelector('[data-upc=bank-approve]').click()`)
}

func fill(t *testing.T, tab context.Context, mark, text string) {
	t.Helper()
	evaluate(t, tab, fmt.Sprintf(`{
		const input = document.querySelector('[data-upc=%s]');
		input.value = %q;
		input.dispatchEvent(new Event('input', {bubbles: true}));
	}`, mark, text))
}

// startBrowser starts a Chromium of its own and returns its tab.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
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

func visit(t *testing.T, tab context.Context, link string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(link)); err != nil {
		t.Fatal(err)
	}
}

func evaluate(t *testing.T, tab context.Context, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](statement)); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// until waits for a condition on the page, across navigations.
func until(t *testing.T, tab context.Context, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	look := fmt.Sprintf(`new Promise((done) => {
		const look = () => { let met; try { met = %s; } catch {} if (met) done(true); else setTimeout(look, 5); };
		look();
	})`, condition)
	for {
		met, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise))
		switch {
		case met:
			return
		case ctx.Err() != nil:
			t.Fatalf("waited in vain for %s", condition)
		case err != nil && !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context"):
			t.Fatalf("%s: %v", condition, err)
		}
	}
}
