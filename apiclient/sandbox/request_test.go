package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestValidation: each wrong body is refused with the path of its first
// offending member.
func TestValidation(t *testing.T) {
	d := newDesk(t, Config{})
	without := func(part, name string) object {
		body := application(10011)
		delete(body[part].(object), name)
		return body
	}
	for _, each := range []struct {
		name      string
		path      string
		body      object
		status    int
		reference string
	}{
		{"empty", previewPath, object{}, 400, "contract"},
		{"no customer", previewPath, object{"contract": application(10011)["contract"]}, 400, "customer"},
		{"unknown member", previewPath, application(10011, contract("colour", "red")), 400, "contract.colour"},
		{"unknown at the top", previewPath, object{"contract": object{}, "customer": object{}, "aaa": 1}, 400, "aaa"},
		{"two flaws, the first is named", previewPath, application(10011, contract("zzz", 1), customerField("aaa", 1), contract("notes", 7)), 400, "contract.notes"},
		{"no start", previewPath, without("contract", "startDate"), 400, "contract.startDate"},
		{"no e-mail", previewPath, without("customer", "email"), 400, "customer.email"},
		{"no language", previewPath, without("customer", "language"), 400, "customer.language"},
		{"language without code", previewPath, application(10011, customerField("language", object{})), 400, "customer.language.languageCode"},
		{"empty text", previewPath, application(10011, customerField("taxId", "")), 400, "customer.taxId"},
		{"wrong type", previewPath, application(10011, contract("voucherCode", 123)), 400, "contract.voucherCode"},
		{"term as text", previewPath, application(10011, contract("contractOfferTermId", "10011")), 400, "contract.contractOfferTermId"},
		{"no such day", previewPath, application(10011, contract("startDate", "2026-02-30")), 400, "contract.startDate"},
		{"German date", previewPath, application(10011, contract("startDate", "10.03.2026")), 400, "contract.startDate"},
		{"gender", previewPath, application(10011, customerField("gender", "X")), 400, "customer.gender"},
		{"country", previewPath, application(10011, customerField("countryCode", "Germany")), 400, "customer.countryCode"},
		{"document", previewPath, application(10011, customerField("documentIdentification", object{"documentNumber": "1", "documentType": "DRIVERS_LICENSE"})), 400, "customer.documentIdentification.documentType"},
		{"channel", previewPath, application(10011, customerField("communicationPreferences", []any{object{"channels": []any{object{"active": true}}}})), 400, "customer.communicationPreferences.0.channels.0.communicationChannel"},
		{"signature without block", previewPath, application(10011, contract("textBlockSignatures", []any{object{"base64SvgSignature": svg}})), 400, "contract.textBlockSignatures.0.textBlockId"},

		{"unknown term", previewPath, application(4711), 404, "contract.contractOfferTermId"},
		{"offer id for a term", previewPath, application(1001), 404, "contract.contractOfferTermId"},
		{"start in the past", previewPath, application(10011, contract("startDate", "2026-03-09")), 400, "contract.startDate"},
		{"start in years", previewPath, application(10011, contract("startDate", "2029-01-01")), 400, "contract.startDate"},
		{"training after the start", previewPath, application(10011, contract("preuseDate", "2026-03-11")), 400, "contract.preuseDate"},
		{"training in the past", previewPath, application(10011, contract("preuseDate", "2026-03-09")), 400, "contract.preuseDate"},
		{"training early where it is not allowed", previewPath, application(10021, contract("startDate", "2026-03-20"), contract("preuseDate", "2026-03-15")), 400, "contract.preuseDate"},
		{"two of one", previewPath, application(10011, contract("selectedSelectableModuleIds", []int64{30101, 30102})), 400, "contract.selectedSelectableModuleIds"},
		{"module of the other term", previewPath, application(10012, contract("selectedOptionalModuleIds", []int64{30011})), 400, "contract.selectedOptionalModuleIds.0"},
		{"optional as selectable", previewPath, application(10011, contract("selectedSelectableModuleIds", []int64{30011})), 400, "contract.selectedSelectableModuleIds.0"},
		{"unknown module", previewPath, application(10011, contract("selectedOptionalModuleIds", []int64{30011, 9})), 404, "contract.selectedOptionalModuleIds.1"},
		{"same module twice", previewPath, application(10011, contract("selectedOptionalModuleIds", []int64{30011, 30011})), 400, "contract.selectedOptionalModuleIds"},
		{"unborn", previewPath, application(10011, customerField("dateOfBirth", "2026-03-11")), 400, "customer.dateOfBirth"},
		{"employee", previewPath, application(10011, contract("employeeId", 5)), 404, "contract.employeeId"},
		{"extra field", previewPath, application(10011, extra(1, "x")), 404, "customer.additionalInformationFieldAssignments.0.additionalInformationFieldId"},
		{"list item", previewPath, application(10011, extra(90001, "90099")), 400, "customer.additionalInformationFieldAssignments.0.value"},
		{"number", previewPath, application(10011, extra(90002, "1.5")), 400, "customer.additionalInformationFieldAssignments.0.value"},
		{"date", previewPath, application(10011, extra(90004, "tomorrow")), 400, "customer.additionalInformationFieldAssignments.0.value"},
		{"boolean", previewPath, application(10011, extra(90005, "yes")), 400, "customer.additionalInformationFieldAssignments.0.value"},

		{"unsigned contract", signupPath, application(10011), 400, "contract.contractSignature"},
		{"unsigned text", signupPath, application(10011, contract("contractSignature", object{"base64SvgSignature": svg})), 400, "contract.textBlockSignatures"},
		{"signature is no SVG", signupPath, application(10011, signed, contract("contractSignature", object{"base64SvgSignature": "aGVsbG8="})), 400, "contract.contractSignature.base64SvgSignature"},
		{"signature for no text", signupPath, application(10011, signed, contract("textBlockSignatures", []any{object{"textBlockId": 70001, "base64SvgSignature": svg}})), 400, "contract.textBlockSignatures.0.textBlockId"},

		{"session without amount", sessionPath, object{"scope": "ECOM", "referenceText": "K"}, 400, "amount"},
		{"session amount as text", sessionPath, object{"amount": "44.67", "scope": "ECOM", "referenceText": "K"}, 400, "amount"},
		{"session without scope", sessionPath, object{"amount": 0, "referenceText": "K"}, 400, "scope"},
		{"session without reference", sessionPath, object{"amount": 0, "scope": "ECOM"}, 400, "referenceText"},
		{"session with long reference", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": strings.Repeat("x", 141)}, 400, "referenceText"},
		{"session negative", sessionPath, object{"amount": -1, "scope": "ECOM", "referenceText": "K"}, 400, "amount"},
		{"session too fine", sessionPath, object{"amount": json.Number("44.675"), "scope": "ECOM", "referenceText": "K"}, 400, "amount"},
		{"session with exponent", sessionPath, object{"amount": json.Number("1e999"), "scope": "ECOM", "referenceText": "K"}, 400, "amount"},
		{"account session with amount", sessionPath, object{"amount": 1, "scope": "MEMBER_ACCOUNT", "referenceText": "K"}, 400, "amount"},
		{"session with both ids", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "customerId": 1000101, "finionPayCustomerId": "753ea8ec-c2ec-4761-824b-bc46eda3f644"}, 400, "finionPayCustomerId"},
		{"session, payer unknown", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "finionPayCustomerId": "753ea8ec-c2ec-4761-824b-bc46eda3f644"}, 404, "finionPayCustomerId"},
		{"session, payer no uuid", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "finionPayCustomerId": "x"}, 400, "finionPayCustomerId"},
		{"session, customer unknown", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "customerId": 5}, 404, "customerId"},
		{"session, choice unknown", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "permittedPaymentChoices": []string{"SEPA_DIRECT_DEBIT"}}, 400, "permittedPaymentChoices.0"},
		{"session, region sent", sessionPath, object{"amount": 0, "scope": "ECOM", "referenceText": "K", "finionPayRegion": "eu"}, 400, "finionPayRegion"},

		{"search, unknown member", searchPath, object{"lastname": "x"}, 400, "lastname"},
		{"search, no date", searchPath, object{"dateOfBirth": "x"}, 400, "dateOfBirth"},
	} {
		t.Run(each.name, func(t *testing.T) {
			if reference, code := d.refused(each.status, each.path, each.body); reference != each.reference {
				t.Errorf("%s refers to %q, want %q", code, reference, each.reference)
			}
		})
	}
	if l := d.studio.Ledger(); len(l.Members)+len(l.Sessions) != 0 {
		t.Errorf("something was created: %+v", l)
	}
	// A preview asks for no signature.
	d.must("POST", previewPath, application(10051))
}

