package desk_test

import (
	"slices"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
)

// signup takes a request that creates a contract.
func (c *counter) signup(m *model, r apiclient.SignupRequest) (flow.Fact, bool) {
	refused := func(kind apiclient.Kind, reference string) flow.Fact {
		return flow.SignupRefused{Failure: flow.Failure{Kind: kind, Op: "sign the member up", Reference: reference}}
	}
	lost := flow.OutcomeUnknown{Failure: flow.Failure{Kind: apiclient.Lost, Op: "sign the member up"}}
	what := c.take("signup")
	if what == "unsent" {
		return refused(apiclient.Unreachable, ""), false
	}
	c.expire(m.clock)
	c.note(m.clock, r)
	person := flow.Person{Email: r.Customer.Email, LastName: r.Customer.LastName, DateOfBirth: r.Customer.DateOfBirth}
	switch what {
	case "500":
		return lost, false
	case "refused":
		return refused(apiclient.Invalid, "customer.zipCode"), false
	case "busy":
		return refused(apiclient.Unavailable, ""), false
	case "foreign":
		c.enter(m.clock, person, "")
	}
	recurring, upfront, ok := c.tokens(r)
	switch {
	case !ok:
		return refused(apiclient.Invalid, "contract.initialPaymentRequestToken"), false
	case slices.ContainsFunc(c.people, func(p resident) bool { return p.same(person) }):
		return refused(apiclient.Conflict, ""), false
	}
	id := c.create(m.clock, r, person, recurring, upfront, what == "half")
	switch what {
	case "lost", "half":
		return lost, false
	case "hang":
		return lost, true
	case "own":
		return refused(apiclient.Conflict, ""), false
	}
	return flow.SignupCreated{CustomerID: id}, false
}

func (c *counter) note(now time.Time, r apiclient.SignupRequest) {
	recurring, upfront := r.Customer.PaymentRequestToken.Reveal(), r.Contract.InitialPaymentRequestToken.Reveal()
	c.sent = append(c.sent, request{
		at: now, signup: true, intent: r.Customer.ThirdPartyID, recurring: recurring, upfront: upfront,
		due: c.dues[dealOf(r.Contract, r.Customer.DateOfBirth)], term: r.Contract.ContractOfferTermID,
		body: r.Preview().Fingerprint() + recurring + upfront,
	})
}

// tokens finds the authorisations of a request and checks that they may be used.
func (c *counter) tokens(r apiclient.SignupRequest) (recurring, upfront *sandbox.Authorisation, ok bool) {
	use := func(token, scope string) (*sandbox.Authorisation, bool) {
		if token == "" {
			return nil, true
		}
		for i := range c.auths {
			if a := &c.auths[i]; a.Token == token {
				return a, a.Scope == scope && a.State == sandbox.StateAuthorised
			}
		}
		return nil, false
	}
	recurring, first := use(r.Customer.PaymentRequestToken.Reveal(), "MEMBER_ACCOUNT")
	upfront, second := use(r.Contract.InitialPaymentRequestToken.Reveal(), "ECOM")
	ok = first && second
	if ok && upfront != nil {
		ok = upfront.Amount == decimals(c.dues[dealOf(r.Contract, r.Customer.DateOfBirth)])
	}
	if ok && recurring != nil && upfront != nil {
		ok = recurring.FinionPayCustomerID == upfront.FinionPayCustomerID
	}
	return recurring, upfront, ok
}

func (c *counter) enter(now time.Time, p flow.Person, intent string) int64 {
	id := int64(1000 + len(c.people))
	c.people = append(c.people, resident{Person: p, id: id, intent: intent, since: now})
	return id
}

func (c *counter) create(now time.Time, r apiclient.SignupRequest, p flow.Person, recurring, upfront *sandbox.Authorisation, half bool) int64 {
	id := c.enter(now, p, r.Customer.ThirdPartyID)
	capture := func(a *sandbox.Authorisation) {
		if a == nil {
			return
		}
		a.State = sandbox.StateCaptured
		i := slices.IndexFunc(c.sessions, func(x sandbox.Session) bool { return x.Token == a.SessionToken })
		c.sessions[i].State = sandbox.StateUsed
	}
	capture(recurring)
	member := sandbox.Member{CustomerID: id, CustomerThirdPartyID: r.Customer.ThirdPartyID, Created: now}
	if !half {
		capture(upfront)
		paid := "0.00"
		if upfront != nil {
			paid = upfront.Amount
		}
		member.Contract = &sandbox.Contract{
			ThirdPartyID: r.Contract.ThirdPartyID, TermID: r.Contract.ContractOfferTermID, Paid: paid,
			DueOnSigning:               decimals(c.dues[dealOf(r.Contract, r.Customer.DateOfBirth)]),
			InitialPaymentRequestToken: r.Contract.InitialPaymentRequestToken.Reveal(),
		}
	}
	c.members = append(c.members, member)
	return id
}
