package sandbox

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestOffersServed: on their own day the built-in offers are served as they
// stand in the file.
func TestOffersServed(t *testing.T) {
	d := newDesk(t, Config{})
	var file []object
	decoder := json.NewDecoder(bytes.NewReader(builtInOffers))
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, want := range file {
		var got object
		data := mustJSON(d.must("GET", "/v1/memberships/membership-offers/"+mustJSON(want["id"]), nil))
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("served %s\nfile %s", data, mustJSON(want))
		}
	}
	_, list := d.send("GET", "/v1/memberships/membership-offers", nil)
	if len(asList(list)) != 5 || text(list, 0, "terms", 1, "id") != "10012" {
		t.Errorf("list %v", list)
	}
	for _, hidden := range []string{"flatFees", "optionalModules", "rateBonusPeriods", "allowedPaymentChoices", "contractTextBlocks", "defaultContractStartDate"} {
		if strings.Contains(mustJSON(list), `"`+hidden+`"`) {
			t.Errorf("the list shows %s", hidden)
		}
	}
}

func TestBadOffers(t *testing.T) {
	for _, each := range []struct{ old, replacement, want string }{
		{`"name": "Flex"`, `"title": "Flex"`, "offer number 1, name: is required"},
		{`"preUseType": "CHARGEABLE"`, `"preUseType": "SOMETIMES"`, "offer 1005 (Ten-week course), preUseType"},
		{`"amount": 24.9,`, `"amount": 24.905,`, "offer 1001 (Flex), terms.1.paymentFrequency: 24.905 has more decimals"},
		{`"amount": 24.9,`, `"amount": -1,`, "offer 1001 (Flex), terms.1.paymentFrequency.price.amount"},
		{`"id": 10012`, `"id": 10011`, "offer 1001 (Flex), terms.1.id: the term id 10011 occurs twice"},
		{`"id": 30012`, `"id": 30011`, "the module id 30011 occurs twice"},
		{`"id": 1002`, `"id": 1001`, "the offer id 1001 occurs twice"},
		{`"startDate": "2026-03-01"`, `"startDate": "2026-13-01"`, "offer 1004 (Free trial week), limitedOfferingPeriod.startDate"},
		{`"startDate": "2026-03-01"`, `"startDate": "2026-04-01"`, "limitedOfferingPeriod: it ends before it starts"},
		{`"extensionType": "NONE",`, ``, "extensionType: is required"},
		{`"unit": "WEEK"`, `"unit": "FORTNIGHT"`, "unit"},
		{`"value": 24,`, `"value": 0,`, "terms.1.term.value"},
		{`[`, `{`, "not JSON"},
	} {
		data := strings.Replace(string(builtInOffers), each.old, each.replacement, 1)
		if data == string(builtInOffers) {
			t.Fatalf("%s does not occur", each.old)
		}
		if _, err := New(Config{Offers: []byte(data)}); err == nil || !strings.Contains(err.Error(), each.want) {
			t.Errorf("%s: %v, want %q", each.replacement, err, each.want)
		}
	}
	other := strings.Replace(string(builtInOffers), `"currency": "EUR"`, `"currency": "CHF"`, 4)
	if _, err := New(Config{Offers: []byte(other)}); err == nil || !strings.Contains(err.Error(), "one currency") {
		t.Errorf("two currencies: %v", err)
	}
	if _, err := New(Config{Offers: []byte(`{}`)}); err == nil || !strings.Contains(err.Error(), "array of offers") {
		t.Errorf("an object: %v", err)
	}
	if _, err := New(Config{Offers: []byte(`[]`)}); err != nil {
		t.Errorf("no offers at all: %v", err)
	}
}

// TestCurrency: a studio whose money has no decimals.
func TestCurrency(t *testing.T) {
	offers := strings.NewReplacer(`"currency": "EUR"`, `"currency": "JPY"`, `.9,`, `,`, `.5,`, `,`, `.1,`, `,`).Replace(string(builtInOffers))
	offers = strings.NewReplacer(`32.75`, `32`, `25.87`, `25`, `24.58`, `24`, `18.49`, `18`, `66.43`, `66`).Replace(offers)
	d := newDesk(t, Config{Offers: []byte(offers)})
	p := d.must("POST", previewPath, application(10011))
	// 19 + 29 × 22/31 = 19 + 20.58
	if due := at(p, "paymentPreview", "dueOnSigningAmount"); amount(due) != "40" || text(due, "currency") != "JPY" {
		t.Errorf("due %v", due)
	}
}

// TestRebase: the built-in offers are good on any day.
func TestRebase(t *testing.T) {
	day := time.Date(2031, 7, 15, 22, 30, 0, 0, time.UTC) // the 16th in Hamburg
	d := newDesk(t, Config{Now: func() time.Time { return day }, Rebase: true})
	o := d.must("GET", "/v1/memberships/membership-offers/1005", nil)
	if text(o, "terms", 0, "defaultContractStartDate") != "2031-07-30" || text(o, "terms", 0, "defaultContractStartDateOfUse") != "2031-07-16" {
		t.Errorf("defaults %v", at(o, "terms", 0))
	}
	if text(o, "limitedOfferingPeriod", "startDate") != "2031-06-09" { // 37 days before
		t.Errorf("period %v", o["limitedOfferingPeriod"])
	}
	p := d.must("POST", previewPath, application(10051, contract("startDate", "2031-07-30"), contract("preuseDate", "2031-07-16")))
	if due := amount(p, "paymentPreview", "dueOnSigningAmount"); due != "186" {
		t.Errorf("due %s", due)
	}
	day = day.Add(24 * time.Hour)
	if o := d.must("GET", "/v1/memberships/membership-offers/1005", nil); text(o, "terms", 0, "defaultContractStartDateOfUse") != "2031-07-17" {
		t.Errorf("the next day: %v", at(o, "terms", 0))
	}

	// Without a clock it is implied.
	studio, err := New(Config{})
	if err != nil || !studio.offered(studio.catalog.offers[3]) {
		t.Errorf("%v", err)
	}
}

// TestClosedOffer: out of its period an offer is listed, but not sold; default
// dates that are over move to today.
func TestClosedOffer(t *testing.T) {
	d := newDesk(t, Config{})
	d.clock.t = marchTenth.AddDate(0, 1, 0)
	if _, list := d.send("GET", "/v1/memberships/membership-offers", nil); text(list, 3, "id") != "1004" {
		t.Errorf("list %v", list)
	}
	start := contract("startDate", "2026-04-10")
	if reference, code := d.refused(400, previewPath, application(10041, start)); reference != "contract.contractOfferTermId" || code != "SANDBOX_OFFER_CLOSED" {
		t.Errorf("%s at %q", code, reference)
	}
	o := d.must("GET", "/v1/memberships/membership-offers/1001", nil)
	if text(o, "terms", 0, "defaultContractStartDate") != "2026-04-10" {
		t.Errorf("default start %v", at(o, "terms", 0, "defaultContractStartDate"))
	}
	d.must("POST", previewPath, application(10011, start))
}
