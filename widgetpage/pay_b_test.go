package widgetpage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

func TestW28TwoStepsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	first, second := f.view("one"), f.view("two")
	first.Step = 1
	d, tab := asked(t, first, f.config())
	mounted(t, tab, "uss-one")
	payByCard(t, tab, plainCard)
	if got := d.result(1); got.SessionID != "one" || got.Token.Reveal() != token(first) ||
		got.Method != "creditCard" || got.Last4 != "1111" || strings.Contains(got.Brand, "4111") {
		t.Errorf("result %+v", got)
	}
	see(t, tab, "Thank you")
	d.Show(second)
	mounted(t, tab, "uss-two")
	payByCard(t, tab, "5555 4444 3333 1111")
	if got := d.result(2); got.SessionID != "two" || got.Token.Reveal() != token(second) {
		t.Errorf("result %+v", got)
	}
	if got := js[[]int](t, tab, "mounts.map((m) => m.others)"); !slices.Equal(got, []int{0, 0}) {
		t.Errorf("W-27: live forms at each mount: %v", got)
	}
	d.Show(widgetpage.View{Kind: widgetpage.Done})
	see(t, tab, "You can close this tab")
}

func TestW27OldFormIsGoneBeforeTheNext(t *testing.T) {
	t.Parallel()
	for name, onDestroy := range map[string]string{
		"slow":   "() => new Promise((done) => setTimeout(done, 300))",
		"throws": "() => { throw new Error('no') }",
		"fails":  "() => Promise.reject(new Error('no'))",
		"never":  "() => new Promise(() => {})",
	} {
		t.Run(name, func(t *testing.T) {
			f := newForm(t)
			d, tab := asked(t, f.view("one"), f.config())
			mounted(t, tab, "uss-one")
			run(t, tab, "window.onDestroy = "+onDestroy)
			for i := range 3 {
				d.Show(f.view(fmt.Sprint("next", i)))
			}
			mounted(t, tab, "uss-next2")
			if got := js[string](t, tab, `JSON.stringify([Math.max(...mounts.map((m) => m.others)), document.querySelectorAll('[data-upc=root]').length])`); got != "[0,1]" {
				t.Errorf("most others alive, and roots on the page: %s", got)
			}
		})
	}
}

func TestW29ReloadAtAnyMoment(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	first, second := f.view("one"), f.view("two")
	wait := first
	wait.Kind = widgetpage.Wait
	d, tab := asked(t, wait, f.config())
	reload := func() { do(t, tab, chromedp.Reload()) }
	see(t, tab, "Due today")
	reload()
	see(t, tab, "Due today")
	d.Show(first)
	mounted(t, tab, "uss-one")
	reload()
	mounted(t, tab, "uss-one")
	payByCard(t, tab, plainCard)
	d.result(1)
	reload()
	see(t, tab, "Thank you")
	d.Show(second)
	mounted(t, tab, "uss-two")
	reload()
	mounted(t, tab, "uss-two")
	payByCard(t, tab, plainCard)
	if got := d.result(2); got.SessionID != "two" {
		t.Errorf("result %+v", got)
	}
	for _, k := range d.heard() {
		if k == widgetpage.Left || k == widgetpage.Lost || k == widgetpage.LinkReused || k == widgetpage.Keyless {
			t.Errorf("heard %s", k)
		}
	}
}

func TestW30ErrorsEndNothing(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	d, tab := asked(t, v, f.config())
	payByCard(t, tab, declinedCard)
	see(t, tab, "reports a problem")
	d.hear(widgetpage.WidgetFailed)
	for _, odd := range []string{"undefined", "null", "'text'", "{}", "{message: {}}"} {
		run(t, tab, "mounts[0].config.onError("+odd+")")
	}
	run(t, tab, "mounts[0].config.onPaymentStateChange(); mounts[0].config.onSuccess(); mounts[0].config.onSuccess(''); mounts[0].config.onSuccess({})")
	d.setRefusal(errors.New("not yet")) // so that the page stays as it is after the success
	payByCard(t, tab, plainCard)
	see(t, tab, "Please keep this page open")
	run(t, tab, "mounts[0].config.onError(new Error('after success'))")
	if js[bool](t, tab, "!document.querySelector('#alert').hidden") {
		t.Error("an error after the success is shown")
	}
	d.setRefusal(nil)
	if got := d.result(1); got.Token.Reveal() != token(v) {
		t.Errorf("result %+v", got)
	}
	see(t, tab, "Thank you")
}

