package sandbox

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// faultKind is a fault that can be asked for. make is called once per
// configured fault, so that a behaviour may count; n is the fault's N. A
// lasting kind sees every call and looks after N itself.
type faultKind struct {
	name    string
	does    string
	calls   []string
	lasting bool
	make    func(n int) behaviour
}

var (
	onSignup  = []string{callSignup}
	onSession = []string{callSession}
	onPreview = []string{callPreview}

	// A commit-then fault is meant for the sign-up, but a session may be lost
	// the same way.
	onCommit = []string{callSignup, callSession}
)

// faultKinds is filled by init because behaviours lead back to the list.
var faultKinds []faultKind

func init() {
	faultKinds = []faultKind{
		{"401", "the key is refused; nothing is processed", nil, false, always(answering(http.StatusUnauthorized))},
		{"403", "the key lacks the endpoint's scope", nil, false, always(withoutScope)},
		{"404", "what the call names does not exist; nothing is processed", nil, false, always(answering(http.StatusNotFound))},
		{"409-own", "the sign-up is stored, but the answer is a conflict", onSignup, false, always(conflictOwn)},
		{"409-foreign", "another desk signs the same person up just before", onSignup, false, always(conflictForeign)},
		{"409-after-lost-200", "the first sign-up is stored and its answer lost; the next one meets the member", onSignup, false, lostOnce},
		{"400-after-pay", "a sign-up with a payment is refused at customer.zipCode until that is changed; the payments stay good", onSignup, true, refusedOnce},
		{"429-minute", "the endpoint answers 429 for a minute, then works again", nil, true, closedMinute},
		{"500", "an internal error; nothing is processed", nil, false, always(answering(http.StatusInternalServerError))},
		{"503-twice", "two answers are 503, then it works; nothing is processed", nil, true, unavailableTwice},
		{"commit-then-drop", "processed, then the connection is closed without an answer", onCommit, false, always(unanswered(drop))},
		{"commit-then-500", "processed, then the answer is an internal error", onCommit, false, always(commitThen500)},
		{"commit-then-hang", "processed, then no answer ever comes", onCommit, false, always(unanswered(hang))},
		{"half-created", "the member is created without a contract, and the answer is 500", onSignup, false, always(halfCreated)},
		{"search-lag", "a member is found only 60 seconds after the sign-up", []string{callSearch, callContracts}, false, always(laggingSearch)},
		{"truncated-200", "processed; the connection ends in the middle of the body", nil, false, always(afterwards(truncated))},
		{"html-502", "processed; a gateway's HTML page comes back with 502", nil, false, always(htmlGateway)},
		{"slow", "processed; the answer comes after 25 seconds", nil, false, always(slow)},
		{"slow-drip", "processed; the body comes in 20 pieces, one a second", nil, false, always(afterwards(slowDrip))},
		{"reset", "the connection is reset; nothing is processed", nil, false, always(instead(reset))},
		{"empty", "processed; 200 with an empty body", nil, false, always(emptyBody)},
		{"garbage", "processed; 200 with bytes that are no JSON", nil, false, always(garbageBody)},
		{"huge-body", "processed; 200 with a JSON body of 32 MiB", nil, false, always(afterwards(huge))},
		{"wrong-content-type", "processed; the JSON comes as text/html", nil, false, always(wrongType)},
		{"preview-drift", "the membership fee rises by 0.01 before the preview is computed, and stays so", onPreview, false, always(previewDrift)},
		{"preview-1.5.0", "the preview has the shape of version 1.5.0: bare numbers, no payment preview", onPreview, false, always(previewOld)},
		{"no-payment-preview", "the preview lacks paymentPreview", onPreview, false, always(noPaymentPreview)},
		{"schedule-signing-only", "the payment schedule lists only what is due on signing", onPreview, false, always(signingOnly)},
		{"no-region", "the session lacks finionPayRegion", onSession, false, always(noRegion)},
		{"other-customer-on-session-2", "a session for a known finionPayCustomerId comes back with another one", onSession, false, always(otherCustomer)},
		{"short-sessions", "sessions live for 20 seconds", onSession, false, always(shortSessions)},
		{"token-expired", "the sign-up's payments have expired when it arrives", onSignup, false, always(killing(StateCancelled))},
		{"token-used", "the sign-up's payments were used by somebody else", onSignup, false, always(killing(StateCaptured))},
		{"EMPTY_RESPONSE", "the connection is closed without a byte; nothing is processed", nil, false, always(instead(drop))},
		{"CONNECTION_RESET_BY_PEER", "the connection is reset; nothing is processed", nil, false, always(instead(reset))},
		{"MALFORMED_RESPONSE_CHUNK", "a good header, then garbage in place of a chunk; nothing is processed", nil, false, always(instead(malformedChunk))},
		{"RANDOM_DATA_THEN_CLOSE", "garbage in place of an answer, then the connection is closed; nothing is processed", nil, false, always(instead(randomData))},
	}
}

