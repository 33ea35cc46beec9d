package desk

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

var (
	errClosed = errors.New("the desk is closed")
	errOver   = errors.New("this sign-up is over")
	errBusy   = errors.New("the sign-up is being sent: wait for its answer")
)

// How long an answer of the API stands for the same question.
const (
	studioKept  = time.Hour
	offersKept  = 10 * time.Minute // far less than the two hours after which an offer's image link dies
	previewKept = time.Minute
)

// perform does the work of one effect and returns the fact that answers it;
// nil when nothing is to be said.
func (d *Desk) perform(ctx context.Context, effect flow.Effect, r *run) flow.Fact {
	api := d.config.API
	switch e := effect.(type) {
	case flow.Wake:
		return d.wake(ctx, e)
	case flow.ServePage:
		deliver := func(ctx context.Context, f flow.Fact) error { return d.deliver(ctx, r.intent, f) }
		return answer(e, nil, d.config.Page.Serve(ctx, r.views, deliver))
	case flow.FetchStudio:
		studio, err := kept(d, e.Key(), studioKept, func() (apiclient.Studio, error) { return api.Studio(ctx) })
		return answer(e, flow.StudioArrived{Studio: studio}, err)
	case flow.FetchOffers:
		offers, err := kept(d, e.Key(), offersKept, func() ([]apiclient.Offer, error) { return api.Offers(ctx) })
		return answer(e, flow.OffersArrived{Offers: offers, Skew: d.config.Skew()}, err)
	case flow.FetchOffer:
		offer, err := kept(d, e.Key(), offersKept, func() (apiclient.OfferDetail, error) { return api.Offer(ctx, e.ID) })
		return answer(e, flow.OfferArrived{Offer: offer}, err)
	case flow.FetchPreview:
		keep := previewKept
		if e.Fresh {
			keep = 0
			// The last thing before money moves.
			if err := d.hold(ctx, r.intent, e.Request.Customer); err != nil {
				return answer(e, nil, err)
			}
		}
		preview, err := kept(d, e.Key(), keep, func() (apiclient.Preview, error) { return api.Preview(ctx, e.Request) })
		return answer(e, flow.PreviewArrived{Fingerprint: e.Fingerprint, Estimate: e.Estimate, Fresh: e.Fresh, Preview: preview}, err)
	case flow.SearchDuplicates:
		found, err := search(ctx, api, e.Person)
		if kindOf(err) == apiclient.Forbidden {
			return flow.DuplicatesArrived{Person: e.Person, Forbidden: true}
		}
		return answer(e, flow.DuplicatesArrived{Person: e.Person, Found: found}, err)
	case flow.OpenSession:
		session, err := api.CreateUserSession(ctx, e.Request)
		return answer(e, flow.SessionOpened{
			N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount, Session: session, Skew: d.config.Skew(),
		}, err)
	case flow.Submit:
		started := &item{fact: flow.SubmitStarted{Attempt: e.Attempt}, intent: r.intent, patient: ctx.Done()}
		if err := d.await(ctx, started); err != nil {
			return nil
		}
		id, err := api.Signup(ctx, e.Request)
		return submitted(id, err)
	case flow.FindTwins:
		return d.twins(ctx, e)
	case flow.FindOwn:
		fact, err := Find(ctx, api, e)
		return answer(e, fact, err)
	}
	return nil
}

// answer is the fact, or what failed. What was ended because nobody wants it
// any more has nothing to say.
func answer(e flow.Effect, fact flow.Fact, err error) flow.Fact {
	switch {
	case err == nil:
		return fact
	case kindOf(err) == apiclient.Cancelled || errors.Is(err, context.Canceled):
		return nil
	}
	return flow.Failed{Key: e.Key(), Failure: failure(err)}
}

// submitted sorts the answer to the one request that creates a contract. Only
// an answer that says so, or a request that never left, is a refusal;
// everything else is unknown.
func submitted(customerID int64, err error) flow.Fact {
	if err == nil {
		return flow.SignupCreated{CustomerID: customerID}
	}
	switch kindOf(err) {
	case apiclient.Invalid, apiclient.Unauthorized, apiclient.Forbidden, apiclient.NotFound, apiclient.Conflict,
		apiclient.RateLimited, apiclient.Unavailable, apiclient.Unreachable:
		return flow.SignupRefused{Failure: failure(err)}
	}
	return flow.OutcomeUnknown{Failure: failure(err)}
}

func kindOf(err error) apiclient.Kind {
	var api *apiclient.Error
	if errors.As(err, &api) {
		return api.Kind
	}
	return ""
}

func failure(err error) flow.Failure {
	var api *apiclient.Error
	if taken := (*takenError)(nil); errors.As(err, &taken) {
		return flow.Failure{Op: "keep this person for this desk", Code: flow.CodePersonNotHeld, Message: taken.Error()}
	}
	if !errors.As(err, &api) {
		return flow.Failure{Message: err.Error()}
	}
	return flow.Failure{
		Kind: api.Kind, Op: api.Op, Message: api.Message,
		Code: api.Code, TraceID: api.TraceID, Reference: api.Reference,
	}
}

