package tui

import (
	"regexp"
	"strconv"
	"strings"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// canonical is the text of a field as the sign-up keeps it; a text that cannot
// be understood stays as it was typed.
func canonical(spec flow.FieldSpec, text string) string {
	text = strings.TrimSpace(text)
	switch spec.Kind {
	case flow.KindDate:
		if d, ok := readDate(text); ok {
			return d.String()
		}
	case flow.KindCountry:
		return countries.code(text)
	case flow.KindLanguage:
		return languages.code(text)
	}
	return text
}

// display is what a field shows that is not being edited.
func display(spec flow.FieldSpec, text string, today apiclient.Date) string {
	switch spec.Kind {
	case flow.KindDate:
		if said := sayDate(text, today); said != "" {
			return said
		}
	case flow.KindCountry:
		return countries.name(text)
	case flow.KindLanguage:
		return languages.name(text)
	case flow.KindChoice:
		return choiceText(text)
	}
	return text
}

// echo says how the text that is being typed will be understood.
func echo(spec flow.FieldSpec, text string, today apiclient.Date) string {
	switch spec.Kind {
	case flow.KindDate:
		return sayDate(text, today)
	case flow.KindCountry:
		return countries.guess(text)
	case flow.KindLanguage:
		return languages.guess(text)
	}
	return ""
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})(?:-(\d\d?)-|\.(\d\d?)\.|/(\d\d?)/)(\d\d?)$`)
	dayFirst  = regexp.MustCompile(`^(\d\d?)(?:-(\d\d?)-|\.(\d\d?)\.|/(\d\d?)/)(\d{4})$`)
)

// readDate reads 1991-02-03, 3.2.1991, 03.02.1991 and 3/2/1991; where the year
// comes last the day comes first.
func readDate(text string) (apiclient.Date, bool) {
	text = strings.ReplaceAll(text, " ", "")
	var year, month, day string
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		year, month, day = m[1], m[2]+m[3]+m[4], m[5]
	} else if m := dayFirst.FindStringSubmatch(text); m != nil {
		day, month, year = m[1], m[2]+m[3]+m[4], m[5]
	} else {
		return apiclient.Date{}, false
	}
	two := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	d, err := apiclient.ParseDate(year + "-" + two(month) + "-" + two(day))
	return d, err == nil
}

// sayDate is a birth date for people: the weekday and the age show a slip of
// the finger that the digits hide.
func sayDate(text string, today apiclient.Date) string {
	d, ok := readDate(text)
	if !ok {
		return ""
	}
	said := day(d) + " · " + d.Weekday().String()
	switch age := d.AgeAt(today); {
	case d.After(today) || age > 130:
	case age == 1:
		said += " · 1 year"
	default:
		said += " · " + strconv.Itoa(age) + " years"
	}
	return said
}

// pasted is what becomes of a clipboard in a field: one line without the
// blanks, line ends and wrappings that come along when people copy.
func pasted(spec flow.FieldSpec, content string) string {
	var lines []string
	for part := range strings.SplitSeq(cleanLines(strings.ReplaceAll(content, "\r\n", "\n")), "\n") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			lines = append(lines, part)
		}
	}
	between := " "
	if spec.Field == flow.Street {
		between = ", "
	}
	text := strings.Join(lines, between)
	switch spec.Kind {
	case flow.KindEmail:
		if open, end := strings.IndexByte(text, '<'), strings.LastIndexByte(text, '>'); 0 <= open && open < end {
			text = text[open+1 : end]
		}
		text = strings.ReplaceAll(strings.TrimPrefix(text, "mailto:"), " ", "")
	case flow.KindNumber:
		text = strings.ReplaceAll(text, " ", "")
	}
	if runes := []rune(text); len(runes) > longestPaste {
		text = string(runes[:longestPaste])
	}
	return text
}

// longestPaste keeps a clipboard that was meant for another program from
// slowing down every frame; it is more than any field takes.
const longestPaste = 1000
