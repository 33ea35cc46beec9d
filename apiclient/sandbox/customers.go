package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// person is what a sign-up says about the member, as far as others ask for it.
type person struct {
	ThirdPartyID    string `json:"thirdPartyId"`
	FirstName       string `json:"firstName"`
	SecondFirstName string `json:"secondFirstName"`
	LastName        string `json:"lastName"`
	SecondLastName  string `json:"secondLastName"`
	Born            date   `json:"dateOfBirth"`
	Email           string `json:"email"`
	Gender          string `json:"gender"`
	Phone           string `json:"phoneNumberPrivate"`
	Mobile          string `json:"phoneNumberMobile"`
	Street          string `json:"street"`
	HouseNumber     string `json:"houseNumber"`
	ZipCode         string `json:"zipCode"`
	City            string `json:"city"`
	Country         string `json:"countryCode"`
	Language        struct {
		Code    string `json:"languageCode"`
		Country string `json:"countryCode,omitempty"`
	} `json:"language"`
}

// customer is a person in the studio's books.
type customer struct {
	person
	ID      int64
	status  string // MEMBER, PROSPECT, FORMER_MEMBER
	created time.Time
	payer   string  // finionPayCustomerId
	account any     // bank account, of some
	member  *Member // of a sign-up here
	quote   *quote  // of that sign-up's contract
}

// residents are the people a studio has before the first sign-up, one of each
// status, so that duplicates can be met.
func residents(now time.Time) []*customer {
	one := func(id int64, status, first, last, email, born string) *customer {
		day, _ := parseDate(born)
		c := &customer{ID: id, status: status, created: now.AddDate(-1, 0, 0)}
		c.person = person{
			FirstName: first, LastName: last, Email: email, Born: day,
			Street: "Museumstraße", HouseNumber: "12", ZipCode: "22765", City: "Hamburg", Country: "DE",
		}
		c.Language.Code = "de"
		return c
	}
	member := one(1000101, "MEMBER", "Miriam", "Bestand", "miriam.bestand@example.invalid", "1988-05-17")
	member.account = map[string]string{
		"accountHolder": "Miriam Bestand", "bankName": "ING-DiBa", "bic": "INGDDEFF", "iban": "DE02500105170137075030",
	}
	return []*customer{
		member,
		one(1000102, "FORMER_MEMBER", "Fritz", "Ehemals", "fritz.ehemals@example.invalid", "1979-11-02"),
		one(1000103, "PROSPECT", "Inga", "Vielleicht", "inga.vielleicht@example.invalid", "1996-01-30"),
	}
}

