package tui

import (
	"testing"

	"pgregory.net/rapid"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

var today = apiclient.Date{Year: 2026, Month: 3, Day: 10}

func specOf(t *testing.T, f flow.Field) flow.FieldSpec {
	t.Helper()
	spec, ok := flow.Spec(f)
	if !ok {
		t.Fatalf("no field is called %q", f)
	}
	return spec
}

func TestBirthDatesAreUnderstoodAsPeopleWriteThem(t *testing.T) {
	spec := specOf(t, flow.DateOfBirth)
	for _, tt := range []struct{ typed, want, said string }{
		{"1991-02-03", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{"3.2.1991", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{"03.02.1991", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{"3/2/1991", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{" 3. 2. 1991 ", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{"1991-2-3", "1991-02-03", "3 Feb 1991 · Sunday · 35 years"},
		{"10.3.2008", "2008-03-10", "10 Mar 2008 · Monday · 18 years"},
		{"11.3.2008", "2008-03-11", "11 Mar 2008 · Tuesday · 17 years"},
		{"29.2.2008", "2008-02-29", "29 Feb 2008 · Friday · 18 years"},
		{"1.3.2025", "2025-03-01", "1 Mar 2025 · Saturday · 1 year"},
		{"1.1.2030", "2030-01-01", "1 Jan 2030 · Tuesday"},
		{"29.2.2007", "29.2.2007", ""},
		{"2/13/1991", "2/13/1991", ""},
		{"3.2-1991", "3.2-1991", ""},
		{"3.2.91", "3.2.91", ""},
		{"3.2.", "3.2.", ""},
		{"yesterday", "yesterday", ""},
		{"", "", ""},
	} {
		if got := canonical(spec, tt.typed); got != tt.want {
			t.Errorf("canonical(%q) = %q, want %q", tt.typed, got, tt.want)
		}
		if got := echo(spec, tt.typed, today); got != tt.said {
			t.Errorf("echo(%q) = %q, want %q", tt.typed, got, tt.said)
		}
	}
}

func TestCountriesAndLanguagesAreFoundByCodeAndName(t *testing.T) {
	for _, tt := range []struct {
		field                    flow.Field
		typed, want, shown, echo string
	}{
		{flow.CountryCode, "DE", "DE", "Germany", "Germany"},
		{flow.CountryCode, "de", "DE", "Germany", "Germany"}, // not Denmark
		{flow.CountryCode, "germany", "DE", "Germany", "Germany"},
		{flow.CountryCode, "Ger", "DE", "Germany", "Germany"},
		{flow.CountryCode, "deutschl", "DE", "Germany", "Germany"},
		{flow.CountryCode, "Österreich", "AT", "Austria", "Austria"},
		{flow.CountryCode, "united", "united", "united", "United Kingdom · United States"},
		{flow.CountryCode, "ke", "KE", "KE", ""},
		{flow.CountryCode, "Atlantis", "Atlantis", "Atlantis", ""},
		{flow.CountryCode, "", "", "", ""},
		{flow.LanguageCode, "DE", "de", "German", "German"},
		{flow.LanguageCode, "german", "de", "German", "German"},
		{flow.LanguageCode, "Engl", "en", "English", "English"},
		{flow.LanguageCode, "Norsk", "no", "Norwegian", "Norwegian"},
		{flow.LanguageCode, "Sv", "sv", "Swedish", "Swedish"},
		{flow.LanguageCode, "XX", "xx", "xx", ""},
	} {
		spec := specOf(t, tt.field)
		if got := canonical(spec, tt.typed); got != tt.want {
			t.Errorf("%s: canonical(%q) = %q, want %q", tt.field, tt.typed, got, tt.want)
		}
		if got := display(spec, canonical(spec, tt.typed), today); got != tt.shown {
			t.Errorf("%s: %q is shown as %q, want %q", tt.field, tt.typed, got, tt.shown)
		}
		if got := echo(spec, tt.typed, today); got != tt.echo {
			t.Errorf("%s: echo(%q) = %q, want %q", tt.field, tt.typed, got, tt.echo)
		}
	}
}

// A field that is left, entered and left again keeps its value.
func TestCanonicalIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := rapid.SampledFrom(flow.Fields).Draw(t, "field")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ 0-9./-]{0,12}`), rapid.StringMatching(`[A-Za-zÄÖÜäöüß ]{0,8}`)).Draw(t, "text")
		once := canonical(spec, text)
		if twice := canonical(spec, once); twice != once {
			t.Fatalf("canonical(%q) = %q, and of that %q", text, once, twice)
		}
	})
}

func TestEveryCodeOfTheTablesPassesTheCheck(t *testing.T) {
	for _, tt := range []struct {
		field flow.Field
		table codeList
	}{{flow.CountryCode, countries}, {flow.LanguageCode, languages}} {
		spec, seen := specOf(t, tt.field), map[string]bool{}
		for _, each := range tt.table.list {
			if spec.Check(each.code) != "" || seen[each.code] || each.code != tt.table.fold(each.code) {
				t.Errorf("%s: the code %q is wrong or there twice", tt.field, each.code)
			}
			seen[each.code] = true
			for _, name := range append([]string{each.code, each.name}, each.also...) {
				if got := canonical(spec, name); got != each.code {
					t.Errorf("%s: %q is understood as %q, want %q", tt.field, name, got, each.code)
				}
			}
		}
	}
}

func TestU3PasteHygiene(t *testing.T) {
	for _, tt := range []struct {
		field        flow.Field
		pasted, want string
	}{
		{flow.Email, " anna@example.com\r\n", "anna@example.com"},
		{flow.Email, "Anna Ott <anna@example.com>", "anna@example.com"},
		{flow.Email, "mailto:anna@example.com", "anna@example.com"},
		{flow.FirstName, "\tAnna\t Maria \r\n", "Anna Maria"},
		{flow.LastName, "O\u00a0Brien", "O Brien"},
		{flow.LastName, "\x1b[31mRed\x1b[0m\a\u202e", "Red"},
		{flow.City, "Ham\nburg", "Ham burg"},
		{flow.Street, "Lange Reihe 12a\r\n20099 Hamburg\r\n", "Lange Reihe 12a, 20099 Hamburg"},
		{flow.DateOfBirth, " 3.2.1991\n", "3.2.1991"},
		{flow.PhoneMobile, "+49 170 1234567\n", "+49 170 1234567"},
		{flow.EmployeeID, "1 239 812\n", "1239812"},
		{flow.CountryCode, "Germany\n", "Germany"},
		{flow.FirstName, "\n\t\r\n", ""},
		{flow.LastName, "\xff\xfeBad\xc3", "Bad"},
	} {
		u := newTypist(t).at(tt.field)
		steps := len(u.form().past.undo)
		u.paste(tt.pasted)
		if got := u.raw(tt.field); got != tt.want {
			t.Errorf("%s: pasting %q leaves %q, want %q", tt.field, tt.pasted, got, tt.want)
		}
		if u.focused() != tt.field {
			t.Errorf("%s: pasting %q moved the focus to %s", tt.field, tt.pasted, u.focused())
		}
		for i := range u.form().fields {
			if name := u.form().fields[i].Field; name != tt.field && u.raw(name) != "" {
				t.Errorf("%s: the paste reached %s as well", tt.field, name)
			}
		}
		if made := len(u.form().past.undo) - steps; made > 1 || tt.want != "" && made != 1 {
			t.Errorf("%s: pasting %q made %d steps of undo", tt.field, tt.pasted, made)
		}
		if len(u.desk.facts) != 0 {
			t.Errorf("%s: the paste dispatched %v", tt.field, u.desk.facts)
		}
	}
}

func TestU3APasteGoesWhereTheCaretIs(t *testing.T) {
	u := newTypist(t).types("AnnaLena").press("left", "left", "left", "left").paste(" Maria\n").types("-")
	if got := u.raw(flow.FirstName); got != "AnnaMaria-Lena" {
		t.Errorf("the field holds %q", got)
	}
	u.at(flow.LastName).paste(string(make([]byte, 1<<20)) + "x")
	if got := u.raw(flow.LastName); got != "x" {
		t.Errorf("the field holds %d bytes", len(got))
	}
}
