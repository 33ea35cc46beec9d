package tui

import "frontdesk/flow"

// fieldHelp says how a field is filled in: an example that stands in the empty
// field, and a sentence for the line under it.
var fieldHelp = map[flow.Field]struct{ example, hint string }{
	flow.FirstName:        {"", "as in the passport"},
	flow.DateOfBirth:      {"", "day first, as in 3.2.1991, or 1991-02-03"},
	flow.Email:            {"name@example.com", ""},
	flow.PhoneMobile:      {"+49 …", "with the country's number in front"},
	flow.PhonePrivate:     {"+49 …", "with the country's number in front"},
	flow.Street:           {"", "a whole address can be pasted here"},
	flow.CountryCode:      {"", "type its name or two letters"},
	flow.LanguageCode:     {"", "type its name or two letters"},
	flow.CountryOfBirth:   {"", "type its name or two letters"},
	flow.LanguageCountry:  {"", "the country whose wording the member is used to"},
	flow.AdditionalAdress: {"", "such as care of, or a company"},
	flow.TaxID:            {"", "may be left out where a document is given"},
	flow.EmployeeID:       {"", "a number of the ERP"},
}

// choiceTexts are the API's words for people.
var choiceTexts = map[string]string{
	"FEMALE":             "Female",
	"MALE":               "Male",
	"UNISEX":             "Diverse",
	"ID_CARD":            "Identity card",
	"PASSPORT":           "Passport",
	"DRIVERS_LICENCE":    "Driving licence",
	"RESIDENCE_PERMIT":   "Residence permit",
	"NATIONAL_ID_NUMBER": "National id number",
	"OTHERS":             "Another document",
}

func choiceText(value string) string {
	if text := choiceTexts[value]; text != "" {
		return text
	}
	return value
}

var sectionTitles = map[flow.Section]string{
	flow.SectionContact:  "More contact details",
	flow.SectionAddress:  "Address in detail",
	flow.SectionIdentity: "Identity document",
	flow.SectionContract: "Notes",
}

const (
	textMemberTitle  = "Who is signing up?"
	textProgress     = "{done} of {all}"
	textGoToField    = "Go to field"
	textNoSuchField  = "no field is called that"
	textChoiceHint   = "← → or its first letter"
	textOpenSection  = "open"
	textFoldSection  = "fold"
	textRefusedValue = "The studio's system does not take this."
	textFieldWrong   = "One field needs another look."
	textFieldsWrong  = "{n} fields need another look."
)