func TestW30FormThatThrowsAtOnce(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	v.Country = "Germany" // refused by init
	d, tab := asked(t, v, f.config())
	see(t, tab, "reports a problem")
	if got := d.hear(widgetpage.WidgetFailed); !strings.Contains(got.Text, "countryCode") {
		t.Errorf("heard %q", got.Text)
	}
	d.Show(f.view("two"))
	mounted(t, tab, "uss-two")
}

func TestW32ResultIsBroughtUntilItIsTaken(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	c := f.config()
	c.Timers.RetryMin, c.Timers.RetryMax = 20*time.Millisecond, 100*time.Millisecond
	d, tab := asked(t, v, c)
	d.setRefusal(errors.New("the disk is full"))
	payByCard(t, tab, plainCard)
	see(t, tab, "Please keep this page open")
	see(t, tab, token(v)) // W-34
	run(t, tab, "mounts[0].config.onError(new Error('x'))")
	d.Show(f.view("two")) // other things go on, and do not cover it
	mounted(t, tab, "uss-two")
	see(t, tab, token(v))
	do(t, tab, chromedp.Reload())
	see(t, tab, token(v))
	d.setRefusal(nil)
	if got := d.result(1); got.Token.Reveal() != token(v) || got.SessionID != "one" || !got.Late {
		t.Errorf("result %+v", got)
	}
	until(t, tab, `document.querySelector('#unsent').hidden && !sessionStorage['frontdesk.outbox']`)
}

func TestW34ProgramIsGone(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	c := f.config()
	c.Timers.RetryMin = 20 * time.Millisecond
	d, tab := asked(t, v, c)
	d.setRefusal(errors.New("the disk is full"))
	payByCard(t, tab, plainCard)
	see(t, tab, token(v))
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
	see(t, tab, "This page has ended")
	see(t, tab, token(v))
	until(t, tab, `document.querySelector('#unsent button').textContent === 'Copy'`)
}

func TestW33DoubleSuccess(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	run(t, tab, `(() => { const {onSuccess} = mounts[0].config; for (const token of ['a', 'a', 'b']) onSuccess('prt-' + token); })()`)
	if a, b := d.result(1), d.result(2); a.Token.Reveal() != "prt-a" || a.Second || b.Token.Reveal() != "prt-b" || !b.Second {
		t.Errorf("results %+v, %+v", a, b)
	}
	see(t, tab, "Thank you")
}

func TestW35LateSuccess(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	d.Show(f.view("two"))
	mounted(t, tab, "uss-two")
	run(t, tab, "mounts[0].config.onSuccess('prt-late')")
	if got := d.result(1); got.SessionID != "one" || !got.Late || got.Token.Reveal() != "prt-late" {
		t.Errorf("result %+v", got)
	}
	until(t, tab, "mounts[1].live && mounts.length === 2")
}

