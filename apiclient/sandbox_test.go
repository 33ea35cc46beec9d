package apiclient_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/sandbox/upc"
	"frontdesk/apiclient/secret"
)

// marchTenth is the day the sandbox's offers are made for.
var marchTenth = time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)

// studio is a simulated studio without sockets, and a client of it. Its clock
// runs with the bubble's.
func studio(t *testing.T, config sandbox.Config, names ...string) (*sandbox.Sandbox, *apiclient.Client) {
	t.Helper()
	for _, name := range names {
		fault, err := sandbox.ParseFault(name)
		if err != nil {
			t.Fatal(err)
		}
		config.Faults = append(config.Faults, fault)
	}
	start := time.Now()
	config.Now = func() time.Time { return marchTenth.Add(time.Since(start)) }
	config.Seed = 7
	s, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, func(c *apiclient.Config) {
		c.Key, c.Transport, c.Now = secret.New(s.Key()), sandbox.Transport(s.API()), config.Now
	})
	c.SetJitter(func() float64 { return 1 })
	return s, c
}

// svg is an empty drawing.
const svg = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="

func zoe(termID int64) apiclient.SignupRequest {
	start := apiclient.Date{Year: 2026, Month: time.March, Day: 10}
	return apiclient.SignupRequest{
		Contract: apiclient.Contract{ContractOfferTermID: termID, StartDate: start, PreuseDate: start, ThirdPartyID: "intent-1"},
		Customer: apiclient.Customer{
			ThirdPartyID: "intent-1", FirstName: secret.New("Zoë"), LastName: secret.New("O'Brien-Łuczak"), DateOfBirth: secret.New("1991-02-03"),
			Email: secret.New("zoe@example.invalid"), Street: secret.New("Lange Reihe"), HouseNumber: secret.New("12a"), ZipCode: secret.New("20099"),
			City: secret.New("Hamburg"), CountryCode: secret.New("DE"), Language: apiclient.Language{LanguageCode: "de"},
		},
	}
}

// pay approves a session over HTTP, as a widget would.
func pay(t *testing.T, s *sandbox.Sandbox, session apiclient.Session, payment upc.Payment) secret.Value {
	t.Helper()
	body, err := json.Marshal(payment)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/api/v1/payment-requests", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(upc.SessionHeader, session.Token.Reveal())
	resp, err := sandbox.Transport(s.UPC()).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var result upc.Result
	if err := json.NewDecoder(resp.Body).Decode(&result); err != nil || resp.StatusCode != 200 || result.Token == "" {
		t.Fatalf("payment: %d, %+v, %v", resp.StatusCode, result, err)
	}
	return secret.New(result.Token)
}

