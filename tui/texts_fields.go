package tui

import "frontdesk/flow"

// fieldLabels are what the member's fields are called.
var fieldLabels = map[flow.Field]string{
	flow.FirstName:        "First name",
	flow.LastName:         "Last name",
	flow.DateOfBirth:      "Date of birth",
	flow.Email:            "E-mail",
	flow.PhoneMobile:      "Mobile",
	flow.Street:           "Street",
	flow.HouseNumber:      "House number",
	flow.ZipCode:          "Postcode",
	flow.City:             "City",
	flow.CountryCode:      "Country",
	flow.LanguageCode:     "Language",
	flow.Gender:           "Gender",
	flow.SecondFirstName:  "Second first name",
	flow.SecondLastName:   "Second last name",
	flow.PhonePrivate:     "Phone",
	flow.LanguageCountry:  "Language variant",
	"secondStreet":        "Second street line",
	flow.AdditionalAdress: "Additional address",
	"buildingName":        "Building",
	"floor":               "Floor",
	"door":                "Door",
	"stairway":            "Stairway",
	"portal":              "Portal",
	"streetType":          "Street type",
	"streetBlock":         "Block",
	"cityPart":            "Part of city",
	"district":            "District",
	"province":            "Province",
	flow.DocumentType:     "Document",
	flow.DocumentNumber:   "Document number",
	flow.TaxID:            "Tax id",
	flow.PlaceOfBirth:     "Place of birth",
	flow.CountryOfBirth:   "Country of birth",
	flow.Notes:            "Notes",
	flow.ReferralCode:     "Referral code",
	flow.EmployeeID:       "Sold by (employee id)",
}

// fieldLabel is what a field is called.
func fieldLabel(f flow.Field) string {
	if label := fieldLabels[f]; label != "" {
		return label
	}
	return string(f)
}
