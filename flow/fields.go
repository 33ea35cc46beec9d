package flow

import (
	"net/mail"
	"strconv"
	"strings"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

// Field names one thing that staff type. The names are the API's own
// (MembershipSignupCustomer; the last group is MembershipSignupContract).
type Field string

// The fields a rule or another package speaks of by name.
const (
	FirstName        Field = "firstName"
	LastName         Field = "lastName"
	DateOfBirth      Field = "dateOfBirth"
	Email            Field = "email"
	Street           Field = "street"
	HouseNumber      Field = "houseNumber"
	ZipCode          Field = "zipCode"
	City             Field = "city"
	CountryCode      Field = "countryCode"
	LanguageCode     Field = "languageCode"
	Gender           Field = "gender"
	PlaceOfBirth     Field = "placeOfBirth"
	CountryOfBirth   Field = "countryOfBirth"
	TaxID            Field = "taxId"
	DocumentNumber   Field = "documentNumber"
	DocumentType     Field = "documentType"
	Notes            Field = "notes"
	ReferralCode     Field = "referralCode"
	EmployeeID       Field = "employeeId"
	LanguageCountry  Field = "languageCountryCode"
	PhoneMobile      Field = "phoneNumberMobile"
	PhonePrivate     Field = "phoneNumberPrivate"
	SecondFirstName  Field = "secondFirstName"
	SecondLastName   Field = "secondLastName"
	AdditionalAdress Field = "additionalAddressInformation"
)

// Kind says how a field is typed and checked.
type Kind string

// The kinds of fields.
const (
	KindText     Kind = "text"
	KindDate     Kind = "date"
	KindEmail    Kind = "email"
	KindPhone    Kind = "phone"
	KindCountry  Kind = "country"
	KindLanguage Kind = "language"
	KindChoice   Kind = "choice"
	KindNumber   Kind = "number"
)

// Section groups fields that are shown together.
type Section string

// The sections, in the order in which they are shown.
const (
	SectionMain     Section = "main"
	SectionContact  Section = "contact"
	SectionAddress  Section = "address"
	SectionIdentity Section = "identity"
	SectionContract Section = "contract"
)

// FieldSpec says what a field is. The form, the scenario, the journal and the
// request are all built from this table.
type FieldSpec struct {
	Field    Field
	Section  Section
	Kind     Kind
	Required bool
	Max      int      // the longest text the ERP is known to take, in characters
	Choices  []string // of KindChoice
}

// Fields is every field; those that the API requires of everybody are in the main
// section. The tenth required member, the start date, is chosen with the term.
var Fields = []FieldSpec{
	{FirstName, SectionMain, KindText, true, 100, nil},
	{LastName, SectionMain, KindText, true, 100, nil},
	{DateOfBirth, SectionMain, KindDate, true, 10, nil},
	{Email, SectionMain, KindEmail, true, 300, nil},
	{PhoneMobile, SectionMain, KindPhone, false, 100, nil},
	{Street, SectionMain, KindText, true, 300, nil},
	{HouseNumber, SectionMain, KindText, false, 100, nil},
	{ZipCode, SectionMain, KindText, true, 100, nil},
	{City, SectionMain, KindText, true, 300, nil},
	{CountryCode, SectionMain, KindCountry, true, 2, nil},
	{LanguageCode, SectionMain, KindLanguage, true, 2, nil},

	{Gender, SectionContact, KindChoice, false, 0, []string{"FEMALE", "MALE", "UNISEX"}},
	{SecondFirstName, SectionContact, KindText, false, 100, nil},
	{SecondLastName, SectionContact, KindText, false, 100, nil},
	{PhonePrivate, SectionContact, KindPhone, false, 100, nil},
	{LanguageCountry, SectionContact, KindCountry, false, 2, nil},

	{"secondStreet", SectionAddress, KindText, false, 300, nil},
	{AdditionalAdress, SectionAddress, KindText, false, 300, nil},
	{"buildingName", SectionAddress, KindText, false, 300, nil},
	{"floor", SectionAddress, KindText, false, 300, nil},
	{"door", SectionAddress, KindText, false, 300, nil},
	{"stairway", SectionAddress, KindText, false, 300, nil},
	{"portal", SectionAddress, KindText, false, 300, nil},
	{"streetType", SectionAddress, KindText, false, 300, nil},
	{"streetBlock", SectionAddress, KindText, false, 300, nil},
	{"cityPart", SectionAddress, KindText, false, 300, nil},
	{"district", SectionAddress, KindText, false, 300, nil},
	{"province", SectionAddress, KindText, false, 300, nil},

	{DocumentType, SectionIdentity, KindChoice, false, 0, []string{"ID_CARD", "PASSPORT", "DRIVERS_LICENCE", "RESIDENCE_PERMIT", "NATIONAL_ID_NUMBER", "OTHERS"}},
	{DocumentNumber, SectionIdentity, KindText, false, 300, nil},
	{TaxID, SectionIdentity, KindText, false, 300, nil},
	{PlaceOfBirth, SectionIdentity, KindText, false, 300, nil},
	{CountryOfBirth, SectionIdentity, KindCountry, false, 2, nil},

	{Notes, SectionContract, KindText, false, 300, nil},
	{ReferralCode, SectionContract, KindText, false, 300, nil},
	{EmployeeID, SectionContract, KindNumber, false, 18, nil},
}

// Spec looks a field up.
func Spec(f Field) (FieldSpec, bool) {
	for _, spec := range Fields {
		if spec.Field == f {
			return spec, true
		}
	}
	return FieldSpec{}, false
}

// FieldOf maps the dot path of an API error to the field staff can mend; ok is
// false for a path that no field stands for.
func FieldOf(reference string) (Field, bool) {
	name := reference
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	if strings.HasSuffix(reference, "language.countryCode") {
		return LanguageCountry, true
	}
	if name == "language" {
		return LanguageCode, true
	}
	spec, ok := Spec(Field(name))
	return spec.Field, ok
}

// Check says what is wrong with the text of one field, "" when nothing is.
// Being empty is not its business; [Signup.Problems] knows what is required.
func (spec FieldSpec) Check(text string) ProblemCode {
	if text == "" {
		return ""
	}
	switch spec.Kind {
	case KindDate:
		d, err := apiclient.ParseDate(text)
		if err != nil || d.Before(earliestBirth) {
			return NotADate
		}
	case KindEmail:
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text || !strings.Contains(text[strings.LastIndexByte(text, '@'):], ".") {
			return NotAnEmail
		}
	case KindCountry, KindLanguage:
		if len(text) != 2 || strings.Trim(strings.ToUpper(text), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return NotACode
		}
	case KindChoice:
		for _, c := range spec.Choices {
			if c == text {
				return ""
			}
		}
		return NotAChoice
	case KindNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err != nil || n <= 0 {
			return NotANumber
		}
	}
	if spec.Max > 0 && len([]rune(text)) > spec.Max {
		return TooLong
	}
	return ""
}

var earliestBirth = apiclient.Date{Year: 1890, Month: 1, Day: 1}

// Get returns the text of a field.
func (s Signup) Get(f Field) secret.Value { return s.Member[f] }

func (s Signup) text(f Field) string { return strings.TrimSpace(s.Member[f].Reveal()) }

func (s Signup) sealed(f Field) secret.Value { return secret.New(s.text(f)) }