// TestWholeSignup goes all the way with a studio that checks every request
// against the schema, with Drinks and both payments.
func TestWholeSignup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s, c := studio(t, sandbox.Config{})
		offers, err := c.Offers(ctx)
		if err != nil || len(offers) != 5 {
			t.Fatal(len(offers), err)
		}
		offer, err := c.Offer(ctx, offers[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		term := offer.Terms[0]
		drinks := slices.IndexFunc(term.OptionalModules, func(m apiclient.Module) bool { return strings.HasPrefix(m.Name, "Drinks") })
		request := zoe(term.ID)
		request.Contract.SelectedOptionalModuleIDs = []int64{term.OptionalModules[drinks].ID}
		request.Contract.ContractSignature = secret.New(svg)
		for _, block := range offer.ContractTextBlocks {
			if block.HasSignature && block.ConfirmationRequired {
				request.Contract.TextBlockSignatures = append(request.Contract.TextBlockSignatures, apiclient.TextBlockSignature{TextBlockID: block.ID, Base64SVGSignature: secret.New(svg)})
			}
		}
		price, err := c.Preview(ctx, request.Preview())
		if err != nil {
			t.Fatal(err)
		}
		due := price.PaymentPreview.DueOnSigningAmount
		if due.String() != "44.67 EUR" {
			t.Errorf("due %s", due)
		}
		zero, err := money.New("0", due.Currency())
		if err != nil {
			t.Fatal(err)
		}
		recurring, err := c.CreateUserSession(ctx, apiclient.SessionRequest{Amount: zero, Scope: apiclient.ScopeMemberAccount, ReferenceText: "Gym K7Q2", PermittedPaymentChoices: offer.AllowedPaymentChoices})
		if err != nil {
			t.Fatal(err)
		}
		request.Customer.PaymentRequestToken = pay(t, s, recurring, upc.Payment{Method: "SEPA", IBAN: "DE02120300000000202051", AccountHolder: "Zoë"})
		upfront, err := c.CreateUserSession(ctx, apiclient.SessionRequest{Amount: due, Scope: apiclient.ScopeECOM, ReferenceText: "Gym K7Q2", FinionPayCustomerID: recurring.FinionPayCustomerID})
		if err != nil || upfront.FinionPayCustomerID != recurring.FinionPayCustomerID {
			t.Fatalf("%+v, %v", upfront, err)
		}
		request.Contract.InitialPaymentRequestToken = pay(t, s, upfront, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111", Expiry: "03/30", CVC: "737"})
		id, err := c.Signup(ctx, request)
		if err != nil {
			t.Fatal(err, failure(t, err).Message)
		}
		members := s.Ledger().Members
		if len(members) != 1 || members[0].CustomerID != id || members[0].PaymentRequestToken != request.Customer.PaymentRequestToken.Reveal() ||
			members[0].Contract.InitialPaymentRequestToken != request.Contract.InitialPaymentRequestToken.Reveal() || members[0].Contract.Paid != "44.67" {
			t.Errorf("members: %+v", members)
		}
		found, err := c.SearchCustomers(ctx, apiclient.CustomerSearch{LastName: request.Customer.LastName, DateOfBirth: request.Customer.DateOfBirth})
		if err != nil || len(found) != 1 || found[0].ThirdPartyID != "intent-1" || found[0].ID != id || found[0].Created.Before(marchTenth) {
			t.Errorf("found %+v, %v", found, err)
		}
		contracts, err := c.CustomerContracts(ctx, id)
		if err != nil || len(contracts) != 1 || contracts[0].ThirdPartyID != "intent-1" {
			t.Errorf("contracts %+v, %v", contracts, err)
		}
	})
}

func TestEveryOtherCallIsUnderstood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		_, c := studio(t, sandbox.Config{})
		if s, err := c.Studio(ctx); err != nil || s.Name == "" || s.CountryCode != "DE" {
			t.Errorf("studio %+v, %v", s, err)
		}
		if staff, err := c.Employees(ctx); err != nil || len(staff) == 0 {
			t.Errorf("employees %d, %v", len(staff), err)
		}
		if fields, err := c.AdditionalInformationFields(ctx); err != nil || len(fields) == 0 {
			t.Errorf("fields %d, %v", len(fields), err)
		}
		if err := c.CheckKey(ctx); err != nil {
			t.Errorf("key: %v", err)
		}
	})
}

// TestEveryFieldIsInTheSchema sends a preview with every field filled to a
// studio that refuses members and values it does not know.
func TestEveryFieldIsInTheSchema(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		_, c := studio(t, sandbox.Config{})
		staff, err := c.Employees(ctx)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := c.AdditionalInformationFields(ctx)
		if err != nil {
			t.Fatal(err)
		}
		offer, err := c.Offer(ctx, 1001)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := filled[apiclient.PreviewRequest](t)
		good := zoe(offer.Terms[0].ID)
		r.Contract.ContractOfferTermID, r.Contract.StartDate, r.Contract.PreuseDate = good.Contract.ContractOfferTermID, good.Contract.StartDate, good.Contract.PreuseDate
		r.Contract.SelectedSelectableModuleIDs = []int64{offer.SelectableModules[0].ID}
		r.Contract.SelectedOptionalModuleIDs = []int64{offer.Terms[0].OptionalModules[0].ID}
		r.Contract.EmployeeID = staff[0].ID
		r.Contract.VoucherCode = "SPRING10"
		r.Contract.TextBlockSignatures[0].TextBlockID = offer.ContractTextBlocks[0].ID
		r.Contract.TextBlockSignatures[0].Base64SVGSignature = secret.New(svg)
		r.Contract.ContractSignature = secret.New(svg)
		r.Customer.DateOfBirth, r.Customer.Email, r.Customer.CountryCode = good.Customer.DateOfBirth, good.Customer.Email, good.Customer.CountryCode
		r.Customer.CountryOfBirth, r.Customer.Gender = secret.New("IT"), apiclient.Female
		r.Customer.Language = apiclient.Language{LanguageCode: "de", CountryCode: "AT"}
		r.Customer.DocumentIdentification.DocumentType = apiclient.DocumentPassport
		r.Customer.CommunicationPreferences[0].MessageCategory = "NEWSLETTER"
		r.Customer.CommunicationPreferences[0].Channels[0].CommunicationChannel = "EMAIL"
		field := fields[slices.IndexFunc(fields, func(f apiclient.AdditionalInformationField) bool { return f.Type == apiclient.InformationText })]
		r.Customer.AdditionalInformationFieldAssignments[0].AdditionalInformationFieldID = field.ID
		p, err := c.Preview(ctx, r)
		if err != nil {
			t.Fatal(failure(t, err).Message)
		}
		if !p.VoucherApplied() {
			t.Errorf("the voucher did not arrive: %+v", p)
		}
	})
}

