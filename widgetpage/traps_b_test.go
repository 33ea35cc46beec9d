package widgetpage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/widgetpage"
)

// What payment forms were seen to do to the pages that host them. Each is done
// to one page after the other, which must take the payment all the same.
func TestW27W30FormsThatMisbehave(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("first"), f.config())
	mounted(t, tab, "uss-first")
	paid := 0
	for _, c := range []struct {
		name   string
		onInit string
		sees   string // a condition that must come true
		pays   bool   // the member can pay in it
	}{
		{"leaves itself behind", `(init, config, mount) => { init(); return {destroy() { mount.live = false; }}; }`, "", true},
		{"answers nothing", `(init, config, mount) => { init(); mount.live = false; }`, "", true},
		{"answers null", `(init, config, mount) => { init(); mount.live = false; return null; }`, "", true},
		{"cannot be destroyed", `(init, config, mount) => { init(); mount.live = false; return {submitPayment() {}}; }`, "", true},
		{"answers a promise", `async (init, config, mount) => { const h = init(); return {destroy() { mount.live = false; h.destroy(); }}; }`, "", true},
		{"takes its place away", `(init, config, mount) => { init(); return {destroy() { mount.live = false; config.container.remove(); }}; }`, "", true},
		{"takes all places away", `(init, config, mount) => { init(); return {destroy() { mount.live = false; config.container.parentNode.replaceChildren(); }}; }`, "", true},
		{
			"looks at its place at once", // in F a form in a hidden place stayed empty until a reload
			`(init, {container}, mount) => {
				window.place = container instanceof HTMLElement && container.isConnected && container.checkVisibility() && container.clientWidth > 200;
				const h = init();
				return {destroy() { mount.live = false; h.destroy(); }};
			}`, "window.place === true", true,
		},
		{
			"says ever so much",
			`(init, config, mount) => {
				const h = init();
				for (let i = 0; i < 500; i++) config.onPaymentStateChange({isProcessing: false, canSubmit: Boolean(i % 2)});
				for (const odd of [undefined, null, 7, 'x', {}, {isProcessing: 'no'}]) config.onPaymentStateChange(odd);
				config.onPaymentStateChange({});
				return {destroy() { mount.live = false; h.destroy(); }};
			}`, "", true,
		},
		{
			"complains before it shows itself",
			`(init, config, mount) => {
				for (const odd of [new Error('early'), 'early', undefined, {}, {message: null}]) config.onError(odd);
				const h = init();
				return {destroy() { mount.live = false; h.destroy(); }};
			}`, "document.querySelector('#alert').textContent.includes('reports a problem')", true,
		},
		{
			"is done at once", // before the page has its handle
			`(init, config, mount) => {
				config.onSuccess('prt-' + config.userSessionToken);
				return {destroy() { mount.live = false; }};
			}`, "", false,
		},
		{
			"is done with all three arguments",
			`(init, config, mount) => {
				setTimeout(() => config.onSuccess('prt-' + config.userSessionToken, {paypal: {}}, 'pi-instrument-token'));
				return {destroy() { mount.live = false; }};
			}`, "", false,
		},
		{
			"is done twice, and once more when it is gone",
			`(init, config, mount) => {
				const done = () => config.onSuccess('prt-' + config.userSessionToken);
				for (let i = 0; i < 2; i++) done();
				return {destroy() { mount.live = false; done(); }};
			}`, "", false,
		},
		{
			"complains after it is done",
			`(init, config, mount) => {
				config.onSuccess('prt-' + config.userSessionToken);
				config.onError(new Error('after'));
				return {destroy() { mount.live = false; throw new Error('no'); }};
			}`, "document.querySelector('#alert').hidden", false,
		},
	} {
		run(t, tab, "window.onInit = "+c.onInit)
		v := f.view(strings.ReplaceAll(c.name, " ", "-"))
		d.Show(v)
		session := v.Session.Reveal()
		until(t, tab, fmt.Sprintf("mounts.at(-1).config.userSessionToken === %q", session))
		if c.sees != "" {
			until(t, tab, c.sees)
		}
		if c.pays {
			until(t, tab, "document.querySelector('#payment-form [data-upc=root]')")
			if got := js[string](t, tab, "[mounts.at(-1).others, document.querySelectorAll('[data-upc=root]').length, document.querySelectorAll('#payment-form').length].join()"); got != "0,1,1" {
				t.Errorf("%s: others alive, forms and places: %s", c.name, got)
			}
			payByCard(t, tab, plainCard)
		}
		paid++
		if got := d.result(paid); got.SessionID != v.SessionID || got.Token.Reveal() != token(v) || got.Late || got.Second {
			t.Fatalf("%s: result %+v", c.name, got)
		}
		see(t, tab, "This has arrived at the desk")
		until(t, tab, "!document.querySelector('#widget').childNodes.length") // nothing of it is left, whatever it says
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.results) != paid {
		t.Errorf("%d results of %d payments", len(d.results), paid)
	}
}

