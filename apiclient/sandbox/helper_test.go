package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// marchTenth is the day the built-in offers are made for, noon in Hamburg.
var marchTenth = time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)

// clock is a studio clock that tests move by hand.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// desk talks to a studio without sockets.
type desk struct {
	t      *testing.T
	studio *Sandbox
	clock  *clock
	client *http.Client
	lang   string
}

func newDesk(t *testing.T, cfg Config) *desk {
	t.Helper()
	c := &clock{marchTenth}
	if cfg.Now == nil {
		cfg.Now = c.now
	}
	if cfg.Seed == 0 {
		cfg.Seed = 7
	}
	studio, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, studio: studio, clock: c, client: &http.Client{Transport: Transport(studio.API())}}
}

func faults(t *testing.T, texts ...string) []Fault {
	t.Helper()
	var all []Fault
	for _, text := range texts {
		f, err := ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

type object = map[string]any

func (d *desk) request(method, path string, body any) *http.Request {
	d.t.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			d.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, "http://studio.invalid"+path, reader)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("X-API-KEY", d.studio.Key())
	if d.lang != "" {
		r.Header.Set("Accept-Language", d.lang)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// send returns status and decoded body.
func (d *desk) send(method, path string, body any) (int, any) {
	d.t.Helper()
	response, err := d.client.Do(d.request(method, path, body))
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil && err != io.EOF {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response.StatusCode, value
}

func (d *desk) must(method, path string, body any) object {
	d.t.Helper()
	status, value := d.send(method, path, body)
	if status != http.StatusOK {
		d.t.Fatalf("%s %s: %d %v", method, path, status, value)
	}
	o, _ := value.(object)
	return o
}

// refused returns the reference and code of a refusal with that status.
func (d *desk) refused(status int, path string, body any) (reference, code string) {
	d.t.Helper()
	got, value := d.send("POST", path, body)
	o, _ := value.(object)
	if got != status {
		d.t.Fatalf("POST %s: %d %v, want %d", path, got, value, status)
	}
	if o["errorMessage"] == "" || o["traceId"] == nil {
		d.t.Errorf("POST %s: no message or trace id in %v", path, o)
	}
	reference, _ = o["reference"].(string)
	code, _ = o["errorCode"].(string)
	if !strings.HasPrefix(code, "SANDBOX_") {
		d.t.Errorf("POST %s: the code %q does not say that it is the sandbox's", path, code)
	}
	return reference, code
}

const (
	previewPath = "/v1/memberships/signup/preview"
	signupPath  = "/v1/memberships/signup"
	sessionPath = "/v1/payments/user-session"
	searchPath  = "/v1/customers/search"
)

// pick reads a path of members and indices.
func at(value any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, _ := value.(object)
			value = o[s]
		case int:
			list, _ := value.([]any)
			if s >= len(list) {
				return nil
			}
			value = list[s]
		}
	}
	return value
}

func text(value any, path ...any) string {
	if v := at(value, path...); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// amount is the text of a Money.
func amount(value any, path ...any) string {
	return text(value, append(path, "amount")...)
}

// application is a complete request for a term starting on 2026-03-10.
func application(term int64, edits ...func(contract, customer object)) object {
	contract := object{"contractOfferTermId": term, "startDate": "2026-03-10", "thirdPartyId": "intent-1"}
	customer := object{
		"firstName": "Peter", "lastName": "Muller", "dateOfBirth": "1990-08-24", "email": "peter@example.invalid",
		"street": "Raboisen", "houseNumber": "3-4", "zipCode": "20095", "city": "Hamburg", "countryCode": "DE",
		"language": object{"languageCode": "de"}, "thirdPartyId": "intent-1",
	}
	if term == 10051 {
		contract["startDate"] = "2026-03-24"
		contract["preuseDate"] = "2026-03-10"
	}
	for _, edit := range edits {
		edit(contract, customer)
	}
	return object{"contract": contract, "customer": customer}
}

func contract(name string, value any) func(object, object) {
	return func(c, _ object) { c[name] = value }
}

func customerField(name string, value any) func(object, object) {
	return func(_, c object) { c[name] = value }
}

const svg = "PHN2Zy8+" // <svg/>

// signed adds the signatures that the offers ask for.
func signed(c, _ object) {
	c["contractSignature"] = object{"base64SvgSignature": svg}
	block := 70004
	if c["contractOfferTermId"] == int64(10051) {
		block = 70501
	}
	c["textBlockSignatures"] = []any{object{"textBlockId": block, "base64SvgSignature": svg}}
}

// pay opens a session and authorises it; it returns token and payer.
func (d *desk) pay(scope, amount, payer string) (token, finion string) {
	d.t.Helper()
	body := object{"amount": json.Number(amount), "scope": scope, "referenceText": "Q7-F2KD"}
	if payer != "" {
		body["finionPayCustomerId"] = payer
	}
	session := d.must("POST", sessionPath, body)
	method := "CREDIT_CARD"
	if scope == scopeAccount {
		method = "SEPA"
	}
	token, err := till{d.studio}.Authorise(text(session, "token"), method)
	if err != nil {
		d.t.Fatal(err)
	}
	return token, text(session, "finionPayCustomerId")
}
