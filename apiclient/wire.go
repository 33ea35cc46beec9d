package apiclient

import (
	"encoding/json"

	"frontdesk/apiclient/secret"
)

// object is the body of a request. Its setters leave empty values out, and its
// members are written in the order of their names, so that equal requests are
// equal bytes. This file is where secrets are revealed to the wire.
type object map[string]any

func (o object) text(name, value string) {
	if value != "" {
		o[name] = value
	}
}

func (o object) secret(name string, value secret.Value) { o.text(name, value.Reveal()) }

func (o object) id(name string, value int64) {
	if value != 0 {
		o[name] = value
	}
}

func (o object) ids(name string, values []int64) {
	if len(values) > 0 {
		o[name] = values
	}
}

func (o object) list(name string, values []object) {
	if len(values) > 0 {
		o[name] = values
	}
}

func (o object) object(name string, value object) {
	if len(value) > 0 {
		o[name] = value
	}
}

// bytes cannot fail: an object holds texts, integers, booleans and checked
// numbers only.
func (o object) bytes() []byte {
	data, err := json.Marshal(o)
	if err != nil {
		panic("apiclient: unencodable request: " + err.Error())
	}
	return data
}

func (r PreviewRequest) body() []byte {
	r.Contract.InitialPaymentRequestToken = secret.Value{}
	r.Customer.PaymentRequestToken = secret.Value{}
	return SignupRequest(r).body()
}

func (r SignupRequest) body() []byte {
	return object{"contract": r.Contract.wire(), "customer": r.Customer.wire()}.bytes()
}

func (c Contract) wire() object {
	o := object{}
	o.id("contractOfferTermId", c.ContractOfferTermID)
	o.text("startDate", c.StartDate.String())
	o.text("preuseDate", c.PreuseDate.String())
	o.text("voucherCode", c.VoucherCode)
	o.ids("selectedSelectableModuleIds", c.SelectedSelectableModuleIDs)
	o.ids("selectedOptionalModuleIds", c.SelectedOptionalModuleIDs)
	o.secret("initialPaymentRequestToken", c.InitialPaymentRequestToken)
	signature := object{}
	signature.secret("base64SvgSignature", c.ContractSignature)
	o.object("contractSignature", signature)
	var signatures []object
	for _, s := range c.TextBlockSignatures {
		signed := object{}
		signed.id("textBlockId", s.TextBlockID)
		signed.secret("base64SvgSignature", s.Base64SVGSignature)
		signatures = append(signatures, signed)
	}
	o.list("textBlockSignatures", signatures)
	o.id("employeeId", c.EmployeeID)
	o.secret("referralCode", c.ReferralCode)
	o.secret("notes", c.Notes)
	o.text("thirdPartyId", c.ThirdPartyID)
	return o
}

func (c Customer) wire() object {
	o := object{}
	o.text("thirdPartyId", c.ThirdPartyID)
	o.secret("firstName", c.FirstName)
	o.secret("lastName", c.LastName)
	o.secret("secondFirstName", c.SecondFirstName)
	o.secret("secondLastName", c.SecondLastName)
	o.secret("dateOfBirth", c.DateOfBirth)
	o.text("gender", string(c.Gender))
	o.secret("email", c.Email)
	o.secret("phoneNumberPrivate", c.PhoneNumberPrivate)
	o.secret("phoneNumberMobile", c.PhoneNumberMobile)
	o.secret("street", c.Street)
	o.secret("houseNumber", c.HouseNumber)
	o.secret("secondStreet", c.SecondStreet)
	o.secret("cityPart", c.CityPart)
	o.secret("district", c.District)
	o.secret("streetType", c.StreetType)
	o.secret("streetBlock", c.StreetBlock)
	o.secret("portal", c.Portal)
	o.secret("stairway", c.Stairway)
	o.secret("door", c.Door)
	o.secret("floor", c.Floor)
	o.secret("buildingName", c.BuildingName)
	o.secret("additionalAddressInformation", c.AdditionalAddressInformation)
	o.secret("zipCode", c.ZipCode)
	o.secret("city", c.City)
	o.secret("province", c.Province)
	o.secret("countryCode", c.CountryCode)
	o.object("language", c.Language.wire())
	o.secret("placeOfBirth", c.PlaceOfBirth)
	o.secret("countryOfBirth", c.CountryOfBirth)
	o.secret("taxId", c.TaxID)
	if d := c.DocumentIdentification; d != nil {
		document := object{}
		document.text("documentType", string(d.DocumentType))
		document.secret("documentNumber", d.DocumentNumber)
		o.object("documentIdentification", document)
	}
	var preferences, assignments []object
	for _, p := range c.CommunicationPreferences {
		preferences = append(preferences, p.wire())
	}
	o.list("communicationPreferences", preferences)
	for _, a := range c.AdditionalInformationFieldAssignments {
		assignment := object{}
		assignment.id("additionalInformationFieldId", a.AdditionalInformationFieldID)
		assignment.secret("value", a.Value)
		assignments = append(assignments, assignment)
	}
	o.list("additionalInformationFieldAssignments", assignments)
	o.secret("paymentRequestToken", c.PaymentRequestToken)
	return o
}

func (l Language) wire() object {
	o := object{}
	o.text("languageCode", l.LanguageCode)
	o.text("countryCode", l.CountryCode)
	return o
}

func (p CommunicationPreference) wire() object {
	o := object{}
	o.text("messageCategory", p.MessageCategory)
	var channels []object
	for _, c := range p.Channels {
		channel := object{"active": c.Active}
		channel.text("communicationChannel", c.CommunicationChannel)
		if c.CustomerOverridable != nil {
			channel["customerOverridable"] = *c.CustomerOverridable
		}
		channels = append(channels, channel)
	}
	o.list("channels", channels)
	return o
}

func (r SessionRequest) body() []byte {
	o := object{"amount": json.Number(r.Amount.Number())}
	o.text("scope", string(r.Scope))
	o.text("referenceText", r.ReferenceText)
	o.id("customerId", r.CustomerID)
	o.text("finionPayCustomerId", r.FinionPayCustomerID)
	if len(r.PermittedPaymentChoices) > 0 {
		o["permittedPaymentChoices"] = r.PermittedPaymentChoices
	}
	if r.RequireDirectDebitSignature {
		o["requireDirectDebitSignature"] = true
	}
	if r.ShowExistingPaymentInstruments != nil {
		o["showExistingPaymentInstruments"] = *r.ShowExistingPaymentInstruments
	}
	return o.bytes()
}

// check refuses what the API could only misunderstand.
func (r SessionRequest) check() string {
	switch {
	case !r.Amount.Set():
		return "the amount is missing"
	case r.Amount.Sign() < 0:
		return "the amount is negative"
	case !r.Amount.FitsCurrency():
		return "the amount has more digits than its currency"
	case r.CustomerID != 0 && r.FinionPayCustomerID != "":
		return "customer id and Finion Pay customer id exclude each other"
	}
	return ""
}

func (s CustomerSearch) body() []byte {
	o := object{}
	o.secret("firstName", s.FirstName)
	o.secret("lastName", s.LastName)
	o.secret("email", s.Email)
	o.secret("dateOfBirth", s.DateOfBirth)
	return o.bytes()
}
