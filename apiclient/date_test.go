package apiclient_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
)

func date(t testing.TB, text string) apiclient.Date {
	t.Helper()
	d, err := apiclient.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	if got := date(t, "2026-03-10"); got != (apiclient.Date{Year: 2026, Month: time.March, Day: 10}) || got.String() != "2026-03-10" {
		t.Errorf("got %#v, %s", got, got)
	}
	for _, text := range []string{"", "2026-02-29", "10.03.2026", "2026-3-1", "2026-03-10T00:00:00", "canary"} {
		d, err := apiclient.ParseDate(text)
		if err == nil || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v", text, d)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes the text, which may be a birth date: %v", err)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	for _, c := range []struct {
		got  apiclient.Date
		want string
	}{
		{date(t, "2026-02-27").AddDays(2), "2026-03-01"},
		{date(t, "2026-01-01").AddDays(-1), "2025-12-31"},
		{date(t, "2026-01-31").AddMonths(1), "2026-02-28"},
		{date(t, "2028-01-31").AddMonths(1), "2028-02-29"},
		{date(t, "2026-03-31").AddMonths(-1), "2026-02-28"},
		{date(t, "2026-12-15").AddMonths(12), "2027-12-15"},
		{date(t, "2028-02-29").AddMonths(12), "2029-02-28"},
		{apiclient.DateOf(time.Date(2026, 3, 10, 23, 59, 0, 0, time.FixedZone("", 3600))), "2026-03-10"},
	} {
		if c.got.String() != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	a, b := date(t, "2026-03-10"), date(t, "2026-04-01")
	if a.DaysUntil(b) != 22 || b.DaysUntil(a) != -22 || !a.Before(b) || !b.After(a) || a.Before(a) || a.After(a) {
		t.Error("the order of dates is wrong")
	}
	if a.Weekday() != time.Tuesday {
		t.Errorf("10 March 2026 is a %s", a.Weekday())
	}
}

func TestAgeAt(t *testing.T) {
	for _, c := range []struct {
		born, on string
		want     int
	}{
		{"1990-08-24", "2026-08-23", 35},
		{"1990-08-24", "2026-08-24", 36},
		{"2008-02-29", "2026-02-28", 17},
		{"2008-02-29", "2026-03-01", 18},
		{"2008-02-29", "2028-02-29", 20},
	} {
		if got := date(t, c.born).AgeAt(date(t, c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d years, want %d", c.born, c.on, got, c.want)
		}
	}
}

func TestDateJSON(t *testing.T) {
	type holder struct {
		Set   apiclient.Date `json:"set,omitzero"`
		Unset apiclient.Date `json:"unset,omitzero"`
		Null  apiclient.Date `json:"null"`
	}
	var h holder
	if err := json.Unmarshal([]byte(`{"set":"2026-03-10","null":null}`), &h); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(h)
	if want := `{"set":"2026-03-10","null":""}`; err != nil || string(out) != want {
		t.Errorf("got %s, %v; want %s", out, err, want)
	}
	if err := json.Unmarshal([]byte(`{"set":"2026-02-30"}`), &h); err == nil {
		t.Error("30 February was taken")
	}
}
