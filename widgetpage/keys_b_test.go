package widgetpage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"frontdesk/widgetpage"
)

// types presses keys, whoever has the focus.
func types(t *testing.T, tab context.Context, keys string) {
	t.Helper()
	do(t, tab, chromedp.KeyEvent(keys))
}

// tabTo moves the focus on to what a JavaScript condition on e describes, and
// checks that one can see where it is.
func tabTo(t *testing.T, tab context.Context, condition string) {
	t.Helper()
	var passed []string
	for range 30 {
		types(t, tab, kb.Tab)
		if js[bool](t, tab, fmt.Sprintf("((e) => Boolean(%s))(document.activeElement)", condition)) {
			if js[bool](t, tab, `((e) => !e.closest('#widget') && getComputedStyle(e).outlineStyle === 'none')(document.activeElement)`) {
				t.Errorf("%s has the focus and does not show it", condition)
			}
			return
		}
		passed = append(passed, js[string](t, tab, "document.activeElement.tagName + ' ' + document.activeElement.textContent.slice(0, 20)"))
	}
	t.Fatalf("the tab key does not lead to %s, but to %q", condition, passed)
}

func says(text string) string { return fmt.Sprintf("e.textContent === %q", text) }

// A signature needs a pen, a finger or a mouse; everything else does not.
func TestW63KeyboardAlone(t *testing.T) {
	t.Parallel()
	f := newForm(t)
	d, tab := asked(t, signing(), f.config())
	call(t, tab, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	see(t, tab, "Direct debit mandate")

	tabTo(t, tab, says("House rules"))
	tabTo(t, tab, says("Sign and continue"))
	types(t, tab, kb.Enter)
	see(t, tab, "This signature is still missing.")
	tabTo(t, tab, says("I do not want to sign"))
	types(t, tab, kb.Enter)
	until(t, tab, "document.activeElement.textContent === 'Back to the texts'")
	types(t, tab, kb.Enter)
	until(t, tab, "document.activeElement.textContent === 'I do not want to sign'")

	tabTo(t, tab, says("Something wrong? Tell the desk"))
	types(t, tab, kb.Enter)
	types(t, tab, "Hello")
	types(t, tab, kb.Enter)
	if got := d.hear(widgetpage.Note); got.Text != "Hello" {
		t.Errorf("heard %q", got.Text)
	}
	until(t, tab, "document.activeElement.textContent === 'Something wrong? Tell the desk'")

	v := f.view("one")
	d.Show(v)
	mounted(t, tab, "uss-one")
	until(t, tab, "document.querySelector('[data-upc=method-CREDIT_CARD]')")
	tabTo(t, tab, "e.matches('[data-upc^=method-]')")
	types(t, tab, " ")
	until(t, tab, "document.querySelector('[data-upc=card-number]')")
	for mark, text := range map[string]string{"card-number": plainCard, "card-expiry": "03/30", "card-cvc": "737", "card-holder": "Zoe"} {
		run(t, tab, "document.activeElement.blur(); document.querySelector('[data-upc=method-CREDIT_CARD]').focus()")
		tabTo(t, tab, fmt.Sprintf("e.matches('[data-upc=%s]')", mark))
		types(t, tab, text)
	}
	tabTo(t, tab, "e.matches('[data-upc=submit]')")
	types(t, tab, kb.Enter)
	if got := d.result(1); got.Token.Reveal() != token(v) {
		t.Errorf("result %+v", got)
	}
	see(t, tab, "Thank you")

	d.Show(widgetpage.View{Kind: widgetpage.Done, Language: "en"})
	see(t, tab, "You can close this tab")
	until(t, tab, "document.activeElement.id === 'heading'") // where a screen reader goes on
}
