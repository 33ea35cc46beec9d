package flow

import (
	"strconv"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

// contract is the contract as it stands, without signatures and tokens.
func (s Signup) contract() apiclient.Contract {
	employee, _ := strconv.ParseInt(s.text(EmployeeID), 10, 64)
	return apiclient.Contract{
		ContractOfferTermID:         s.TermID,
		StartDate:                   s.Start,
		PreuseDate:                  s.PreUse,
		VoucherCode:                 s.Voucher,
		SelectedSelectableModuleIDs: s.Selectable,
		SelectedOptionalModuleIDs:   s.Optional,
		EmployeeID:                  employee,
		ReferralCode:                s.sealed(ReferralCode),
		Notes:                       s.sealed(Notes),
		ThirdPartyID:                s.Intent,
	}
}

// placeholder stands for a member who is not known yet. Only a preview takes
// it: the type of a sign-up request cannot be made from it.
func (s Signup) placeholder() apiclient.Customer {
	or := func(f Field, text string) secret.Value {
		if spec, _ := Spec(f); s.text(f) != "" && spec.Check(s.text(f)) == "" {
			return s.sealed(f)
		}
		return secret.New(text)
	}
	return apiclient.Customer{
		FirstName:   secret.New("Estimate"),
		LastName:    secret.New("Estimate"),
		DateOfBirth: or(DateOfBirth, "1990-01-01"),
		Email:       secret.New("estimate@example.invalid"),
		Street:      secret.New("Estimate"),
		City:        secret.New("Estimate"),
		ZipCode:     secret.New("00000"),
		CountryCode: secret.New("DE"),
		Language:    apiclient.Language{LanguageCode: "de"},
	}
}

// estimate is the price request for what is chosen so far; ok is false before
// a term is.
func (s Signup) estimate() (apiclient.PreviewRequest, bool) {
	if _, ok := s.Term(); !ok || s.Start.IsZero() {
		return apiclient.PreviewRequest{}, false
	}
	contract := s.contract()
	contract.Notes, contract.ReferralCode, contract.EmployeeID, contract.ThirdPartyID = secret.Value{}, secret.Value{}, 0, ""
	return apiclient.PreviewRequest{Contract: contract, Customer: s.placeholder()}, true
}

// complete is the sign-up as it will be sent, but for signatures and tokens;
// ok is false while something of it is missing.
func (s Signup) complete() (apiclient.SignupRequest, bool) {
	for _, step := range []Step{StepOffer, StepTerm, StepExtras, StepMember} {
		if !s.Ready(step) {
			return apiclient.SignupRequest{}, false
		}
	}
	return apiclient.SignupRequest{Contract: s.contract(), Customer: s.customer()}, true
}

// exact is complete with the signatures in it: the body whose price counts.
func (s Signup) exact() (apiclient.SignupRequest, bool) {
	r, ok := s.complete()
	if !ok || !s.signedFor() {
		return r, ok
	}
	r.Contract.ContractSignature = s.Signature.Contract
	for _, block := range s.TextBlocks() {
		if v := s.Signature.Blocks[block.ID]; !v.IsZero() {
			r.Contract.TextBlockSignatures = append(r.Contract.TextBlockSignatures, apiclient.TextBlockSignature{TextBlockID: block.ID, Base64SVGSignature: v})
		}
	}
	return r, true
}

// priceKey is the fingerprint of the request whose price belongs on the
// screen: the estimate until the member is complete and the preview is near.
func (s Signup) priceKey() string {
	if r, _, ok := s.priceRequest(); ok {
		return r.Fingerprint()
	}
	return ""
}

func (s Signup) priceRequest() (r apiclient.PreviewRequest, estimate, ok bool) {
	if s.Step >= StepPreview {
		if full, complete := s.complete(); complete {
			return full.Preview(), false, true
		}
	}
	r, ok = s.estimate()
	return r, true, ok
}

// contractKey is the fingerprint of the contract without the person's address
// and names: what a signature stands for.
func (s Signup) contractKey() string {
	r, ok := s.estimate()
	if !ok {
		return ""
	}
	return r.Fingerprint()
}

func (s Signup) birth() apiclient.Date {
	d, _ := apiclient.ParseDate(s.text(DateOfBirth))
	return d
}

func (s Signup) person() Person {
	return Person{Email: s.sealed(Email), LastName: s.sealed(LastName), DateOfBirth: s.sealed(DateOfBirth)}
}

func (s Signup) customer() apiclient.Customer {
	c := apiclient.Customer{
		ThirdPartyID:                 s.Intent,
		FirstName:                    s.sealed(FirstName),
		LastName:                     s.sealed(LastName),
		SecondFirstName:              s.sealed(SecondFirstName),
		SecondLastName:               s.sealed(SecondLastName),
		DateOfBirth:                  s.sealed(DateOfBirth),
		Email:                        s.sealed(Email),
		PhoneNumberMobile:            s.sealed(PhoneMobile),
		PhoneNumberPrivate:           s.sealed(PhonePrivate),
		Gender:                       apiclient.Gender(s.text(Gender)),
		Street:                       s.sealed(Street),
		HouseNumber:                  s.sealed(HouseNumber),
		SecondStreet:                 s.sealed("secondStreet"),
		City:                         s.sealed(City),
		CityPart:                     s.sealed("cityPart"),
		District:                     s.sealed("district"),
		Province:                     s.sealed("province"),
		ZipCode:                      s.sealed(ZipCode),
		CountryCode:                  s.sealed(CountryCode),
		StreetType:                   s.sealed("streetType"),
		StreetBlock:                  s.sealed("streetBlock"),
		Portal:                       s.sealed("portal"),
		Stairway:                     s.sealed("stairway"),
		Door:                         s.sealed("door"),
		Floor:                        s.sealed("floor"),
		BuildingName:                 s.sealed("buildingName"),
		AdditionalAddressInformation: s.sealed(AdditionalAdress),
		PlaceOfBirth:                 s.sealed(PlaceOfBirth),
		CountryOfBirth:               s.sealed(CountryOfBirth),
		TaxID:                        s.sealed(TaxID),
		Language:                     apiclient.Language{LanguageCode: s.text(LanguageCode), CountryCode: s.text(LanguageCountry)},
	}
	if s.text(DocumentNumber) != "" {
		c.DocumentIdentification = &apiclient.DocumentIdentification{
			DocumentType:   apiclient.DocumentType(s.text(DocumentType)),
			DocumentNumber: s.sealed(DocumentNumber),
		}
	}
	return c
}
