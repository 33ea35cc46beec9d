package widgetpage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

// cable lets a test cut the page's own connections, the open ones too.
const cable = `(() => {
	const real = window.fetch;
	let plug = new AbortController();
	window.tries = 0;
	window.cut = () => { window.down = true; plug.abort(); plug = new AbortController(); };
	window.fetch = (path, options = {}) => {
		if (!path.startsWith('/')) return real(path, options);
		window.tries++;
		if (window.down) return Promise.reject(new TypeError('no connection'));
		return real(path, {...options, signal: AbortSignal.any([plug.signal, ...(options.signal ? [options.signal] : [])])});
	};
})()`

func TestW44PageFindsItsWayBack(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.RetryMin, c.Timers.RetryMax = 20*time.Millisecond, 50*time.Millisecond
	d, tab := openDesk(t, c), newTab(t)
	call(t, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: cable})
	d.Show(f.view("one"))
	open(t, tab, d.Link())
	mounted(t, tab, "uss-one")
	run(t, tab, "cut()")
	see(t, tab, "does not answer")
	until(t, tab, "mounts[0].live") // what the member has typed is not thrown away
	d.Show(f.view("two"))           // nobody hears it
	run(t, tab, "tries = 0")
	until(t, tab, "tries > 5")
	run(t, tab, "down = false")
	mounted(t, tab, "uss-two")
	until(t, tab, "document.querySelector('#alert').hidden")
	payByCard(t, tab, plainCard)
	d.result(1)
}

// A machine that is told nothing but refusals, then by its own network that
// there is one again.
func TestW32ServerIsDown(t *testing.T) {
	t.Parallel()
	for name, recovery := range map[string]string{
		"online":   "dispatchEvent(new Event('online'))",
		"pageshow": "dispatchEvent(new PageTransitionEvent('pageshow'))",
		"reload":   "location.reload()",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForm(t)
			v := f.view("one")
			c := f.config()
			c.Timers.RetryMin, c.Timers.RetryMax = time.Hour, time.Hour // nothing comes of waiting
			d, tab := asked(t, v, c)
			mounted(t, tab, "uss-one")
			offline := func(is bool) {
				call(t, tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
					MatchedNetworkConditions: []*network.Conditions{{URLPattern: d.Origin() + "/*", DownloadThroughput: -1, UploadThroughput: -1, Offline: is}},
				})
			}
			offline(true)
			payByCard(t, tab, plainCard)
			see(t, tab, "Please keep this page open")
			see(t, tab, token(v))
			d.mu.Lock()
			n := len(d.results)
			d.mu.Unlock()
			if n != 0 {
				t.Fatal("the network was not down")
			}
			offline(false)
			run(t, tab, recovery)
			if got := d.result(1); got.Token.Reveal() != token(v) {
				t.Errorf("result %+v", got)
			}
			until(t, tab, `document.querySelector('#unsent').hidden && !sessionStorage['frontdesk.outbox']`)
		})
	}
}

// What Chromium's Local Network Access does to a bank inside the form: the
// frame ends in an error of the browser, and nobody hears of it.
func TestW43FrameThatEndsInAnError(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	c := f.config()
	c.Timers.Frame = 100 * time.Millisecond
	d, tab := asked(t, v, c)
	mounted(t, tab, "uss-one")
	atTheBank := `(() => {
		const frame = document.createElement('iframe');
		frame.onload = () => { // at the bank; then where the browser lets nobody go
			frame.onload = null;
			frame.src = 'http://blocked.test:81/';
		};
		frame.src = new URL('/bank/done', document.querySelector('script[src*=widget]').src);
		document.querySelector('#payment-form').append(frame);
	})()`
	run(t, tab, atTheBank)
	see(t, tab, "Nothing has happened for a while")
	see(t, tab, "allow access to the local network")
	run(t, tab, "mounts[0].config.onPaymentStateChange({isProcessing: true}); mounts[0].config.onPaymentStateChange({isProcessing: false})")
	until(t, tab, "document.querySelector('#alert').hidden")
	payByCard(t, tab, plainCard) // another method
	if got := d.result(1); got.Token.Reveal() != token(v) {
		t.Errorf("result %+v", got)
	}
}

