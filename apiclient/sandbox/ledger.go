package sandbox

import (
	"slices"
	"time"
)

// Ledger is what the studio did, as GET /_ledger prints it. Amounts are decimal
// text with the currency's digits ("44.67"), dates are YYYY-MM-DD. Tokens are
// shown in full: this is a simulator, no token is worth anything.
type Ledger struct {
	Members        []Member        `json:"members"`
	Sessions       []Session       `json:"sessions"`
	Authorisations []Authorisation `json:"authorisations"`
	Totals         Totals          `json:"totals"`
	Calls          []Call          `json:"calls"` // the last 1000, oldest first
}

// Member is a person created by a sign-up.
type Member struct {
	CustomerID           int64     `json:"customerId"`
	CustomerThirdPartyID string    `json:"customerThirdPartyId,omitempty"`
	FirstName            string    `json:"firstName"`
	LastName             string    `json:"lastName"`
	Email                string    `json:"email"`
	DateOfBirth          string    `json:"dateOfBirth"`
	FinionPayCustomerID  string    `json:"finionPayCustomerId,omitempty"` // of the tokens, if any
	PaymentRequestToken  string    `json:"paymentRequestToken,omitempty"` // customer.paymentRequestToken
	PaymentMethod        string    `json:"paymentMethod"`                 // of that token, CASH without one
	Created              time.Time `json:"created"`
	Contract             *Contract `json:"contract,omitempty"` // absent for a half-created member
}

// Contract is a member's contract.
type Contract struct {
	ID                         int64   `json:"id"`
	ThirdPartyID               string  `json:"thirdPartyId,omitempty"`
	OfferID                    int64   `json:"offerId"`
	OfferName                  string  `json:"offerName"`
	TermID                     int64   `json:"contractOfferTermId"`
	StartDate                  string  `json:"startDate"`
	PreuseDate                 string  `json:"preuseDate,omitempty"`
	EndDate                    string  `json:"endDate"`
	SelectableModuleIDs        []int64 `json:"selectedSelectableModuleIds,omitempty"`
	OptionalModuleIDs          []int64 `json:"selectedOptionalModuleIds,omitempty"`
	VoucherCode                string  `json:"voucherCode,omitempty"`
	InitialPaymentRequestToken string  `json:"initialPaymentRequestToken,omitempty"`
	DueOnSigning               string  `json:"dueOnSigning"`
	Paid                       string  `json:"paid"` // captured by InitialPaymentRequestToken
	Open                       string  `json:"open"` // due but not paid: booked in the ERP
	Total                      string  `json:"total"`
	Currency                   string  `json:"currency"`
	ContractSigned             bool    `json:"contractSigned"`
	SignedTextBlockIDs         []int64 `json:"signedTextBlockIds,omitempty"`
	EmployeeID                 int64   `json:"employeeId,omitempty"`
	Notes                      string  `json:"notes,omitempty"`
	ReferralCode               string  `json:"referralCode,omitempty"`
}

// The states of a session and of an authorisation.
const (
	StateOpen       = "open"       // session: nothing authorised yet
	StateAuthorised = "authorised" // a request token was given out and not used yet
	StateUsed       = "used"       // session: its request token was used by a sign-up
	StateExpired    = "expired"    // session: it ended with nothing used

	StateCaptured  = "captured"  // authorisation: used by a sign-up
	StateLeftOver  = "left over" // authorisation: still held though its payer's sign-up is done without it
	StateCancelled = "cancelled" // authorisation: its session expired before use
)

// Session is a payment session.
type Session struct {
	Token               string    `json:"token"`
	Scope               string    `json:"scope"`
	Amount              string    `json:"amount"`
	Currency            string    `json:"currency"`
	CustomerID          int64     `json:"customerId,omitempty"`
	FinionPayCustomerID string    `json:"finionPayCustomerId"`
	ReferenceText       string    `json:"referenceText"`
	PermittedChoices    []string  `json:"permittedPaymentChoices,omitempty"`
	ValidUntil          time.Time `json:"tokenValidUntil"`
	State               string    `json:"state"`
}

// Authorisation is what a payer agreed to: a request token.
type Authorisation struct {
	Token               string `json:"token"`
	SessionToken        string `json:"sessionToken"`
	FinionPayCustomerID string `json:"finionPayCustomerId"`
	Scope               string `json:"scope"`
	Method              string `json:"method"`
	Amount              string `json:"amount"`
	Currency            string `json:"currency"`
	State               string `json:"state"`
	CustomerID          int64  `json:"customerId,omitempty"` // who was signed up with it
}

// Totals are sums over the authorisations: Authorised = Captured + LeftOver.
// LeftOver is all that was authorised and not captured, whether it is still
// held or was cancelled since; Held is the part of it that still is.
type Totals struct {
	Authorised string `json:"authorised"`
	Captured   string `json:"captured"`
	LeftOver   string `json:"leftOver"`
	Held       string `json:"held"`
	Currency   string `json:"currency"`
}

// Call is one request to the API. Status is 0 where the connection was cut.
type Call struct {
	Call   string    `json:"call"`
	N      int       `json:"n"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Status int       `json:"status"`
	At     time.Time `json:"at"`
}

// Ledger returns a copy of the books at this moment.
func (s *Sandbox) Ledger() Ledger {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	l := Ledger{
		Members:        []Member{},
		Sessions:       []Session{},
		Authorisations: []Authorisation{},
		Calls:          slices.Clone(s.journal),
	}
	for _, c := range s.customers {
		if c.member != nil {
			m := *c.member
			if m.Contract != nil {
				deal := *m.Contract
				m.Contract = &deal
			}
			l.Members = append(l.Members, m)
		}
	}
	var authorised, captured, held int64
	for _, each := range s.ordered {
		l.Sessions = append(l.Sessions, each.public())
		if each.request == nil {
			continue
		}
		a := each.request
		l.Authorisations = append(l.Authorisations, a.public())
		authorised += each.amount
		switch a.state {
		case StateCaptured:
			captured += each.amount
		case StateAuthorised, StateLeftOver:
			held += each.amount
		}
	}
	currency := s.catalog.currency
	l.Totals = Totals{
		Authorised: decimal(authorised, currency),
		Captured:   decimal(captured, currency),
		LeftOver:   decimal(authorised-captured, currency),
		Held:       decimal(held, currency),
		Currency:   currency,
	}
	return l
}

// record notes a call; the oldest are dropped.
func (s *Sandbox) record(c Call) {
	const kept = 1000
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.journal) >= kept {
		s.journal = slices.Delete(s.journal, 0, len(s.journal)-kept+1)
	}
	s.journal = append(s.journal, c)
}
