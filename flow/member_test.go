package flow_test

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

var required = []flow.Field{
	flow.FirstName, flow.LastName, flow.DateOfBirth, flow.Email, flow.Street,
	flow.ZipCode, flow.City, flow.CountryCode, flow.LanguageCode,
}

func TestRule09RequiredMembers(t *testing.T) {
	for _, f := range required {
		for _, empty := range []string{"", "  "} {
			w := begin(t).choose(1002, 10021).do(typed(peter)).tick().do(field(f, empty)).preview()
			if w.s.Step != flow.StepMember {
				t.Errorf("without %s: step %d", f, w.s.Step)
			}
			problems := w.s.Problems(flow.StepMember)
			if len(problems) != 1 || problems[0].Code != flow.Missing || problems[0].Field != f {
				t.Errorf("without %s: %v", f, problems)
			}
			if _, ok := w.s.Quote(); ok {
				t.Errorf("without %s there is a price to accept", f)
			}
		}
	}
	var specs []flow.Field
	for _, spec := range flow.Fields {
		if spec.Required {
			specs = append(specs, spec.Field)
		}
	}
	if !slices.Equal(specs, required) {
		t.Errorf("required: %v", specs)
	}
	// The tenth is the start date.
	w := begin(t).choose(1002, 10021).do(typed(peter)).tick().do(flow.DatesChosen{}).preview()
	if w.s.Step != flow.StepTerm {
		t.Errorf("without a start: step %d", w.s.Step)
	}
}

func TestRule10SpainAndItaly(t *testing.T) {
	type fields = map[flow.Field]string
	document := fields{flow.DocumentType: "PASSPORT", flow.DocumentNumber: "C01X"}
	for _, c := range []struct {
		name, studio string
		given        fields
		missing      []flow.Field
	}{
		{"German", "DE", nil, nil},
		{"Spanish", "ES", nil, []flow.Field{flow.TaxID}},
		{"Spanish with tax id", "ES", fields{flow.TaxID: "X1"}, nil},
		{"Spanish with document", "ES", document, nil},
		{"Italian", "IT", fields{flow.CountryCode: "IT"}, []flow.Field{flow.TaxID, flow.PlaceOfBirth}},
		{"Italian, foreign member", "IT", fields{flow.TaxID: "X1", flow.PlaceOfBirth: "Bari"}, []flow.Field{flow.CountryOfBirth}},
		{"Italian, all", "IT", fields{flow.TaxID: "X1", flow.PlaceOfBirth: "Bari", flow.CountryOfBirth: "AT"}, nil},
		{"a number without its type", "DE", fields{flow.DocumentNumber: "C01X"}, []flow.Field{flow.DocumentType}},
		{"a type without its number", "DE", fields{flow.DocumentType: "PASSPORT"}, []flow.Field{flow.DocumentNumber}},
	} {
		w := begin(t).do(flow.StudioArrived{Studio: apiclient.Studio{StudioID: 1, CountryCode: c.studio}})
		w.choose(1002, 10021).do(typed(peter), typed(c.given))
		var missing []flow.Field
		for _, p := range w.s.Problems(flow.StepMember) {
			missing = append(missing, p.Field)
		}
		if !slices.Equal(missing, c.missing) {
			t.Errorf("%s: missing %v, want %v", c.name, missing, c.missing)
		}
		if len(c.missing) > 0 {
			continue
		}
		customer := must[flow.Submit](w.tick().preview().accept().open().pay("t")).Request.Customer
		if got := customer.DocumentIdentification; (got != nil) != (c.given[flow.DocumentNumber] != "") {
			t.Errorf("%s: document %v", c.name, got)
		} else if got != nil && (got.DocumentType != apiclient.DocumentPassport || got.DocumentNumber != secret.New("C01X")) {
			t.Errorf("%s: document %+v", c.name, got)
		}
	}
}

func TestRule11StreetAndHouseNumberOnce(t *testing.T) {
	c := must[flow.Submit](submitting(t, 1002, 10021)).Request.Customer
	if c.Street != secret.New("Raboisen") || c.HouseNumber != secret.New("3-4") {
		t.Error("street and house number are mixed up")
	}
}

