package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/rivo/uniseg"
)

// entry is one line of text that is typed: a filter, a code, a date. It keeps
// its letters as people see them, so that one key takes one of them away, and
// knows where the caret is in cells.
type entry struct {
	letters []string // grapheme clusters
	at      int      // the caret stands before this one
}

func (e *entry) String() string { return strings.Join(e.letters, "") }

func (e *entry) set(text string) {
	e.letters = graphemes(text)
	e.at = len(e.letters)
}

func graphemes(text string) []string {
	var list []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		list = append(list, g.Str())
	}
	return list
}

// insert puts text at the caret; what follows may join its last letter, as
// accents do.
func (e *entry) insert(text string) {
	before := strings.Join(e.letters[:e.at], "") + clean1(text)
	after := strings.Join(e.letters[e.at:], "")
	e.letters = graphemes(before + after)
	e.at = len(graphemes(before))
}

// clean1 cleans what is typed but keeps a blank at its ends.
func clean1(text string) string {
	return strings.ReplaceAll(cleanLines(text), "\n", " ")
}

// Update takes the keys of editing and reports whether it did.
func (e *entry) Update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		e.insert(clean(msg.Content))
		return true
	case tea.KeyPressMsg:
		switch msg.String() {
		case "left":
			e.at = max(0, e.at-1)
		case "right":
			e.at = min(len(e.letters), e.at+1)
		case "home":
			e.at = 0
		case "end":
			e.at = len(e.letters)
		case "backspace":
			if e.at > 0 {
				e.letters = append(append([]string{}, e.letters[:e.at-1]...), e.letters[e.at:]...)
				e.at--
			}
		case "delete":
			if e.at < len(e.letters) {
				e.letters = append(append([]string{}, e.letters[:e.at]...), e.letters[e.at+1:]...)
			}
		case "ctrl+u":
			e.letters, e.at = nil, 0
		case "ctrl+w", "alt+backspace":
			i := e.at
			for i > 0 && e.letters[i-1] == " " {
				i--
			}
			for i > 0 && e.letters[i-1] != " " {
				i--
			}
			e.letters, e.at = append(append([]string{}, e.letters[:i]...), e.letters[e.at:]...), i
		default:
			if msg.Text == "" {
				return false
			}
			e.insert(msg.Text)
		}
		return true
	}
	return false
}

// view shows the part of the text around the caret in w cells, and the cell of
// the caret.
func (e *entry) view(w int) (string, int) {
	if w <= 0 {
		return "", 0
	}
	from, before := e.at, 0
	for from > 0 && before+width(e.letters[from-1]) < w {
		from--
		before += width(e.letters[from])
	}
	shown := ""
	for _, letter := range e.letters[from:] {
		if width(shown+letter) > w {
			break
		}
		shown += letter
	}
	return shown, before
}
