package sandbox

import (
	"slices"
	"strconv"
)

const studioID = 1238735970

func getStudio(*exchange) (any, *refusal) {
	hours := func(from, to, open, shut string) map[string]any {
		return map[string]any{"dayOfWeekFrom": from, "dayOfWeekTo": to, "timeFrom": open, "timeTo": shut}
	}
	open := []any{hours("MONDAY", "FRIDAY", "06:00:00", "23:00:00"), hours("SATURDAY", "SUNDAY", "09:00:00", "20:00:00")}
	return map[string]any{
		"studioId": studioID, "name": "Fit & Fun Hamburg-Altona",
		"street": "Museumstraße", "houseNumber": "31", "zip": "22765", "city": "Hamburg",
		"country": "Germany", "countryCode": "DE",
		"email": "altona@fitandfun.example", "telephone": "+49 40 5550100", "website": "https://fitandfun.example",
		"openingDate": "2015-09-01", "openingHours": open, "publicOpeningHours": open,
		"closingHours":            []any{map[string]any{"dateTimeFrom": "2026-12-24T00:00:00", "dateTimeTo": "2026-12-26T23:59:59"}},
		"accessCodeConfiguration": map[string]any{"enabled": true},
		"location":                map[string]any{"latitude": 53.5503, "longitude": 9.9352},
		"studioTags":              []any{},
	}, nil
}

type employee struct {
	ID        int64  `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Gender    string `json:"gender"`
	Initials  string `json:"employeeInitials"`
	Public    string `json:"publicName,omitempty"`
	Number    string `json:"employeeNumber,omitempty"`
	Role      string `json:"businessRole,omitempty"`
}

// staff is long enough for two slices of the smallest size.
var staff = []employee{
	{1239812733, "Petra", "Empfang", "FEMALE", "PE", "Petra", "E-01", "SERVICE_EMPLOYEE"},
	{1239812734, "Tarek", "Trainer", "MALE", "TT", "Tarek", "E-02", "TRAINER"},
	{1239812735, "Olivia", "Leitung", "FEMALE", "OL", "Olivia", "E-03", "STUDIO_MANAGER"},
	{1239812736, "Emil", "Inhaber", "MALE", "EI", "", "E-04", "STUDIO_OWNER"},
	{1239812737, "Birte", "Frühschicht", "FEMALE", "BF", "Birte", "E-05", "SERVICE_EMPLOYEE"},
	{1239812738, "Jonas", "Spätschicht", "MALE", "JS", "Jonas", "E-06", "SERVICE_EMPLOYEE"},
	{1239812739, "Kim", "Kursplan", "UNISEX", "KK", "Kim", "E-07", "TRAINER"},
	{1239812740, "Lea", "Werbung", "FEMALE", "LW", "", "E-08", "MARKETING"},
	{1239812741, "Nils", "Kasse", "MALE", "NK", "", "E-09", "ADMINISTRATION_OR_FINANCE"},
	{1239812742, "Samira", "Trainer", "FEMALE", "ST", "Samira", "E-10", "TRAINER"},
	{1239812743, "Viktor", "Aushilfe", "MALE", "VA", "", "E-11", "SERVICE_EMPLOYEE"},
}

// getEmployees answers in slices; the offset is the id after which to go on.
func getEmployees(x *exchange) (any, *refusal) {
	size, query := 50, x.r.URL.Query()
	if text := query.Get("sliceSize"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size < 10 || size > 100 {
			return nil, bad("VALIDATION", "sliceSize", "sliceSize must be 10 to 100.", "sliceSize muss 10 bis 100 sein.")
		}
	}
	from := 0
	if text := query.Get("offset"); text != "" && text != "0" {
		id, _ := strconv.ParseInt(text, 10, 64)
		from = 1 + slices.IndexFunc(staff, func(e employee) bool { return e.ID == id })
		if from == 0 {
			return nil, bad("VALIDATION", "offset", "The offset is not one that was given out.", "Diesen Offset gibt es nicht.")
		}
	}
	slice := staff[from:min(from+size, len(staff))]
	offset := query.Get("offset")
	if len(slice) > 0 {
		offset = strconv.FormatInt(slice[len(slice)-1].ID, 10)
	}
	return map[string]any{"result": slice, "hasNext": from+len(slice) < len(staff), "offset": offset}, nil
}

type extraField struct {
	ID    int64       `json:"id"`
	Name  string      `json:"name"`
	Short string      `json:"abbreviation,omitempty"`
	Type  string      `json:"type"`
	Items []extraItem `json:"listItems,omitempty"`
}

type extraItem struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// extraFields has one of each type.
var extraFields = []extraField{
	{ID: 90001, Name: "How did you find us?", Short: "HOW", Type: "LIST", Items: []extraItem{{90011, "Friends"}, {90012, "Online"}, {90013, "Passing by"}}},
	{ID: 90002, Name: "Locker number", Type: "NUMERIC"},
	{ID: 90003, Name: "Company", Type: "TEXT"},
	{ID: 90004, Name: "Medical check on", Type: "DATE"},
	{ID: 90005, Name: "Newsletter by post", Type: "BOOLEAN"},
}

func getFields(*exchange) (any, *refusal) { return extraFields, nil }

// accepts checks the text form of a value against the field's type.
func (f extraField) accepts(value string) bool {
	switch f.Type {
	case "LIST":
		return slices.ContainsFunc(f.Items, func(i extraItem) bool { return strconv.FormatInt(i.ID, 10) == value })
	case "NUMERIC":
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case "DATE":
		_, err := parseDate(value)
		return err == nil
	case "BOOLEAN":
		return value == "true" || value == "false"
	}
	return true
}
