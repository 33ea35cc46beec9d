package tui

import (
	"testing"

	"frontdesk/flow"
)

func TestMailHintsNeverNameARealProvider(t *testing.T) {
	for _, tt := range []struct {
		address, want string
	}{
		{"zoe@gmial.com", "zoe@gmail.com"},
		{"zoe@gmai.com", "zoe@gmail.com"},
		{"zoe@gmail.co", "zoe@gmail.com"},
		{"zoe@gmaill.com", "zoe@gmail.com"},
		{"zoe@GMIAL.com", "zoe@gmail.com"},
		{"zoe@gmx.dee", "zoe@gmx.de"},
		{"zoe@wbe.de", "zoe@web.de"},
		{"zoe@hotmial.com", "zoe@hotmail.com"},
		{"zoe@gmail.com", ""},
		{"zoe@gmx.at", ""},
		{"zoe@hotmail.be", ""},
		{"zoe@mail.com", ""},
		{"zoe@example.com", ""},
		{"zoe@", ""},
		{"@gmial.com", ""},
		{"gmial.com", ""},
		{"", ""},
	} {
		if got := mendMail(tt.address, false); got != tt.want {
			t.Errorf("mendMail(%q) = %q, want %q", tt.address, got, tt.want)
		}
	}
	for _, host := range mailHosts {
		if got := mendMail("zoe@"+host, false); got != "" {
			t.Errorf("zoe@%s is mended to %s", host, got)
		}
		for n := range len(host) {
			if got := mendMail("zoe@"+host[:n], true); got == "zoe@"+host {
				t.Errorf("a hint at %s although it is still being typed: zoe@%s", host, host[:n])
			}
		}
	}
}

func TestStreetsAreSplit(t *testing.T) {
	for _, tt := range []struct{ text, street, number string }{
		{"Lange Reihe 12a", "Lange Reihe", "12a"},
		{"Raboisen 3-4", "Raboisen", "3-4"},
		{"Hauptstr. 5 b", "Hauptstr.", "5 b"},
		{"Weg 7/2", "Weg", "7/2"},
		{"12 rue de la Paix", "rue de la Paix", "12"},
		{"Straße des 17. Juni", "Straße des 17. Juni", ""},
		{"Straße des 17. Juni 135", "Straße des 17. Juni", "135"},
		{"Lange Reihe", "Lange Reihe", ""},
		{"12a", "12a", ""},
		{"", "", ""},
	} {
		if street, number := splitStreet(tt.text); street != tt.street || number != tt.number {
			t.Errorf("splitStreet(%q) = %q, %q; want %q, %q", tt.text, street, number, tt.street, tt.number)
		}
	}
}

func TestWholeAddressesAreSplit(t *testing.T) {
	for _, tt := range []struct {
		text                               string
		street, number, zip, city, country string
	}{
		{"Lange Reihe 12a, 20099 Hamburg", "Lange Reihe", "12a", "20099", "Hamburg", ""},
		{"Lange Reihe 12a 20099 Hamburg", "Lange Reihe", "12a", "20099", "Hamburg", ""},
		{"Zoë Ott, Lange Reihe 12a, 20099 Hamburg, Germany", "Lange Reihe", "12a", "20099", "Hamburg", "DE"},
		{"Lange Reihe, 12a, D-20099 Hamburg", "Lange Reihe", "12a", "20099", "Hamburg", ""},
		{"Am Markt 3, 1010 Wien, Österreich", "Am Markt", "3", "1010", "Wien", "AT"},
		{"Weg 1, 60311 Frankfurt am Main", "Weg", "1", "60311", "Frankfurt am Main", ""},
		{"12 rue de la Paix, 75002 Paris", "rue de la Paix", "12", "75002", "Paris", ""},
		{"Lange Reihe 12a", "", "", "", "", ""},
		{"20099 Hamburg", "", "", "", "", ""},
		{"", "", "", "", "", ""},
	} {
		set := splitAddress(tt.text)
		got := []string{set[flow.Street], set[flow.HouseNumber], set[flow.ZipCode], set[flow.City], set[flow.CountryCode]}
		for i, want := range []string{tt.street, tt.number, tt.zip, tt.city, tt.country} {
			if got[i] != want {
				t.Errorf("splitAddress(%q) = %q", tt.text, got)
				break
			}
		}
	}
}

func TestHintsAreTakenByOneKeyAndUndoneByOne(t *testing.T) {
	u := newTypist(t).at(flow.Email).types("zoe@gmial.com").mustShow("did you mean zoe@gmail.com?").take().mustBe(flow.Email, "zoe@gmail.com").mustHide("did you mean")
	u.undo().mustBe(flow.Email, "zoe@gmial.com")

	u.at(flow.Street).paste("Lange Reihe 12a\n20099 Hamburg\nGermany").mustShow("a whole address")
	u.take().mustBe(flow.Street, "Lange Reihe").mustBe(flow.HouseNumber, "12a").mustBe(flow.ZipCode, "20099").mustBe(flow.City, "Hamburg").mustBe(flow.CountryCode, "DE")
	if u.focused() != flow.Street {
		t.Errorf("the focus is on %s", u.focused())
	}
	u.undo().mustBe(flow.Street, "Lange Reihe 12a, 20099 Hamburg, Germany").mustBe(flow.HouseNumber, "").mustBe(flow.City, "").mustBe(flow.CountryCode, "")
	u.redo().mustBe(flow.City, "Hamburg").mustBe(flow.Street, "Lange Reihe")

	u = newTypist(t).at(flow.Street).types("Weg 7").mustShow("house number 7?")
	u.at(flow.HouseNumber).types("8").at(flow.Street).mustHide("house number 7?")
}

// A hint that was passed by is still there, and its key works from afar.
func TestHintsStayAndNeverBlock(t *testing.T) {
	u := newTypist(t).at(flow.Email).types("zoe@gmial.com").press("tab").types("017").mustShow("did you mean zoe@gmail.com?")
	for _, p := range u.form().now.Problems(flow.StepMember) {
		if p.Field == flow.Email {
			t.Errorf("the hint blocks: %v", p)
		}
	}
	u.take().mustBe(flow.Email, "zoe@gmail.com").mustBe(flow.PhoneMobile, "017")
}