// Forms that never come to life can be tried again.
func TestW30FormsThatFail(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.Script = 3 * time.Second
	d, tab := asked(t, f.view("first"), c)
	mounted(t, tab, "uss-first")
	for name, c := range map[string]struct{ onInit, says string }{
		"promise":  {"async () => { throw new Error('later'); }", "later"},
		"throws":   {"() => { throw new TypeError('at once'); }", "at once"},
		"throws 7": {"() => { throw 7; }", "7"},
		"blank":    {"(init, config, mount) => ({destroy() { mount.live = false; }})", "nothing to be seen"},
	} {
		run(t, tab, "window.onInit = "+c.onInit)
		v := f.view(strings.ReplaceAll(name, " ", "-"))
		d.Show(v)
		until(t, tab, "document.querySelector('#alert button')?.textContent === 'Try again'")
		d.await(c.says, func(_ []widgetpage.Result, events []widgetpage.Event) bool {
			return slices.Contains(events, widgetpage.Event{Kind: widgetpage.WidgetFailed, SessionID: v.SessionID, Text: c.says})
		})
		run(t, tab, "window.onInit = undefined; document.querySelector('#alert button').click()")
		mounted(t, tab, v.Session.Reveal())
		until(t, tab, "document.querySelector('#alert').hidden && document.querySelectorAll('[data-upc=root]').length === 1")
	}
}

// What init is told: no more than it knows, and never an amount.
func TestW28WhatTheFormIsTold(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	v.Amount = "0,00 €" // the session of regular payments; its zero is nobody's business
	v.Language, v.Country = "it", "it"
	d, tab := asked(t, v, f.config())
	mounted(t, tab, "uss-one")
	for range 5 { // news that changes nothing for the form
		v.Purpose += "."
		d.Show(v)
		see(t, tab, v.Purpose)
	}
	run(t, tab, "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); dispatchEvent(new Event('online'))")
	const told = `container,countryCode=IT,environment=sandbox,locale=it-IT,onError,onPaymentStateChange,onSuccess,styling,userSessionToken=uss-one`
	if got := js[string](t, tab, `Object.entries(mounts[0].config).map(([k, v]) => typeof v === 'string' ? k + '=' + v : k).sort().join()`); got != told {
		t.Errorf("init was told %s", got)
	}
	payByCard(t, tab, plainCard)
	d.result(1)
	if n := js[int](t, tab, "mounts.length"); n != 1 {
		t.Errorf("the form was mounted %d times", n)
	}
}

func TestStylingOfTheForm(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Styling = widgetpage.Styling{BorderRadius: "3px", BoxShadow: "none"}
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	look := func() string {
		return js[string](t, tab, `(({styling: s}) => [s.stripe.appearance.theme, s.textColorMain, s.borderRadius, document.querySelector('#widget').dataset.ground].join())(mounts.at(-1).config)`)
	}
	if got := look(); got != "stripe,#1d2230,3px,light" {
		t.Errorf("by day: %s", got)
	}
	prefer(t, tab, "dark")
	d.Show(f.view("two"))
	mounted(t, tab, "uss-two")
	if got := look(); got != "night,#eceef2,3px,dark" {
		t.Errorf("by night: %s", got)
	}
	accessible(t, tab, "the form by night", "{}")

	c.Styling.PrimaryColor, c.Styling.TextColorMain = "#ff6600", "#101010"
	own := openDesk(t, c)
	own.Show(f.view("three"))
	open(t, tab, own.Link())
	mounted(t, tab, "uss-three")
	if got := look(); got != "stripe,#101010,3px,light" {
		t.Errorf("with colours of its own, by night: %s", got)
	}
}

// A page that came back from the bank stays, however the form takes it.
func TestW29NoReloadOfItsOwn(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	d, tab := asked(t, v, f.config())
	payByCard(t, tab, bankByGET)
	clickUPC(t, tab, "bank-decline")
	see(t, tab, "reports a problem")
	run(t, tab, "window.sameDocument = true")
	payByCard(t, tab, plainCard)
	d.result(1)
	see(t, tab, "Thank you")
	d.Show(f.view("two"))
	mounted(t, tab, "uss-two")
	if !js[bool](t, tab, "window.sameDocument === true") {
		t.Error("the page loaded itself again")
	}
}
