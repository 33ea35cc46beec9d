package widgetpage_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"frontdesk/widgetpage"
)

func signing() widgetpage.View {
	return widgetpage.View{
		Kind: widgetpage.Sign, Studio: "Fit & Fun", Language: "en", Step: 1, Total: 3, Title: "Please sign", SessionID: "sign",
		ContractSignature: true,
		Texts: []widgetpage.Text{
			{ID: 7, Title: "Direct debit mandate", Body: "I authorise the studio.\n\nIt ends with the contract.", Required: true},
			{ID: 8, Title: "Photos", Body: "Pictures may be shown.", LinkTitle: "House rules", LinkURL: "https://studio.example/rules.pdf"},
		},
	}
}

// draw signs on pad number n, from 0, with the mouse.
func draw(t *testing.T, tab context.Context, n int) {
	t.Helper()
	at := js[[]float64](t, tab, fmt.Sprintf(`(() => {
		const pad = document.querySelectorAll('canvas')[%d];
		pad.scrollIntoView({block: 'center'});
		const {left, top} = pad.getBoundingClientRect();
		return [left, top];
	})()`, n))
	point := func(i int) (x, y float64) { return at[0] + 30 + float64(8*i), at[1] + 80 + float64(20*(i%3)) }
	x, y := point(0)
	steps := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.ButtonLeft)}
	for i := range 12 {
		x, y = point(i)
		steps = append(steps, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y, chromedp.ButtonLeft))
	}
	do(t, tab, append(steps, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x, y, chromedp.ButtonLeft))...)
}

func press(t *testing.T, tab context.Context, label string) {
	t.Helper()
	run(t, tab, fmt.Sprintf(`[...document.querySelectorAll('button')].find((b) => b.textContent === %q && !b.hidden).click()`, label))
}

func TestSigning(t *testing.T) {
	t.Parallel()
	d, tab := asked(t, signing(), widgetpage.Config{})
	see(t, tab, "Direct debit mandate")
	const link = `<a href="https://studio.example/rules.pdf" target="_blank" rel="noopener noreferrer">House rules</a>`
	if got := js[string](t, tab, "[...document.querySelectorAll('#stage a')].map((a) => a.outerHTML).join()"); got != link {
		t.Errorf("links: %s", got)
	}
	press(t, tab, "Sign and continue")
	see(t, tab, "This signature is still missing.")

	draw(t, tab, 1)
	press(t, tab, "Clear") // thought better of it
	draw(t, tab, 0)
	draw(t, tab, 2)
	press(t, tab, "Sign and continue")
	got := d.result(1)
	if got.Kind != widgetpage.Signatures || got.SessionID != "sign" || len(got.Signatures) != 1 {
		t.Fatalf("result %+v", got)
	}
	for what, value := range map[string]string{"mandate": got.Signatures[7].Reveal(), "contract": got.Contract.Reveal()} {
		svg, err := base64.StdEncoding.DecodeString(value)
		if err != nil || !strings.HasPrefix(string(svg), "<svg xmlns=") || strings.Count(string(svg), "Q") < 8 {
			t.Errorf("%s: %s, %v", what, svg, err)
		}
	}
	see(t, tab, "Thank you")
}

func TestSignatureClearedAndRepeated(t *testing.T) {
	t.Parallel()
	v := signing()
	v.Texts, v.ContractSignature = v.Texts[:1], false
	d, tab := asked(t, v, widgetpage.Config{})
	see(t, tab, "Direct debit mandate")
	draw(t, tab, 0)
	draw(t, tab, 0)
	press(t, tab, "Clear")
	press(t, tab, "Sign and continue")
	see(t, tab, "This signature is still missing.")
	draw(t, tab, 0)
	press(t, tab, "Sign and continue")
	svg, err := base64.StdEncoding.DecodeString(d.result(1).Signatures[7].Reveal())
	if err != nil || strings.Count(string(svg), "M") != 1 {
		t.Errorf("want one stroke: %s, %v", svg, err)
	}
}

// Somebody who scribbles for minutes signs all the same.
func TestSignatureOfManyPoints(t *testing.T) {
	t.Parallel()
	v := signing()
	v.Texts = v.Texts[:1]
	d, tab := asked(t, v, widgetpage.Config{})
	see(t, tab, "Direct debit mandate")
	run(t, tab, `for (const pad of document.querySelectorAll('canvas')) {
		const {left, top} = pad.getBoundingClientRect();
		const at = (i) => ({clientX: left + 20.3 + i * 7.3 % 300, clientY: top + 20.7 + i * 3.7 % 100, pointerId: 1, button: 0, bubbles: true});
		pad.dispatchEvent(new PointerEvent('pointerdown', at(0)));
		const coalescedEvents = Array.from({length: 20000}, (_, i) => new PointerEvent('pointermove', at(i)));
		pad.dispatchEvent(new PointerEvent('pointermove', {...at(0), coalescedEvents}));
		pad.dispatchEvent(new PointerEvent('pointerup', at(0)));
	}`)
	press(t, tab, "Sign and continue")
	got := d.result(1)
	for what, value := range map[string]string{"mandate": got.Signatures[7].Reveal(), "contract": got.Contract.Reveal()} {
		if n := len(value); n < 100<<10 || n > 250<<10 {
			t.Errorf("the %s's signature has %d bytes", what, n)
		}
	}
	see(t, tab, "Thank you")
}

func TestSignatureSurvivesNews(t *testing.T) {
	t.Parallel()
	v := signing()
	d, tab := asked(t, v, widgetpage.Config{})
	see(t, tab, "Direct debit mandate")
	draw(t, tab, 0)
	d.Show(v)
	draw(t, tab, 2)
	press(t, tab, "Sign and continue")
	if got := d.result(1); len(got.Signatures) != 1 {
		t.Errorf("result %+v", got)
	}
}

func TestRefusing(t *testing.T) {
	t.Parallel()
	d, tab := asked(t, signing(), widgetpage.Config{})
	see(t, tab, "Direct debit mandate")
	press(t, tab, "I do not want to sign")
	see(t, tab, "Stop here?")
	press(t, tab, "Back to the texts")
	until(t, tab, `!document.body.innerText.includes('Stop here?')`)
	press(t, tab, "I do not want to sign")
	press(t, tab, "Yes, stop here")
	if got := d.result(1); got.Kind != widgetpage.Refused || got.SessionID != "sign" {
		t.Errorf("result %+v", got)
	}
	see(t, tab, "You did not sign")

	d.Show(widgetpage.View{Kind: widgetpage.Wait, Language: "en"}) // staff talked with them, and ask again
	see(t, tab, "One moment, please")
	d.Show(signing())
	see(t, tab, "Direct debit mandate")
	draw(t, tab, 0)
	draw(t, tab, 2)
	press(t, tab, "Sign and continue")
	if got := d.result(2); got.Kind != widgetpage.Signatures || got.Second || got.Late {
		t.Errorf("result %+v", got)
	}
}

func TestAskingForHelp(t *testing.T) {
	t.Parallel()
	d, tab := asked(t, signing(), widgetpage.Config{})
	see(t, tab, "Something wrong? Tell the desk")
	press(t, tab, "Something wrong? Tell the desk")
	do(t, tab, chromedp.SendKeys(chromedp.CSS("#help-text"), "The amount is wrong"))
	press(t, tab, "Tell the desk")
	if got := d.hear(widgetpage.Note); got.Text != "The amount is wrong" || got.SessionID != "sign" {
		t.Errorf("heard %+v", got)
	}
	see(t, tab, "The desk has been told.")
}
