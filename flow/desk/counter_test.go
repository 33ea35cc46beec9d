package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// counter is the studio of a model: what the sandbox does with money and
// members, without its prices and schemas.
type counter struct {
	life    time.Duration
	noScope bool
	lag     time.Duration // of the search
	down    time.Time     // until then nobody can be searched for
	drift   int64
	faults  map[string]string // what befalls the next request, by call
	dues    map[deal]string
	serial  int

	members  []sandbox.Member
	people   []resident
	sessions []sandbox.Session
	auths    []sandbox.Authorisation
	sent     []request
}

// deal is what a price depends on.
type deal struct {
	term           int64
	start, preUse  apiclient.Date
	voucher        string
	modules, birth string
}

// resident is one whom the search finds.
type resident struct {
	flow.Person
	id     int64
	intent string
	since  time.Time
}

var studioOffers = sync.OnceValue(func() (list []apiclient.OfferDetail) {
	data, err := os.ReadFile("../../apiclient/sandbox/offers.json")
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		panic(err)
	}
	return list
})

func (c *counter) take(call string) string {
	what := c.faults[call]
	delete(c.faults, call)
	return what
}

func (c *counter) books(now time.Time) books {
	c.expire(now)
	return books{now: now, members: c.members, sessions: c.sessions, auths: c.auths, sent: c.sent}
}

// answer is what a request that arrives now is answered with; hangs says that
// it takes the client's whole patience.
func (c *counter) answer(m *model, e flow.Effect) (f flow.Fact, hangs bool) {
	failed := flow.Failed{Key: e.Key(), Failure: flow.Failure{Kind: apiclient.Server, Op: "ask"}}
	switch e := e.(type) {
	case flow.FetchStudio:
		return flow.StudioArrived{Studio: apiclient.Studio{Name: "Fit", CountryCode: "DE"}}, false
	case flow.FetchOffers:
		var list []apiclient.Offer
		for _, o := range studioOffers() {
			list = append(list, apiclient.Offer{ID: o.ID, Name: o.Name})
		}
		return flow.OffersArrived{Offers: list}, false
	case flow.FetchOffer:
		list := studioOffers()
		i := slices.IndexFunc(list, func(o apiclient.OfferDetail) bool { return o.ID == e.ID })
		return flow.OfferArrived{Offer: list[i]}, false
	case flow.FetchPreview:
		switch c.take("preview") {
		case "failed":
			return failed, false
		case "drift":
			c.drift++
		}
		return flow.PreviewArrived{Fingerprint: e.Fingerprint, Estimate: e.Estimate, Fresh: e.Fresh, Preview: c.preview(e.Request)}, false
	case flow.SearchDuplicates:
		if c.search(m.clock) {
			return failed, false
		}
		if c.noScope {
			return flow.DuplicatesArrived{Person: e.Person, Forbidden: true}, false
		}
		return flow.DuplicatesArrived{Person: e.Person, Found: c.find(m.clock, e.Person)}, false
	case flow.FindOwn:
		if c.search(m.clock) || c.noScope {
			return failed, false
		}
		return c.own(m.clock, e, failed), false
	case flow.OpenSession:
		return c.open(m, e)
	case flow.Submit:
		return c.signup(m, e.Request)
	}
	return flow.Woke{}, false
}

func (c *counter) search(now time.Time) (failed bool) {
	switch c.take("search") {
	case "failed":
		return true
	case "lag":
		c.lag = time.Minute
	case "down":
		c.down = now.Add(3 * time.Minute)
	}
	return now.Before(c.down)
}

func (c *counter) find(now time.Time, p flow.Person) (found []apiclient.FoundCustomer) {
	for _, r := range c.people {
		if r.same(p) && !now.Before(r.since.Add(c.lag)) {
			found = append(found, apiclient.FoundCustomer{ID: r.id, ThirdPartyID: r.intent})
		}
	}
	return found
}

func (r resident) same(p flow.Person) bool {
	return r.Email == p.Email || r.LastName == p.LastName && r.DateOfBirth == p.DateOfBirth
}

func (c *counter) own(now time.Time, e flow.FindOwn, failed flow.Failed) flow.Fact {
	for _, f := range c.find(now, e.Person) {
		if f.ThirdPartyID != e.Intent {
			continue
		}
		if c.take("contracts") == "failed" {
			return failed
		}
		i := slices.IndexFunc(c.members, func(m sandbox.Member) bool { return m.CustomerID == f.ID })
		return flow.OwnFound{CustomerID: f.ID, HasContract: c.members[i].Contract != nil}
	}
	return flow.OwnNotFound{}
}

func dealOf(k apiclient.Contract, birth secret.Value) deal {
	return deal{k.ContractOfferTermID, k.StartDate, k.PreuseDate, k.VoucherCode, fmt.Sprint(k.SelectedOptionalModuleIDs), birth.Reveal()}
}

