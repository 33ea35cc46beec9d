package apiclient

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Kind is the class of an [Error]: what became of the call.
type Kind string

// The kinds of errors. Refused by the API, by status:
const (
	Invalid      Kind = "invalid"      // 400 and other refusals of the request; Reference may name the member
	Unauthorized Kind = "unauthorized" // 401: no key, or a wrong one
	Forbidden    Kind = "forbidden"    // 403: the key lacks the scope
	NotFound     Kind = "not found"    // 404
	Conflict     Kind = "conflict"     // 409: a duplicate person, or a concurrent change
	RateLimited  Kind = "rate limited" // 429: nothing goes through until the minute is over
	Unavailable  Kind = "unavailable"  // 503
	Server       Kind = "server"       // other 5xx: the API itself does not say what it did
)

// Not answered:
const (
	Unreachable Kind = "unreachable" // provably never sent, or not this last time: see Sends
	Lost        Kind = "lost"        // sent, and no usable answer: the call may have taken effect
	Cancelled   Kind = "cancelled"   // by the caller; a sign-up that was already sent is Lost instead
	Redirect    Kind = "redirect"    // 3xx: never followed, so neither key nor data went elsewhere
)

// Error is the error of every call. Its text names the call, the class, the
// status and the trace id. It does not hold the API's message, which may quote
// personal data: that is in Message, for the eyes of staff.
type Error struct {
	Kind Kind
	Op   string // what was being done, as in "create the payment session"
	// Status is the HTTP status, 0 without an answer.
	Status  int
	Message string // the API's own words, unescaped
	Code    string // errorCode, a translation key
	TraceID string // what the vendor's support asks for
	// Reference is the dot path of the member at fault, when the API names it.
	Reference string
	// Sends is how often the request left, 0 if it never did.
	Sends int
	// RetriesOff says that another try was due, but that too many calls have
	// failed lately for the program to repeat any by itself.
	RetriesOff bool

	err        error
	sent       bool          // in this exchange at least a part left
	cut        bool          // the answer was missing or incomplete
	official   bool          // the body was the API's own error object
	retryAfter time.Duration // what a 429 asked for
}

// Unwrap returns the cause, if there is one below the API.
func (e *Error) Unwrap() error { return e.err }

// Unknown reports whether the call may have taken effect although it failed.
// It matters for a sign-up, which then must not simply be sent again.
func (e *Error) Unknown() bool { return e.Kind == Lost || e.Kind == Server }

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + explanations[e.Kind])
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.err != nil {
		b.WriteString(": " + e.err.Error())
	}
	for _, part := range []struct{ name, value string }{{"member", e.Reference}, {"code", e.Code}, {"trace id", e.TraceID}} {
		if part.value != "" {
			b.WriteString(", " + part.name + " " + part.value)
		}
	}
	if e.RetriesOff {
		b.WriteString("; too many calls failed lately to try again unasked")
	}
	return b.String()
}

// GoString keeps the message out of %#v.
func (e *Error) GoString() string { return e.Error() }

// MarshalJSON writes the text of the error, for logs; the message stays out.
func (e *Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

var explanations = map[Kind]string{
	Invalid:      "the request was not accepted",
	Unauthorized: "the API key is missing or wrong; check the key of this studio",
	Forbidden:    "the API key lacks a permission; ask for its scope in the ERP",
	NotFound:     "not there any more; load it again",
	Conflict:     "conflict with another record or change; look before trying again",
	RateLimited:  "too many requests; wait a minute",
	Unavailable:  "the server is busy; try again in a moment",
	Server:       "the server failed",
	Unreachable:  "the server could not be reached, nothing was sent; check base URL and network",
	Lost:         "sent, but no usable answer came",
	Cancelled:    "cancelled",
	Redirect:     "the answer points elsewhere and was not followed; check the base URL",
}

// refusal makes an Error of an answer that is no success. The body may be
// anything at all.
func refusal(op string, status int, body []byte) *Error {
	e := &Error{Kind: kindOf(status), Op: op, Status: status, sent: true}
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return e
	}
	e.Message = text(m["errorMessage"])
	e.official = e.Message != ""
	if e.Message == "" {
		e.Message = text(m["message"])
	}
	e.Code = identifier(m["errorCode"])
	e.TraceID = identifier(m["traceId"])
	e.Reference = identifier(m["reference"])
	e.validation(m["validationErrors"])
	return e
}

// validation reads the list of field errors that the sign-up guide mentions.
// No schema has it, so every likely form is taken.
func (e *Error) validation(raw json.RawMessage) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return
	}
	for _, name := range []string{"reference", "field", "path"} {
		if e.Reference == "" {
			e.Reference = identifier(list[0][name])
		}
	}
	for _, name := range []string{"errorMessage", "message"} {
		if e.Message == "" {
			e.Message = text(list[0][name])
		}
	}
}

// identifier reads a text that looks like a code, a path or an id. Anything
// else may be a sentence about somebody and is dropped: identifiers are logged.
func identifier(raw json.RawMessage) string {
	if s := text(raw); plain.MatchString(s) {
		return s
	}
	return ""
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_.:/\[\]-]{1,100}$`)

// text reads a JSON string, or gives the text of a number; "" for the rest. A
// message is no place for a whole page.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		var n json.Number
		if json.Unmarshal(raw, &n) != nil {
			return ""
		}
		s = n.String()
	}
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage]) + "…"
	}
	return s
}

const maxMessage = 1000

func kindOf(status int) Kind {
	switch {
	case status == 401:
		return Unauthorized
	case status == 403:
		return Forbidden
	case status == 404:
		return NotFound
	case status == 408:
		return Lost
	case status == 409:
		return Conflict
	case status == 429:
		return RateLimited
	case status == 503:
		return Unavailable
	case status >= 500:
		return Server
	case status >= 300 && status < 400:
		return Redirect
	}
	return Invalid
}
