package apiclient

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a text to look for. Whole means that no letter or digit may stand
// before or behind it; fold that large and small letters are the same.
type pattern struct {
	text        string
	whole, fold bool
	of          *secretText
}

// finder looks for many patterns at once, by their first bytes. The zero finder
// finds nothing.
type finder struct {
	heads []bool // by the first two bytes; most places of a text are none
	long  map[[4]byte][]pattern
	short map[uint16][]pattern // of two or three bytes
}

// add takes texts of two bytes and more.
func (f *finder) add(p pattern) {
	if len(p.text) < 2 {
		return
	}
	if f.heads == nil {
		f.heads = make([]bool, 1<<16)
		f.long, f.short = map[[4]byte][]pattern{}, map[uint16][]pattern{}
	}
	if len(p.text) < 4 {
		head := head2(p.text, 0)
		f.heads[head] = true
		f.short[head] = append(f.short[head], p)
		return
	}
	// Other letters than a to z have other bytes when they are large.
	heads := map[[4]byte]bool{}
	for _, spelling := range []string{p.text, strings.ToLower(p.text), strings.ToUpper(p.text)} {
		if len(spelling) == len(p.text) {
			heads[head4(spelling, 0)] = true
			f.heads[head2(spelling, 0)] = true
		}
	}
	for head := range heads {
		f.long[head] = append(f.long[head], p)
	}
}

// at returns the longest pattern that stands at a place of a text.
func (f *finder) at(text string, i int, fold bool) (best pattern, ok bool) {
	if len(text)-i < 2 || f.heads == nil || !f.heads[head2(text, i)] {
		return pattern{}, false
	}
	consider := func(list []pattern) {
		for _, p := range list {
			n := len(p.text)
			if n > len(text)-i || ok && n <= len(best.text) {
				continue
			}
			same := text[i:i+n] == p.text || (fold || p.fold) && strings.EqualFold(text[i:i+n], p.text)
			if same && (!p.whole || bounded(text, i, i+n)) {
				best, ok = p, true
			}
		}
	}
	if len(text)-i >= 4 {
		consider(f.long[head4(text, i)])
	}
	if len(f.short) > 0 {
		consider(f.short[head2(text, i)])
	}
	return best, ok
}

func head4(text string, i int) [4]byte {
	return [4]byte{lower(text[i]), lower(text[i+1]), lower(text[i+2]), lower(text[i+3])}
}

func head2(text string, i int) uint16 { return uint16(lower(text[i]))<<8 | uint16(lower(text[i+1])) }

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// bounded reports whether text[i:j] is no part of a longer word or number.
func bounded(text string, i, j int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[j:])
	return !wordy(before) && !wordy(after)
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// cardOrIBAN returns the length of a payment card's number (13 to 19 digits, Luhn)
// or an IBAN (mod 97) that begins at text[i], or 0. Both may be written in
// groups of four.
func cardOrIBAN(text string, i int) int {
	if c := text[i]; c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
		return 0
	}
	if i > 0 && alnum(text[i-1]) {
		return 0
	}
	for _, separator := range []byte{0, ' ', '-'} {
		if n := grouped(text[i:], separator); n > 0 {
			return n
		}
	}
	return 0
}

// grouped looks at the letters and digits that text begins with: in one piece,
// or in groups of four with a separator between them, the last of which may be
// shorter or followed by other groups that do not belong to the number.
func grouped(text string, separator byte) (n int) {
	var buffer [34]byte
	compact := buffer[:0]
	for i := 0; i <= len(text); i++ {
		if i < len(text) && alnum(text[i]) {
			if len(compact) == len(buffer) {
				return n
			}
			compact = append(compact, text[i])
			continue
		}
		if luhn(compact) || mod97(compact) {
			n = i
		}
		if i == len(text) || separator == 0 || text[i] != separator || len(compact) == 0 || len(compact)%4 != 0 {
			return n
		}
	}
	return n
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func luhn(text []byte) bool {
	if len(text) < 13 || len(text) > 19 {
		return false
	}
	sum := 0
	for i := range text {
		c := text[len(text)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum > 0 && sum%10 == 0
}

// ibans are the countries with the length of their account numbers.
const ibans = " AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 " +
	"GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 " +
	"PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "

func mod97(text []byte) bool {
	if len(text) < 15 || len(text) > 34 {
		return false
	}
	country := fmt.Sprintf(" %s%d ", bytes.ToUpper(text[:2]), len(text))
	if !strings.Contains(ibans, country) {
		return false
	}
	rest := 0
	for i := range text {
		if c := lower(text[(i+4)%len(text)]); c >= 'a' {
			rest = (rest*100 + int(c-'a') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}