// always is a kind that keeps no count.
func always(b behaviour) func(int) behaviour { return func(int) behaviour { return b } }

// answering refuses in place of the endpoint.
func answering(status int) behaviour {
	refusals := map[int]*refusal{
		http.StatusUnauthorized:        {status, "UNAUTHORIZED", "", "The API key is missing or wrong.", "Der API-Schlüssel fehlt oder ist falsch."},
		http.StatusNotFound:            {status, "NOT_FOUND", "", "This does not exist.", "Das gibt es nicht."},
		http.StatusInternalServerError: broken,
		http.StatusServiceUnavailable:  {status, "UNAVAILABLE", "", "The service is busy; try again later.", "Der Dienst ist überlastet; bitte später erneut versuchen."},
	}
	return func(x *exchange, _ func() *answer) *answer { return x.s.refuse(refusals[status], x.language()) }
}

func withoutScope(x *exchange, next func() *answer) *answer {
	x.scopeWithheld = true
	return next()
}

func conflictOwn(x *exchange, next func() *answer) *answer {
	if a := next(); a.status != http.StatusOK {
		return a
	}
	return x.s.refuse(&refusal{
		http.StatusConflict, "CONFLICT", "",
		"The customer was modified by another request.", "Der Kunde wurde durch eine andere Anfrage verändert.",
	}, x.language())
}

func conflictForeign(x *exchange, next func() *answer) *answer {
	x.foreign = true
	return next()
}

func lostOnce(int) behaviour {
	var once sync.Once
	return func(_ *exchange, next func() *answer) *answer {
		a := next()
		if a.status == http.StatusOK {
			once.Do(func() { a.status, a.send = 0, drop })
		}
		return a
	}
}

func refusedOnce(from int) behaviour {
	var mu sync.Mutex
	refused := ""
	return func(x *exchange, next func() *answer) *answer {
		var r signupRequest
		paid := json.Unmarshal(x.body, &r) == nil && (r.Customer.Token != "" || r.Contract.InitialToken != "")
		mu.Lock()
		if paid && x.n >= from && refused == "" {
			refused = r.Customer.ZipCode
		}
		again := paid && refused != "" && refused == r.Customer.ZipCode
		mu.Unlock()
		if !again {
			return next()
		}
		return x.s.refuse(bad("VALIDATION", "customer.zipCode",
			"This postcode does not exist.", "Diese Postleitzahl gibt es nicht."), x.language())
	}
}

func closedMinute(from int) behaviour {
	var mu sync.Mutex
	var until time.Time
	return func(x *exchange, next func() *answer) *answer {
		now := x.s.now()
		mu.Lock()
		if until.IsZero() && x.n >= from {
			until = now.Add(time.Minute)
		}
		closed := now.Before(until)
		mu.Unlock()
		if closed {
			return x.s.refuse(tooMany, x.language())
		}
		return next()
	}
}

func unavailableTwice(from int) behaviour {
	var mu sync.Mutex
	left := 2
	return func(x *exchange, next func() *answer) *answer {
		mu.Lock()
		hit := left > 0 && x.n >= from
		if hit {
			left--
		}
		mu.Unlock()
		if hit {
			return answering(http.StatusServiceUnavailable)(x, next)
		}
		return next()
	}
}

func commitThen500(x *exchange, next func() *answer) *answer {
	if a := next(); a.status != http.StatusOK {
		return a
	}
	return x.s.refuse(broken, x.language())
}

func halfCreated(x *exchange, next func() *answer) *answer {
	x.half = true
	return next()
}

func laggingSearch(x *exchange, next func() *answer) *answer {
	x.searchLag = time.Minute
	return next()
}

func slow(x *exchange, next func() *answer) *answer {
	a := next()
	if !wait(x.r.Context(), 25*time.Second) {
		a.status, a.send = 0, drop
	}
	return a
}

func previewDrift(x *exchange, next func() *answer) *answer {
	x.s.mu.Lock()
	x.s.drift++
	x.s.mu.Unlock()
	return next()
}

func otherCustomer(x *exchange, next func() *answer) *answer {
	x.otherPayer = true
	return next()
}

func shortSessions(x *exchange, next func() *answer) *answer {
	x.lifetime = 20 * time.Second
	return next()
}

func killing(state string) behaviour {
	return func(x *exchange, next func() *answer) *answer {
		x.killTokens = state
		return next()
	}
}
