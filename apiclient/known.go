package apiclient

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// known is every secret and personal text that a trace has met, with what
// stands for it there. It grows with the number of people, not of calls.
type known struct {
	key      [32]byte // of the masks, so that nobody can try tokens out
	values   map[string]*secretText
	standIns map[string]bool
	traces   map[string]bool // trace ids that could be the number of a card
	people   int
	mails    int
	finder   finder
}

type secretText struct {
	text    string
	rule    treatment
	standIn string
}

func newKnown() *known {
	k := &known{values: map[string]*secretText{}, standIns: map[string]bool{}, traces: map[string]bool{}}
	_, _ = rand.Read(k.key[:]) // it cannot fail
	return k
}

// mask returns what stands for text, and remembers the text. start is the start
// of the contract, for birth dates.
func (k *known) mask(r treatment, text string, start Date) string {
	if text == "" {
		return ""
	}
	v := k.values[text]
	if v == nil {
		v = &secretText{text: text, rule: r}
		k.values[text] = v
		k.stand(v, k.standIn(v, start))
		if p, ok := v.pattern(); ok {
			k.finder.add(p)
		}
	}
	if v.rule == birthDate && !sameAge(v.text, v.standIn, start) {
		k.stand(v, k.standIn(v, start))
	}
	return v.standIn
}

func (k *known) stand(v *secretText, text string) {
	v.standIn, k.standIns[text] = text, true
}

func (k *known) standIn(v *secretText, start Date) string {
	switch v.rule {
	case apiKey, tokenText, foreignID:
		return "tok_" + hex.EncodeToString(k.digest(v.text)[:4])
	case personName:
		k.people++
		return "Member " + letters(k.people)
	case mailAddress:
		k.mails++
		return "a" + strconv.Itoa(k.mails) + "@example.invalid"
	case birthDate:
		if day, err := ParseDate(v.text); err == nil {
			return k.birthday(day, start).String()
		}
		return placeholder("string", v.text)
	case shaped:
		return outline(v.text)
	}
	return placeholder("string", v.text)
}

// birthday returns another day on which one would be as old at the start. It is
// far from a birthday at that time, so that it holds for starts nearby too.
func (k *known) birthday(day, start Date) Date {
	const spread = 120
	shift := int(k.digest(day.String())[0]) % spread
	other := start.AddMonths(-12*day.AgeAt(start) - 6).AddDays(shift - spread/2)
	for other == day || k.values[other.String()] != nil {
		other = other.AddDays(1)
	}
	return other
}

func sameAge(a, b string, at Date) bool {
	one, errOne := ParseDate(a)
	other, errOther := ParseDate(b)
	return errOne != nil || errOther != nil || one.AgeAt(at) == other.AgeAt(at)
}

func (k *known) digest(text string) []byte {
	h := hmac.New(sha256.New, k.key[:])
	h.Write([]byte(text))
	return h.Sum(nil)
}

// letters counts A, B… Z, AA, AB…
func letters(n int) string {
	var s string
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// outline keeps what kind of characters a text is made of.
func outline(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '9'
		case unicode.IsLetter(r):
			return 'x'
		case strings.ContainsRune(" -/.,+()'", r):
			return r
		}
		return '_'
	}, text)
}

// placeholder says what is withheld, and how long it is.
func placeholder(kind, text string) string {
	return fmt.Sprintf("<masked:%s:%d>", kind, len([]rune(text)))
}

// hide replaces what is known in a text, and card and account numbers. In a
// sentence the letters may be large or small.
func (k *known) hide(text string, sentence bool) string {
	var b strings.Builder
	rest := 0
	for at := 0; at < len(text); {
		p, found := k.finder.at(text, at, sentence)
		switch n := cardOrIBAN(text, at); {
		case found && !k.standIns[p.text]:
			b.WriteString(text[rest:at] + p.of.standIn)
			at += len(p.text)
			rest = at
		case n > 0:
			b.WriteString(text[rest:at] + placeholder("number", text[at:at+n]))
			at += n
			rest = at
		default:
			at++
		}
	}
	if rest == 0 {
		return text
	}
	return b.String() + text[rest:]
}

// pattern is how a text is looked for elsewhere: short ones only as whole words,
// long ones in any spelling. One that cannot be told from ordinary words and
// numbers, such as a house number, is masked where it stands and not looked for.
func (v *secretText) pattern() (p pattern, ok bool) {
	var digits, letters, others int
	for _, c := range v.text {
		switch {
		case unicode.IsDigit(c):
			digits++
		case unicode.IsLetter(c):
			letters++
		default:
			others++
		}
	}
	all := digits + letters + others
	p = pattern{text: v.text, whole: all < 12, fold: all >= 12 || v.rule == mailAddress, of: v}
	switch {
	case v.rule == apiKey || v.rule == tokenText || v.rule == foreignID || v.rule == sealText:
		p.whole, p.fold = false, false
		return p, all >= 6
	case letters == 0:
		p.whole = true
		return p, digits >= 8
	case digits > 0:
		return p, all >= 6
	}
	return p, all >= 2
}
