package flow

import (
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// Event is one fact at one instant. At is in the studio's time zone, so that
// "today" is the studio's day.
type Event struct {
	At   time.Time
	Fact Fact
}

// Fact is what staff chose or what the world answered. The set is closed.
//
//sumtype:decl
type Fact interface{ fact() }

type (
	// Begun opens a sign-up. Intent is a UUIDv7; it travels as thirdPartyId of
	// contract and customer, so that our own record can be found again.
	Begun struct {
		Intent   string
		Settings Settings
	}
	// Resumed follows the fold of a journal whose program ended: what was
	// under way then has an outcome that nobody saw.
	Resumed struct{}
	// Woke says that the instant of a [Wake] has come.
	Woke struct{}
	// Retried asks for everything that failed once more.
	Retried struct{}
	// Abandoned ends the sign-up without a contract.
	Abandoned struct{ Reason Reason }
	// Left says that the Done screen was left: personal data goes.
	Left struct{}
)

// Reason says why a sign-up was abandoned.
type Reason string

// The reasons of [Abandoned]; empty means that staff gave it up.
const (
	ReasonDeclined  Reason = "declined"
	ReasonDuplicate Reason = "duplicate"
)

// What staff chose.
type (
	// OfferChosen asks for the detail of an offer of the list.
	OfferChosen struct{ ID int64 }
	// TermChosen chooses one of the offer's terms and takes its dates.
	TermChosen struct{ ID int64 }
	// DatesChosen sets the first day of the contract and of its use.
	DatesChosen struct{ Start, PreUse apiclient.Date }
	// ModulesChosen replaces the chosen modules.
	ModulesChosen struct{ Selectable, Optional []int64 }
	// VoucherEntered sets the one voucher code; empty takes it away.
	VoucherEntered struct{ Code string }
	// FieldsEdited sets the fields it names; an empty value clears one.
	FieldsEdited struct{ Values map[Field]secret.Value }
	// Ticked confirms a text block, or takes that back.
	Ticked struct {
		Block int64
		On    bool
	}
	// CashChosen makes the member pay the regular amounts in cash.
	CashChosen struct{ On bool }
	// TillChosen takes the due amount in cash at the till.
	TillChosen struct{ On bool }
	// MandateChosen collects an instrument for later payments although
	// nothing is scheduled, because the contract goes on by itself.
	MandateChosen struct{ On bool }
	// DuplicatesDismissed says that the people found are somebody else.
	DuplicatesDismissed struct{}
	// StepChosen goes to a step; forward only as far as nothing is missing.
	StepChosen struct{ Step Step }
	// PreviewAccepted is the member's yes to the price with this fingerprint.
	PreviewAccepted struct{ Fingerprint string }
	// SessionRenewed asks for a new session in place of one that expired.
	SessionRenewed struct{}
	// PageReopened asks for a fresh link and for the browser.
	PageReopened struct{}
	// TokenPasted is a payment request token that staff typed in by hand.
	TokenPasted struct{ Token secret.Value }
	// SubmitPressed sends a refused sign-up again after it was mended.
	SubmitPressed struct{}
	// SentOnceMore sends a sign-up of unknown outcome again; Code must be the
	// intent code, typed by staff.
	SentOnceMore struct{ Code string }
	// LookedAgain searches for the member of an unknown outcome at once.
	LookedAgain struct{}
)

// What the world answered.
type (
	// StudioArrived answers a [FetchStudio].
	StudioArrived struct{ Studio apiclient.Studio }
	// OffersArrived answers a [FetchOffers]. Skew is the server's clock minus
	// ours at that moment.
	OffersArrived struct {
		Offers []apiclient.Offer
		Skew   time.Duration
	}
	// OfferArrived answers a [FetchOffer].
	OfferArrived struct{ Offer apiclient.OfferDetail }
	// PreviewArrived answers the [FetchPreview] of the same fingerprint.
	PreviewArrived struct {
		Fingerprint string
		Estimate    bool
		Fresh       bool
		Preview     apiclient.Preview
	}
	// DuplicatesArrived answers a [SearchDuplicates]. Forbidden says that the
	// key lacks the scope to search.
	DuplicatesArrived struct {
		Person    Person
		Found     []apiclient.FoundCustomer
		Forbidden bool
	}
	// SessionOpened answers an [OpenSession]. Skew is the server's clock minus
	// ours at that moment.
	SessionOpened struct {
		N       int
		Scope   apiclient.Scope
		Amount  money.Amount
		Session apiclient.Session
		Skew    time.Duration
	}
	// PageListening says that the page can be opened under Link; Opened is
	// empty when the browser was started and says why not otherwise.
	PageListening struct {
		Link   secret.Value
		Code   string
		Opened string
	}
	// PageReported is what the page noticed.
	PageReported struct {
		Kind PageNews
		Text string
	}
	// Signed brings the signatures, each an SVG in base64.
	Signed struct {
		Contract secret.Value
		Blocks   map[int64]secret.Value
	}
	// SigningRefused says that the member did not want to sign.
	SigningRefused struct{}
	// PaymentAuthorised brings the payment request token of session N.
	PaymentAuthorised struct {
		N          int
		Token      secret.Value
		Instrument Instrument
		Late       bool
	}
	// SubmitStarted comes before the request of a [Submit] does anything: what
	// is not started has not left either.
	SubmitStarted struct{ Attempt int }
	// SignupCreated is the one good answer to a [Submit].
	SignupCreated struct{ CustomerID int64 }
	// SignupRefused says that the server did not create the contract.
	SignupRefused struct{ Failure Failure }
	// OutcomeUnknown says that the request was sent and nobody knows what
	// became of it.
	OutcomeUnknown struct{ Failure Failure }
	// OwnFound says that the search found the member of this very intent.
	OwnFound struct {
		CustomerID  int64
		HasContract bool
	}
	// OwnNotFound says that the search worked and found nobody of this intent.
	OwnNotFound struct{}
	// TwinsFound answers a [FindTwins] with the ids of other customers who look
	// like the same person and were created at about the same time.
	TwinsFound struct{ Customers []int64 }
	// Failed says that the effect with this key came to nothing.
	Failed struct {
		Key     string
		Failure Failure
	}
)

func (Begun) fact()               {}
func (Resumed) fact()             {}
func (Woke) fact()                {}
func (Retried) fact()             {}
func (Abandoned) fact()           {}
func (Left) fact()                {}
func (OfferChosen) fact()         {}
func (TermChosen) fact()          {}
func (DatesChosen) fact()         {}
func (ModulesChosen) fact()       {}
func (VoucherEntered) fact()      {}
func (FieldsEdited) fact()        {}
func (Ticked) fact()              {}
func (CashChosen) fact()          {}
func (TillChosen) fact()          {}
func (MandateChosen) fact()       {}
func (DuplicatesDismissed) fact() {}
func (StepChosen) fact()          {}
func (PreviewAccepted) fact()     {}
func (SessionRenewed) fact()      {}
func (PageReopened) fact()        {}
func (TokenPasted) fact()         {}
func (SubmitPressed) fact()       {}
func (SentOnceMore) fact()        {}
func (LookedAgain) fact()         {}
func (StudioArrived) fact()       {}
func (OffersArrived) fact()       {}
func (OfferArrived) fact()        {}
func (PreviewArrived) fact()      {}
func (DuplicatesArrived) fact()   {}
func (SessionOpened) fact()       {}
func (PageListening) fact()       {}
func (PageReported) fact()        {}
func (Signed) fact()              {}
func (SigningRefused) fact()      {}
func (PaymentAuthorised) fact()   {}
func (SubmitStarted) fact()       {}
func (SignupCreated) fact()       {}
func (SignupRefused) fact()       {}
func (OutcomeUnknown) fact()      {}
func (OwnFound) fact()            {}
func (OwnNotFound) fact()         {}
func (TwinsFound) fact()          {}
func (Failed) fact()              {}

// Failure is an error as the sign-up keeps it: the class, the API's words and
// what support asks for.
type Failure struct {
	Kind      apiclient.Kind
	Op        string // what was being done, as in "create the payment session"
	Message   string
	Code      string
	TraceID   string
	Reference string // dot path of the offending member, when the API names one
}

// JournalKey is the key of the failure that stands in a sign-up while its
// journal cannot be written. Nothing goes on until it can.
const JournalKey = "journal"

// CodePersonNotHeld is the code of the failure when the person could not be
// kept from other desks, as a rule because one of them signs her up.
const CodePersonNotHeld = "PERSON_NOT_HELD"

// PageNews is what the page can notice.
type PageNews string

// The news of a [PageReported].
const (
	PageOpen       PageNews = "open"
	PageVisible    PageNews = "visible"
	PageHidden     PageNews = "hidden"
	PageLeft       PageNews = "left"
	PageLost       PageNews = "lost"
	PageBack       PageNews = "back"
	PageLinkReused PageNews = "link reused"
	PageStranger   PageNews = "stranger" // opened in a tab that has no key, as after a bank's app
	PageBusy       PageNews = "busy"     // the payment form is at work
	PageFailed     PageNews = "failed"   // the payment form did not load, or complained
	PageNote       PageNews = "note"
)

// Instrument is what may be shown of how somebody pays: never an account
// number, a holder or a mandate.
type Instrument struct {
	Method string // an apiclient.PaymentChoice, as the widget names it
	Brand  string
	Last4  string
}
