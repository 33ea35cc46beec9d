package widgetpage

import (
	"time"

	"frontdesk/apiclient/secret"
)

// ViewKind says what the page is for at the moment.
type ViewKind int

// What the page can show.
const (
	Wait      ViewKind = iota // nothing to do for the member; the desk is busy
	Sign                      // texts to read and sign
	Pay                       // the payment component, for one session
	Done                      // the end: the tab may be closed
	Cancelled                 // staff stopped; nothing will be taken
)

func (k ViewKind) String() string {
	return [...]string{"wait", "sign", "pay", "done", "cancelled"}[k]
}

// View is all that the page knows. Texts are plain text in the member's
// language and are never read as HTML.
type View struct {
	Kind ViewKind

	Studio   string
	Language string // of the page's own words, a BCP 47 tag such as "de"; unknown ones read English
	Locale   string // for the payment component, e.g. "de-DE"; derived from Language and Country when empty
	Country  string // for the payment component, ISO 3166-1 alpha-2

	Step, Total int    // "Step 1 of 2"; left out when Total is 0
	Title       string // what this step is, e.g. "Due today"
	Purpose     string // what it is for, one line
	Amount      string // formatted for the member, e.g. "44.67 €"

	// SessionID is the caller's own name of the step. It comes back in the
	// Result and never reaches the page.
	SessionID string
	// Session is the payment component's session token, and ValidUntil its end.
	// The page is told the seconds that are left, never an instant.
	Session    secret.Value
	ValidUntil time.Time

	Texts             []Text // what Sign shows, in this order
	ContractSignature bool   // Sign asks for the signature under the contract itself, after the texts
}

// Text is one text to sign.
type Text struct {
	ID        int64
	Title     string
	Body      string // plain text; line breaks are kept
	LinkTitle string
	LinkURL   string // http or https; anything else is not shown
	Required  bool   // signing may not be skipped
}
