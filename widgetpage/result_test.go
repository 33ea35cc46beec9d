package widgetpage

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/apiclient/secret"
)

func resultBody(number int, token string) string {
	return fmt.Sprintf(`{"number":%d,"token":%q,"method":"creditCard","brand":"visa","last4":"1111"}`, number, token)
}

func TestResultIsAcknowledgedOnlyOnceTaken(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	u.refuse = errors.New("the disk is full")
	wantStatus(t, "while the desk cannot take it", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusServiceUnavailable)
	if u.seen().Answered {
		t.Error("the page is told that it arrived")
	}
	u.refuse = nil
	wantStatus(t, "then", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusOK)
	if !u.seen().Answered {
		t.Error("the page is not told that it arrived")
	}
	want := Result{Kind: Payment, SessionID: "s1", Token: secret.New(tokenCanary), Method: "creditCard", Brand: "visa", Last4: "1111"}
	if got := u.delivered(); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) || got[0].Token != want.Token {
		t.Errorf("delivered %+v, want %+v", got, want)
	}
}

func TestW33ResultsAreIdempotentPerSession(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	for range 3 {
		wantStatus(t, "the token", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusOK)
	}
	for range 3 {
		wantStatus(t, "another token", u.post("/api/result", resultBody(1, "prt-other")), http.StatusOK)
	}
	wantStatus(t, "the first again", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusOK)
	got := u.delivered()
	if len(got) != 2 {
		t.Fatalf("%d results, want the token and the other one", len(got))
	}
	if got[0].Token.Reveal() != tokenCanary || got[0].Second || got[1].Token.Reveal() != "prt-other" || !got[1].Second {
		t.Errorf("delivered %+v", got)
	}
}

// The page tries again while the first try is still being written down.
func TestW33RetriesWaitForEachOther(t *testing.T) {
	entered, release := make(chan struct{}, 8), make(chan struct{})
	u := newOpened(t)
	deliver := u.cfg.Deliver
	u.cfg.Deliver = func(ctx context.Context, r Result) error {
		entered <- struct{}{}
		<-release
		return deliver(ctx, r)
	}
	u.Show(paying("s1", sessionCanary))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			wantStatus(t, "a try", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusOK)
		})
	}
	<-entered
	wantStatus(t, "state meanwhile", u.get("/api/state"), http.StatusOK)
	close(release)
	all.Wait()
	if n := len(u.delivered()); n != 1 || len(entered) != 0 {
		t.Errorf("%d results and %d more tries, want 1 and 0", n, len(entered))
	}
}

func TestW35LateResultsAreMarkedNotDropped(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", "uss-1"))
	u.Show(paying("s1", "uss-2")) // renewed: the caller's name may stay
	if n := u.seen().Number; n != 2 {
		t.Fatalf("the renewed session has number %d", n)
	}
	wantStatus(t, "replaced session", u.post("/api/result", resultBody(1, "prt-1")), http.StatusOK)
	u.pass(20 * time.Minute)
	wantStatus(t, "expired session", u.post("/api/result", resultBody(2, "prt-2")), http.StatusOK)
	u.Show(View{Kind: Cancelled})
	u.Show(paying("s3", "uss-3"))
	u.Show(View{Kind: Wait})
	wantStatus(t, "session that is not shown", u.post("/api/result", resultBody(3, "prt-3")), http.StatusOK)
	got := u.delivered()
	if len(got) != 3 {
		t.Fatalf("%d results, want 3", len(got))
	}
	for i, r := range got {
		if !r.Late || r.Second {
			t.Errorf("result %d is %+v, want it late", i+1, r)
		}
	}
	for _, number := range []int{0, -1, 4} {
		wantStatus(t, "no such session", u.post("/api/result", resultBody(number, "prt-9")), http.StatusBadRequest)
	}
}

