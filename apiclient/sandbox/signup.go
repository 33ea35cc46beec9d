package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

type signupResponse struct {
	CustomerID int64 `json:"customerId"`
}

// postSignup checks everything before it changes anything: a refused sign-up
// leaves the tokens as they were.
func postSignup(x *exchange) (any, *refusal) {
	s := x.s
	o, problem := x.read()
	if problem != nil {
		return nil, problem
	}
	if o.invalid {
		return nil, bad("VOUCHER", "contract.voucherCode", "The voucher is not valid.", "Der Gutschein ist nicht gültig.")
	}
	if problem := o.checkSignatures(); problem != nil {
		return nil, problem
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	c := &o.request.Contract
	if x.foreign {
		s.addPerson(o.request.Customer.person, "another-desk")
	}
	if x.killTokens != "" {
		for _, token := range []string{o.request.Customer.Token, c.InitialToken} {
			s.kill(token, x.killTokens)
		}
	}
	recurring, upfront, problem := s.tokens(o)
	if problem != nil {
		return nil, problem
	}
	if s.taken(o.request.Customer.person) {
		return nil, &refusal{
			http.StatusConflict, "DUPLICATE_CUSTOMER", "customer",
			"A customer with this e-mail or this last name and date of birth exists already.",
			"Ein Kunde mit dieser E-Mail oder diesem Nachnamen und Geburtsdatum ist bereits vorhanden.",
		}
	}
	return s.create(o, recurring, upfront, x.half)
}

// tokens finds the two authorisations and checks that they may be used.
func (s *Sandbox) tokens(o *order) (recurring, upfront *authorisation, problem *refusal) {
	const first, second = "customer.paymentRequestToken", "contract.initialPaymentRequestToken"
	q := o.quote
	use := func(token, reference, scope string) (*authorisation, *refusal) {
		if token == "" {
			return nil, nil
		}
		a := s.requests[token]
		refuse := func(code, en, de string) (*authorisation, *refusal) { return nil, bad(code, reference, en, de) }
		switch {
		case a == nil:
			return refuse("TOKEN_UNKNOWN", "There is no such payment.", "Diese Zahlung gibt es nicht.")
		case a.session.scope != scope:
			return refuse("TOKEN_SCOPE", "This payment is not of scope "+scope+".", "Diese Zahlung hat nicht den Bereich "+scope+".")
		case a.state == StateCaptured:
			return refuse("TOKEN_USED", "This payment was used already.", "Diese Zahlung wurde bereits verwendet.")
		case a.state == StateCancelled:
			return refuse("TOKEN_EXPIRED", "The payment's session has expired.", "Die Sitzung der Zahlung ist abgelaufen.")
		case a.session.customerID != 0 || s.payers[a.session.payer] != 0:
			return refuse("TOKEN_CUSTOMER", "This payment belongs to another customer.", "Diese Zahlung gehört einem anderen Kunden.")
		}
		return a, nil
	}
	if recurring, problem = use(o.request.Customer.Token, first, scopeAccount); problem != nil {
		return nil, nil, problem
	}
	if upfront, problem = use(o.request.Contract.InitialToken, second, scopeECOM); problem != nil {
		return nil, nil, problem
	}
	if upfront != nil && upfront.session.amount != q.due {
		paid, due := decimal(upfront.session.amount, q.deal.currency), decimal(q.due, q.deal.currency)
		return nil, nil, bad("TOKEN_AMOUNT", second,
			"The payment is over "+paid+", but "+due+" is due.", "Die Zahlung lautet auf "+paid+", fällig sind aber "+due+".")
	}
	if recurring != nil && upfront != nil && recurring.session.payer != upfront.session.payer {
		return nil, nil, bad("TOKEN_CUSTOMER", second,
			"The two payments belong to different customers.", "Die beiden Zahlungen gehören verschiedenen Kunden.")
	}
	return recurring, upfront, nil
}

// create stores the person, then the contract, and captures. Half of it leaves
// a member without contract, as a crash between the two would.
func (s *Sandbox) create(o *order, recurring, upfront *authorisation, half bool) (any, *refusal) {
	q, r := o.quote, &o.request
	customer := s.addPerson(r.Customer.person, r.Customer.ThirdPartyID)
	m := &Member{
		CustomerID: customer.ID, CustomerThirdPartyID: r.Customer.ThirdPartyID,
		FirstName: customer.FirstName, LastName: customer.LastName, Email: customer.Email,
		DateOfBirth: customer.Born.String(), PaymentMethod: "CASH", Created: s.now(),
	}
	customer.member = m
	capture := func(a *authorisation) {
		if a == nil {
			return
		}
		a.state, a.customerID, a.session.state = StateCaptured, customer.ID, StateUsed
		customer.payer, m.FinionPayCustomerID = a.session.payer, a.session.payer
		s.payers[a.session.payer] = customer.ID
	}
	if capture(recurring); recurring != nil {
		m.PaymentRequestToken, m.PaymentMethod = recurring.token, recurring.method
	}
	if half {
		return nil, broken
	}
	capture(upfront)
	s.lastDeal++
	paid := int64(0)
	if upfront != nil {
		paid = upfront.session.amount
	}
	c, currency := r.Contract, q.deal.currency
	m.Contract = &Contract{
		ID: s.lastDeal, ThirdPartyID: c.ThirdPartyID,
		OfferID: q.deal.offer.ID, OfferName: q.deal.offer.Name, TermID: q.deal.term.ID,
		StartDate: c.Start.String(), PreuseDate: c.Preuse.String(), EndDate: q.end.addDays(-1).String(),
		SelectableModuleIDs: c.Selectable, OptionalModuleIDs: c.Optional, VoucherCode: c.Voucher,
		InitialPaymentRequestToken: c.InitialToken,
		DueOnSigning:               decimal(q.due, currency), Paid: decimal(paid, currency),
		Open: decimal(q.due-paid, currency), Total: decimal(q.total, currency), Currency: currency,
		ContractSigned: c.Signature != nil, EmployeeID: c.EmployeeID, Notes: c.Notes, ReferralCode: c.Referral,
	}
	for _, b := range c.Blocks {
		m.Contract.SignedTextBlockIDs = append(m.Contract.SignedTextBlockIDs, b.BlockID)
	}
	customer.quote = &q
	s.leaveOver(customer)
	return signupResponse{customer.ID}, nil
}

// leaveOver marks what the new member authorised and did not use.
func (s *Sandbox) leaveOver(c *customer) {
	for _, each := range s.ordered {
		if a := each.request; a != nil && a.state == StateAuthorised && each.payer == c.payer && c.payer != "" {
			a.state, a.customerID = StateLeftOver, c.ID
		}
	}
}

// kill puts a token into a state that cannot be used any more.
func (s *Sandbox) kill(token, state string) {
	if a := s.requests[token]; a != nil {
		a.state = state
		a.session.state = map[string]string{StateCaptured: StateUsed, StateCancelled: StateExpired}[state]
	}
}

// taken is the duplicate rule: same e-mail, or same last name and birth date.
func (s *Sandbox) taken(p person) bool {
	return slices.ContainsFunc(s.customers, func(c *customer) bool {
		return strings.EqualFold(c.Email, p.Email) ||
			strings.EqualFold(c.LastName, p.LastName) && c.Born.equal(p.Born)
	})
}

var broken = &refusal{
	http.StatusInternalServerError, "SERVER_ERROR", "",
	"An unexpected error occurred.", "Ein unerwarteter Fehler ist aufgetreten.",
}
