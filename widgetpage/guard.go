package widgetpage

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keyHeader carries the page's key. A header of our own cannot be sent by a
// form, an image or a script of another origin; a cookie would be.
const keyHeader = "X-Widgetpage-Key"

const (
	maxQuery     = 8 << 10
	maxBody      = 64 << 10
	maxSignature = 512 << 10
	bodyTimeout  = 10 * time.Second
)

// handler is everything the page serves.
func (p *Page) handler() http.Handler {
	api := http.NewServeMux()
	api.Handle("/api/claim", p.api(http.MethodPost, anybody, maxBody, p.claim))
	api.Handle("/api/state", p.api(http.MethodGet, keyHolder, 0, p.getState))
	api.Handle("/api/events", p.api(http.MethodGet, keyHolder, 0, p.stream))
	api.Handle("/api/note", p.api(http.MethodPost, keyHolder, maxBody, p.note))
	api.Handle("/api/result", p.api(http.MethodPost, anyTab, maxBody, p.result))
	api.Handle("/api/signature", p.api(http.MethodPost, anyTab, maxSignature, p.signature))

	mux := http.NewServeMux()
	mux.Handle("/api/", api)
	mux.HandleFunc("/{$}", p.shell)
	mux.HandleFunc("/app.js", asset("text/javascript; charset=utf-8", script))
	mux.HandleFunc("/app.css", asset("text/css; charset=utf-8", style))
	return p.recovered(p.onlyOurHost(mux))
}

func (p *Page) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if what := recover(); what != nil {
				// The value may hold anything; the stack says where.
				p.cfg.Log.Error("the page's server panicked", "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// onlyOurHost refuses what was addressed to another name. It is the only
// thing that stops a foreign name which was made to resolve to this machine:
// to the browser such a page and we are one origin.
func (p *Page) onlyOurHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "strict-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=*, publickey-credentials-get=*")
		if r.Host == p.authority {
			next.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodGet && r.URL.Path == "/" && slices.Contains(p.aliases(), r.Host) {
			h.Set("Location", p.Origin()+pathAndQuery(r))
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		p.hostDenied()
		http.Error(w, misdirected, http.StatusMisdirectedRequest)
	})
}

// misdirected says nothing about us.
const misdirected = "misdirected request"

// aliases are the other names of our address that somebody may type.
func (p *Page) aliases() []string {
	port := p.authority[strings.LastIndexByte(p.authority, ':'):]
	return []string{"localhost" + port, "127.0.0.1" + port, "[::1]" + port}
}

func pathAndQuery(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return "/"
	}
	return "/?" + r.URL.RawQuery
}

// caller is who may use a route.
type caller int

const (
	anybody   caller = iota // of our own origin
	keyHolder               // the tab that was opened last
	anyTab                  // earlier ones too: a result is never turned away
)

// api is the guard of one route; the order of its checks is part of the contract.
func (p *Page) api(method string, who caller, limit int64, next http.HandlerFunc) http.Handler {
	guarded := p.cross.Handler(next) // the standard library's opinion, as a second layer
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if site, sent := r.Header["Sec-Fetch-Site"]; sent && !slices.Equal(site, []string{"same-origin"}) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if origin, sent := r.Header["Origin"]; sent && !slices.Equal(origin, []string{p.Origin()}) || !sent && method == http.MethodPost {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if !p.mayCall(r.Header.Get(keyHeader), who) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if method == http.MethodPost {
			if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
				w.WriteHeader(http.StatusUnsupportedMediaType)
				return
			}
			if r.ContentLength > limit {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, limit)
		}
		guarded.ServeHTTP(w, r)
	})
}

func (p *Page) mayCall(key string, who caller) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case who == anybody, same(key, p.access.key):
		return true
	case who == anyTab && among(key, p.access.retired):
		return true
	}
	// A page of ours without a key: typed in, or come back from the bank in
	// another tab. Only asking for the state tells it from a stranger's try.
	if key == "" && !p.keyless {
		p.keyless = true
		p.notify(Event{Kind: Keyless})
	}
	return false
}

// readJSON answers the request itself and returns false if its body is too
// big (413), slow, or not the JSON we expect (400).
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(r.Body)
	_ = control.SetReadDeadline(time.Time{})
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return false
	case err != nil || strictJSON(body, into) != nil:
		w.WriteHeader(http.StatusBadRequest)
		return false
	}
	return true
}

func strictJSON(body []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("widgetpage: more than one JSON value")
	}
	return nil
}

func writeJSON(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

// denials counts requests for other names, and when that was last said.
type denials struct {
	count int
	said  time.Time
}

// denialPause keeps a storm of wrong requests to one event a minute.
const denialPause = time.Minute

func (p *Page) hostDenied() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.denied.count++
	p.sayDenials(p.now())
}

func (p *Page) sayDenials(now time.Time) {
	if p.denied.count == 0 || !p.denied.said.IsZero() && now.Sub(p.denied.said) < denialPause {
		return
	}
	p.notify(Event{Kind: HostDenied, Text: strconv.Itoa(p.denied.count)})
	p.denied = denials{said: now}
}
