package widgetpage

import "frontdesk/apiclient/secret"

// ResultKind says what a Result is.
type ResultKind int

// What the page can bring back.
const (
	Payment    ResultKind = iota // the payment component's request token
	Signatures                   // the member signed
	Refused                      // the member does not want to sign
)

func (k ResultKind) String() string {
	return [...]string{"payment", "signatures", "refused"}[k]
}

// Result is what the member did. Of the payment instrument it holds the
// method, the brand and the last four digits; nothing else leaves the page.
type Result struct {
	Kind      ResultKind
	SessionID string // of the View that was answered

	Token        secret.Value // payment request token
	Method       string       // "creditCard", "sepa"…, as the payment component names it
	Brand, Last4 string       // may be empty
	Contract     secret.Value // signature under the contract, an SVG in base64
	Signatures   map[int64]secret.Value
	Late         bool // its session had been replaced or had expired: record it, do not use it
	Second       bool // the session was already answered differently: the first answer counts
}