// Back to a session that was left is not late: it is asked again.
func TestW35SessionShownAgainIsNotLate(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", "uss-1"))
	u.Show(View{Kind: Wait})
	u.Show(paying("s1", "uss-1"))
	if n := u.seen().Number; n != 1 {
		t.Errorf("the session's number became %d", n)
	}
	u.post("/api/result", resultBody(1, "prt-1"))
	if got := u.delivered(); len(got) != 1 || got[0].Late {
		t.Errorf("delivered %+v", got)
	}
}

func TestW36OnlyMethodBrandAndFourDigits(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	for _, extra := range []string{`"iban":"DE02120300000000202051"`, `"accountHolder":"Zoë"`, `"signature":"x"`, `"mandateId":"m"`} {
		body := strings.TrimSuffix(resultBody(1, tokenCanary), "}") + "," + extra + "}"
		wantStatus(t, extra, u.post("/api/result", body), http.StatusBadRequest)
	}
	u.post("/api/result", `{"number":1,"token":"`+tokenCanary+`","method":"sepa\u001b[2J","brand":"4111111111111111","last4":"DE02120300000000202051"}`)
	got := u.delivered()
	if len(got) != 1 || got[0].Method != "" || got[0].Brand != "" || got[0].Last4 != "" {
		t.Errorf("delivered %+v, want the token alone", got)
	}
}

func TestW37StateHoldsNothingElse(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("id-canary-1", "uss-1"))
	u.post("/api/result", resultBody(1, tokenCanary))
	if answered := u.get("/api/state").Body.String(); strings.Contains(answered, "uss-1") {
		t.Error("an answered session's token is still told")
	}
	u.Show(paying("id-canary-2", "uss-2"))
	text := u.get("/api/state").Body.String()
	for _, foreign := range []string{"uss-1", tokenCanary, "id-canary", "2026", noon.Format(time.TimeOnly)} {
		if strings.Contains(text, foreign) {
			t.Errorf("the state holds %q: %s", foreign, text)
		}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(err)
	}
	known := []string{
		"status", "match", "studio", "lang", "step", "total", "title", "purpose", "amount", "number", "answered", "expired", "left", "timers", "widget",
	}
	for name := range fields {
		if !slices.Contains(known, name) {
			t.Errorf("the state has a field %q", name)
		}
	}
	var widget map[string]string
	if err := json.Unmarshal(fields["widget"], &widget); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"script": previewWidget, "token": "uss-2", "environment": "sandbox", "country": "DE", "locale": "de-DE"}
	if fmt.Sprint(widget) != fmt.Sprint(want) {
		t.Errorf("widget %v, want %v", widget, want)
	}
}

func TestShowIsIdempotent(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", "uss-1"))
	u.post("/api/result", resultBody(1, "prt-1"))
	s := u.attach(u.key)
	<-s.wake
	u.Show(paying("s1", "uss-1"))
	select {
	case <-s.wake:
		t.Error("showing the same woke the page")
	default:
	}
	if got := u.seen(); !got.Answered || got.Number != 1 {
		t.Errorf("state %+v", got)
	}
}

const aStroke = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 168"><path d="M1 2Q3.5 4 5 6L7 8" fill="none" stroke="#000" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`

func encoded(svg string) string { return base64.StdEncoding.EncodeToString([]byte(svg)) }

func signing() View {
	return View{
		Kind: Sign, SessionID: "sign", ContractSignature: true,
		Texts: []Text{{ID: 7, Title: "Mandate", Required: true}, {ID: 8, Title: "Photos", LinkURL: "javascript:alert(1)"}},
	}
}

