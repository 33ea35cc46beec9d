package apiclient

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// inspect is the last look at a finished archive. It trusts nothing of what
// masked it: it reads the file as it lies there.
func (t *Trace) inspect(file *os.File) error {
	gate := t.values().gate()
	call := -1 // the first line is the head
	return t.each(file, func(line []byte) error {
		call++
		look := gate.look
		if t.UnsafeIncludeSecrets {
			look = gate.key
		}
		found := look(line)
		if found != "" {
			return fmt.Errorf("apiclient: the archive would show %s in call %d; nothing was written", found, call)
		}
		return nil
	})
}

// gate is what a finished archive is searched for.
type gate struct {
	anywhere finder // texts that stand out, in every encoding
	words    finder // texts that only count as whole words of what came from outside
	keys     finder // of an archive that is not masked
	traces   map[string]bool
}

func (k *known) gate() *gate {
	g := &gate{traces: k.traces}
	for _, v := range k.values {
		p, ok := v.pattern()
		if !ok || k.standIns[v.text] {
			continue
		}
		if p.whole {
			g.words.add(p)
		} else {
			g.anywhere.add(p)
		}
		for _, form := range encodings(v.text) {
			g.anywhere.add(pattern{text: form, of: v})
			if v.rule == apiKey {
				g.keys.add(pattern{text: form, of: v})
			}
		}
		if v.rule == apiKey {
			g.keys.add(p)
		}
	}
	return g
}

func (g *gate) key(line []byte) string {
	text := string(line)
	for i := range len(text) {
		if p, found := g.keys.at(text, i, false); found {
			return p.of.rule.class()
		}
	}
	return ""
}

// look returns the class of something that is in a line, or nothing.
func (g *gate) look(line []byte) (found string) {
	raw := string(line)
	for i := range len(raw) {
		if p, ok := g.anywhere.at(raw, i, false); ok {
			return p.of.rule.class()
		}
	}
	var e HAREntry
	if json.Unmarshal(bytes.TrimSuffix(bytes.TrimSpace(line), []byte(",")), &e) != nil {
		return "" // the head or the foot, which are ours
	}
	for _, text := range e.texts() {
		if leaves(*text, func(leaf string, name bool) bool {
			found = g.leaf(leaf, name)
			return found != ""
		}) {
			return found
		}
	}
	return ""
}

func (g *gate) leaf(text string, name bool) string {
	if g.traces[text] {
		return ""
	}
	for i := range len(text) {
		if p, ok := g.anywhere.at(text, i, false); ok {
			return p.of.rule.class()
		}
		// Some people are called like a member of an answer.
		if p, ok := g.words.at(text, i, false); ok && !name {
			return p.of.rule.class()
		}
		if cardOrIBAN(text, i) > 0 {
			return "the number of a card or an account"
		}
	}
	return ""
}

// leaves calls found for every name, text and number of a JSON text, or for the
// text itself if it is something else, until found returns true.
func leaves(text string, found func(leaf string, name bool) bool) bool {
	if !json.Valid([]byte(text)) {
		return found(text, false)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var inObject []bool // of the open objects and arrays
	name := false
	for {
		next, err := decoder.Token()
		if err != nil {
			return false
		}
		within := len(inObject) > 0 && inObject[len(inObject)-1]
		switch v := next.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				inObject = append(inObject, v == '{')
				name = v == '{'
				continue
			}
			inObject = inObject[:len(inObject)-1]
			name = len(inObject) > 0 && inObject[len(inObject)-1]
			continue
		case string:
			if found(v, name) {
				return true
			}
		case json.Number:
			if found(v.String(), false) {
				return true
			}
		}
		name = within && !name
	}
}

var smallHex = regexp.MustCompile(`%[0-9A-F]{2}`)

// encodings returns the other forms a text may have: escaped for JSON, once and
// twice, for addresses, and in base64, also somewhere inside of a longer text.
func encodings(text string) []string {
	quoted := func(s string, html bool) string {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(html)
		_ = encoder.Encode(s) // a string always can be
		return string(b.Bytes()[1 : b.Len()-2])
	}
	ascii := func(format string) string {
		var b strings.Builder
		for _, r := range text {
			if r < 0x80 {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, format, r)
			}
		}
		return b.String()
	}
	query, path := url.QueryEscape(text), url.PathEscape(text)
	forms := []string{
		quoted(text, false), quoted(text, true), quoted(quoted(text, false), false), quoted(quoted(text, true), false), ascii(`\u%04x`), ascii(`\u%04X`), ascii(`\\u%04x`), ascii(`\\u%04X`),
		query, path, smallHex.ReplaceAllStringFunc(query, strings.ToLower), smallHex.ReplaceAllStringFunc(path, strings.ToLower),
	}
	other := forms[:0]
	for _, form := range forms {
		if form != text {
			other = append(other, form)
		}
	}
	if len(text) < 6 {
		if len(text) > 3 {
			other = append(other, base64.StdEncoding.EncodeToString([]byte(text)), base64.URLEncoding.EncodeToString([]byte(text)))
		}
		return other
	}
	for shift := range 3 {
		padded := append(make([]byte, shift), text...)
		// Only these characters depend on nothing but the text.
		from, to := (8*shift+5)/6, 8*len(padded)/6
		other = append(other, base64.StdEncoding.EncodeToString(padded)[from:to], base64.URLEncoding.EncodeToString(padded)[from:to])
	}
	return other
}