func TestW38FormOfTheBankBecomesAGet(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	bank := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><form method="post" action="%s/?PaRes=a%%2Fb&amp;x"><input name="MD" value="1"></form><script>document.forms[0].submit()</script>`, d.Origin())
	}))
	t.Cleanup(bank.Close)
	open(t, tab, d.Link())
	see(t, tab, "One moment, please")
	open(t, tab, strings.Replace(bank.URL, "127.0.0.1", "bank.test", 1))
	see(t, tab, "One moment, please")
	until(t, tab, "location.search === '?PaRes=a%2Fb&x'")
	do(t, tab, chromedp.Reload()) // asks for the page, not for the form again
	see(t, tab, "One moment, please")
}

// A question on leaving would stand between the member and the bank. Browsers
// ask it only of people who have touched the page.
func TestW31NoQuestionOnLeaving(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	_, tab := asked(t, f.view("one"), f.config())
	var asked sync.Map
	if err := chromedp.Listen(tab, func(event any) {
		if dialog, ok := event.(*page.EventJavascriptDialogOpening); ok {
			asked.Store(dialog.Type, true)
			go func() { // or nothing would ever go on
				_, _ = chromedp.Call(tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		}
	}); err != nil {
		t.Fatal(err)
	}
	mounted(t, tab, "uss-one")
	do(t, tab, chromedp.Click(chromedp.CSS("[data-upc=method-CREDIT_CARD]")))
	if !js[bool](t, tab, "navigator.userActivation.hasBeenActive") {
		t.Fatal("nobody has touched the page")
	}
	payByCard(t, tab, bankByGET)
	until(t, tab, `document.querySelector('[data-upc=bank-approve]')`)
	asked.Range(func(kind, _ any) bool {
		t.Errorf("the page asked: %v", kind)
		return true
	})
}

func TestW62WholePathOnThisMachine(t *testing.T) {
	t.Parallel()
	wholePath(t)
}

// wholePath is everything from the first signature to the closed program, with
// a reload, both ways back from a bank, and attacks in between. Nothing of it
// leaves this machine.
func wholePath(t *testing.T) {
	t.Helper()
	f := newForm(t)
	d, tab := openDesk(t, f.config()), newTab(t)
	watchHosts(t, tab)
	sign := signing()
	d.Show(sign)
	open(t, tab, d.Link())
	see(t, tab, "Direct debit mandate")
	draw(t, tab, 0)
	draw(t, tab, 2)
	press(t, tab, "Sign and continue")
	if got := d.result(1); got.Kind != widgetpage.Signatures || got.SessionID != sign.SessionID {
		t.Errorf("signatures: %+v", got)
	}
	see(t, tab, "Thank you")
	for i, card := range []string{bankByGET, bankByPOST} {
		v := f.view(fmt.Sprint("session", i))
		v.Step = i + 1
		d.Show(v)
		mounted(t, tab, v.Session.Reveal())
		attack(t, tab, d)
		do(t, tab, chromedp.Reload())
		payByCard(t, tab, card)
		clickUPC(t, tab, "bank-approve")
		if got := d.result(i + 2); got.Token.Reveal() != token(v) || got.SessionID != v.SessionID || got.Late || got.Second {
			t.Errorf("payment %d: %+v", i+1, got)
		}
		see(t, tab, "Thank you")
	}
	d.Show(widgetpage.View{Kind: widgetpage.Done, Language: "en"})
	see(t, tab, "You can close this tab")
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
	until(t, tab, "sessionStorage.length === 0")
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.results) != 3 {
		t.Errorf("%d results, want 3", len(d.results))
	}
}

// watchHosts fails the test when its tab asks anybody but this machine.
func watchHosts(t *testing.T, tab context.Context) {
	t.Helper()
	var mu sync.Mutex
	var foreign []string
	asked := 0
	if err := chromedp.Listen(tab, func(event any) {
		request, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		asked++
		u, err := url.Parse(request.Request.URL)
		if err == nil && (u.Scheme == "data" || u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1") {
			return
		}
		foreign = append(foreign, request.Request.URL)
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if asked == 0 || len(foreign) > 0 {
			t.Errorf("%d requests, of them to strangers: %q", asked, foreign)
		}
	})
}
