package apiclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// filled returns a value of T with another text in every field, and the texts.
func filled[T any](t testing.TB) (T, []string) {
	t.Helper()
	var value T
	var texts []string
	fill(t, reflect.ValueOf(&value).Elem(), &texts)
	return value, texts
}

func fill(t testing.TB, v reflect.Value, texts *[]string) {
	t.Helper()
	next := func() string {
		text := fmt.Sprintf("canary-%03d", len(*texts))
		*texts = append(*texts, text)
		return text
	}
	switch value := v.Addr().Interface().(type) {
	case *secret.Value:
		*value = secret.New(next())
		return
	case *apiclient.Date:
		*value = apiclient.Date{Year: 2000 + len(*texts)%100, Month: 3, Day: 10}
		*texts = append(*texts, value.String())
		return
	case *money.Amount:
		*value = amount(t, fmt.Sprintf("7%d.50", len(*texts)), "EUR")
		*texts = append(*texts, value.Number())
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(next())
	case reflect.Int64:
		v.SetInt(int64(9000 + len(*texts)))
		*texts = append(*texts, fmt.Sprint(v.Int()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), texts)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), texts)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), texts)
		}
	default:
		t.Fatalf("no way to fill a %s", v.Kind())
	}
}

// recorder answers everything with body and keeps the last request.
type recorder struct {
	body    string
	request *http.Request
	sent    []byte
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.request = request
	r.sent, _ = io.ReadAll(request.Body)
	_, _ = io.WriteString(w, r.body)
}

func TestEveryFieldOfASignupIsSent(t *testing.T) {
	request, texts := filled[apiclient.SignupRequest](t)
	rec := &recorder{body: `{"customerId":1}`}
	if _, err := serve(t, rec.ServeHTTP).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if len(texts) < 50 {
		t.Errorf("only %d fields", len(texts))
	}
	for _, text := range texts {
		if !strings.Contains(string(rec.sent), text) {
			t.Errorf("%s was not sent", text)
		}
	}
}

// TestNamesOfASignup compares a full body with the names of the API, so that no
// member of ours has a name the API does not know.
func TestNamesOfASignup(t *testing.T) {
	request, _ := filled[apiclient.SignupRequest](t)
	rec := &recorder{body: `{"customerId":1}`}
	if _, err := serve(t, rec.ServeHTTP).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	var body map[string]map[string]any
	if err := json.Unmarshal(rec.sent, &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"contract": "contractOfferTermId contractSignature employeeId initialPaymentRequestToken notes preuseDate referralCode " +
			"selectedOptionalModuleIds selectedSelectableModuleIds startDate textBlockSignatures thirdPartyId voucherCode",
		"customer": "additionalAddressInformation additionalInformationFieldAssignments buildingName city cityPart communicationPreferences " +
			"countryCode countryOfBirth dateOfBirth district documentIdentification door email firstName floor gender houseNumber language lastName " +
			"paymentRequestToken phoneNumberMobile phoneNumberPrivate placeOfBirth portal province secondFirstName secondLastName secondStreet " +
			"stairway street streetBlock streetType taxId thirdPartyId zipCode",
	}
	for part, names := range want {
		for _, name := range strings.Fields(names) {
			if _, ok := body[part][name]; !ok {
				t.Errorf("%s.%s is missing", part, name)
			}
			delete(body[part], name)
		}
		for name := range body[part] {
			t.Errorf("%s.%s is unknown to the API", part, name)
		}
	}
}

func TestEmptyMembersAreLeftOut(t *testing.T) {
	rec := &recorder{body: `{"customerId":1}`}
	request := apiclient.SignupRequest{
		Contract: apiclient.Contract{
			ContractOfferTermID: 10011, StartDate: date(t, "2026-03-10"), SelectedOptionalModuleIDs: []int64{},
			TextBlockSignatures: []apiclient.TextBlockSignature{},
		},
		Customer: apiclient.Customer{FirstName: secret.New("Zoë"), DocumentIdentification: &apiclient.DocumentIdentification{}},
	}
	if _, err := serve(t, rec.ServeHTTP).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if want := `{"contract":{"contractOfferTermId":10011,"startDate":"2026-03-10"},"customer":{"firstName":"Zoë"}}`; string(rec.sent) != want {
		t.Errorf("sent %s\nwant %s", rec.sent, want)
	}
}

