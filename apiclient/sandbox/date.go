package sandbox

import (
	"encoding/json"
	"fmt"
	"time"
)

// date is a calendar day, kept as midnight UTC; the zero value is no date.
type date struct{ time.Time }

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

func parseDate(text string) (date, error) {
	t, err := time.Parse(time.DateOnly, text)
	return date{t}, err
}

func (d date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

func (d date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

func (d *date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	var err error
	*d, err = parseDate(text)
	return err
}

func (d date) before(other date) bool { return d.Time.Before(other.Time) }

func (d date) equal(other date) bool { return d.Time.Equal(other.Time) }

func (d date) addDays(n int) date { return date{d.AddDate(0, 0, n)} }

// addMonths keeps the day where the month has it, else takes the last one.
func (d date) addMonths(n int) date {
	first := d.firstOfMonth()
	target := date{first.AddDate(0, n, 0)}
	last := date{target.AddDate(0, 1, -1)}
	return target.addDays(min(d.Day(), last.Day()) - 1)
}

func (d date) firstOfMonth() date { return d.addDays(1 - d.Day()) }

func (d date) daysUntil(end date) int64 { return int64(end.Sub(d.Time) / (24 * time.Hour)) }

// ageOn is the age in full years of a person born on d.
func (d date) ageOn(day date) int {
	age := day.Year() - d.Year()
	if day.Month() < d.Month() || day.Month() == d.Month() && day.Day() < d.Day() {
		age--
	}
	return age
}

// term is the API's duration.
type term struct {
	Value int    `json:"value"`
	Unit  string `json:"unit"`
}

// after is the date n terms after d.
func (t term) after(d date, n int) date {
	switch t.Unit {
	case "DAY":
		return d.addDays(n * t.Value)
	case "WEEK":
		return d.addDays(7 * n * t.Value)
	case "YEAR":
		return d.addMonths(12 * n * t.Value)
	}
	return d.addMonths(n * t.Value)
}

// months is the length in months, or 0 for days and weeks.
func (t term) months() int {
	switch t.Unit {
	case "MONTH":
		return t.Value
	case "YEAR":
		return 12 * t.Value
	}
	return 0
}

// days is the length by the rule of averages: a month has 30, a year 365.
func (t term) days() int64 {
	per := map[string]int64{"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}
	return int64(t.Value) * per[t.Unit]
}

func (t term) String() string {
	unit := map[string]string{"DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}[t.Unit]
	if t.Value != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", t.Value, unit)
}

// studioZone is the studio's: it stands in Hamburg. A machine without zone
// data gets the winter offset.
func studioZone() *time.Location {
	if zone, err := time.LoadLocation("Europe/Berlin"); err == nil {
		return zone
	}
	return time.FixedZone("CET", 3600)
}