func extra(id int, value string) func(object, object) {
	return customerField("additionalInformationFieldAssignments", []any{object{"additionalInformationFieldId": id, "value": value}})
}

// TestAccepted: everything optional, filled in.
func TestAccepted(t *testing.T) {
	d := newDesk(t, Config{})
	fields := []any{}
	for id, value := range map[int]string{90001: "90012", 90002: "-17", 90003: "Muster GmbH", 90004: "2026-01-31", 90005: "true"} {
		fields = append(fields, object{"additionalInformationFieldId": id, "value": value})
	}
	body := application(10011, signed,
		contract("employeeId", 1239812733), contract("referralCode", "A500D"), contract("notes", "walk-in"),
		contract("selectedSelectableModuleIds", []int64{30102}), contract("selectedOptionalModuleIds", []int64{30011, 30012}),
		customerField("gender", "UNISEX"), customerField("phoneNumberMobile", "+49 40 1"), customerField("taxId", "1"),
		customerField("additionalInformationFieldAssignments", fields),
		customerField("documentIdentification", object{"documentNumber": "1", "documentType": "DRIVERS_LICENCE"}),
		customerField("communicationPreferences", []any{object{"messageCategory": "NEWSLETTER", "channels": []any{object{"communicationChannel": "EMAIL", "active": true}}}}))
	p := d.must("POST", previewPath, body)
	if text(p, "moduleConsentTextBlocks", 0, "id") != "70021" || len(asList(p["selectedOptionalModulesPreviews"])) != 2 || len(asList(p["flatFeePreviews"])) != 2 {
		t.Errorf("preview: %v", p)
	}
	if got := d.must("POST", signupPath, body); text(got, "customerId") != "1000482" {
		t.Errorf("signed up as %v", got)
	}
}

