package sandbox

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The calls of the API, as faults and the ledger name them.
const (
	callOffers    = "offers"
	callOffer     = "offer"
	callPreview   = "preview"
	callSession   = "session"
	callSignup    = "signup"
	callSearch    = "search"
	callContracts = "contracts"
	callStudio    = "studio"
	callEmployees = "employees"
	callFields    = "fields"
	callHead      = "head"
)

// exchange is one request on its way. The knobs are how a fault bends what the
// handler does; their zero values are good behaviour.
type exchange struct {
	s    *Sandbox
	r    *http.Request
	call string
	n    int
	body []byte

	lifetime      time.Duration // of the session to be created
	otherPayer    bool          // the session gets a finionPayCustomerId of its own
	searchLag     time.Duration // members younger than this are not found
	half          bool          // the sign-up stops after the person
	killTokens    string        // state that the sign-up's tokens are in before it starts
	foreign       bool          // somebody else signs the person up first
	scopeWithheld bool
}

// behaviour is a fault at work: it may answer itself, or call next and bend
// what goes in or comes out.
type behaviour func(x *exchange, next func() *answer) *answer

// handler is an endpoint; it returns the value of a 200 or a refusal.
type handler func(x *exchange) (any, *refusal)

type endpoint struct {
	pattern string
	call    string
	scopes  []string // any of them
	handle  handler
}

const maxBody = 1 << 20

func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	for _, e := range []endpoint{
		{"GET /v1/memberships/membership-offers", callOffers, []string{scopeMembershipRead}, getOffers},
		{"GET /v1/memberships/membership-offers/{id}", callOffer, []string{scopeMembershipRead}, getOffer},
		{"POST /v1/memberships/signup/preview", callPreview, []string{scopeMembershipRead}, postPreview},
		{"POST /v1/memberships/signup", callSignup, []string{scopeMembershipWrite}, postSignup},
		{"POST /v1/payments/user-session", callSession, []string{scopePaymentWrite}, postSession},
		{"GET /v1/studios/information", callStudio, []string{scopeStudioRead}, getStudio},
		{"GET /v1/employees", callEmployees, []string{scopeEmployeeRead}, getEmployees},
		{"POST /v1/customers/search", callSearch, []string{scopeCustomerRead}, postSearch},
		{"GET /v1/customers/{id}/contracts", callContracts, []string{scopeContractRead, scopeCustomerRead}, getContracts},
		{"GET /v1/customers/additional-information-fields", callFields, []string{scopeFieldsRead}, getFields},
	} {
		mux.Handle(e.pattern, s.serve(e))
	}
	mux.Handle("/", s.serve(endpoint{call: "other", handle: func(*exchange) (any, *refusal) {
		return nil, missing("UNKNOWN_ENDPOINT", "", "There is no such endpoint.", "Diesen Endpunkt gibt es nicht.")
	}}))
	mux.HandleFunc("GET /_ledger", s.serveLedger)

	// HEAD only checks the key, on any path, whether it exists or not.
	head := s.serve(endpoint{call: callHead, handle: func(*exchange) (any, *refusal) { return nil, nil }})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			head.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Sandbox) serve(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := s.now()
		s.mu.Lock()
		s.calls[e.call]++
		n := s.calls[e.call]
		s.mu.Unlock()
		x := &exchange{s: s, r: r, call: e.call, n: n}

		next := func() *answer { return s.respond(e, x) }
		for _, f := range s.faults {
			if f.hits(x) {
				inner := next
				next = func() *answer { return f.act(x, inner) }
			}
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			next = func() *answer {
				return s.refuse(&refusal{
					http.StatusRequestEntityTooLarge, "BODY", "",
					"The body could not be read or is too large.", "Der Inhalt ist nicht lesbar oder zu groß.",
				}, x.language())
			}
		}
		x.body = body
		a := next()
		if !wait(r.Context(), s.latency) {
			panic(http.ErrAbortHandler)
		}
		s.record(Call{e.call, n, r.Method, r.URL.Path, a.status, at})
		s.log.LogAttrs(r.Context(), slog.LevelDebug, "sandbox call",
			slog.String("call", e.call), slog.Int("n", n), slog.Int("status", a.status))
		s.write(w, r, a)
	})
}

// respond is good behaviour: key, scope, limit, then the endpoint.
func (s *Sandbox) respond(e endpoint, x *exchange) *answer {
	value, problem := func() (any, *refusal) {
		if x.r.Header.Get("X-API-KEY") != s.key {
			return nil, &refusal{
				http.StatusUnauthorized, "UNAUTHORIZED", "",
				"The API key is missing or wrong.", "Der API-Schlüssel fehlt oder ist falsch.",
			}
		}
		if !s.hasScope(e.scopes) || x.scopeWithheld {
			return nil, forbidden(e.scopes)
		}
		if !s.limit.admit(e.call, s.now()) {
			return nil, tooMany
		}
		return e.handle(x)
	}()
	if problem != nil {
		return s.refuse(problem, x.language())
	}
	if value == nil {
		return &answer{status: http.StatusOK, header: http.Header{}}
	}
	return reply(http.StatusOK, value)
}

func forbidden(scopes []string) *refusal {
	names := strings.Join(scopes, " / ")
	if names == "" {
		names = "?"
	}
	return &refusal{
		http.StatusForbidden, "FORBIDDEN", "",
		"The API key lacks the scope " + names + ".", "Dem API-Schlüssel fehlt die Berechtigung " + names + ".",
	}
}

var tooMany = &refusal{
	http.StatusTooManyRequests, "TOO_MANY_REQUESTS", "",
	"Too many requests; try again in a minute.", "Zu viele Anfragen; bitte in einer Minute erneut versuchen.",
}

func (x *exchange) language() string { return x.r.Header.Get("Accept-Language") }

// write sends the answer with the studio's own time.
func (s *Sandbox) write(w http.ResponseWriter, r *http.Request, a *answer) {
	h := w.Header()
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	h.Set("Cache-Control", "no-store")
	for name, values := range a.header {
		h[name] = values
	}
	if a.send != nil {
		a.send(w, r, a)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body) //nolint:errcheck // the client is gone, nobody to tell
}

// wait returns false if the caller went away first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Sandbox) serveLedger(w http.ResponseWriter, r *http.Request) {
	// A request that never crossed a socket has no address.
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			s.write(w, r, s.refuse(&refusal{
				http.StatusForbidden, "LOOPBACK_ONLY", "",
				"The ledger is for this machine only.", "Das Kassenbuch ist nur für diesen Rechner.",
			}, ""))
			return
		}
	}
	s.write(w, r, reply(http.StatusOK, s.Ledger()))
}

// limiter counts requests per endpoint and minute; an endpoint that went over
// is closed for the whole next minute.
type limiter struct {
	perMinute int
	mu        sync.Mutex
	windows   map[string]*window
}

type window struct {
	minute int64
	count  int
	closed int64 // the minute in which nothing is answered
}

func (l *limiter) admit(call string, now time.Time) bool {
	if l.perMinute <= 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	minute := now.Unix() / 60
	w := l.windows[call]
	if w == nil {
		if l.windows == nil {
			l.windows = map[string]*window{}
		}
		w = &window{}
		l.windows[call] = w
	}
	if w.minute != minute {
		w.minute, w.count = minute, 0
	}
	w.count++
	if w.count > l.perMinute {
		w.closed = minute + 1
		return false
	}
	return w.closed != minute
}
