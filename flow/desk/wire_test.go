package desk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/apiclient/sandbox"
)

const deskHost = "studio.invalid"

// wire lies between client and studio: it writes down what leaves the desk and
// does with the next request of a kind what a network does.
type wire struct {
	studio *sandbox.Sandbox
	below  http.RoundTripper
	now    func() time.Time // the studio's

	mu    sync.Mutex
	cut   bool              // the program is dead
	armed map[string]string // by call
	down  time.Time         // until then nobody can be searched for
	dues  map[string]string // what the newest preview of a contract says is due
	sent  []request
	wrong string
}

var errNoRoute = errors.New("no route to host")

// wireFaults are what may befall a request, and which.
var wireFaults = []struct{ call, what string }{
	{"signup", "unsent"},
	{"signup", "lost"},
	{"signup", "lost"},
	{"signup", "500"},
	{"signup", "hang"},
	{"signup", "503"},
	{"signup", "redirect"},
	{"session", "unsent"},
	{"session", "lost"},
	{"session", "500"},
	{"session", "redirect"},
	{"preview", "unsent"},
	{"preview", "lost"},
	{"preview", "hang"},
	{"search", "500"},
	{"search", "down"},
	{"search", "lost"},
	{"contracts", "500"},
}

func (w *wire) arm(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := wireFaults[n%len(wireFaults)]
	if w.armed == nil {
		w.armed = map[string]string{}
	}
	w.armed[f.call] = f.what
}

// take is the fault that befalls a call, and spends it.
func (w *wire) take(call string) (what string, dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what = w.armed[call]
	delete(w.armed, call)
	if what == "down" {
		w.down = w.now().Add(3 * time.Minute)
	}
	if call == "search" && w.now().Before(w.down) {
		what = "500"
	}
	return what, w.cut
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	call := callOf(r)
	what, dead := w.take(call)
	if dead || what == "unsent" {
		return nil, errNoRoute
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.note(r, call, body)
	switch what {
	case "500":
		return answerOf(r, http.StatusInternalServerError, `{"errorMessage":"it broke","errorCode":"SERVER_ERROR"}`), nil
	case "503":
		return answerOf(r, http.StatusServiceUnavailable, `{"errorMessage":"busy","errorCode":"UNAVAILABLE"}`), nil
	case "redirect":
		resp := answerOf(r, http.StatusTemporaryRedirect, "")
		resp.Header.Set("Location", "https://elsewhere.invalid/v1/memberships/signup")
		return resp, nil
	}
	resp, err := w.below.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	switch what {
	case "lost":
		resp.Body.Close()
		return nil, io.EOF
	case "hang":
		resp.Body.Close()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if call == "preview" {
		w.price(resp, contractOf(body))
	}
	return resp, nil
}

// note keeps what the invariants are checked with.
func (w *wire) note(r *http.Request, call string, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.URL.Host != deskHost {
		w.wrong = "a request went to " + r.URL.Host
	}
	if r.Header.Get("X-API-KEY") != w.studio.Key() || strings.Contains(r.URL.String(), w.studio.Key()) {
		w.wrong = "the key is missing or in the address"
	}
	switch call {
	case "session":
		var x struct {
			Scope               string      `json:"scope"`
			Amount              json.Number `json:"amount"`
			FinionPayCustomerID string      `json:"finionPayCustomerId"`
		}
		if json.Unmarshal(body, &x) == nil {
			newest := slices.Contains(slices.Collect(maps.Values(w.dues)), string(x.Amount))
			w.sent = append(w.sent, request{at: w.now(), scope: x.Scope, amount: string(x.Amount), payer: x.FinionPayCustomerID, newest: newest})
		}
	case "signup":
		var x struct {
			Contract struct {
				Term    int64  `json:"contractOfferTermId"`
				Upfront string `json:"initialPaymentRequestToken"`
			} `json:"contract"`
			Customer struct {
				Intent    string `json:"thirdPartyId"`
				Recurring string `json:"paymentRequestToken"`
			} `json:"customer"`
		}
		if json.Unmarshal(body, &x) == nil {
			w.sent = append(w.sent, request{
				at: w.now(), signup: true, due: w.dues[contractOf(body)], body: string(body),
				intent: x.Customer.Intent, recurring: x.Customer.Recurring, upfront: x.Contract.Upfront, term: x.Contract.Term,
			})
		}
	}
}

// price reads what a preview says is due and puts the answer back.
func (w *wire) price(resp *http.Response, contract string) {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		return
	}
	var x struct {
		PaymentPreview struct {
			Due struct {
				Amount json.Number `json:"amount"`
			} `json:"dueOnSigningAmount"`
		} `json:"paymentPreview"`
	}
	if resp.StatusCode == http.StatusOK && json.Unmarshal(body, &x) == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.dues == nil {
			w.dues = map[string]string{}
		}
		w.dues[contract] = string(x.PaymentPreview.Due.Amount)
	}
}

// contractOf is what a price depends on.
func contractOf(body []byte) string {
	var x struct {
		Contract struct {
			Term       int64   `json:"contractOfferTermId"`
			Start      string  `json:"startDate"`
			PreUse     string  `json:"preuseDate"`
			Voucher    string  `json:"voucherCode"`
			Selectable []int64 `json:"selectedSelectableModuleIds"`
			Optional   []int64 `json:"selectedOptionalModuleIds"`
		} `json:"contract"`
		Customer struct {
			Birth string `json:"dateOfBirth"`
		} `json:"customer"`
	}
	if err := json.Unmarshal(body, &x); err != nil {
		return ""
	}
	return fmt.Sprintf("%+v", x)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (w *wire) die(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

func (w *wire) books() books {
	l := w.studio.Ledger()
	w.mu.Lock()
	defer w.mu.Unlock()
	return books{now: w.now(), members: l.Members, sessions: l.Sessions, auths: l.Authorisations, sent: w.sent, strange: w.wrong}
}

func callOf(r *http.Request) string {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/signup/preview"):
		return "preview"
	case strings.HasSuffix(path, "/signup"):
		return "signup"
	case strings.HasSuffix(path, "/user-session"):
		return "session"
	case strings.HasSuffix(path, "/search"):
		return "search"
	case strings.HasSuffix(path, "/contracts"):
		return "contracts"
	}
	return ""
}

func answerOf(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