func TestSignaturesAreTaken(t *testing.T) {
	u := newOpened(t)
	u.Show(signing())
	s := u.seen()
	if len(s.Texts) != 2 || !s.Contract || s.Widget != nil || s.Texts[1].LinkURL != "" {
		t.Fatalf("state %+v", s)
	}
	good := encoded(aStroke)
	for what, body := range map[string]string{
		"required one missing":  `{"number":1,"contract":"` + good + `","signatures":{"8":"` + good + `"}}`,
		"contract missing":      `{"number":1,"contract":"","signatures":{"7":"` + good + `"}}`,
		"one of another text":   `{"number":1,"contract":"` + good + `","signatures":{"7":"` + good + `","9":"` + good + `"}}`,
		"one that is no SVG":    `{"number":1,"contract":"` + good + `","signatures":{"7":"aGVsbG8="}}`,
		"contract that is none": `{"number":1,"contract":"x","signatures":{"7":"` + good + `"}}`,
		"of a step of before":   `{"number":2,"contract":"` + good + `","signatures":{"7":"` + good + `"}}`,
	} {
		wantStatus(t, what, u.post("/api/signature", body), http.StatusBadRequest)
	}
	body := `{"number":1,"contract":"` + good + `","signatures":{"7":"` + good + `"}}`
	wantStatus(t, "signed", u.post("/api/signature", body), http.StatusOK)
	wantStatus(t, "signed, sent again", u.post("/api/signature", body), http.StatusOK)
	got := u.delivered()
	if len(got) != 1 || got[0].Kind != Signatures || got[0].SessionID != "sign" || got[0].Contract.Reveal() != good ||
		len(got[0].Signatures) != 1 || got[0].Signatures[7].Reveal() != good {
		t.Errorf("delivered %+v", got)
	}
	if after := u.seen(); !after.Answered || len(after.Texts) != 0 {
		t.Errorf("state %+v", after)
	}
	wantStatus(t, "a payment for it", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusBadRequest)
}

// Large ones are taken whole, up to what the route allows.
func TestSignatureMayBeLarge(t *testing.T) {
	u := newOpened(t)
	u.Show(signing())
	long := strings.Replace(aStroke, "L7 8", strings.Repeat("L7.1 8.2", 24_000), 1)
	body := `{"number":1,"contract":"` + encoded(long) + `","signatures":{"7":"` + encoded(long) + `"}}`
	if n := len(body); n < 500<<10 || n > maxSignature {
		t.Fatalf("the body has %d bytes", n)
	}
	wantStatus(t, "nearly 512 KiB", u.post("/api/signature", body), http.StatusOK)
	wantStatus(t, "512 KiB", u.post("/api/signature", body+strings.Repeat(" ", maxSignature-len(body))), http.StatusOK)
	wantStatus(t, "one byte more", u.post("/api/signature", body+strings.Repeat(" ", maxSignature-len(body)+1)), http.StatusRequestEntityTooLarge)
	if got := u.delivered(); len(got) != 1 || got[0].Contract.Reveal() != encoded(long) {
		t.Errorf("%d delivered", len(got))
	}
}

func TestW28WidgetSpeaksTheMembersLanguage(t *testing.T) {
	for _, c := range []struct{ language, country, locale, wantCountry, want string }{
		{"de", "DE", "", "DE", "de-DE"},
		{"fr", "ch", "", "CH", "fr-CH"},
		{"nl-BE", "BE", "", "BE", "nl-BE"},
		{"it", "", "", "", "it"},
		{"", "DE", "", "DE", "en"},
		{"pt", "DE", "", "DE", "pt-DE"}, // the page has no Portuguese, the form may
		{"de", "DE", "en-GB", "DE", "en-GB"},
	} {
		u := newOpened(t)
		v := paying("s1", sessionCanary)
		v.Language, v.Country, v.Locale = c.language, c.country, c.locale
		u.Show(v)
		if got := u.seen().Widget; got.Locale != c.want || got.Country != c.wantCountry {
			t.Errorf("%+v: locale %s, country %s", c, got.Locale, got.Country)
		}
	}
}

