package tui

import (
	"regexp"
	"slices"
	"strings"

	"frontdesk/flow"
)

// tip is something the form would do differently. It never blocks; one key
// takes it.
type tip struct {
	says string
	set  map[flow.Field]string
}

// tipFor looks at the text of a field. Typing says that it is not finished.
func tipFor(field flow.Field, typing bool, get func(flow.Field) string) (tip, bool) {
	text := strings.TrimSpace(get(field))
	switch field {
	case flow.Email:
		if better := mendMail(text, typing); better != "" {
			return tip{"did you mean " + better + "?", map[flow.Field]string{flow.Email: better}}, true
		}
	case flow.Street:
		if set := splitAddress(text); set != nil {
			parts := []string{set[flow.Street], set[flow.HouseNumber], set[flow.ZipCode], set[flow.City]}
			return tip{"a whole address: " + strings.Join(parts, " · "), set}, true
		}
		if street, number := splitStreet(text); number != "" && get(flow.HouseNumber) == "" {
			return tip{"house number " + number + "?", map[flow.Field]string{flow.Street: street, flow.HouseNumber: number}}, true
		}
	}
	return tip{}, false
}

const house = `\d+\s?[A-Za-z]?(?:\s?[-/]\s?\d+\s?[A-Za-z]?)?`

var (
	numberLast  = regexp.MustCompile(`^(.*[^\d\s,])[\s,]+(` + house + `)$`)
	numberFirst = regexp.MustCompile(`^(\d+[A-Za-z]?),?\s+(\D*\p{L}{2}\D*)$`)
	onlyHouse   = regexp.MustCompile(`^` + house + `$`)
	zipCity     = regexp.MustCompile(`^(?:[A-Z]{1,2}-)?(\d{4,5})\s+(\p{L}[^\d,]*)$`)
	oneLine     = regexp.MustCompile(`^(.*[^\d\s,]\s+` + house + `)\s+((?:[A-Z]{1,2}-)?\d{4,5}\s+\p{L}[^\d,]*)$`)
)

// splitStreet finds a house number at the end, or as in France at the start.
func splitStreet(text string) (street, number string) {
	if m := numberLast.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	if m := numberFirst.FindStringSubmatch(text); m != nil {
		return m[2], m[1]
	}
	return text, ""
}

// splitAddress finds street, house number, postcode, city and perhaps the
// country in an address that was pasted whole; nil when it is none.
func splitAddress(text string) map[flow.Field]string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 {
		if m := oneLine.FindStringSubmatch(parts[0]); m != nil {
			parts = append([]string{m[1], m[2]}, parts[1:]...)
		}
	}
	at := slices.IndexFunc(parts, zipCity.MatchString)
	if at < 1 {
		return nil
	}
	street, number := splitStreet(parts[at-1])
	if number == "" && at > 1 && onlyHouse.MatchString(parts[at-1]) {
		street, number = parts[at-2], parts[at-1]
	}
	if number == "" {
		return nil
	}
	place := zipCity.FindStringSubmatch(parts[at])
	set := map[flow.Field]string{flow.Street: street, flow.HouseNumber: number, flow.ZipCode: place[1], flow.City: strings.TrimSpace(place[2])}
	if at+1 < len(parts) {
		if found := countries.find(parts[at+1]); len(found) == 1 {
			set[flow.CountryCode] = found[0].code
		}
	}
	return set
}

// mailHosts are the providers people have, and names too near to one of them
// that exist as well.
var mailHosts = strings.Fields(`gmail.com googlemail.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de
	freenet.de outlook.com outlook.de hotmail.com hotmail.de hotmail.it hotmail.fr live.com live.de yahoo.com yahoo.de
	icloud.com aol.com arcor.de posteo.de mailbox.org proton.me protonmail.com bluewin.ch orange.fr wanadoo.fr
	laposte.net libero.it mail.com email.com ymail.com mail.de email.de fastmail.com gmx.eu gmx.fr`)

// topLevels are endings that a provider may well have in another country.
var topLevels = strings.Fields(`de at ch li lu fr be nl it es pt uk ie dk se no fi is pl cz sk si hu ro bg hr rs gr cy mt ee lv lt
	ua tr us ca au jp cn in br com net org eu info`)

// mendMail returns the address with the slip in its host mended, "" when there
// is none.
func mendMail(address string, typing bool) string {
	at := strings.LastIndexByte(address, '@')
	host := strings.ToLower(address[at+1:])
	if at < 1 || len(host) < 5 || !strings.Contains(host, ".") && typing || slices.Contains(mailHosts, host) {
		return ""
	}
	for _, known := range mailHosts {
		if typing && strings.HasPrefix(known, host) || !oneSlip(host, known) {
			continue
		}
		if name, top, ok := strings.Cut(host, "."); ok && strings.HasPrefix(known, name+".") && slices.Contains(topLevels, top) {
			continue
		}
		return address[:at+1] + known
	}
	return ""
}

// oneSlip reports whether one letter too many, too few, wrong or swapped with
// its neighbour turns a into b.
func oneSlip(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 2 && len(b) == 2 {
		return a[0] == b[1] && a[1] == b[0]
	}
	return len(a) <= 1 && len(b) <= 1 && a != b
}
