package apiclient

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"frontdesk/apiclient/secret"
)

// Studio is the studio that the key belongs to. It does not say its time zone.
type Studio struct {
	StudioID    int64  `json:"studioId"`
	Name        string `json:"name,omitzero"`
	Description string `json:"description,omitzero"`
	Street      string `json:"street,omitzero"`
	HouseNumber string `json:"houseNumber,omitzero"`
	Zip         string `json:"zip,omitzero"`
	City        string `json:"city,omitzero"`
	Country     string `json:"country,omitzero"`
	CountryCode string `json:"countryCode,omitzero"`
	Email       string `json:"email,omitzero"`
	Telephone   string `json:"telephone,omitzero"`
	Website     string `json:"website,omitzero"`
	LogoURL     string `json:"logoUrl,omitzero"`

	OpeningDate            Date                   `json:"openingDate,omitzero"`
	ClosingDate            Date                   `json:"closingDate,omitzero"`
	OpeningHours           []OpeningHours         `json:"openingHours,omitzero"`
	PublicOpeningHours     []OpeningHours         `json:"publicOpeningHours,omitzero"`
	ClosingHours           []ClosingHours         `json:"closingHours,omitzero"`
	OpeningHoursCategories []OpeningHoursCategory `json:"openingHoursCategories,omitzero"` // since 1.7

	AccessCodeConfiguration AccessCodeConfiguration `json:"accessCodeConfiguration,omitzero"`
	StudioTags              []StudioTag             `json:"studioTags,omitzero"`
}

// AccessCodeConfiguration says whether members get access codes.
type AccessCodeConfiguration struct {
	Enabled bool `json:"enabled"`
}

// StudioTag is a label of a studio.
type StudioTag struct {
	Name string `json:"name"`
}

// OpeningHours hold from one day of the week, such as MONDAY, to another.
type OpeningHours struct {
	DayOfWeekFrom string    `json:"dayOfWeekFrom,omitzero"`
	DayOfWeekTo   string    `json:"dayOfWeekTo,omitzero"`
	TimeFrom      TimeOfDay `json:"timeFrom,omitzero"`
	TimeTo        TimeOfDay `json:"timeTo,omitzero"`
}

// ClosingHours are a time in which the studio is closed.
type ClosingHours struct {
	Reason       string    `json:"reason,omitzero"`
	DateTimeFrom Timestamp `json:"dateTimeFrom,omitzero"`
	DateTimeTo   Timestamp `json:"dateTimeTo,omitzero"`
}

// OpeningHoursCategory names hours that some offers are restricted to.
type OpeningHoursCategory struct {
	CategoryID   int64      `json:"categoryId,omitzero"`
	Name         string     `json:"name,omitzero"`
	OpeningHours []DayHours `json:"openingHours,omitzero"`
}

// DayHours are hours of one day of the week, such as MONDAY.
type DayHours struct {
	DayOfWeek string    `json:"dayOfWeek"`
	TimeFrom  TimeOfDay `json:"timeFrom"`
	TimeTo    TimeOfDay `json:"timeTo"`
}

// TimeOfDay is HH:MM:SS. Some versions send it as text, others as an object of
// hour, minute and second; both are read.
type TimeOfDay string

// UnmarshalJSON takes both forms.
func (t *TimeOfDay) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, (*string)(t))
	}
	var m struct{ Hour, Minute, Second int }
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*t = TimeOfDay(fmt.Sprintf("%02d:%02d:%02d", m.Hour, m.Minute, m.Second))
	return nil
}

// Timestamp is a point in time in any of the forms of the API: RFC 3339, the
// same with a zone name behind it ("…+02:00[Europe/Berlin]"), or without any
// zone. The last is a reading of the studio's clock and is kept as if in UTC.
type Timestamp struct{ time.Time }

// UnmarshalJSON takes all forms. A text in another form gives the zero
// Timestamp: no answer is worth less because of it, and those who need the
// time look for zero.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*t = Timestamp{}
	text, _, _ = strings.Cut(text, "[")
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = Timestamp{parsed}
			return nil
		}
	}
	return nil
}

// Employee is somebody who can be named as the one who sold a contract.
type Employee struct {
	ID        int64
	FirstName secret.Value
	LastName  secret.Value
	// PublicName is what members may see; often empty.
	PublicName     secret.Value
	Initials       string
	EmployeeNumber string
	// BusinessRole is STUDIO_OWNER, STUDIO_MANAGER, TRAINER, SERVICE_EMPLOYEE,
	// ADMINISTRATION_OR_FINANCE or MARKETING.
	BusinessRole string
}

type wireEmployee struct {
	ID             int64  `json:"id"`
	FirstName      sealed `json:"firstName"`
	LastName       sealed `json:"lastName"`
	PublicName     sealed `json:"publicName"`
	Initials       string `json:"employeeInitials"`
	EmployeeNumber string `json:"employeeNumber"`
	BusinessRole   string `json:"businessRole"`
}

func (w wireEmployee) employee() Employee {
	return Employee{w.ID, w.FirstName.Value, w.LastName.Value, w.PublicName.Value, w.Initials, w.EmployeeNumber, w.BusinessRole}
}

// AdditionalInformationField is a field a studio added to its customers.
// Nothing says which of them a sign-up must fill.
type AdditionalInformationField struct {
	ID           int64             `json:"id"`
	Name         string            `json:"name"`
	Abbreviation string            `json:"abbreviation,omitzero"`
	Type         InformationType   `json:"type"`
	ListItems    []InformationItem `json:"listItems,omitzero"` // of InformationList
}

// InformationItem is one choice of a list.
type InformationItem struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}