// That empty texts are left out of the body is apiclient's; here nothing that
// nobody typed is made up.
func TestRule12NothingIsMadeUp(t *testing.T) {
	r := must[flow.Submit](submitting(t, 1002, 10021)).Request
	want := apiclient.Customer{
		ThirdPartyID: intent,
		FirstName:    secret.New("Peter"), LastName: secret.New("Muller"), DateOfBirth: secret.New("1990-08-24"),
		Email: secret.New("peter@example.invalid"), Street: secret.New("Raboisen"), HouseNumber: secret.New("3-4"),
		ZipCode: secret.New("20095"), City: secret.New("Hamburg"), CountryCode: secret.New("DE"),
		Language: apiclient.Language{LanguageCode: "de"},
	}
	if a, b := (apiclient.SignupRequest{Customer: r.Customer}).Preview().Fingerprint(), (apiclient.SignupRequest{Customer: want}).Preview().Fingerprint(); a != b {
		t.Error("the member says more or less than what was typed")
	}
	if r.Customer.DocumentIdentification != nil || !r.Customer.PaymentRequestToken.IsZero() {
		t.Error("something was made up")
	}
	contract := apiclient.Contract{
		ContractOfferTermID: 10021, StartDate: noonDay, PreuseDate: noonDay, ThirdPartyID: intent,
		InitialPaymentRequestToken: secret.New("token-ECOM"),
	}
	if a, b := (apiclient.SignupRequest{Contract: r.Contract}).Preview().Fingerprint(), (apiclient.SignupRequest{Contract: contract}).Preview().Fingerprint(); a != b {
		t.Error("the contract says more or less than what was chosen")
	}
	// And each field arrives in its own member.
	w := begin(t).choose(1002, 10021).do(typed(peter)).tick()
	for _, spec := range flow.Fields {
		if spec.Kind == flow.KindText && w.s.Get(spec.Field).IsZero() {
			w.do(field(spec.Field, "x-"+string(spec.Field)))
		}
	}
	w.do(typed(map[flow.Field]string{
		flow.PhoneMobile: "+49 1", flow.PhonePrivate: "+49 2", flow.Gender: "FEMALE", flow.LanguageCountry: "CH",
		flow.CountryOfBirth: "AT", flow.DocumentType: "OTHERS", flow.EmployeeID: "17",
	}))
	full := must[flow.Submit](w.preview().accept().open().pay("t")).Request
	c, k := full.Customer, full.Contract
	for name, got := range map[string]secret.Value{
		"secondFirstName": c.SecondFirstName, "secondLastName": c.SecondLastName, "secondStreet": c.SecondStreet,
		"additionalAddressInformation": c.AdditionalAddressInformation, "buildingName": c.BuildingName, "floor": c.Floor,
		"door": c.Door, "stairway": c.Stairway, "portal": c.Portal, "streetType": c.StreetType, "streetBlock": c.StreetBlock,
		"cityPart": c.CityPart, "district": c.District, "province": c.Province, "taxId": c.TaxID, "placeOfBirth": c.PlaceOfBirth,
		"notes": k.Notes, "referralCode": k.ReferralCode, "documentNumber": c.DocumentIdentification.DocumentNumber,
	} {
		if got != secret.New("x-"+name) {
			t.Errorf("%s arrives elsewhere", name)
		}
	}
	if c.PhoneNumberMobile != secret.New("+49 1") || c.PhoneNumberPrivate != secret.New("+49 2") || c.Gender != apiclient.Female ||
		c.Language.CountryCode != "CH" || c.CountryOfBirth != secret.New("AT") || k.EmployeeID != 17 {
		t.Error("a field arrives elsewhere")
	}
}