// glance is how often a wait looks at the wall clock: a timer sleeps when the
// machine does, a payment session does not.
const glance = 10 * time.Second

func (d *Desk) wake(ctx context.Context, e flow.Wake) flow.Fact {
	for {
		left := e.At.Sub(d.config.Now())
		if left <= 0 {
			return flow.Woke{}
		}
		timer := time.NewTimer(min(left, glance))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// search asks by e-mail and by last name with birth date. The API matches
// beginnings of names, so that only people who agree in full are kept.
func search(ctx context.Context, api API, p flow.Person) ([]apiclient.FoundCustomer, error) {
	var found []apiclient.FoundCustomer
	seen := map[int64]bool{}
	ask := func(q apiclient.CustomerSearch, same func(apiclient.FoundCustomer) bool) error {
		list, err := api.SearchCustomers(ctx, q)
		for _, c := range list {
			if !seen[c.ID] && same(c) {
				seen[c.ID] = true
				found = append(found, c)
			}
		}
		return err
	}
	err := ask(apiclient.CustomerSearch{Email: p.Email}, func(c apiclient.FoundCustomer) bool { return alike(c.Email, p.Email) })
	if err != nil {
		return nil, err
	}
	err = ask(apiclient.CustomerSearch{LastName: p.LastName, DateOfBirth: p.DateOfBirth}, func(c apiclient.FoundCustomer) bool {
		return alike(c.LastName, p.LastName) && c.DateOfBirth == p.DateOfBirth
	})
	return found, err
}

func alike(a, b secret.Value) bool {
	return strings.EqualFold(strings.TrimSpace(a.Reveal()), strings.TrimSpace(b.Reveal()))
}

// Find looks for the member that carries this intent id, and whether the
// contract is there too. The fact is a [flow.OwnFound] or a [flow.OwnNotFound].
func Find(ctx context.Context, api API, e flow.FindOwn) (flow.Fact, error) {
	people, err := search(ctx, api, e.Person)
	if err != nil {
		return nil, err
	}
	for _, c := range people {
		if c.ThirdPartyID != e.Intent {
			continue
		}
		contracts, err := api.CustomerContracts(ctx, c.ID)
		return flow.OwnFound{CustomerID: c.ID, HasContract: len(contracts) > 0}, err
	}
	return flow.OwnNotFound{}, nil
}

// together is how close two records of one person are that two desks made
// without knowing of each other.
const together = 10 * time.Minute

// twins looks once; where the search fails there is nothing to tell.
func (d *Desk) twins(ctx context.Context, e flow.FindTwins) flow.Fact {
	people, err := search(ctx, d.config.API, e.Person)
	if err != nil && ctx.Err() != nil {
		return nil
	}
	now := d.config.Now().Add(d.config.Skew())
	var found []int64
	for _, c := range people {
		if c.ThirdPartyID != e.Intent && !c.Created.IsZero() && now.Sub(c.Created) < together {
			found = append(found, c.ID)
		}
	}
	return flow.TwinsFound{Customers: found}
}

// kept answers from what is kept under key, or asks and keeps the answer.
func kept[T any](d *Desk, key string, ttl time.Duration, ask func() (T, error)) (T, error) {
	now := d.config.Now()
	d.mu.Lock()
	held, ok := d.cache[key]
	d.mu.Unlock()
	if ok && now.Before(held.until) && ttl > 0 {
		return held.value.(T), nil
	}
	value, err := ask()
	if err == nil && ttl > 0 {
		d.mu.Lock()
		maps.DeleteFunc(d.cache, func(_ string, e entry) bool { return !now.Before(e.until) })
		d.cache[key] = entry{value: value, until: now.Add(ttl)}
		d.mu.Unlock()
	}
	return value, err
}

type entry struct {
	value any
	until time.Time
}

// Forget drops the answers that are kept, so that the next sign-up asks anew.
func (d *Desk) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.cache)
}

// zoneOf is the time zone of a studio by its country; where a country has
// several, the one of its capital.
func zoneOf(country string) *time.Location {
	name, ok := zones[strings.ToUpper(country)]
	if !ok {
		return time.Local
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Local
	}
	return zone
}

var zones = map[string]string{
	"AT": "Europe/Vienna", "BE": "Europe/Brussels", "CH": "Europe/Zurich", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
	"DK": "Europe/Copenhagen", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GB": "Europe/London",
	"HU": "Europe/Budapest", "IE": "Europe/Dublin", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "LI": "Europe/Vaduz",
	"LU": "Europe/Luxembourg", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
	"RO": "Europe/Bucharest", "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "TR": "Europe/Istanbul",
}