// TestDoor: key, scope, paths, media type and language.
func TestDoor(t *testing.T) {
	d := newDesk(t, Config{Scopes: []string{scopeMembershipRead, scopeContractRead}, Key: "open sesame"})
	for _, each := range []struct {
		method, path, key string
		status            int
	}{
		{"GET", "/v1/memberships/membership-offers", "open sesame", 200},
		{"GET", "/v1/memberships/membership-offers", "Open Sesame", 401},
		{"GET", "/v1/memberships/membership-offers", "", 401},
		{"GET", "/v1/memberships/membership-offers/1001", "open sesame", 200},
		{"GET", "/v1/memberships/membership-offers/10011", "open sesame", 404},
		{"GET", "/v1/memberships/membership-offers/x", "open sesame", 404},
		{"GET", "/v1/studios/information", "open sesame", 403},
		{"GET", "/v1/employees", "open sesame", 403},
		{"GET", "/v1/customers/additional-information-fields", "open sesame", 403},
		{"GET", "/v1/customers/1000101/contracts", "open sesame", 200}, // either scope will do
		{"GET", "/v1/customers/1/contracts", "open sesame", 404},
		{"GET", "/v1/nonsense", "open sesame", 404},
		{"GET", "/v1/nonsense", "", 401},
		{"POST", "/v1/memberships/signup", "open sesame", 403},
		{"POST", "/v1/payments/user-session", "open sesame", 403},
		{"POST", "/v1/customers/search", "open sesame", 403},
		{"HEAD", "/v1/employees", "open sesame", 200},
		{"HEAD", "/v1/anything/at/all", "open sesame", 200},
		{"HEAD", "/v1/employees", "wrong", 401},
	} {
		r := d.request(each.method, each.path, nil)
		r.Header.Set("X-API-KEY", each.key)
		response, err := d.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != each.status {
			t.Errorf("%s %s with %q: %d %s, want %d", each.method, each.path, each.key, response.StatusCode, body, each.status)
		}
		if each.method == "HEAD" && len(body) > 0 {
			t.Errorf("HEAD has a body: %s", body)
		}
		if got := response.Header.Get("Date"); got != "Tue, 10 Mar 2026 11:00:00 GMT" {
			t.Errorf("Date: %s", got)
		}
	}

	r := d.request("POST", previewPath, nil)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
	if response, err := d.client.Do(r); err != nil || response.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("no media type: %v %v", response, err)
	}
	r = d.request("POST", previewPath, object{})
	r.Body = io.NopCloser(strings.NewReader(`{"contract": {}} {}`))
	if response, err := d.client.Do(r); err != nil || response.StatusCode != http.StatusBadRequest {
		t.Errorf("two values: %v %v", response, err)
	}
	r = d.request("POST", previewPath, object{})
	r.Body = io.NopCloser(strings.NewReader(`"` + strings.Repeat("x", maxBody) + `"`))
	if response, err := d.client.Do(r); err != nil || response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %v %v", response, err)
	}

	d.lang = "de-DE"
	_, value := d.send("POST", previewPath, application(10011, contract("startDate", "2026-03-09")))
	if got := text(value, "errorMessage"); !strings.HasPrefix(got, "Der Vertrag kann nicht") {
		t.Errorf("in German: %s", got)
	}
}

func TestRateLimit(t *testing.T) {
	d := newDesk(t, Config{RateLimit: 3})
	get := func() int {
		status, _ := d.send("GET", "/v1/studios/information", nil)
		return status
	}
	for range 3 {
		if status := get(); status != 200 {
			t.Fatalf("within the limit: %d", status)
		}
	}
	if get() != 429 {
		t.Error("over the limit is answered")
	}
	if status, _ := d.send("GET", "/v1/memberships/membership-offers", nil); status != 200 {
		t.Errorf("another endpoint: %d", status)
	}
	d.clock.t = d.clock.t.Add(time.Minute)
	if get() != 429 {
		t.Error("the next minute is open")
	}
	d.clock.t = d.clock.t.Add(time.Minute)
	if get() != 200 {
		t.Error("the minute after that is closed")
	}
}