func TestRule13ConfirmationsAndSignaturesBeforePayment(t *testing.T) {
	w := begin(t).choose(1001, 10011).do(typed(peter)).preview()
	if w.s.Step != flow.StepConsents {
		t.Fatalf("step %d", w.s.Step)
	}
	problems := w.s.Problems(flow.StepConsents)
	wantCodes(t, problems, flow.NotTicked)
	if problems[0].Arg != "Terms and conditions" {
		t.Errorf("problem %+v", problems[0])
	}
	w.do(flow.Ticked{Block: 70001, On: true}).preview()
	w.do(flow.Ticked{Block: 70001}) // taken back at the last moment
	if w.accept(); w.s.Step == flow.StepPayment {
		t.Fatal("accepted although a confirmation was taken back")
	}
	w.tick().preview().accept()
	if w.s.Stage() != flow.StageSigning {
		t.Fatalf("stage %q", w.s.Stage())
	}
	never[flow.OpenSession](w, "before the contract is signed")
	view := must[flow.ServePage](w).View
	if view.Kind != flow.PageSign || !view.SignContract || len(view.Texts) != 2 || view.Step != 1 || view.Total != 3 {
		t.Errorf("page %+v", view)
	}
	for name, half := range map[string]flow.Signed{
		"nothing":      {},
		"no contract":  {Blocks: map[int64]secret.Value{70004: stroke}},
		"no block":     {Contract: stroke},
		"wrong block":  {Contract: stroke, Blocks: map[int64]secret.Value{70005: stroke}},
		"empty stroke": {Contract: stroke, Blocks: map[int64]secret.Value{70004: {}}},
	} {
		partly := *w
		partly.do(half).answer()
		never[flow.OpenSession](&partly, "with "+name+" signed")
	}
	w.do(flow.Signed{Contract: stroke, Blocks: map[int64]secret.Value{70004: stroke, 70005: {}}}).answer()
	w.open().pay("a").open().pay("b")
	c := must[flow.Submit](w).Request.Contract
	if c.ContractSignature != stroke || len(c.TextBlockSignatures) != 1 || c.TextBlockSignatures[0].TextBlockID != 70004 {
		t.Errorf("signatures %+v", c.TextBlockSignatures)
	}
	t.Run("an optional one is sent if it was signed", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().do(flow.Signed{Contract: stroke, Blocks: map[int64]secret.Value{70004: stroke, 70005: stroke, 1: stroke}})
		c := must[flow.Submit](w.answer().open().pay("a").open().pay("b")).Request.Contract
		if len(c.TextBlockSignatures) != 2 {
			t.Errorf("signatures %+v", c.TextBlockSignatures)
		}
	})
	t.Run("the last preview has the signatures in it", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().do(flow.Signed{Contract: stroke, Blocks: map[int64]secret.Value{70004: stroke}})
		if c := must[flow.FetchPreview](w); !c.Fresh || c.Request.Contract.ContractSignature != stroke {
			t.Error("another body than the sign-up's is priced")
		}
	})
	t.Run("the member refuses", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().do(flow.PageListening{Code: "K7Q2"}, flow.SigningRefused{})
		if view, _ := w.s.PageView(); view.Kind != flow.PageWait || !w.s.Page.Refused {
			t.Errorf("page %q", view.Kind)
		}
		never[flow.OpenSession](w, "although nothing is signed")
		if view, _ := w.do(flow.PageReopened{}).s.PageView(); view.Kind != flow.PageSign {
			t.Errorf("page %q", view.Kind)
		}
	})
	t.Run("another contract is signed again", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().sign().open()
		w.do(flow.StepChosen{Step: flow.StepExtras}, flow.ModulesChosen{Optional: []int64{30011}}).answer().preview().accept()
		if w.s.Stage() != flow.StageSigning {
			t.Errorf("stage %q", w.s.Stage())
		}
	})
	t.Run("another address is not", func(t *testing.T) {
		w := ready(t, 1001, 10011).accept().sign().open()
		w.do(flow.StepChosen{Step: flow.StepMember}, field(flow.City, "Bremen")).answer().preview().accept()
		if w.s.Stage() != flow.StagePaying {
			t.Errorf("stage %q", w.s.Stage())
		}
	})
	t.Run("modules bring their own", func(t *testing.T) {
		w := begin(t).choose(1001, 10011).do(typed(peter)).tick()
		w.do(flow.ModulesChosen{Optional: []int64{30012}}).answer().preview()
		wantCodes(t, w.s.Problems(flow.StepConsents), flow.NotTicked)
	})
	t.Run("also when nothing is due", func(t *testing.T) {
		w := begin(t)
		w.offers[3].ContractSignaturesRequired = true
		w.choose(1004, 10041).do(typed(peter)).preview().accept()
		if must[flow.ServePage](w).View.Kind != flow.PageSign {
			t.Error("goes on unsigned")
		}
		must[flow.Submit](w.sign())
	})
	t.Run("without obligations there is nothing to sign", func(t *testing.T) {
		if w := ready(t, 1002, 10021).accept(); w.s.SigningNeeded() || w.s.Stage() != flow.StageOpening {
			t.Errorf("stage %q", w.s.Stage())
		}
	})
}

