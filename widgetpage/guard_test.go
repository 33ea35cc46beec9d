package widgetpage

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

// routes are all that the page serves, with the method that each wants.
var routes = map[string]string{
	"/": http.MethodGet, "/app.js": http.MethodGet, "/app.css": http.MethodGet,
	"/api/claim": http.MethodPost, "/api/state": http.MethodGet, "/api/events": http.MethodGet,
	"/api/note": http.MethodPost, "/api/result": http.MethodPost, "/api/signature": http.MethodPost,
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}

func TestW05HostIsExact(t *testing.T) {
	u := newOpened(t)
	before := u.seen()
	for _, host := range []string{
		"evil.test:17171", "127.0.0.1:17171", "[::1]:17171", "localhost", "localhost:17172", "LOCALHOST:17171",
		"localhost.:17171", "user@localhost:17171", "localhost:17171.evil.test", "xlocalhost:17171", "",
	} {
		for route := range routes {
			for _, method := range methods {
				r := u.request(method, route, "{}")
				r.Host = host
				answer := u.serve(r)
				want := http.StatusMisdirectedRequest
				if method == "GET" && route == "/" && (host == "127.0.0.1:17171" || host == "[::1]:17171") {
					want = http.StatusTemporaryRedirect
				}
				if text := strings.TrimSpace(answer.Body.String()); answer.Code != want || text != "" && text != misdirected {
					t.Errorf("%s %s for host %q: %d %q, want %d", method, route, host, answer.Code, text, want)
				}
			}
		}
	}
	if after := u.seen(); after.Status != before.Status {
		t.Error("the state changed")
	}
	if got := u.heard(); len(got) != 1 || got[0].Kind != HostDenied || got[0].Text != "1" {
		t.Fatalf("heard %v, want one host-denied", got)
	}
	u.pass(denialPause)
	if got := u.heard(); len(got) != 1 || got[0].Kind != HostDenied || len(got[0].Text) < 3 {
		t.Errorf("heard %v, want the number of the others", got)
	}
	u.pass(denialPause)
	if got := u.heard(); len(got) != 0 {
		t.Errorf("heard %v, want nothing more", got)
	}
}

func TestW06AliasIsSentToTheRightName(t *testing.T) {
	u := newUnit(t)
	for _, host := range []string{"127.0.0.1:17171", "[::1]:17171"} {
		r := u.request(http.MethodGet, "/?redirectResult=a%2Fb&x=1", "")
		r.Host = host
		answer := u.serve(r)
		if got, want := answer.Header().Get("Location"), "http://localhost:17171/?redirectResult=a%2Fb&x=1"; answer.Code != 307 || got != want {
			t.Errorf("%s: %d to %q, want 307 to %q", host, answer.Code, got, want)
		}
	}
	v4 := newUnit(t, func(c *Config) { c.Host = "127.0.0.1" })
	r := v4.request(http.MethodGet, "/", "")
	r.Host = "localhost:17171"
	if got := v4.serve(r).Header().Get("Location"); got != "http://127.0.0.1:17171/" {
		t.Errorf("Location %q", got)
	}
}