func TestW36DetailsStayInTheBrowser(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := openDesk(t, f.config()), newTab(t)
	open(t, tab, d.Link())
	see(t, tab, "One moment, please")
	run(t, tab, `(() => {
		window.sent = [];
		const real = window.fetch;
		window.fetch = (path, options) => { sent.push(options?.body ?? ''); return real(path, options); };
	})()`)
	for i, c := range []struct{ details, method, brand, last4 string }{
		{`{sepa: {bankAccountDetails: {accountHolder: 'Zoe', bankName: 'B', bic: 'BYLADEM1001', iban: 'DE02 1203 0000 0000 2020 51', signature: 'x'}}}`, "sepa", "", "2051"},
		{`{creditCard: {brand: 'visa', cardHolder: 'Zoe', cardNumber: '**** **** **** 1111', expiry: '03/30'}}`, "creditCard", "visa", "1111"},
		{`{bacs: {accountHolder: 'Zoe', bankAccountNumber: '09083055', bankLocationId: '560036', mandateId: 'm', shopperEmail: 'z@example.invalid'}}`, "bacs", "", "3055"},
		{`{paypal: {}}`, "paypal", "", ""},
		{`undefined`, "", "", ""},
		{`null`, "", "", ""},
		{`'text'`, "", "", ""},
		{`{creditCard: {brand: 'visa', cardNumber: 4111111111111111}}`, "creditCard", "visa", "1111"},
	} {
		d.Show(f.view(fmt.Sprint(i)))
		mounted(t, tab, fmt.Sprint("uss-", i))
		run(t, tab, fmt.Sprintf(`mounts.at(-1).config.onSuccess('prt-x', %s)`, c.details))
		if got := d.result(i + 1); got.Method != c.method || got.Brand != c.brand || got.Last4 != c.last4 {
			t.Errorf("%s: %+v", c.details, got)
		}
		sent := js[string](t, tab, "sent.join()")
		for _, private := range []string{"DE02", "Zoe", "BYLA", "09083055", "560036", "z@", "03/30", "411111"} {
			if strings.Contains(sent, private) {
				t.Errorf("%s left the page: %s", private, sent)
			}
		}
	}
}

func TestW39BankAndBack(t *testing.T) {
	t.Parallel()
	for name, card := range map[string]string{"GET": bankByGET, "POST": bankByPOST} {
		t.Run(name, func(t *testing.T) {
			f := newForm(t)
			v := f.view("one")
			c := f.config()
			c.Timers.Gone = 300 * time.Millisecond
			d, tab := asked(t, v, c)
			payByCard(t, tab, card)
			until(t, tab, `document.querySelector('[data-upc=bank-approve]')`) // W-31: no dialog was in the way
			d.hear(widgetpage.Left)
			clickUPC(t, tab, "bank-approve")
			if got := d.result(1); got.Token.Reveal() != token(v) || got.Late {
				t.Errorf("result %+v", got)
			}
			d.hear(widgetpage.Back)
			see(t, tab, "Thank you")
			until(t, tab, `location.search === ''`)
			if got := js[string](t, tab, "mounts[0].search"); !strings.HasPrefix(got, "?redirectResult=") {
				t.Errorf("the form came back to the query %q", got)
			}
			d.Show(f.view("two"))
			mounted(t, tab, "uss-two")
			if got := js[string](t, tab, "mounts.at(-1).search"); got != "" {
				t.Errorf("the next form sees the query %q", got)
			}
		})
	}
}

func TestW39QueryOfAnEarlierStepIsNotShownToTheNext(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	payByCard(t, tab, bankByGET)
	until(t, tab, `document.querySelector('[data-upc=bank-approve]')`)
	d.Show(f.view("two")) // meanwhile the desk went on
	clickUPC(t, tab, "bank-approve")
	mounted(t, tab, "uss-two")
	if got := js[string](t, tab, "mounts[0].search + location.search"); got != "" {
		t.Errorf("the form sees the query %q", got)
	}
}

func TestW31BankDeclines(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	v := f.view("one")
	d, tab := asked(t, v, f.config())
	payByCard(t, tab, bankByGET)
	clickUPC(t, tab, "bank-decline")
	see(t, tab, "reports a problem")
	payByCard(t, tab, plainCard)
	if got := d.result(1); got.Token.Reveal() != token(v) {
		t.Errorf("result %+v", got)
	}
}

