package apiclient

import (
	"crypto/sha256"
	"encoding/hex"

	"frontdesk/apiclient/secret"
)

// SignupRequest creates a member and a contract. Only it is accepted by
// [Client.Signup]; a [PreviewRequest], which may hold placeholders, is not.
type SignupRequest struct {
	Contract Contract
	Customer Customer
}

// PreviewRequest asks what a sign-up would cost. The API wants a complete
// customer even here, so an early price is asked for with placeholders.
type PreviewRequest struct {
	Contract Contract
	Customer Customer
}

// Preview returns the request for the price of exactly this sign-up.
func (r SignupRequest) Preview() PreviewRequest { return PreviewRequest(r) }

// Fingerprint returns the SHA-256 of the body as it would be sent, in hex.
// Equal requests have equal fingerprints, so it can stand for the body.
func (r PreviewRequest) Fingerprint() string {
	sum := sha256.Sum256(r.body())
	return hex.EncodeToString(sum[:])
}

// Contract is what is signed up for (MembershipSignupContract). Empty members
// are not sent; the first two are required.
type Contract struct {
	// ContractOfferTermID is the id of the chosen term, not of the offer.
	ContractOfferTermID int64
	StartDate           Date
	// PreuseDate is taken from the offer's configuration if it is not sent.
	PreuseDate Date
	// VoucherCode is one code of a credit or discount voucher.
	VoucherCode                 string
	SelectedSelectableModuleIDs []int64
	SelectedOptionalModuleIDs   []int64
	// InitialPaymentRequestToken is the token of the ECOM session. A preview
	// needs no payment and leaves it out.
	InitialPaymentRequestToken secret.Value
	// ContractSignature is an SVG in base64.
	ContractSignature   secret.Value
	TextBlockSignatures []TextBlockSignature
	EmployeeID          int64
	ReferralCode        secret.Value
	Notes               secret.Value
	// ThirdPartyID is ours to choose. A contract shows it again when it is
	// looked up, which tells a lost answer from a lost request.
	ThirdPartyID string
}

// TextBlockSignature is the signature, an SVG in base64, under a text block.
type TextBlockSignature struct {
	TextBlockID        int64
	Base64SVGSignature secret.Value
}

// Customer is the new member (MembershipSignupCustomer). FirstName, LastName,
// DateOfBirth, Email, Street, City, ZipCode, CountryCode and the language code
// are required. Empty members are not sent.
type Customer struct {
	ThirdPartyID    string
	FirstName       secret.Value
	LastName        secret.Value
	SecondFirstName secret.Value
	SecondLastName  secret.Value
	DateOfBirth     secret.Value // YYYY-MM-DD
	Gender          Gender

	Email              secret.Value
	PhoneNumberPrivate secret.Value
	PhoneNumberMobile  secret.Value

	Street                       secret.Value
	HouseNumber                  secret.Value
	SecondStreet                 secret.Value
	CityPart                     secret.Value
	District                     secret.Value
	StreetType                   secret.Value
	StreetBlock                  secret.Value
	Portal                       secret.Value
	Stairway                     secret.Value
	Door                         secret.Value
	Floor                        secret.Value
	BuildingName                 secret.Value
	AdditionalAddressInformation secret.Value
	ZipCode                      secret.Value
	City                         secret.Value
	Province                     secret.Value
	CountryCode                  secret.Value // ISO 3166-1, two letters

	Language Language

	// The API asks for these in Italy and Spain only. Since 1.8.
	PlaceOfBirth           secret.Value
	CountryOfBirth         secret.Value
	TaxID                  secret.Value
	DocumentIdentification *DocumentIdentification

	CommunicationPreferences              []CommunicationPreference
	AdditionalInformationFieldAssignments []AdditionalInformationFieldAssignment

	// PaymentRequestToken is the token of the MEMBER_ACCOUNT session. Without
	// it the customer pays in cash. A preview leaves it out.
	PaymentRequestToken secret.Value
}

// Language is how the member wants to be written to.
type Language struct {
	LanguageCode string // ISO 639-1
	CountryCode  string // ISO 3166-1, optional
}

// DocumentIdentification is an identity document.
type DocumentIdentification struct {
	DocumentType   DocumentType
	DocumentNumber secret.Value
}

// CommunicationPreference says on which channels the member wants messages of
// a category: CONTRACT, GENERAL, APPOINTMENT, NEWSLETTER or LOYALTY_PROGRAM.
type CommunicationPreference struct {
	MessageCategory string
	Channels        []CommunicationChannel
}

// CommunicationChannel is LETTER, EMAIL, TEXT_MESSAGE, PHONE, FAX,
// CONVERSATION, CHAT or OTHER. Active is always sent.
type CommunicationChannel struct {
	CommunicationChannel string
	Active               bool
	CustomerOverridable  *bool
}

// AdditionalInformationFieldAssignment fills an [AdditionalInformationField].
type AdditionalInformationFieldAssignment struct {
	AdditionalInformationFieldID int64
	// Value is the id of a list item, the text, an integer, a date as
	// YYYY-MM-DD, or "true" or "false", by the type of the field.
	Value secret.Value
}