// Each case breaks one rule and all that are checked later: the first must answer.
func TestW16GuardOrder(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	type rule struct {
		name   string
		status int
		breaks func(*http.Request)
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	rules := []rule{
		{"method", 405, func(r *http.Request) { r.Method = http.MethodPut }},
		{"cross-site fetch", 403, header("Sec-Fetch-Site", "cross-site")},
		{"same-site fetch", 403, header("Sec-Fetch-Site", "same-site")},
		{"fetch of the user", 403, header("Sec-Fetch-Site", "none")},
		{"empty Sec-Fetch-Site", 403, header("Sec-Fetch-Site", "")},
		{"no origin", 403, func(r *http.Request) { r.Header.Del("Origin") }},
		{"null origin", 403, header("Origin", "null")},
		{"other origin", 403, header("Origin", "http://localhost:17172")},
		{"origin with a slash", 403, header("Origin", "http://localhost:17171/")},
		{"https origin", 403, header("Origin", "https://localhost:17171")},
		{"no key", 401, func(r *http.Request) { r.Header.Del(keyHeader) }},
		{"wrong key", 401, header(keyHeader, strings.Repeat("x", 43))},
		{"form", 415, header("Content-Type", "application/x-www-form-urlencoded")},
		{"text", 415, header("Content-Type", "text/plain")},
		{"no type", 415, func(r *http.Request) { r.Header.Del("Content-Type") }},
		{"too big", 413, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", maxSignature+1))), maxSignature+1
		}},
		{"too big, unannounced", 413, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", maxSignature+1))), -1
		}},
		{"bad JSON", 400, func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"kind":`)), -1 }},
	}
	for route, method := range routes {
		if method != http.MethodPost {
			continue
		}
		for i, one := range rules {
			if route == "/api/claim" && one.status == 401 {
				continue
			}
			r := u.request(method, route, "{}")
			for _, later := range slices.Backward(rules[i:]) {
				if later.status != one.status || later.name == one.name {
					later.breaks(r)
				}
			}
			wantStatus(t, route+": "+one.name, u.serve(r), one.status)
		}
		for name, body := range map[string]string{"two values": "{} {}", "unknown field": `{"x":1}`, "list": "[]", "nothing": ""} {
			wantStatus(t, route+": "+name, u.post(route, body), http.StatusBadRequest)
		}
	}
	for _, route := range []string{"/api/state", "/api/events"} {
		for _, one := range rules[:12] {
			if one.name == "no origin" { // a GET of the page itself has none
				continue
			}
			r := u.request(http.MethodGet, route, "")
			one.breaks(r)
			wantStatus(t, route+": "+one.name, u.serve(r), one.status)
		}
	}
	wantStatus(t, "signature of 100 KiB", u.post("/api/signature", strings.Repeat(" ", 100<<10)+"{"), http.StatusBadRequest)
	wantStatus(t, "result of 100 KiB", u.post("/api/result", strings.Repeat(" ", 100<<10)+"{"), http.StatusRequestEntityTooLarge)
	if len(u.delivered()) != 0 {
		t.Error("something was delivered")
	}
}

func TestW14NobodyWithoutKeyChangesAnything(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	before, key := u.get("/api/state").Body.String(), u.key
	u.key = ""
	bodies := []string{
		"", "{}", `{"number":1,"token":"` + tokenCanary + `"}`, `{"kind":"ended"}`, `{"kind":"pagehide"}`, `{"kind":"help","text":"x"}`,
		`{"number":1,"refused":true}`, `{"code":"x"}`,
	}
	for route := range routes {
		for _, method := range methods {
			for _, body := range bodies {
				for _, query := range []string{"", "?redirect_status=succeeded&k=" + key} {
					answer := u.serve(u.request(method, route+query, body))
					if strings.Contains(answer.Body.String(), sessionCanary) {
						t.Errorf("%s %s gave the session away", method, route)
					}
				}
			}
		}
	}
	u.key = key
	if after := u.get("/api/state").Body.String(); after != before {
		t.Errorf("the state changed\nfrom %s\nto   %s", before, after)
	}
	if len(u.delivered()) != 0 {
		t.Error("something was delivered")
	}
	for _, k := range u.kinds() {
		if k != Keyless && k != LinkClosed {
			t.Errorf("heard %s", k)
		}
	}
	wantStatus(t, "the page afterwards", u.post("/api/result", `{"number":1,"token":"`+tokenCanary+`"}`), http.StatusOK)
}

func TestW17NoCrossOriginHeaders(t *testing.T) {
	u := newOpened(t)
	for route := range routes {
		for _, method := range methods {
			r := u.request(method, route, "{}")
			r.Header.Set("Access-Control-Request-Method", "POST")
			r.Header.Set("Access-Control-Request-Private-Network", "true")
			answer := u.serve(r)
			for name := range answer.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s answers %s", method, route, name)
				}
			}
			if method == http.MethodOptions {
				wantStatus(t, "OPTIONS "+route, answer, http.StatusMethodNotAllowed)
			}
		}
	}
}

func TestW12W22HeadersOfEveryAnswer(t *testing.T) {
	u := newOpened(t)
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "strict-origin",
		"Cross-Origin-Opener-Policy": "same-origin-allow-popups", "Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=*, publickey-credentials-get=*",
	}
	targets := map[string]string{"/nothing": http.MethodGet, "/favicon.ico": http.MethodGet}
	for route, method := range routes {
		targets[route] = method
	}
	for route, method := range targets {
		h := u.serve(u.request(method, route, "{}")).Header()
		for name, value := range want {
			if h.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", route, name, h.Get(name), value)
			}
		}
		for _, name := range []string{"Set-Cookie", "Strict-Transport-Security", "Cross-Origin-Embedder-Policy"} {
			if h.Get(name) != "" {
				t.Errorf("%s has %s", route, name)
			}
		}
	}
}

func TestW19PanicIsContained(t *testing.T) {
	stdout, stderr := captured(t, func() {
		u := newOpened(t, func(c *Config) { c.Deliver = nilDeliver })
		u.cfg.Deliver = nil // calling it panics
		u.Show(paying("s1", sessionCanary))
		wantStatus(t, "a panicking handler", u.post("/api/result", `{"number":1,"token":"`+tokenCanary+`"}`), http.StatusInternalServerError)
		if !strings.Contains(u.log.String(), "panicked") || strings.Contains(u.log.String(), tokenCanary) {
			t.Errorf("the log says:\n%s", u.log.String())
		}
		u.cfg.Deliver = nilDeliver
		wantStatus(t, "the page afterwards", u.post("/api/result", `{"number":1,"token":"`+tokenCanary+`"}`), http.StatusOK)
	})
	if stdout != "" || stderr != "" {
		t.Errorf("written over the terminal: %q %q", stdout, stderr)
	}
}

// captured runs f and returns what it wrote to the terminal.
func captured(t *testing.T, f func()) (stdout, stderr string) {
	t.Helper()
	oldOut, oldErr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = oldOut, oldErr }()
	read := func(target **os.File) func() string {
		file, err := os.CreateTemp(t.TempDir(), "out")
		if err != nil {
			t.Fatal(err)
		}
		*target = file
		return func() string {
			defer func() { _ = file.Close() }()
			text, err := os.ReadFile(file.Name())
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	out, errs := read(&os.Stdout), read(&os.Stderr)
	f()
	return out(), errs()
}

func TestW20SecondLayer(t *testing.T) {
	u := newUnit(t)
	reached := false
	inner := u.cross.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	r := u.request(http.MethodPost, "/api/note", "{}")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	inner.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || reached {
		t.Errorf("cross-site POST: %d", w.Code)
	}
	form := u.request(http.MethodPost, "/?x=1", "PaRes=abc")
	form.Header.Set("Sec-Fetch-Site", "cross-site")
	form.Header.Set("Origin", "https://bank.example")
	wantStatus(t, "a bank's form", u.serve(form), http.StatusSeeOther)
}

func TestW38BankReturns(t *testing.T) {
	u := newOpened(t)
	query := "?redirectResult=" + strings.Repeat("a", maxQuery-30) + "&y=%2F"
	shell := u.get("/" + query)
	if shell.Code != 200 || !bytes.Contains(shell.Body.Bytes(), []byte("/app.js")) {
		t.Errorf("GET with a query: %d", shell.Code)
	}
	r := u.request(http.MethodPost, "/"+query, "MD=1&PaRes=secret")
	r.Header.Set("Origin", "null")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer := u.serve(r)
	if answer.Code != 303 || answer.Header().Get("Location") != "/"+query {
		t.Errorf("POST: %d to %.80q", answer.Code, answer.Header().Get("Location"))
	}
	wantStatus(t, "an endless query", u.get("/?"+strings.Repeat("a", maxQuery+1)), http.StatusRequestURITooLong)
}

// returns are what banks and providers are known to come back with.
var returns = []string{
	"redirectResult=query-canary", "redirect_status=succeeded&payment_intent=query-canary", "status=success&token=query-canary",
	"payment_status=paid&paymentRequestToken=query-canary", "number=1&k=query-canary", "%zz=query-canary;;",
}

func comeBack(u *unit) {
	for _, query := range returns {
		u.get("/?" + query)
		r := u.request(http.MethodPost, "/?"+query, "PaRes=query-canary")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		u.serve(r)
	}
}

func TestW40QueryIsNotKept(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	comeBack(u)
	for what, text := range map[string]string{
		"the log": u.log.String(), "the state": u.get("/api/state").Body.String(), "an event": fmt.Sprint(u.heard()),
		"the page": u.get("/?" + returns[0]).Body.String(), "memory": fmt.Sprintf("%+v", u.Page),
	} {
		if strings.Contains(text, "query-canary") {
			t.Errorf("%s holds what the bank appended", what)
		}
	}
}

func TestW42ReturnIsNoSuccess(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	before := u.get("/api/state").Body.String()
	comeBack(u)
	if after := u.get("/api/state").Body.String(); after != before || len(u.delivered()) != 0 {
		t.Errorf("a return was taken for something: %s, %v", after, u.delivered())
	}
	want(t, "heard", u.kinds())
}

func TestW41KeylessReturnIsToldOnce(t *testing.T) {
	u := newUnit(t)
	u.Link()
	for range 3 {
		wantStatus(t, "state without a key", u.get("/api/state"), http.StatusUnauthorized)
	}
	if got := u.kinds(); !slices.Equal(got, []EventKind{Keyless}) {
		t.Errorf("heard %v, want one keyless", got)
	}
	u.Link()
	u.get("/api/state")
	if got := u.kinds(); !slices.Equal(got, []EventKind{Keyless}) {
		t.Errorf("after a new link: heard %v, want one keyless", got)
	}
}