// TestFaultsAtSignup holds the write class to its promise under every fault
// that may hide a success: one send, one member at most, an unknown outcome.
func TestFaultsAtSignup(t *testing.T) {
	for name, want := range map[string]struct {
		kind    apiclient.Kind
		members int
	}{
		"commit-then-drop": {apiclient.Lost, 1}, "commit-then-500": {apiclient.Server, 1}, "commit-then-hang": {apiclient.Lost, 1}, "half-created": {apiclient.Server, 1},
		"truncated-200": {apiclient.Lost, 1}, "html-502": {apiclient.Server, 1}, "empty": {apiclient.Lost, 1}, "garbage": {apiclient.Lost, 1}, "huge-body": {apiclient.Lost, 1},
		"wrong-content-type": {"", 1}, "slow": {"", 1}, "slow-drip": {"", 1}, "409-own": {apiclient.Conflict, 1}, "409-after-lost-200": {apiclient.Lost, 1},
		"reset": {apiclient.Lost, 0}, "500": {apiclient.Server, 0}, "503-twice": {apiclient.Unavailable, 0}, "429-minute": {apiclient.RateLimited, 0},
		"401": {apiclient.Unauthorized, 0}, "403": {apiclient.Forbidden, 0}, "404": {apiclient.NotFound, 0},
		"EMPTY_RESPONSE": {apiclient.Lost, 0}, "CONNECTION_RESET_BY_PEER": {apiclient.Lost, 0}, "MALFORMED_RESPONSE_CHUNK": {apiclient.Lost, 0}, "RANDOM_DATA_THEN_CLOSE": {apiclient.Lost, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := studio(t, sandbox.Config{}, name+"@signup")
				id, err := c.Signup(context.Background(), zoe(10041))
				if want.kind == "" {
					if err != nil || id == 0 {
						t.Errorf("got %d, %v", id, err)
					}
				} else if e := failure(t, err); e.Kind != want.kind || e.Sends != 1 || e.Unknown() != (want.kind == apiclient.Lost || want.kind == apiclient.Server) {
					t.Errorf("got %+v (%s)", e, e.Message)
				}
				if n := len(s.Ledger().Members); n != want.members {
					t.Errorf("%d members, want %d", n, want.members)
				}
			})
		})
	}
}

// TestFaultsThatPass shows the classes that may repeat getting over what passes.
func TestFaultsThatPass(t *testing.T) {
	for name, took := range map[string]time.Duration{"503-twice": 3 * sec, "reset@studio:1": 300 * ms, "truncated-200@studio:1": 300 * ms, "500@studio:1": 300 * ms, "429-minute": 75 * sec} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if !strings.Contains(name, "@") {
					name += "@studio"
				}
				_, c := studio(t, sandbox.Config{}, name)
				start := time.Now()
				s, err := c.Studio(t.Context())
				if err != nil || s.StudioID == 0 || time.Since(start) != took {
					t.Errorf("%+v, %v after %v, want %v", s, err, time.Since(start), took)
				}
			})
		})
	}
}
