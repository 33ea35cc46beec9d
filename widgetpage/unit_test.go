package widgetpage

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/apiclient/secret"
)

// What must never be seen where it does not belong.
const (
	sessionCanary = "uss-canary-51d0"
	tokenCanary   = "prt-canary-77ab"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// unit is a page without listeners or goroutines of its own, on a clock that
// the test turns.
type unit struct {
	*Page
	t   *testing.T
	web http.Handler
	key string

	mu      sync.Mutex
	clock   time.Time
	refuse  error
	results []Result
	log     syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newUnit(t *testing.T, change ...func(*Config)) *unit {
	t.Helper()
	u := &unit{t: t, clock: noon}
	c := Config{
		Environment: "sandbox",
		Now: func() time.Time {
			u.mu.Lock()
			defer u.mu.Unlock()
			return u.clock
		},
		Log: slog.New(slog.NewJSONHandler(&u.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Deliver: func(_ context.Context, r Result) error {
			u.mu.Lock()
			defer u.mu.Unlock()
			if u.refuse != nil {
				return u.refuse
			}
			u.results = append(u.results, r)
			return nil
		},
	}
	for _, f := range change {
		f(&c)
	}
	p, err := newPage(c, 17171)
	if err != nil {
		t.Fatal(err)
	}
	u.Page, u.web = p, p.handler()
	t.Cleanup(p.kill)
	return u
}

// opened has claimed its link.
func newOpened(t *testing.T, change ...func(*Config)) *unit {
	t.Helper()
	u := newUnit(t, change...)
	u.open()
	return u
}

func (u *unit) open() {
	u.t.Helper()
	answer := u.post("/api/claim", `{"code":"`+codeOf(u.Link())+`"}`)
	var body struct{ Key string }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || body.Key == "" {
		u.t.Fatalf("claim: %d %s", answer.Code, answer.Body)
	}
	u.key = body.Key
	u.heard()
}

func codeOf(link string) string {
	_, code, _ := strings.Cut(link, "#k=")
	return code
}

func (u *unit) pass(d time.Duration) {
	u.mu.Lock()
	u.clock = u.clock.Add(d)
	u.mu.Unlock()
	u.look(u.now())
}

// request is one that the page itself could have made.
func (u *unit) request(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = u.authority
	if target == "/api/events" { // would not end by itself; listen knows how to wait for it
		ended, end := context.WithCancel(u.t.Context())
		end()
		r = r.WithContext(ended)
	}
	if strings.HasPrefix(target, "/api/") {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if u.key != "" {
			r.Header.Set(keyHeader, u.key)
		}
		if method == http.MethodPost {
			r.Header.Set("Origin", u.Origin())
			r.Header.Set("Content-Type", "application/json")
		}
	}
	return r
}

func (u *unit) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	u.web.ServeHTTP(w, r)
	return w
}

func (u *unit) post(target, body string) *httptest.ResponseRecorder {
	return u.serve(u.request(http.MethodPost, target, body))
}

func (u *unit) get(target string) *httptest.ResponseRecorder {
	return u.serve(u.request(http.MethodGet, target, ""))
}

// heard takes the events that wait.
func (u *unit) heard() []Event {
	u.events.mu.Lock()
	defer u.events.mu.Unlock()
	all := u.events.waiting
	u.events.waiting = nil
	return all
}

// kinds takes the events that wait, by kind.
func (u *unit) kinds() []EventKind {
	var kinds []EventKind
	for _, e := range u.heard() {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (u *unit) delivered() []Result {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.results
}

func (u *unit) seen() state {
	u.t.Helper()
	var s state
	if answer := u.get("/api/state"); json.Unmarshal(answer.Body.Bytes(), &s) != nil {
		u.t.Fatalf("state: %d %s", answer.Code, answer.Body)
	}
	return s
}

func paying(id, session string) View {
	return View{
		Kind: Pay, Studio: "Fit & Fun", Language: "de", Country: "DE", Step: 1, Total: 2,
		Title: "Monatliche Zahlung", Purpose: "Flex, 12 Monate", Amount: "0,00 €",
		SessionID: id, Session: secret.New(session), ValidUntil: noon.Add(20 * time.Minute),
	}
}

func wantStatus(t *testing.T, what string, answer *httptest.ResponseRecorder, want int) {
	t.Helper()
	if answer.Code != want {
		t.Errorf("%s: %d, want %d", what, answer.Code, want)
	}
}

func nilDeliver(context.Context, Result) error { return nil }

func textsOf(t *testing.T, lang string) map[string]string {
	t.Helper()
	var all map[string]string
	if err := json.Unmarshal([]byte(mustRead("assets/texts/"+lang+".json")), &all); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return found
}
