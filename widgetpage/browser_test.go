package widgetpage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

// patience is the deadline of every wait on the browser; nothing waits that
// long when it works.
const patience = 20 * time.Second

// newTab opens a tab in a profile of its own.
func newTab(t *testing.T) context.Context {
	t.Helper()
	return tabOf(t, chromedp.WithNewBrowserContext())
}

// besides opens another tab in the same profile.
func besides(t *testing.T, tab context.Context) context.Context {
	t.Helper()
	return tabOf(t, chromedp.WithExistingBrowserContext(chromedp.FromContext(tab).BrowserContextID))
}

func tabOf(t *testing.T, options ...chromedp.ContextOption) context.Context {
	t.Helper()
	browser, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	tab, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(func() {
		_ = chromedp.Cancel(tab)
		cancel()
	})
	if err := chromedp.Do(tab); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	call(t, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: spy})
	prefer(t, tab, "light")
	return tab
}

// call sends one command of the browser's protocol.
func call[P, R any](t *testing.T, tab context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	answer, err := chromedp.Call(tab, command, params)
	if err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
	return answer
}

// spy lets a test see each mount of the payment form and what the page's
// policy blocked, and speak for the form. With window.onInit and
// window.onDestroy a test makes the one form misbehave.
const spy = `(() => {
	const mounts = window.mounts = [];
	window.violations = [];
	window.failures = [];
	window.addEventListener('error', (e) => failures.push(e.message));
	window.addEventListener('unhandledrejection', (e) => failures.push('rejected: ' + e.reason));
	document.addEventListener('securitypolicyviolation', (e) => violations.push(e.effectiveDirective + ' ' + e.blockedURI));
	let real;
	Object.defineProperty(window, 'paymentWidget', {configurable: true, get: () => real, set(widget) {
		real = {...widget, init(config) {
			const mount = {config, live: true, search: location.search, others: mounts.filter((m) => m.live).length};
			mounts.push(mount);
			if (window.onInit) return window.onInit(() => widget.init(config), config, mount);
			const handle = widget.init(config);
			return {...handle, destroy() { mount.live = false; return (window.onDestroy ?? (() => {}))(handle.destroy()); }};
		}};
	}});
})()`

// prefer sets what the browser says of the member's eyes: light or dark.
func prefer(t *testing.T, tab context.Context, scheme string) {
	t.Helper()
	call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

func do(t *testing.T, tab context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("browser: %v\n%s", err, screenText(tab))
	}
}

func open(t *testing.T, tab context.Context, address string) {
	t.Helper()
	do(t, tab, chromedp.Navigate(address))
}

func screenText(tab context.Context) string {
	ctx, cancel := context.WithTimeout(tab, 2*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href.split('#')[0] + "\n" + document.body?.innerText`))
	if err != nil {
		return err.Error()
	}
	return "the page shows: " + text
}

// see waits until the page shows text.
func see(t *testing.T, tab context.Context, text string) {
	t.Helper()
	until(t, tab, fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// until waits for a JavaScript condition, also across navigations: those end
// the evaluation that was under way, and it begins anew in the next document.
func until(t *testing.T, tab context.Context, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	wait := fmt.Sprintf(`new Promise((done) => {
		const look = () => {
			let met = false;
			try { met = %s; } catch {}
			if (met) done(true); else setTimeout(look, 5);
		};
		look();
	})`, condition)
	for {
		met, err := chromedp.Run(ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise))
		switch {
		case met:
			return
		case ctx.Err() != nil:
			t.Fatalf("waited in vain for %s\n%s", condition, screenText(tab))
		case !strings.Contains(err.Error(), "navigated") && !strings.Contains(err.Error(), "context"):
			t.Fatalf("%s: %v", condition, err)
		}
	}
}

func js[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// run is for its effect.
func run(t *testing.T, tab context.Context, statement string) {
	t.Helper()
	js[chromedp.Void](t, tab, statement)
}

// desk is a page with somebody who listens to it.
type desk struct {
	*widgetpage.Page
	t *testing.T

	mu      sync.Mutex
	refuse  error // what Deliver answers
	results []widgetpage.Result
	events  []widgetpage.Event
	changed chan struct{} // closed and renewed with each of the above
}

func openDesk(t *testing.T, c widgetpage.Config) *desk {
	t.Helper()
	d := &desk{t: t, changed: make(chan struct{})}
	c.Deliver = func(_ context.Context, r widgetpage.Result) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.refuse != nil {
			return d.refuse
		}
		d.results = append(d.results, r)
		d.announce()
		return nil
	}
	c.Notify = func(e widgetpage.Event) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.events = append(d.events, e)
		d.announce()
	}
	if c.Timers.CloseTab == 0 {
		c.Timers.CloseTab = time.Hour
	}
	p, err := widgetpage.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	d.Page = p
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	return d
}

func (d *desk) announce() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// await waits until what was heard satisfies the condition.
func (d *desk) await(what string, condition func([]widgetpage.Result, []widgetpage.Event) bool) {
	d.t.Helper()
	deadline := time.After(patience)
	for {
		d.mu.Lock()
		ok, changed := condition(d.results, d.events), d.changed
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			d.t.Fatalf("waited in vain for %s; heard %v and %d results", what, d.heard(), len(d.results))
		}
	}
}

// hear waits for an event of a kind and returns the last one.
func (d *desk) hear(kind widgetpage.EventKind) widgetpage.Event {
	d.t.Helper()
	var found widgetpage.Event
	d.await(string(kind), func(_ []widgetpage.Result, events []widgetpage.Event) bool {
		for _, e := range slices.Backward(events) {
			if e.Kind == kind {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// result waits for result number n, from 1.
func (d *desk) result(n int) widgetpage.Result {
	d.t.Helper()
	var r widgetpage.Result
	d.await(fmt.Sprintf("result %d", n), func(results []widgetpage.Result, _ []widgetpage.Event) bool {
		if len(results) < n {
			return false
		}
		r = results[n-1]
		return true
	})
	return r
}

func (d *desk) heard() []widgetpage.EventKind {
	d.mu.Lock()
	defer d.mu.Unlock()
	var kinds []widgetpage.EventKind
	for _, e := range d.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (d *desk) setRefusal(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refuse = err
}

// asked is a desk whose page is open in a tab and shows a view.
func asked(t *testing.T, v widgetpage.View, c widgetpage.Config) (*desk, context.Context) {
	t.Helper()
	d := openDesk(t, c)
	d.Show(v)
	tab := newTab(t)
	open(t, tab, d.Link())
	t.Cleanup(func() { // before the tab is closed
		if failures, err := chromedp.Run(tab, chromedp.Evaluate[[]string]("window.failures")); err == nil && len(failures) > 0 {
			t.Errorf("the page's script failed: %q", failures)
		}
	})
	return d, tab
}
