// Package upc is a stand-in for the Universal Payment Component: the browser
// script that a page mounts, the HTTP interface behind it, and a bank.
//
// # The script
//
// GET /widget.js defines window.paymentWidget with init(config). Elements carry
// a data-upc attribute that tests may rely on: method-SEPA (and so on for every
// payment choice), iban, account-holder, mandate, signature, bacs-account,
// bacs-sort-code, card-number, card-expiry, card-cvc, card-holder, issuer,
// submit, continue, message. On the bank's page: bank-approve, bank-decline.
//
// # Over HTTP
//
// Programs pay with the same calls as the script. All carry the session token
// in the header X-User-Payment-Session-Token.
//
//	GET  /api/v1/session                     SessionView
//	POST /api/v1/payment-requests  Payment   200 Result: done
//	                                         202 Redirect: the payer must go to the bank
//	                                         400, 402, 401, 409, 410 Problem
//
// A payment that goes to the bank is decided there by GET or POST
// {redirect}/confirm?decision=approve (or decline). The answer's Location leads
// back to the returnUrl with redirectResult in its query, also where the bank
// sends the browser back by POST. A Payment that carries nothing but that
// redirectResult finishes it.
//
// # Test instruments
//
// Any IBAN with a valid checksum is accepted, DE62 3704 0044 0532 0130 01 is
// declined. Any card number with a valid check digit is accepted, except:
//
//	4917 6100 0000 0000   3-D Secure, back by GET
//	5454 5454 5454 5454   3-D Secure, back by POST
//	6703 4444 4444 4449   3-D Secure (Bancontact), back by GET
//	4000 0000 0000 0002   declined
//	4000 0000 0000 3220   never answers
//
// PAYPAL, TWINT and IDEAL always go to the bank. CASH and BANK_TRANSFER are
// done at once.
package upc

import (
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// Session is what the component may know of a payment session.
type Session struct {
	Scope            string
	Amount           string // decimal text
	Currency         string
	Methods          []string
	RequireSignature bool
	RequestToken     string // of a payment made already
}

// Backend keeps the sessions.
type Backend interface {
	// Session returns one that can still be paid with.
	Session(token string) (Session, error)
	// Authorise gives out the session's request token; asked again it is the
	// same one.
	Authorise(sessionToken, method string) (requestToken string, err error)
}

// The errors of a Backend.
var (
	ErrUnknownSession = errors.New("this payment session does not exist")
	ErrExpiredSession = errors.New("this payment session has expired")
	ErrUsedSession    = errors.New("this payment session was used already")
)

// SessionHeader carries the session token.
const SessionHeader = "X-User-Payment-Session-Token"

// SessionView is the answer to GET /api/v1/session. State is open, approved
// (the bank agreed, nobody has collected the result) or authorised.
type SessionView struct {
	Scope            string   `json:"scope"`
	Amount           string   `json:"amount"`
	Currency         string   `json:"currency"`
	Methods          []string `json:"methods"`
	RequireSignature bool     `json:"requireDirectDebitSignature"`
	State            string   `json:"state"`
}

// Result is a payment that is done. Details has the one member that the
// script's onSuccess gets, by method.
type Result struct {
	Token           string         `json:"token"` // the payment request token
	Method          string         `json:"method"`
	Brand           string         `json:"brand,omitempty"`
	Last4           string         `json:"last4,omitempty"`
	InstrumentToken string         `json:"instrumentToken,omitempty"`
	Details         map[string]any `json:"details"`
}

// Redirect sends the payer to the bank.
type Redirect struct {
	URL string `json:"redirect"`
}

// Problem is every other answer. Field names the member of Payment that is
// wrong. 402 is a payment that was declined and may be tried again.
type Problem struct {
	Error string `json:"error"`
	Field string `json:"field,omitempty"`
}

//go:embed widget.js
var script []byte

// service is the component behind its origin.
type service struct {
	backend Backend

	mu         sync.Mutex
	challenges map[string]*challenge // by id
	results    map[string]Result     // by session token
}

// New serves the component for the backend's sessions.
func New(b Backend) http.Handler {
	s := &service{backend: b, challenges: map[string]*challenge{}, results: map[string]Result{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /widget.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(script) //nolint:errcheck // the browser is gone, nobody to tell
	})
	mux.HandleFunc("GET /api/v1/session", s.session)
	mux.HandleFunc("POST /api/v1/payment-requests", s.pay)
	mux.HandleFunc("GET /bank/{id}", s.bankPage)
	mux.HandleFunc("GET /bank/{id}/confirm", s.confirm)
	mux.HandleFunc("POST /bank/{id}/confirm", s.confirm)
	mux.HandleFunc("GET /bank/done", s.bankDone)
	return cors(mux)
}

// cors lets any page use the script and its interface, as the real one does.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
		w.Header().Add("Vary", "Origin")
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type, "+SessionHeader)
			w.Header().Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *service) session(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get(SessionHeader)
	known, ok := s.lookup(w, token)
	if !ok {
		return
	}
	view := SessionView{known.Scope, known.Amount, known.Currency, known.Methods, known.RequireSignature, "open"}
	if s.approved(token) != nil {
		view.State = "approved"
	}
	if known.RequestToken != "" {
		view.State = "authorised"
	}
	answer(w, http.StatusOK, view)
}