func TestFieldOf(t *testing.T) {
	for reference, want := range map[string]flow.Field{
		"customer.zipCode":                                flow.ZipCode,
		"customer.email":                                  flow.Email,
		"firstName":                                       flow.FirstName,
		"customer.language.languageCode":                  flow.LanguageCode,
		"customer.language.countryCode":                   flow.LanguageCountry,
		"customer.language":                               flow.LanguageCode,
		"customer.countryCode":                            flow.CountryCode,
		"customer.documentIdentification.documentNumber":  flow.DocumentNumber,
		"contract.employeeId":                             flow.EmployeeID,
		"contract.startDate":                              "",
		"contract.contractOfferTermId":                    "",
		"customer.additionalInformationFieldAssignments0": "",
		"customer":                                        "",
		"":                                                "",
		".":                                               "",
	} {
		got, ok := flow.FieldOf(reference)
		if got != want || ok != (want != "") {
			t.Errorf("%q is %q %v", reference, got, ok)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		field flow.Field
		text  string
		want  flow.ProblemCode
	}{
		{flow.FirstName, "Zoë", ""},
		{flow.FirstName, strings.Repeat("ä", 100), ""},
		{flow.FirstName, strings.Repeat("a", 101), flow.TooLong},
		{flow.Notes, strings.Repeat("a", 301), flow.TooLong},
		{flow.DateOfBirth, "1990-08-24", ""},
		{flow.DateOfBirth, "24.08.1990", flow.NotADate},
		{flow.DateOfBirth, "1990-02-30", flow.NotADate},
		{flow.DateOfBirth, "1889-12-31", flow.NotADate},
		{flow.Email, "zoe@example.invalid", ""},
		{flow.Email, "zoe", flow.NotAnEmail},
		{flow.Email, "zoe@host", flow.NotAnEmail},
		{flow.Email, "Zoe <zoe@example.invalid>", flow.NotAnEmail},
		{flow.CountryCode, "DE", ""},
		{flow.CountryCode, "D1", flow.NotACode},
		{flow.LanguageCode, "d", flow.NotACode},
		{flow.Gender, "FEMALE", ""},
		{flow.Gender, "female", flow.NotAChoice},
		{flow.EmployeeID, "1239812733", ""},
		{flow.EmployeeID, "-1", flow.NotANumber},
		{flow.EmployeeID, "0", flow.NotANumber},
		{flow.EmployeeID, "12a", flow.NotANumber},
		{flow.City, "", ""},
	} {
		spec, ok := flow.Spec(c.field)
		if got := spec.Check(c.text); !ok || got != c.want {
			t.Errorf("%s %q: %q, want %q", c.field, c.text, got, c.want)
		}
	}
	if _, ok := flow.Spec("nickname"); ok {
		t.Error("an unknown field has a spec")
	}
	w := begin(t).choose(1002, 10021).do(typed(peter), field(flow.DateOfBirth, "2026-03-11"))
	wantCodes(t, w.s.Problems(flow.StepMember), flow.InTheFuture)
	if w.do(field("nickname", "x")); len(w.s.Member) != len(peter) {
		t.Error("an unknown field is kept")
	}
}

func TestStudioFillsTheCountryOnce(t *testing.T) {
	w := &walk{TB: t, at: noon, offers: offers(t), figures: figures}
	w.do(flow.Begun{Intent: intent}, flow.StudioArrived{Studio: apiclient.Studio{CountryCode: "AT"}})
	if w.s.Get(flow.CountryCode) != secret.New("AT") {
		t.Error("not prefilled")
	}
	w.do(field(flow.CountryCode, "CH"), flow.StudioArrived{Studio: apiclient.Studio{CountryCode: "AT"}})
	if w.s.Get(flow.CountryCode) != secret.New("CH") {
		t.Error("what was typed is overwritten")
	}
	if again := w.s.Apply(flow.Event{At: noon, Fact: flow.Begun{Intent: "other"}}); again.Intent != intent {
		t.Error("begun twice")
	}
}
