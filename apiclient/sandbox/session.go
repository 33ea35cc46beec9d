package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	scopeAccount = "MEMBER_ACCOUNT"
	scopeECOM    = "ECOM"
	region       = "eu-central-1"
)

// methods are the payment choices of each scope, in the order they are shown.
var methods = map[string][]string{
	scopeAccount: {"SEPA", "BACS", "CH_DD", "LSV", "CREDIT_CARD", "CASH", "BANK_TRANSFER"},
	scopeECOM:    {"CREDIT_CARD", "PAYPAL", "TWINT", "IDEAL", "BANCONTACT"},
}

// session is a payment session. One request token per session: the session is
// used up with it, and an unused token dies with the session.
type session struct {
	token, scope string
	amount       int64
	currency     string
	customerID   int64
	payer        string
	reference    string
	choices      []string // nil: all
	signature    bool
	existing     bool
	until        time.Time
	state        string
	request      *authorisation
}

// authorisation is a request token and what it stands for.
type authorisation struct {
	session    *session
	token      string
	method     string
	state      string
	customerID int64
}

type sessionRequest struct {
	Amount     json.Number `json:"amount"`
	Scope      string      `json:"scope"`
	Reference  string      `json:"referenceText"`
	CustomerID int64       `json:"customerId"`
	Payer      string      `json:"finionPayCustomerId"`
	Choices    []string    `json:"permittedPaymentChoices"`
	Signature  bool        `json:"requireDirectDebitSignature"`
	Existing   *bool       `json:"showExistingPaymentInstruments"`
}

type sessionResponse struct {
	Token      string `json:"token"`
	ValidUntil string `json:"tokenValidUntil"`
	Payer      string `json:"finionPayCustomerId"`
	Region     string `json:"finionPayRegion,omitempty"`
}

func postSession(x *exchange) (any, *refusal) {
	s := x.s
	var r sessionRequest
	if problem := x.decode(sessionSchema, &r); problem != nil {
		return nil, problem
	}
	amount, err := minorUnits(r.Amount, s.catalog.currency)
	switch {
	case err != nil:
		return nil, bad("AMOUNT", "amount", "The amount is not valid: "+err.Error()+".", "Der Betrag ist ungültig: "+err.Error()+".")
	case r.Scope == scopeAccount && amount > 0:
		return nil, bad("AMOUNT", "amount", "With MEMBER_ACCOUNT the amount must be 0.", "Mit MEMBER_ACCOUNT muss der Betrag 0 sein.")
	case r.CustomerID != 0 && r.Payer != "":
		return nil, bad("EXCLUSIVE", "finionPayCustomerId",
			"Send customerId or finionPayCustomerId, not both.", "Entweder customerId oder finionPayCustomerId, nicht beide.")
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	payer := r.Payer
	if payer != "" {
		if _, known := s.payers[payer]; !known {
			return nil, missing("PAYER_NOT_FOUND", "finionPayCustomerId",
				"There is no such finionPayCustomerId.", "Diese finionPayCustomerId gibt es nicht.")
		}
	}
	if r.CustomerID != 0 {
		c := s.customer(r.CustomerID)
		if c == nil {
			return nil, missing("CUSTOMER_NOT_FOUND", "customerId", "There is no such customer.", "Diesen Kunden gibt es nicht.")
		}
		if c.payer == "" {
			c.payer = s.randomUUID()
			s.payers[c.payer] = c.ID
		}
		payer = c.payer
	}
	if payer == "" || x.otherPayer {
		payer = s.randomUUID()
		s.payers[payer] = 0
	}
	lifetime := s.lifetime
	if x.lifetime > 0 {
		lifetime = x.lifetime
	}
	// The wire has microseconds; the session must not outlive what it says.
	until := s.now().Add(lifetime).UTC().Truncate(time.Microsecond)
	each := &session{
		token: s.randomText(54), scope: r.Scope, amount: amount, currency: s.catalog.currency,
		customerID: r.CustomerID, payer: payer, reference: r.Reference, choices: r.Choices,
		signature: r.Signature, existing: r.Existing == nil || *r.Existing, until: until, state: StateOpen,
	}
	s.sessions[each.token] = each
	s.ordered = append(s.ordered, each)
	return sessionResponse{each.token, until.Format("2006-01-02T15:04:05.000000Z"), payer, region}, nil
}

// expire ends the sessions whose time is over and cancels their unused tokens.
// s.mu is held, as it is for all that follows.
func (s *Sandbox) expire() {
	now := s.now()
	for _, each := range s.ordered {
		if each.state == StateUsed || each.state == StateExpired || now.Before(each.until) {
			continue
		}
		each.state = StateExpired
		if a := each.request; a != nil && a.state != StateCaptured {
			a.state = StateCancelled
		}
	}
}

// authorise gives out the session's one request token.
func (s *Sandbox) authorise(each *session, method string) *authorisation {
	if each.request == nil {
		each.request = &authorisation{session: each, token: s.randomText(54), method: method, state: StateAuthorised}
		each.state = StateAuthorised
		s.requests[each.request.token] = each.request
	}
	return each.request
}

// methodsOf is what the session's widget offers.
func methodsOf(each *session) []string {
	all := slices.Clone(methods[each.scope])
	if each.choices == nil {
		return all
	}
	return slices.DeleteFunc(all, func(m string) bool { return !slices.Contains(each.choices, m) })
}

func (each *session) public() Session {
	return Session{
		Token: each.token, Scope: each.scope, Amount: decimal(each.amount, each.currency), Currency: each.currency,
		CustomerID: each.customerID, FinionPayCustomerID: each.payer, ReferenceText: each.reference,
		PermittedChoices: slices.Clone(each.choices), ValidUntil: each.until, State: each.state,
	}
}

func (a *authorisation) public() Authorisation {
	return Authorisation{
		Token: a.token, SessionToken: a.session.token, FinionPayCustomerID: a.session.payer, Scope: a.session.scope,
		Method: a.method, Amount: decimal(a.session.amount, a.session.currency), Currency: a.session.currency,
		State: a.state, CustomerID: a.customerID,
	}
}