func TestSigningIsRefusedAndRepeated(t *testing.T) {
	u := newOpened(t)
	u.Show(signing())
	wantStatus(t, "refused", u.post("/api/signature", `{"number":1,"refused":true}`), http.StatusOK)
	u.Show(View{Kind: Wait})
	u.Show(signing())
	if s := u.seen(); s.Number != 2 || s.Answered {
		t.Errorf("asked again, the state is %+v", s)
	}
	if got := u.delivered(); len(got) != 1 || got[0].Kind != Refused || got[0].Second || got[0].Late {
		t.Errorf("delivered %+v", got)
	}
}

func TestSignatureIsADrawingAndNothingElse(t *testing.T) {
	if err := checkSignature(encoded(aStroke)); err != nil {
		t.Errorf("a stroke: %v", err)
	}
	for _, bad := range []string{
		"", "hello", "<svg></svg>", "<path d='M1 1'/>",
		strings.Replace(aStroke, "<path", "<script>alert(1)</script><path", 1),
		strings.Replace(aStroke, "<path", `<image href="https://evil.example/x"/><path`, 1),
		strings.Replace(aStroke, "<path", `<path onclick="alert(1)"`, 1),
		strings.Replace(aStroke, "M1 2Q", "M1 2url(x)Q", 1),
		strings.Replace(aStroke, "#000", "url(https://evil.example)", 1),
		strings.Replace(aStroke, "<path", "text<path", 1),
		strings.Replace(aStroke, "<path", "<!-- x --><path", 1),
		"<?xml version='1.0'?>" + aStroke, "<!DOCTYPE svg>" + aStroke, aStroke + aStroke[:10],
		strings.Replace(aStroke, "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", 1),
	} {
		if checkSignature(encoded(bad)) == nil {
			t.Errorf("accepted %s", bad)
		}
	}
	if checkSignature("not base64!") == nil {
		t.Error("accepted what is not base64")
	}
}

func TestW53EndClearsTheBrowser(t *testing.T) {
	u := newOpened(t)
	u.Show(View{Kind: Done})
	answer := u.post("/api/note", `{"kind":"ended"}`)
	if got := answer.Header().Get("Clear-Site-Data"); got != `"storage"` {
		t.Errorf("Clear-Site-Data %q", got)
	}
	wantStatus(t, "said twice", u.post("/api/note", `{"kind":"ended"}`), http.StatusNoContent)
}

func TestW61NothingSecretIsSpoken(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	u.refuse = errors.New("no")
	u.post("/api/result", resultBody(1, tokenCanary))
	u.refuse = nil
	u.post("/api/result", resultBody(1, tokenCanary))
	u.post("/api/note", `{"kind":"widget-failed","number":1,"text":"bad session `+sessionCanary+` of `+u.key+`\u001b[2J\nsecond line"}`)
	events := u.heard()
	var failed Event
	for _, e := range events {
		if e.Kind == WidgetFailed {
			failed = e
		}
	}
	if want := "bad session ••• of ••• [2J second line"; failed.Text != want || failed.SessionID != "s1" {
		t.Errorf("heard %+v, want text %q", failed, want)
	}
	all := u.log.String() + fmt.Sprintf("%+v %+v", events, u.delivered())
	for _, hidden := range []string{sessionCanary, tokenCanary, u.key} {
		if strings.Contains(all, hidden) {
			t.Errorf("%s is spoken of", hidden)
		}
	}
}

func TestW23PolicyReportsAreToldOnce(t *testing.T) {
	u := newOpened(t)
	for range 3 {
		u.post("/api/note", `{"kind":"csp","text":"frame-src bank.example"}`)
	}
	for i := range 2 * maxBlocked {
		u.post("/api/note", fmt.Sprintf(`{"kind":"csp","text":"img-src host%d"}`, i))
	}
	got := u.heard()
	if len(got) != maxBlocked || got[0] != (Event{Kind: Blocked, Text: "frame-src bank.example"}) {
		t.Errorf("heard %d events, the first %+v", len(got), got[0])
	}
	wantStatus(t, "unknown note", u.post("/api/note", `{"kind":"x"}`), http.StatusBadRequest)
}