// A browser that keeps a page which was left keeps its connections too, so the
// page lets go of its stream itself. Chromium does not keep pages that say
// no-store, hence the events by hand.
func TestW45KeptPageLetsGoOfItsStream(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.Gone = 300 * time.Millisecond
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	run(t, tab, "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
	d.hear(widgetpage.Left)
	run(t, tab, "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
	d.hear(widgetpage.Back)
	if got := js[int](t, tab, "mounts.length"); got != 1 {
		t.Errorf("the form was mounted %d times", got)
	}
	payByCard(t, tab, plainCard)
	d.result(1)
}

func TestW45LeavingIsNoticedAtOnce(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.Gone = 300 * time.Millisecond
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	open(t, tab, strings.Replace(f.script, "widget.js", "bank/done", 1))
	d.hear(widgetpage.Left)
	do(t, tab, chromedp.NavigateBack())
	d.hear(widgetpage.Back)
	mounted(t, tab, "uss-one")
	payByCard(t, tab, plainCard)
	d.result(1)
}

func TestW48DeskSpeaksThePageFollows(t *testing.T) {
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	mounted(t, tab, "uss-one")
	follows := func(what string, within func()) {
		t.Helper()
		begin := time.Now()
		within()
		if took := time.Since(begin); took > time.Second {
			t.Errorf("%s: seen after %v", what, took)
		}
	}
	follows("a renewed session", func() {
		d.Show(f.view("renewed"))
		mounted(t, tab, "uss-renewed")
	})
	follows("cancelled", func() {
		d.Show(widgetpage.View{Kind: widgetpage.Cancelled})
		see(t, tab, "Stopped at the desk")
		until(t, tab, "!mounts.at(-1).live")
	})
	follows("going on all the same", func() {
		d.Show(f.view("again"))
		mounted(t, tab, "uss-again")
	})
	follows("the end of the program", func() {
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
		see(t, tab, "This page has ended")
		until(t, tab, "!mounts.at(-1).live")
	})
	next := openDesk(t, f.config())
	next.Show(f.view("next"))
	open(t, tab, next.Link())
	mounted(t, tab, "uss-next")
	follows("finished", func() {
		next.Show(widgetpage.View{Kind: widgetpage.Done, Language: "en"})
		see(t, tab, "You can close this tab")
	})
}

func TestW50CloseWithABrowserAttached(t *testing.T) { closeOnce(t) }

// closeOnce pays and closes at once: the last answer must have arrived, and the
// end must be on the screen.
func closeOnce(t *testing.T) {
	t.Helper()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	payByCard(t, tab, plainCard)
	d.result(1)
	d.Show(widgetpage.View{Kind: widgetpage.Done})
	begin := time.Now()
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("Close took %v", took)
	}
	see(t, tab, "You can close this tab")
	until(t, tab, "sessionStorage.length === 0")
}

func TestW52SessionEndsOnThePage(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	var ahead atomic.Int64 // of the real time
	c := f.config()
	c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	see(t, tab, "Session valid for 17 minutes")
	ahead.Store(int64(15*time.Minute + 30*time.Second))
	d.hear(widgetpage.Expiring)
	see(t, tab, "Session valid for 1:")
	see(t, tab, "The session ends soon")
	ahead.Store(int64(17 * time.Minute))
	d.hear(widgetpage.Expired)
	see(t, tab, "This session has ended")
	until(t, tab, "!mounts.at(-1).live")
	v := f.view("two")
	v.ValidUntil = v.ValidUntil.Add(17 * time.Minute)
	d.Show(v)
	mounted(t, tab, "uss-two")
}

func TestW53EndOfThePage(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	c := f.config()
	c.Timers.CloseTab = 300 * time.Millisecond
	d, tab := asked(t, f.view("one"), c)
	mounted(t, tab, "uss-one")
	run(t, tab, "localStorage.left = 'by the payment form'; window.close = () => { window.closed1 = (window.closed1 || 0) + 1; }")
	payByCard(t, tab, plainCard)
	d.result(1)
	see(t, tab, "Thank you")
	d.Show(widgetpage.View{Kind: widgetpage.Done, Studio: "Fit & Fun"})
	see(t, tab, "Done")
	until(t, tab, "sessionStorage.length === 0 && localStorage.length === 0")
	until(t, tab, "window.closed1 === 1")
	see(t, tab, "You can close this tab")
}

func TestPaymentFormReportsItsWork(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, f.view("one"), f.config())
	d.hear(widgetpage.Mounted)
	payByCard(t, tab, declinedCard)
	d.hear(widgetpage.Idle)
	heard := slices.DeleteFunc(d.heard(), func(k widgetpage.EventKind) bool {
		return !slices.Contains([]widgetpage.EventKind{widgetpage.Mounted, widgetpage.Processing, widgetpage.Idle}, k)
	})
	if !slices.Equal(heard, []widgetpage.EventKind{widgetpage.Mounted, widgetpage.Processing, widgetpage.Idle}) {
		t.Errorf("heard %v", heard)
	}
}
