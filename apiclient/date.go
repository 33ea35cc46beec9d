package apiclient

import (
	"errors"
	"time"
)

// Date is a civil date, as in a contract or a passport: no time, no zone. The
// zero Date is unset.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// errDate names no text: what fails to be a date may be a birth date.
var errDate = errors.New("a date is written YYYY-MM-DD, as in 2026-03-10")

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, errDate
	}
	return DateOf(t), nil
}

// DateOf returns the date of t in t's own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// IsZero reports whether d is unset.
func (d Date) IsZero() bool { return d == Date{} }

// String returns YYYY-MM-DD, or "" when d is unset.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// AddMonths returns the same day n months later, or the last day of that month
// when it is shorter: one month after 31 January is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	first := Date{d.Year, d.Month, 1}.utc().AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.utc().Before(other.utc()) }

// After reports whether d is later than other.
func (d Date) After(other Date) bool { return other.Before(d) }

// DaysUntil returns the number of days from d to other, negative when other is
// earlier.
func (d Date) DaysUntil(other Date) int {
	return int(other.utc().Sub(d.utc()) / (24 * time.Hour))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AgeAt returns the full years that somebody born on d has lived on the other
// date; one born on 29 February grows older on 1 March of a common year.
func (d Date) AgeAt(other Date) int {
	age := other.Year - d.Year
	if other.Month < d.Month || other.Month == d.Month && other.Day < d.Day {
		age--
	}
	return age
}

// MarshalText writes YYYY-MM-DD, or nothing when d is unset.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) utc() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
