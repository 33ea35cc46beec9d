package apiclient_test

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

func TestPreviewOf1_5_0(t *testing.T) {
	p := preview(t, "preview-1.5.0.json")
	if p.BasePrice != amount(t, "29.90", "") || p.AgeAdjustedPrice.Set() || !p.PreUseCharge.Set() {
		t.Errorf("prices: %+v", p)
	}
	if p.EffectivePeriodTimeBasedTerm != (apiclient.Term{Value: 3, Unit: apiclient.Month}) {
		t.Errorf("term: %+v", p.EffectivePeriodTimeBasedTerm)
	}
	if !p.PaymentPreview.IsZero() || p.PaymentPreview.DueOnSigningAmount.Set() {
		t.Errorf("a payment preview from nowhere: %+v", p.PaymentPreview)
	}
	if p.CompanyAmountPreUseCharge.Number() != "1.25" || p.ContractVolumeInformation.TotalContractVolume.Number() != "600" {
		t.Errorf("amounts: %+v", p)
	}
	if m := p.SelectedOptionalModulesPreviews; len(m) != 1 || m[0].Name != "Drinks" || m[0].PaymentFrequency.Price.Number() != "5.0" {
		t.Errorf("modules: %+v", m)
	}
	if !p.VoucherApplied() {
		t.Error("the voucher counts as refused")
	}
}

func TestPreviewOf1_6(t *testing.T) {
	p := preview(t, "preview-1.6.json")
	due := p.PaymentPreview.DueOnSigningAmount
	if due.Number() != "41.120" || due.Currency() != "EUR" {
		t.Errorf("due: %#v, want the exact text", due)
	}
	schedule := p.PaymentPreview.PaymentSchedule
	if len(schedule) != 3 || !schedule[0].MandatoryOnSigning || schedule[0].DueDate.String() != "2026-03-10" {
		t.Fatalf("schedule: %+v", schedule)
	}
	if schedule[1].Type != "SOMETHING_NEW" {
		t.Errorf("an unknown value was not kept: %q", schedule[1].Type)
	}
	if schedule[2] != (apiclient.PaymentScheduleEntry{}) {
		t.Errorf("an empty entry: %+v", schedule[2])
	}
	if p.EffectivePeriodTimeBasedTerm != (apiclient.Term{Value: 3, Unit: apiclient.Month}) {
		t.Errorf("term: %+v", p.EffectivePeriodTimeBasedTerm)
	}
	if p.VoucherApplied() || p.VoucherErrorCode != apiclient.VoucherInvalidCode {
		t.Error("a rejected voucher counts as applied")
	}
}

func TestPreviewOf1_11(t *testing.T) {
	p := preview(t, "preview-1.11.json")
	due := p.PaymentPreview.DueOnSigningAmount
	if !due.Set() || !due.IsZero() || p.PaymentPreview.PaymentSchedule == nil {
		t.Errorf("0 due and an empty schedule are not the same as none: %+v", p.PaymentPreview)
	}
	if got := p.ContractVolumeInformation.AveragePaymentVolumePerMonth.Number(); got != "32.753424657534246575" {
		t.Errorf("average: %s", got)
	}
	if f := p.FlatFeePreviews; len(f) != 1 || f[0].Identifier != "F1" || f[0].Name != "Service" || f[0].PaymentFrequency.ID != 0 ||
		len(f[0].DiscountPeriods) != 1 || f[0].MemberAmount.Number() != "4.95" {
		t.Errorf("fees: %+v", f)
	}
	if m := p.SelectedOptionalModulesPreviews; len(m) != 1 || m[0].ID != 40001 {
		t.Errorf("modules: %+v", m)
	}
	if v := p.VoucherDiscountPeriods; len(v) != 2 || v[0].DiscountValue.Number() != "50" || v[1].EffectivePeriod != apiclient.EffectiveUnlimited {
		t.Errorf("voucher periods: %+v", v)
	}
	if len(p.ModuleConsentTextBlocks) != 1 || p.ModuleConsentTextBlocks[0].RateBundleModuleID != 40002 || len(p.VoucherTextBlocks) != 1 {
		t.Errorf("text blocks: %+v %+v", p.ModuleConsentTextBlocks, p.VoucherTextBlocks)
	}
}

