package widgetpage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

// axe-core looks at each state of the page, and at its colours by night too.
func TestW63EveryState(t *testing.T) {
	t.Parallel()
	eachState(t, "light")
}

// eachState brings the page into all of its states, one after the other.
func eachState(t *testing.T, scheme string) {
	t.Helper()
	check := func(t *testing.T, tab context.Context, name, title string) {
		t.Helper()
		until(t, tab, fmt.Sprintf("document.title === %q", title))
		if got := js[string](t, tab, "document.documentElement.lang"); got != "en" {
			t.Errorf("%s: the language is %q", name, got)
		}
		accessible(t, tab, name, "{}")
		if scheme == "light" {
			prefer(t, tab, "dark")
			accessible(t, tab, name+" in the dark", "{runOnly: ['color-contrast']}")
			prefer(t, tab, scheme)
		}
		takePictures(t, tab, name+" "+scheme)
	}
	f := newForm(t)
	var ahead atomic.Int64 // of the real time
	c := f.config()
	c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	c.Timers.RetryMin = 50 * time.Millisecond
	const studio = " · Fit & Fun Hamburg-Altona"
	wait := widgetpage.View{Kind: widgetpage.Wait, Language: "en", Studio: "Fit & Fun Hamburg-Altona"}
	d, tab := asked(t, wait, c)
	prefer(t, tab, scheme)

	see(t, tab, "One moment, please")
	check(t, tab, "waiting", "One moment, please"+studio)

	sign := signing()
	sign.Studio, sign.Purpose = wait.Studio, "Flex, 12 months"
	d.Show(sign)
	see(t, tab, "Direct debit mandate")
	check(t, tab, "signing", "Step 1 of 3"+studio)
	draw(t, tab, 1)
	press(t, tab, "Sign and continue")
	see(t, tab, "This signature is still missing.")
	check(t, tab, "signing, one is missing", "Step 1 of 3"+studio)
	press(t, tab, "I do not want to sign")
	check(t, tab, "refusing", "Step 1 of 3"+studio)
	press(t, tab, "Yes, stop here")
	see(t, tab, "You did not sign")
	check(t, tab, "refused", "You did not sign"+studio)

	first := f.view("one")
	first.Step, first.Total, first.Title, first.Amount, first.Purpose = 2, 3, "Monthly payments", "", "Flex, 12 months: 29.90 € a month from April"
	d.Show(first)
	mounted(t, tab, "uss-one")
	check(t, tab, "paying", "Step 2 of 3"+studio)
	payByCard(t, tab, declinedCard)
	see(t, tab, "reports a problem")
	check(t, tab, "declined", "Step 2 of 3"+studio)
	press(t, tab, "Something wrong? Tell the desk")
	check(t, tab, "asking for help", "Step 2 of 3"+studio)
	press(t, tab, "Tell the desk")
	see(t, tab, "The desk has been told.")
	d.setRefusal(errors.New("the disk is full"))
	payByCard(t, tab, bankByGET)
	clickUPC(t, tab, "bank-approve")
	see(t, tab, "Please keep this page open")
	check(t, tab, "back from the bank, the desk is deaf", "Step 2 of 3"+studio)
	d.setRefusal(nil)
	see(t, tab, "This has arrived at the desk")
	check(t, tab, "thanks", "Thank you"+studio)

	second := f.view("two")
	second.Step, second.Total = 3, 3
	d.Show(second)
	mounted(t, tab, "uss-two")
	ahead.Store(int64(15*time.Minute + 30*time.Second))
	see(t, tab, "The session ends soon")
	check(t, tab, "expiring", "Step 3 of 3"+studio)
	ahead.Store(int64(17 * time.Minute))
	see(t, tab, "This session has ended")
	check(t, tab, "expired", "This session has ended"+studio)
	ahead.Store(0)
	d.Show(widgetpage.View{Kind: widgetpage.Cancelled, Language: "en", Studio: wait.Studio})
	see(t, tab, "Stopped at the desk")
	check(t, tab, "cancelled", "Stopped at the desk"+studio)

	f.setBroken(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	do(t, tab, chromedp.Reload())
	d.Show(second)
	see(t, tab, "could not be loaded")
	check(t, tab, "script failed", "Step 3 of 3"+studio)
	f.setBroken(nil)
	press(t, tab, "Try again")
	mounted(t, tab, "uss-two")

	twin := besides(t, tab)
	prefer(t, twin, scheme)
	open(t, twin, d.Origin()+"/app.css")
	run(t, twin, fmt.Sprintf("sessionStorage['frontdesk.key'] = %q", js[string](t, tab, "sessionStorage['frontdesk.key']")))
	open(t, twin, d.Origin())
	see(t, twin, "Open in another tab")
	check(t, twin, "duplicate tab", "Open in another tab"+studio)
	call(t, twin, page.Close, cdp.Empty{})

	link := d.Link()
	newer := besides(t, tab)
	prefer(t, newer, scheme)
	open(t, newer, link)
	mounted(t, newer, "uss-two")
	see(t, tab, "Opened again")
	check(t, tab, "opened again", "Opened again"+studio)
	for _, other := range []struct{ address, name, title string }{
		{link, "link used", "This link has been used"},
		{d.Origin() + "/#k=guess", "link wrong", "This link does not work"},
		{d.Origin() + "/?redirectResult=x", "no key", "This page needs a link from the desk"},
	} {
		stranger := newTab(t)
		prefer(t, stranger, scheme)
		open(t, stranger, other.address)
		see(t, stranger, other.title)
		check(t, stranger, other.name, other.title)
		call(t, stranger, page.Close, cdp.Empty{})
	}

	d.Show(widgetpage.View{Kind: widgetpage.Done, Language: "en", Studio: wait.Studio})
	see(t, newer, "You can close this tab")
	check(t, newer, "done", "Done, close this tab"+studio)

	gone, last := asked(t, first, c)
	prefer(t, last, scheme)
	mounted(t, last, "uss-one")
	if err := gone.Close(t.Context()); err != nil {
		t.Error(err)
	}
	see(t, last, "This page has ended")
	check(t, last, "program ended", "This page has ended"+studio)
}

// accessible lets axe-core look at a tab.
func accessible(t *testing.T, tab context.Context, name, options string) {
	t.Helper()
	if !js[bool](t, tab, "typeof axe === 'object'") {
		axe, err := os.ReadFile("testdata/axe.min.js")
		if err != nil {
			t.Fatal(err)
		}
		run(t, tab, string(axe))
	}
	found := js[[]string](t, tab, fmt.Sprintf(`axe.run(document, %s).then((r) => {
		if (!r.passes.length) return ['nothing was looked at'];
		return r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html + ' ' + n.failureSummary));
	})`, options))
	for _, violation := range found {
		t.Errorf("%s: %s", name, violation)
	}
}

// takePictures helps to look at the page: WIDGETPAGE_PICTURES names a directory
// for them. Tests do without.
func takePictures(t *testing.T, tab context.Context, name string) {
	t.Helper()
	dir := os.Getenv("WIDGETPAGE_PICTURES")
	if dir == "" {
		return
	}
	for _, width := range []int64{1280, 390} {
		do(t, tab, chromedp.EmulateViewport(width, 800))
		picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		file := strings.NewReplacer(",", "", " ", "-").Replace(fmt.Sprintf("%s %d.png", name, width))
		if err := os.WriteFile(filepath.Join(dir, file), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	do(t, tab, chromedp.ResetViewport())
}