func (c *counter) preview(r apiclient.PreviewRequest) apiclient.Preview {
	sum := func(cents int64) money.Amount { return amount(fmt.Sprintf("%d.%02d", cents/100, cents%100)) }
	var due, later int64
	k := r.Contract
	switch k.ContractOfferTermID {
	case 10011:
		due, later = 1990+int64(k.StartDate.Day)*10+355*int64(len(k.SelectedOptionalModuleIDs)), 2990
	case 10012:
		due, later = 1990, 2490
	case 10021:
		due = 29900
	case 10031:
		later = 6000
	case 10051:
		due = 18600
	}
	total := due + 10*later
	if due > 0 {
		due += c.drift
		total += c.drift
	}
	var p apiclient.Preview
	switch k.VoucherCode {
	case "":
	case "NOPE":
		p.VoucherErrorCode = apiclient.VoucherInvalidCode
	default:
		p.VoucherType, p.VoucherSuccessMessage = apiclient.VoucherDiscount, "less"
		due -= due / 10
	}
	p.BasePrice = amount("29.90")
	p.PaymentPreview.DueOnSigningAmount = sum(due)
	p.ContractVolumeInformation.TotalContractVolume = sum(total)
	p.PaymentPreview.PaymentSchedule = []apiclient.PaymentScheduleEntry{{Amount: sum(due), MandatoryOnSigning: true}}
	if later > 0 {
		p.PaymentPreview.PaymentSchedule = append(p.PaymentPreview.PaymentSchedule, apiclient.PaymentScheduleEntry{Amount: sum(later)})
	}
	c.dues[dealOf(k, r.Customer.DateOfBirth)] = p.PaymentPreview.DueOnSigningAmount.Number()
	return p
}

func (c *counter) open(m *model, e flow.OpenSession) (flow.Fact, bool) {
	r, what := e.Request, c.take("session")
	failed := flow.Failed{Key: e.Key(), Failure: flow.Failure{Kind: apiclient.Unavailable, Op: "open"}}
	newest := false
	for _, due := range c.dues {
		newest = newest || due == r.Amount.Number()
	}
	c.sent = append(c.sent, request{at: m.clock, scope: string(r.Scope), amount: r.Amount.Number(), payer: r.FinionPayCustomerID, newest: newest})
	if what == "failed" {
		return failed, false
	}
	c.serial++
	life, payer := c.life, r.FinionPayCustomerID
	if what == "short" {
		life = 20 * time.Second
	}
	if payer == "" || what == "other" {
		payer = fmt.Sprintf("payer-%d", c.serial)
	}
	x := sandbox.Session{
		Token: fmt.Sprintf("session-%d-zzcanary", c.serial), Scope: string(r.Scope), Amount: decimals(r.Amount.Number()),
		FinionPayCustomerID: payer, ValidUntil: m.clock.Add(life), State: sandbox.StateOpen,
	}
	c.sessions = append(c.sessions, x)
	if what == "lost" {
		return failed, false
	}
	return flow.SessionOpened{N: e.N, Scope: r.Scope, Amount: r.Amount, Skew: -m.wrong, Session: apiclient.Session{
		Token: secret.New(x.Token), ValidUntil: x.ValidUntil, FinionPayCustomerID: payer,
	}}, false
}

// expire ends sessions; their unused tokens die with them.
func (c *counter) expire(now time.Time) {
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.State == sandbox.StateUsed || x.State == sandbox.StateExpired || now.Before(x.ValidUntil) {
			continue
		}
		x.State = sandbox.StateExpired
		if a := c.paid(x.Token); a != nil && a.State != sandbox.StateCaptured {
			a.State = sandbox.StateCancelled
		}
	}
}

func (c *counter) paid(session string) *sandbox.Authorisation {
	for i := range c.auths {
		if c.auths[i].SessionToken == session {
			return &c.auths[i]
		}
	}
	return nil
}

var errTill = errors.New("the till takes nothing")

// authorise is the till: one token for a session, however often it is asked.
func (c *counter) authorise(now time.Time, session string) (string, error) {
	c.expire(now)
	i := slices.IndexFunc(c.sessions, func(x sandbox.Session) bool { return x.Token == session })
	if i < 0 || c.sessions[i].State == sandbox.StateExpired || c.sessions[i].State == sandbox.StateUsed {
		return "", errTill
	}
	if a := c.paid(session); a != nil {
		return a.Token, nil
	}
	x := &c.sessions[i]
	x.State = sandbox.StateAuthorised
	a := sandbox.Authorisation{
		Token: "token-" + session, SessionToken: session, FinionPayCustomerID: x.FinionPayCustomerID,
		Scope: x.Scope, Amount: x.Amount, State: sandbox.StateAuthorised,
	}
	c.auths = append(c.auths, a)
	return a.Token, nil
}