func TestStudioTimesInBothForms(t *testing.T) {
	for _, file := range []string{"studio-objects.json", "studio-strings.json"} {
		s, err := serve(t, answer(testdata(t, file))).Studio(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		h := s.OpeningHours[0]
		if h.TimeFrom != "06:30:00" || h.TimeTo != "23:00:00" || s.StudioID != 123 || s.Zip != "84439" || s.CountryCode != "DE" {
			t.Errorf("%s: %+v", file, s)
		}
	}
}

func TestStudioDateTimesWithoutZone(t *testing.T) {
	s, err := serve(t, answer(testdata(t, "studio-strings.json"))).Studio(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := s.ClosingHours[0].DateTimeFrom; !got.Equal(time.Date(2025, 9, 21, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("closed from %v", got)
	}
	if got := s.ClosingHours[1].DateTimeFrom; !got.IsZero() {
		t.Errorf("an unreadable time became %v", got)
	}
}

func TestOffersKeepOrderAndUnknownValues(t *testing.T) {
	offers, err := serve(t, answer(testdata(t, "offers.json"))).Offers(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(offers) != 2 || offers[0].Name != "Zebra" || offers[1].Name != "Ape" {
		t.Fatalf("the operator's order is lost: %+v", offers)
	}
	if offers[0].LimitedOfferingPeriod != nil || offers[1].LimitedOfferingPeriod.EndDate.String() != "2026-12-31" {
		t.Error("the limited period is wrong")
	}
	if offers[1].PreUseType != "ON_MONDAYS" {
		t.Errorf("an unknown value was not kept: %q", offers[1].PreUseType)
	}
	if total := offers[0].Terms[0].ContractVolumeInformation.TotalContractVolume; total != amount(t, "600", "") {
		t.Errorf("a bare number among amounts: %v", total)
	}
}

func TestAllowedPaymentChoicesTellAbsentFromEmpty(t *testing.T) {
	for body, wantNil := range map[string]bool{
		`{"id":1}`: true, `{"id":1,"allowedPaymentChoices":null}`: true, `{"id":1,"allowedPaymentChoices":[]}`: false,
	} {
		o, err := serve(t, answer([]byte(body))).Offer(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if (o.AllowedPaymentChoices == nil) != wantNil || len(o.AllowedPaymentChoices) != 0 {
			t.Errorf("%s gives %#v", body, o.AllowedPaymentChoices)
		}
		again, err := json.Marshal(o)
		var kept apiclient.OfferDetail
		if err != nil || json.Unmarshal(again, &kept) != nil || (kept.AllowedPaymentChoices == nil) != wantNil {
			t.Errorf("%s does not survive being stored: %s", body, again)
		}
	}
}

// TestEveryMemberOfAnOfferIsRead holds the decoder to the fields: a file that
// names them all may leave none of them zero, and storing loses none.
func TestEveryMemberOfAnOfferIsRead(t *testing.T) {
	o, err := serve(t, answer(testdata(t, "offer.json"))).Offer(context.Background(), 1001)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range zeroFields(reflect.ValueOf(o), "OfferDetail") {
		t.Errorf("%s was not read", name)
	}
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var again apiclient.OfferDetail
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(o, again) {
		t.Errorf("the offer does not survive being stored: %v\n%+v\n%+v", err, o, again)
	}
	if o.Terms[0].ID != 10011 || o.AllowedPaymentChoices[2] != "BARTER" {
		t.Errorf("got %+v", o)
	}
}

// zeroFields names the fields of a struct that are zero; of a nested struct it
// suffices that some are set, as the answers fill different ones.
func zeroFields(v reflect.Value, name string) (zero []string) {
	for i := range v.NumField() {
		field, path := v.Field(i), name+"."+v.Type().Field(i).Name
		switch {
		case field.IsZero():
			zero = append(zero, path)
		case field.Kind() == reflect.Slice && path == "OfferDetail.Terms":
			zero = append(zero, zeroFields(field.Index(0), "Term")...)
		}
	}
	return zero
}

func TestPreviewSurvivesBeingStored(t *testing.T) {
	for _, file := range []string{"preview-1.5.0.json", "preview-1.6.json", "preview-1.11.json"} {
		p := preview(t, file)
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again apiclient.Preview
		if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%s: %v\n%+v\n%+v", file, err, p, again)
		}
	}
}

func TestFoundCustomer(t *testing.T) {
	found, err := serve(t, answer(testdata(t, "customers.json"))).
		SearchCustomers(context.Background(), apiclient.CustomerSearch{Email: secret.New("edgar@example.invalid")})
	if err != nil {
		t.Fatal(err)
	}
	c := found[0]
	for _, name := range zeroFields(reflect.ValueOf(c), "FoundCustomer") {
		t.Errorf("%s was not read", name)
	}
	if c.ID != 1000482 || c.Status != apiclient.StatusFormerMember || c.ThirdPartyID != "0190-intent" || c.LastName.Reveal() != "Bullock" ||
		c.HouseNumber.Reveal() != "89" || c.CountryCode.Reveal() != "DE" || c.PhoneNumberMobile.Reveal() != "+49 15223433333" {
		t.Errorf("got %+v", c)
	}
	if want := time.Date(2022, 6, 15, 21, 59, 59, 999e6, time.UTC); !c.Created.Equal(want) {
		t.Errorf("created %v, want %v", c.Created, want)
	}
}

func TestFoundContract(t *testing.T) {
	contracts, err := serve(t, answer(testdata(t, "contracts.json"))).CustomerContracts(context.Background(), 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range zeroFields(reflect.ValueOf(contracts[0]), "FoundContract") {
		t.Errorf("%s was not read", name)
	}
	if c := contracts[0]; c.ThirdPartyID != "1000a" || c.Term != (apiclient.PeriodTerm{Value: 12, Unit: apiclient.Month}) || c.PriceDetails.CurrentPrice.Number() != "19.50" {
		t.Errorf("got %+v", c)
	}
}

func TestPricesOfAllFrequencies(t *testing.T) {
	month := apiclient.Term{Value: 1, Unit: apiclient.Month}
	for _, c := range []struct {
		name, json string
		want       []apiclient.Price
	}{
		{"recurring", `{"type":"RECURRING","term":{"value":1,"unit":"MONTH"},"price":29.90}`, []apiclient.Price{{Amount: amount(t, "29.90", ""), Every: month, Again: true}}},
		{"once", `{"type":"NON_RECURRING","price":149,"term":{"value":1,"unit":"MONTH"}}`, []apiclient.Price{{Amount: amount(t, "149", "")}}},
		{
			"by term", `{"type":"TERM_BASED","recurring":true,"price":1,"termsToPrices":[{"term":{"value":0,"unit":"DAY"},"price":299},{"term":{"value":1,"unit":"MONTH"},"price":5}]}`,
			[]apiclient.Price{{Amount: amount(t, "299", ""), After: apiclient.Term{Unit: apiclient.Day}, Again: true}, {Amount: amount(t, "5", ""), After: month, Again: true}},
		},
		{
			"by day", `{"type":"MONTH_DAY","monthDaysToPrices":[{"monthDay":{"month":"APRIL","dayOfMonth":1},"price":60},{"monthDay":{"monthValue":7,"dayOfMonth":1},"price":45}]}`,
			[]apiclient.Price{{Amount: amount(t, "60", ""), On: apiclient.MonthDay{Month: time.April, Day: 1}}, {Amount: amount(t, "45", ""), On: apiclient.MonthDay{Month: time.July, Day: 1}}},
		},
		{"free", `{"type":"FREE","price":0}`, []apiclient.Price{{Free: true}}},
		{"by term, price only", `{"type":"TERM_BASED","price":10}`, []apiclient.Price{{Amount: amount(t, "10", "")}}},
		{"recurring, terms only", `{"type":"RECURRING","termsToPrices":[{"term":{"value":1,"unit":"MONTH"},"price":5}]}`, []apiclient.Price{{Amount: amount(t, "5", ""), After: month}}},
		{"unknown type, days only", `{"type":"LUNAR","monthDaysToPrices":[{"monthDay":{"month":"MAY","dayOfMonth":2},"price":3}]}`, []apiclient.Price{{Amount: amount(t, "3", ""), On: apiclient.MonthDay{Month: time.May, Day: 2}}}},
		{"nothing", `{"type":"RECURRING"}`, nil},
	} {
		var f apiclient.PaymentFrequency
		if err := json.Unmarshal([]byte(c.json), &f); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := f.Prices(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestHeadlineFallsBackToTheStartPrice(t *testing.T) {
	start := amount(t, "9.90", "EUR")
	if p, ok := (apiclient.PaymentFrequency{Type: apiclient.FrequencyRecurring}).Headline(start); !ok || p.Amount != start {
		t.Errorf("got %+v, %v", p, ok)
	}
	if p, ok := (apiclient.PaymentFrequency{Type: apiclient.FrequencyRecurring}).Headline(amount(t, "0", "")); !ok || !p.Amount.IsZero() {
		t.Errorf("a start price of 0 is a price: %+v, %v", p, ok)
	}
	var none apiclient.Price
	if p, ok := (apiclient.PaymentFrequency{}).Headline(none.Amount); ok {
		t.Errorf("a price from nowhere: %+v", p)
	}
	if p, ok := (apiclient.PaymentFrequency{Type: apiclient.FrequencyFree}).Headline(start); !ok || !p.Free || p.Amount.Set() {
		t.Errorf("free is not free: %+v", p)
	}
}

func TestEmployeesGoesThroughTheSlices(t *testing.T) {
	var asked []string
	pages := map[string]string{
		"0":     `{"result":[{"id":1,"firstName":"Ann","lastName":"Lee","employeeInitials":"A.L.","businessRole":"TRAINER"}],"hasNext":true,"offset":"id-17"}`,
		"id-17": `{"result":[{"id":2,"firstName":"Bo","lastName":"Ek","publicName":"Coach Bo"}],"hasNext":false,"offset":"x"}`,
	}
	c := serve(t, serveQuery(func(offset string) string {
		asked = append(asked, offset)
		return pages[offset]
	}))
	staff, err := c.Employees(context.Background())
	if err != nil || len(staff) != 2 || staff[1].PublicName.Reveal() != "Coach Bo" || staff[0].BusinessRole != "TRAINER" {
		t.Errorf("got %+v, %v", staff, err)
	}
	if !reflect.DeepEqual(asked, []string{"0", "id-17"}) {
		t.Errorf("asked for %q", asked)
	}
}

func TestEmployeesEndsWhenTheOffsetStandsStill(t *testing.T) {
	c := serve(t, serveQuery(func(string) string { return `{"result":[{"id":1}],"hasNext":true,"offset":"0"}` }))
	if staff, err := c.Employees(context.Background()); err != nil || len(staff) != 1 {
		t.Errorf("got %d, %v", len(staff), err)
	}
}

func TestAdditionalInformationFields(t *testing.T) {
	c := serve(t, answer([]byte(`[{"id":1,"name":"Shirt","type":"LIST","abbreviation":"S","listItems":[{"id":5,"name":"XL"}]},{"id":2,"name":"?","type":"COLOUR"}]`)))
	fields, err := c.AdditionalInformationFields(context.Background())
	if err != nil || len(fields) != 2 || fields[0].ListItems[0].Name != "XL" || fields[1].Type != "COLOUR" {
		t.Errorf("got %+v, %v", fields, err)
	}
}