func TestFalsePreferencesAreSent(t *testing.T) {
	rec := &recorder{body: `{"customerId":1}`}
	no := false
	request := apiclient.SignupRequest{Customer: apiclient.Customer{CommunicationPreferences: []apiclient.CommunicationPreference{{
		MessageCategory: "NEWSLETTER", Channels: []apiclient.CommunicationChannel{{CommunicationChannel: "EMAIL"}, {CommunicationChannel: "PHONE", CustomerOverridable: &no}},
	}}}}
	if _, err := serve(t, rec.ServeHTTP).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	want := `"channels":[{"active":false,"communicationChannel":"EMAIL"},{"active":false,"communicationChannel":"PHONE","customerOverridable":false}]`
	if !strings.Contains(string(rec.sent), want) {
		t.Errorf("sent %s\nwant %s", rec.sent, want)
	}
}

func TestTokensGoWhereTheyBelong(t *testing.T) {
	rec := &recorder{body: `{"customerId":1}`}
	request := apiclient.SignupRequest{
		Contract: apiclient.Contract{InitialPaymentRequestToken: secret.New("upfront")},
		Customer: apiclient.Customer{PaymentRequestToken: secret.New("recurring")},
	}
	if _, err := serve(t, rec.ServeHTTP).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if want := `{"contract":{"initialPaymentRequestToken":"upfront"},"customer":{"paymentRequestToken":"recurring"}}`; string(rec.sent) != want {
		t.Errorf("sent %s", rec.sent)
	}
	rec.body = `{"basePrice":1}`
	if _, err := serve(t, rec.ServeHTTP).Preview(context.Background(), request.Preview()); err != nil {
		t.Fatal(err)
	}
	if want := `{"contract":{},"customer":{}}`; string(rec.sent) != want {
		t.Errorf("the preview sent %s", rec.sent)
	}
}

func TestFingerprintStandsForTheBody(t *testing.T) {
	a, _ := filled[apiclient.SignupRequest](t)
	b := a
	if a.Preview().Fingerprint() != b.Preview().Fingerprint() || len(a.Preview().Fingerprint()) != 64 {
		t.Error("equal requests have different fingerprints")
	}
	b.Customer.PaymentRequestToken = secret.New("another")
	if a.Preview().Fingerprint() != b.Preview().Fingerprint() {
		t.Error("a token changes the price")
	}
	b.Customer.DateOfBirth = secret.New("2008-01-01")
	if a.Preview().Fingerprint() == b.Preview().Fingerprint() {
		t.Error("another birth date has the same fingerprint")
	}
}

func TestSessionBody(t *testing.T) {
	yes := true
	for _, c := range []struct {
		request apiclient.SessionRequest
		want    string
	}{
		{
			apiclient.SessionRequest{Amount: amount(t, "0", "EUR"), Scope: apiclient.ScopeMemberAccount, ReferenceText: "Gym K7Q2", PermittedPaymentChoices: []apiclient.PaymentChoice{apiclient.ChoiceSEPA}},
			`{"amount":0,"permittedPaymentChoices":["SEPA"],"referenceText":"Gym K7Q2","scope":"MEMBER_ACCOUNT"}`,
		},
		{
			apiclient.SessionRequest{Amount: amount(t, "44.670", "EUR"), Scope: apiclient.ScopeECOM, ReferenceText: "x", FinionPayCustomerID: "f", PermittedPaymentChoices: []apiclient.PaymentChoice{}},
			`{"amount":44.670,"finionPayCustomerId":"f","referenceText":"x","scope":"ECOM"}`,
		},
		{
			apiclient.SessionRequest{Amount: amount(t, "1e2", ""), Scope: apiclient.ScopeECOM, ReferenceText: "x", CustomerID: 7, RequireDirectDebitSignature: true, ShowExistingPaymentInstruments: &yes},
			`{"amount":1e2,"customerId":7,"referenceText":"x","requireDirectDebitSignature":true,"scope":"ECOM","showExistingPaymentInstruments":true}`,
		},
	} {
		rec := &recorder{body: `{"token":"t","tokenValidUntil":"2026-03-10T14:31:00.123456Z","finionPayCustomerId":"f"}`}
		s, err := serve(t, rec.ServeHTTP).CreateUserSession(context.Background(), c.request)
		if err != nil || s.Token.Reveal() != "t" || s.FinionPayCustomerID != "f" || s.ValidUntil.UnixMicro()%1e6 != 123456 {
			t.Errorf("session %+v, %v", s, err)
		}
		if string(rec.sent) != c.want {
			t.Errorf("sent %s\nwant %s", rec.sent, c.want)
		}
	}
}

