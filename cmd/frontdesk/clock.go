package main

import (
	"fmt"
	"time"
)

// clockFrom reads --clock: a date, whose day begins at nine in the morning, or
// an instant. The clock starts there and runs on, by the machine's own. An
// empty text is the real clock, and then nil is returned.
func clockFrom(text string, zone *time.Location) (func() time.Time, error) {
	if text == "" {
		return nil, nil
	}
	start, err := time.Parse(time.RFC3339, text)
	if err != nil {
		day, dayErr := time.ParseInLocation(time.DateOnly, text, zone)
		if dayErr != nil {
			return nil, fail(exitUsage, fmt.Errorf("--clock %q is no date", text), "write 2026-03-10 or 2026-03-10T14:02:00+01:00")
		}
		start = day.Add(9 * time.Hour)
	}
	began := time.Now()
	return func() time.Time { return start.Add(time.Since(began)) }, nil
}
