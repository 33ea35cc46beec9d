package apiclient

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// masker writes a JSON text with stand-ins for what may not be shown, in the
// order and with the digits it came with.
type masker struct {
	known *known
	start Date // of the contract
	out   bytes.Buffer
}

func (k *known) body(s *shape, body []byte, start Date) string {
	if len(body) == 0 {
		return ""
	}
	if !json.Valid(body) {
		return "<masked:body:" + strconv.Itoa(len(body)) + ">"
	}
	m := masker{known: k, start: start}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	m.value(decoder, s)
	return m.out.String()
}

// value reads one value of a text that is known to be valid.
func (m *masker) value(decoder *json.Decoder, s *shape) {
	next, _ := decoder.Token()
	switch v := next.(type) {
	case nil:
		m.out.WriteString("null")
	case bool:
		if s.own() == kept {
			m.out.WriteString(strconv.FormatBool(v))
		} else {
			m.out.WriteString(`"<masked:boolean>"`)
		}
	case json.Number:
		switch digits := v.String(); {
		case s.own() == kept && m.known.hide(digits, false) == digits:
			m.out.WriteString(digits)
		case s.own() == kept || s.own() == withhold:
			m.out.WriteString(`"<masked:number>"`)
		default:
			m.text(m.known.show(s.own(), digits, m.start))
		}
	case string:
		m.text(m.known.show(s.own(), v, m.start))
	case json.Delim:
		m.out.WriteString(v.String())
		for n := 0; decoder.More(); n++ {
			if n > 0 {
				m.out.WriteByte(',')
			}
			element := s
			if v == '{' {
				name, _ := decoder.Token()
				element = s.member(name.(string))
				m.text(m.known.name(name.(string), element))
				m.out.WriteByte(':')
			}
			m.value(decoder, element)
		}
		end, _ := decoder.Token()
		m.out.WriteString(end.(json.Delim).String())
	}
}

func (m *masker) text(s string) {
	encoder := json.NewEncoder(&m.out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always can be
	m.out.Truncate(m.out.Len() - 1)
}

var (
	memberName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,60}$`)
	enumValue  = regexp.MustCompile(`^([A-Z][A-Z0-9_]{0,40}|[A-Za-z]{2}(-[A-Z]{2})?)$`)
	uuid       = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

	// personalLook is what a sentence of the API may say of people nobody here
	// knows: e-mail addresses, dates, long numbers.
	personalLook = regexp.MustCompile(`[^\s"'<>(),;]+@[^\s"'<>(),;]+|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}|[0-9][0-9 /-]{4,}[0-9]`)
)

// name shows the name of a member that the table does not know if it could be
// one of the API's.
func (k *known) name(name string, s *shape) string {
	if s == nil && (!memberName.MatchString(name) || k.hide(name, true) != name) {
		return placeholder("name", name)
	}
	return name
}

// show returns what a trace shows of a text.
func (k *known) show(r treatment, text string, start Date) string {
	shown := false
	switch r {
	case kept:
		return k.hide(text, false)
	case wording:
		return k.sentence(text)
	case enum:
		if !enumValue.MatchString(text) {
			return k.mask(freeText, text, start)
		}
		shown = true
	case plainID:
		shown = plain.MatchString(text) && k.hide(text, true) == text
	case traceID:
		shown = plain.MatchString(text) && !k.names(text)
		if shown && cardOrIBAN(text, 0) > 0 {
			k.traces[text] = true
		}
	case foreignID:
		if shown = uuid.MatchString(text); !shown {
			return k.mask(r, text, start)
		}
	case withhold:
	default:
		return k.mask(r, text, start)
	}
	if !shown && text != "" {
		return placeholder("string", text)
	}
	return text
}

// names reports whether something known is in a text.
func (k *known) names(text string) bool {
	for i := range len(text) {
		if p, found := k.finder.at(text, i, true); found && !k.standIns[p.text] {
			return true
		}
	}
	return false
}

// sentence replaces what is known and what looks personal.
func (k *known) sentence(text string) string {
	text = k.hide(text, true)
	return personalLook.ReplaceAllStringFunc(text, func(found string) string {
		if k.standIns[found] {
			return found
		}
		return "<masked:string:" + strconv.Itoa(utf8.RuneCountInString(found)) + ">"
	})
}