// TestPreviewAmountReachesTheSessionUnchanged follows the due amount from the
// answer of a preview into the body of the session.
func TestPreviewAmountReachesTheSessionUnchanged(t *testing.T) {
	for _, number := range []string{"44.67", "44.670", "0", "0.0", "299", "1.5E+2", "4467e-2"} {
		rec := &recorder{body: `{"basePrice":1,"paymentPreview":{"dueOnSigningAmount":{"amount":` + number + `,"currency":"EUR"}}}`}
		p, err := serve(t, rec.ServeHTTP).Preview(context.Background(), apiclient.PreviewRequest{})
		if err != nil {
			t.Fatal(err)
		}
		rec.body = `{"token":"t","tokenValidUntil":"2026-03-10T14:31:00Z"}`
		request := apiclient.SessionRequest{Amount: p.PaymentPreview.DueOnSigningAmount, Scope: apiclient.ScopeECOM, ReferenceText: "x"}
		if _, err := serve(t, rec.ServeHTTP).CreateUserSession(context.Background(), request); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(rec.sent), `{"amount":`+number+`,`) {
			t.Errorf("%s became %s", number, rec.sent)
		}
	}
}

func TestSessionsThatMakeNoSenseAreNotSent(t *testing.T) {
	good := apiclient.SessionRequest{Amount: amount(t, "5", "EUR"), Scope: apiclient.ScopeECOM, ReferenceText: "x"}
	for name, change := range map[string]func(*apiclient.SessionRequest){
		"no amount":       func(r *apiclient.SessionRequest) { r.Amount = money.Amount{} },
		"negative":        func(r *apiclient.SessionRequest) { r.Amount = amount(t, "-5", "EUR") },
		"too many digits": func(r *apiclient.SessionRequest) { r.Amount = amount(t, "5.005", "EUR") },
		"both ids":        func(r *apiclient.SessionRequest) { r.CustomerID, r.FinionPayCustomerID = 7, "f" },
	} {
		rec := &recorder{body: "{}"}
		request := good
		change(&request)
		_, err := serve(t, rec.ServeHTTP).CreateUserSession(context.Background(), request)
		if e := failure(t, err); e.Kind != apiclient.Invalid || e.Status != 0 || rec.request != nil {
			t.Errorf("%s: %v, sent: %v", name, err, rec.request != nil)
		}
	}
}

func TestSessionWithoutTokenOrEndIsLost(t *testing.T) {
	for _, body := range []string{
		`{"tokenValidUntil":"2026-03-10T14:31:00Z"}`, `{"token":"t"}`, `{"token":"t","tokenValidUntil":"soon"}`, `{"token":{},"tokenValidUntil":"2026-03-10T14:31:00Z"}`,
	} {
		rec := &recorder{body: body}
		request := apiclient.SessionRequest{Amount: amount(t, "5", "EUR"), Scope: apiclient.ScopeECOM, ReferenceText: "x"}
		s, err := serve(t, rec.ServeHTTP).CreateUserSession(context.Background(), request)
		if e := failure(t, err); e.Kind != apiclient.Lost || s != (apiclient.Session{}) {
			t.Errorf("%s: %+v, %v", body, s, err)
		}
	}
}

func TestSearchBody(t *testing.T) {
	rec := &recorder{body: `[]`}
	c := serve(t, rec.ServeHTTP)
	found, err := c.SearchCustomers(context.Background(), apiclient.CustomerSearch{LastName: secret.New("Muller"), DateOfBirth: secret.New("1990-08-24")})
	if err != nil || len(found) != 0 || string(rec.sent) != `{"dateOfBirth":"1990-08-24","lastName":"Muller"}` {
		t.Errorf("sent %s, got %v, %v", rec.sent, found, err)
	}
	rec.request = nil
	if _, err := c.SearchCustomers(context.Background(), apiclient.CustomerSearch{}); failure(t, err).Kind != apiclient.Invalid || rec.request != nil {
		t.Errorf("a search for nothing was sent: %v", err)
	}
}
