package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// zwnj and zwj are invisible and needed: they join letters and emoji.
const zwnj, zwj = '\u200c', '\u200d'

var plainSpaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// clean makes one safe line of text that came from the API, a file or a
// paste: no escape sequences, no control characters, nothing that turns the
// direction of writing, no line ends. Everything shown goes through it.
func clean(text string) string {
	return strings.Join(strings.Fields(cleanLines(text)), " ")
}

// cleanLines is clean for text of several lines.
func cleanLines(text string) string {
	text = ansi.Strip(strings.ToValidUTF8(text, ""))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\r', r == '\u2028', r == '\u2029', unicode.Is(unicode.Zs, r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Cf, r) && r != zwnj && r != zwj:
			return -1
		}
		return r
	}, text)
}

func width(s string) int { return ansi.StringWidth(s) }

// fit shortens a line to w cells.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, markEllipse)
}

// pad makes a line exactly w cells wide, text to the left.
func pad(s string, w int) string {
	s = fit(s, w)
	for n := w - width(s); n > 0; n = w - width(s) { // a blank may join a last letter of some scripts
		s += strings.Repeat(" ", n)
	}
	return s
}

// padLeft makes a line exactly w cells wide, text to the right.
func padLeft(s string, w int) string {
	s = fit(s, w)
	return strings.Repeat(" ", max(0, w-width(s))) + s
}

// wrap breaks text into lines of at most w cells.
func wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	lines := strings.Split(ansi.Wrap(s, w, ""), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(ansi.Truncate(line, w, ""), " ")
	}
	return lines
}

// beside puts a second block to the right of a first one of w cells.
func beside(left []string, w int, right []string) []string {
	lines := make([]string, max(len(left), len(right)))
	for i := range lines {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		if r == "" {
			lines[i] = fit(l, w)
			continue
		}
		lines[i] = pad(l, w) + r
	}
	return lines
}

// block makes exactly h lines of at most w cells.
func block(lines []string, w, h int) []string {
	out := make([]string, max(0, h))
	for i := range out {
		if i < len(lines) {
			out[i] = fit(lines[i], w)
		}
	}
	return out
}

// window returns the h lines around a line that must be seen.
func window(lines []string, at, h int) []string {
	if h <= 0 {
		return nil
	}
	if len(lines) <= h {
		return lines
	}
	top := min(max(0, at-h/2), len(lines)-h)
	return lines[top : top+h]
}

// hardWrap breaks text at every w cells, blanks or not.
func hardWrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	return strings.Split(ansi.Hardwrap(s, w, true), "\n")
}