func (s *service) lookup(w http.ResponseWriter, token string) (Session, bool) {
	known, err := s.backend.Session(token)
	if err == nil {
		return known, true
	}
	status := http.StatusUnauthorized
	switch {
	case errors.Is(err, ErrExpiredSession):
		status = http.StatusGone
	case errors.Is(err, ErrUsedSession):
		status = http.StatusConflict
	}
	answer(w, status, Problem{Error: err.Error()})
	return known, false
}

// pay takes a new payment, or the end of one that went to the bank.
func (s *service) pay(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get(SessionHeader)
	known, ok := s.lookup(w, token)
	if !ok {
		return
	}
	var p Payment
	decoder := json.NewDecoder(io.LimitReader(r.Body, 64<<10))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		answer(w, http.StatusBadRequest, Problem{Error: "the body is no payment: " + err.Error()})
		return
	}
	if p.RedirectResult != "" || p.Collect {
		s.collect(w, token, p.RedirectResult)
		return
	}
	if known.RequestToken != "" {
		answer(w, http.StatusConflict, Problem{Error: "this session is paid already"})
		return
	}
	if !slices.Contains(known.Methods, p.Method) {
		answer(w, http.StatusBadRequest, Problem{"this payment method is not available here", "method"})
		return
	}
	done, fate, field, err := p.assess(known)
	switch {
	case err != nil && field == "":
		answer(w, http.StatusPaymentRequired, Problem{Error: err.Error()})
	case err != nil:
		answer(w, http.StatusBadRequest, Problem{err.Error(), field})
	case fate == silent:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case fate == bankGET, fate == bankPOST:
		back, err := returnAddress(r, p.ReturnURL)
		if err != nil {
			answer(w, http.StatusBadRequest, Problem{err.Error(), "returnUrl"})
			return
		}
		c := s.challenge(token, known, done, back, fate == bankPOST)
		answer(w, http.StatusAccepted, Redirect{origin(r) + "/bank/" + c.id})
	default:
		s.finish(w, token, done)
	}
}

// finish authorises and answers.
func (s *service) finish(w http.ResponseWriter, token string, done Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if earlier, ok := s.results[token]; ok {
		answer(w, http.StatusOK, earlier)
		return
	}
	request, err := s.backend.Authorise(token, done.Method)
	if err != nil {
		answer(w, http.StatusGone, Problem{Error: err.Error()})
		return
	}
	done.Token, done.InstrumentToken = request, "pi_"+rand.Text()
	s.results[token] = done
	answer(w, http.StatusOK, done)
}

// collect finishes what the bank decided. Without a redirectResult the session
// itself says what was approved, or what is done already.
func (s *service) collect(w http.ResponseWriter, token, result string) {
	if result == "" {
		s.mu.Lock()
		earlier, ok := s.results[token]
		s.mu.Unlock()
		if ok {
			answer(w, http.StatusOK, earlier)
		} else if c := s.approved(token); c != nil {
			s.finish(w, token, c.done)
		} else {
			answer(w, http.StatusNotFound, Problem{Error: "the bank has not approved anything"})
		}
		return
	}
	c := s.byResult(result)
	switch {
	case c == nil || c.session != token:
		answer(w, http.StatusNotFound, Problem{"this redirectResult belongs to another payment", "redirectResult"})
	case c.decision != approve:
		answer(w, http.StatusPaymentRequired, Problem{Error: "the bank declined the payment"})
	default:
		s.finish(w, token, c.done)
	}
}

// returnAddress is where the bank sends the payer; without one, to a page of
// its own.
func returnAddress(r *http.Request, text string) (*url.URL, error) {
	if text == "" {
		return url.Parse(origin(r) + "/bank/done")
	}
	back, err := url.Parse(text)
	if err != nil || back.Host == "" || back.Scheme != "http" && back.Scheme != "https" {
		return nil, errors.New("this is no web address")
	}
	back.Fragment = ""
	return back, nil
}

func origin(r *http.Request) string { return "http://" + r.Host }

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value) //nolint:errcheck // the client is gone, nobody to tell
}
