package apiclient

import (
	"context"
	"net/http"
	"net/url"
)

var (
	offersEndpoint    = endpoint{"load the offers", &readClass, http.MethodGet, "/v1/memberships/membership-offers"}
	offerEndpoint     = endpoint{"load the offer", &readClass, http.MethodGet, "/v1/memberships/membership-offers/{id}"}
	previewEndpoint   = endpoint{"preview the sign-up", &pureClass, http.MethodPost, "/v1/memberships/signup/preview"}
	sessionEndpoint   = endpoint{"create the payment session", &sessionClass, http.MethodPost, "/v1/payments/user-session"}
	signupEndpoint    = endpoint{"sign the member up", &writeClass, http.MethodPost, "/v1/memberships/signup"}
	studioEndpoint    = endpoint{"load the studio", &readClass, http.MethodGet, "/v1/studios/information"}
	searchEndpoint    = endpoint{"search for the member", &readClass, http.MethodPost, "/v1/customers/search"}
	contractsEndpoint = endpoint{"load the member's contracts", &readClass, http.MethodGet, "/v1/customers/{id}/contracts"}
	employeesEndpoint = endpoint{"load the employees", &readClass, http.MethodGet, "/v1/employees"}
	fieldsEndpoint    = endpoint{"load the extra fields", &readClass, http.MethodGet, "/v1/customers/additional-information-fields"}
	keyEndpoint       = endpoint{"check the key", &readClass, http.MethodHead, "/v1/memberships/membership-offers"}
)

// Offers returns the membership offers in the operator's order. The key needs
// the scope MEMBERSHIP_READ.
func (c *Client) Offers(ctx context.Context) ([]Offer, error) {
	return call(ctx, c, request{endpoint: offersEndpoint}, decodeList[Offer])
}

// Offer returns one offer with its terms. MEMBERSHIP_READ.
func (c *Client) Offer(ctx context.Context, id int64) (OfferDetail, error) {
	return call(ctx, c, request{endpoint: offerEndpoint, id: id}, func(body []byte) (OfferDetail, error) {
		offer, err := decode[OfferDetail](body)
		return offer, require(err, offer.ID != 0, "id")
	})
}

// Preview returns what a sign-up would cost. MEMBERSHIP_READ.
func (c *Client) Preview(ctx context.Context, r PreviewRequest) (Preview, error) {
	return call(ctx, c, request{endpoint: previewEndpoint, body: r.body()}, func(body []byte) (Preview, error) {
		p, err := decode[Preview](body)
		return p, require(err, p.BasePrice.Set(), "basePrice")
	})
}

// CreateUserSession opens a payment session. Repeating it opens another one.
// PAYMENT_WRITE, and the studio must have Finion Pay.
func (c *Client) CreateUserSession(ctx context.Context, r SessionRequest) (Session, error) {
	if problem := r.check(); problem != "" {
		return Session{}, &Error{Kind: Invalid, Op: sessionEndpoint.op, Message: problem, err: flaw(problem)}
	}
	return call(ctx, c, request{endpoint: sessionEndpoint, body: r.body()}, func(body []byte) (Session, error) {
		wire, err := decode[wireSession](body)
		if err != nil {
			return Session{}, err
		}
		return wire.session()
	})
}

// Signup creates the member and the contract and uses both tokens. It is sent
// once; again only if no header of it was written. If [Error.Unknown] then the
// member may exist: search for the ThirdPartyID. MEMBERSHIP_WRITE.
func (c *Client) Signup(ctx context.Context, r SignupRequest) (customerID int64, err error) {
	return call(ctx, c, request{endpoint: signupEndpoint, body: r.body()}, func(body []byte) (int64, error) {
		created, err := decode[struct {
			CustomerID int64 `json:"customerId"`
		}](body)
		return created.CustomerID, require(err, created.CustomerID != 0, "customerId")
	})
}

// Studio returns the studio that the key belongs to. STUDIO_READ.
func (c *Client) Studio(ctx context.Context) (Studio, error) {
	return call(ctx, c, request{endpoint: studioEndpoint}, func(body []byte) (Studio, error) {
		studio, err := decode[Studio](body)
		return studio, require(err, studio.StudioID != 0, "studioId")
	})
}

// SearchCustomers returns the customers that match. A search for nothing at
// all is refused, as it would return everybody. CUSTOMER_READ.
func (c *Client) SearchCustomers(ctx context.Context, s CustomerSearch) ([]FoundCustomer, error) {
	if s == (CustomerSearch{}) {
		const problem = "nothing to search for"
		return nil, &Error{Kind: Invalid, Op: searchEndpoint.op, Message: problem, err: flaw(problem)}
	}
	return call(ctx, c, request{endpoint: searchEndpoint, body: s.body()}, func(body []byte) ([]FoundCustomer, error) {
		list, err := decodeList[wireCustomer](body)
		return convert(list, wireCustomer.customer), err
	})
}

// CustomerContracts returns the contracts of a customer.
// CUSTOMER_CONTRACT_READ or CUSTOMER_READ.
func (c *Client) CustomerContracts(ctx context.Context, customerID int64) ([]FoundContract, error) {
	return call(ctx, c, request{endpoint: contractsEndpoint, id: customerID}, decodeList[FoundContract])
}

// Employees returns everybody who can have sold a contract. EMPLOYEE_READ.
func (c *Client) Employees(ctx context.Context) ([]Employee, error) {
	type slice struct {
		Result  []wireEmployee `json:"result"`
		HasNext bool           `json:"hasNext"`
		Offset  string         `json:"offset"`
	}
	var all []Employee
	// The offset is handed back as it came: it may be an id or a count. One
	// seen before would never end.
	seen := map[string]bool{}
	for offset := "0"; !seen[offset]; {
		seen[offset] = true
		query := url.Values{"offset": {offset}, "sliceSize": {"100"}}
		s, err := call(ctx, c, request{endpoint: employeesEndpoint, query: query}, decode[slice])
		if err != nil {
			return nil, err
		}
		all = append(all, convert(s.Result, wireEmployee.employee)...)
		if !s.HasNext {
			break
		}
		offset = s.Offset
	}
	return all, nil
}

// AdditionalInformationFields returns the fields the studio added to its
// customers. ADDITIONAL_INFORMATION_READ.
func (c *Client) AdditionalInformationFields(ctx context.Context) ([]AdditionalInformationField, error) {
	return call(ctx, c, request{endpoint: fieldsEndpoint}, decodeList[AdditionalInformationField])
}

// CheckKey asks whether the key is good, without any effect: HEAD checks
// neither scopes nor anything else. A wrong key is [Unauthorized].
func (c *Client) CheckKey(ctx context.Context) error {
	_, err := call(ctx, c, request{endpoint: keyEndpoint}, func([]byte) (struct{}, error) { return struct{}{}, nil })
	return err
}