// customer finds one by id; s.mu is held.
func (s *Sandbox) customer(id int64) *customer {
	i := slices.IndexFunc(s.customers, func(c *customer) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return s.customers[i]
}

// addPerson stores a new one; s.mu is held.
func (s *Sandbox) addPerson(p person, thirdPartyID string) *customer {
	s.lastID++
	p.ThirdPartyID = thirdPartyID
	c := &customer{person: p, ID: s.lastID, status: "MEMBER", created: s.now()}
	s.customers = append(s.customers, c)
	return c
}

type searchRequest struct {
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	Born      date   `json:"dateOfBirth"`
}

// customerResponse uses the names of the customer endpoints, some of which
// differ from the sign-up's.
type customerResponse struct {
	ID            int64  `json:"id"`
	Number        string `json:"customerNumber"`
	FirstName     string `json:"firstName"`
	LastName      string `json:"lastName"`
	Born          date   `json:"dateOfBirth"`
	Email         string `json:"email"`
	Gender        string `json:"gender,omitempty"`
	Street        string `json:"street"`
	HouseNumber   string `json:"houseNumber,omitempty"`
	ZipCode       string `json:"zipCode"`
	City          string `json:"city"`
	Country       string `json:"country"`
	Status        string `json:"status"`
	Phone         string `json:"phonePrivate,omitempty"`
	Mobile        string `json:"phonePrivateMobile,omitempty"`
	AccessRefusal bool   `json:"accessRefusal"`
	BankAccount   any    `json:"bankAccount,omitempty"`
	StudioID      int64  `json:"studioId"`
	Language      any    `json:"preferredLanguage"`
	ThirdPartyID  string `json:"thirdPartyId,omitempty"`
	Created       string `json:"createdDateTime"`
}

func postSearch(x *exchange) (any, *refusal) {
	s := x.s
	var r searchRequest
	if problem := x.decode(searchSchema, &r); problem != nil {
		return nil, problem
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []customerResponse{}
	for _, c := range s.visible(x.searchLag) {
		if startsWith(c.FirstName, r.FirstName) && startsWith(c.LastName, r.LastName) &&
			(r.Email == "" || strings.EqualFold(c.Email, r.Email)) &&
			(r.Born.IsZero() || c.Born.equal(r.Born)) {
			found = append(found, s.show(c))
		}
	}
	return found, nil
}

// visible leaves out who is not indexed yet.
func (s *Sandbox) visible(lag time.Duration) []*customer {
	now := s.now()
	return slices.DeleteFunc(slices.Clone(s.customers), func(c *customer) bool {
		return lag > 0 && now.Before(c.created.Add(lag))
	})
}

func startsWith(text, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(prefix))
}

func (s *Sandbox) show(c *customer) customerResponse {
	return customerResponse{
		ID: c.ID, Number: "1-" + strconv.FormatInt(c.ID, 10), FirstName: c.FirstName, LastName: c.LastName,
		Born: c.Born, Email: c.Email, Gender: c.Gender, Street: c.Street, HouseNumber: c.HouseNumber,
		ZipCode: c.ZipCode, City: c.City, Country: c.Country, Status: c.status, Phone: c.Phone, Mobile: c.Mobile, BankAccount: c.account,
		StudioID: studioID, Language: c.Language, ThirdPartyID: c.ThirdPartyID, Created: s.stamp(c.created),
	}
}

// stamp is the service's date-time with a zone name, which RFC 3339 lacks.
func (s *Sandbox) stamp(t time.Time) string {
	return t.In(s.zone).Format("2006-01-02T15:04:05.000-07:00") + "[Europe/Berlin]"
}

func getContracts(x *exchange) (any, *refusal) {
	s := x.s
	id, _ := strconv.ParseInt(x.r.PathValue("id"), 10, 64)
	status := x.r.URL.Query().Get("status")
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.visible(x.searchLag), func(c *customer) bool { return c.ID == id })
	if i < 0 {
		return nil, missing("CUSTOMER_NOT_FOUND", "customerId", "There is no such customer.", "Diesen Kunden gibt es nicht.")
	}
	list := []any{}
	c := s.customer(id)
	if c.quote == nil || status == "INACTIVE" {
		return list, nil
	}
	q, deal := c.quote, c.member.Contract
	frequency := map[string]any{"type": q.deal.term.Frequency.Type}
	last := q.end.addDays(-1)
	until := last
	contract := map[string]any{
		"id": deal.ID, "createdDate": dateOf(c.created.In(s.zone)), "startDate": deal.StartDate, "endDate": last,
		"rateName": deal.OfferName, "rateCodes": q.deal.offer.RateCodes, "contractStatus": "ACTIVE", "cancelled": false,
		"priceDetails": map[string]any{
			"basePrice": wire(q.base, deal.Currency), "currentPrice": wire(q.aged, deal.Currency), "paymentFrequency": frequency,
		},
		"term":               timePeriod(&q.deal.term.Term),
		"extensionTerm":      timePeriod(q.deal.term.ExtensionTerm),
		"flatFeeContracts":   []any{},
		"moduleContracts":    []any{},
		"cancellationPeriod": timePeriod(q.deal.term.CancelPeriod),
	}
	if q.deal.term.CancelPeriod != nil {
		until = q.deal.term.CancelPeriod.after(last, -1)
	}
	contract["lastPossibleCancellationDate"] = until
	if deal.ThirdPartyID != "" {
		contract["thirdPartyId"] = deal.ThirdPartyID
	}
	return append(list, contract), nil
}

// timePeriod is the contract endpoints' form of a term.
func timePeriod(t *term) map[string]any {
	if t == nil {
		t = &term{0, "DAY"}
	}
	return map[string]any{"periodValue": t.Value, "periodUnit": t.Unit}
}
