package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// line is the text that is being edited and its caret. The keys of editing
// are those of textinput; letters as people see them, several code points or
// two cells wide, are beyond it and done here.
type line struct{ in textinput.Model }

func newLine() line {
	in := textinput.New()
	in.SetVirtualCursor(false)
	never := key.NewBinding()
	keys := &in.KeyMap
	keys.Paste = never // it would run a program, and paste what arrives as a message already
	keys.AcceptSuggestion, keys.NextSuggestion, keys.PrevSuggestion = never, never, never
	keys.CharacterForward, keys.CharacterBackward = never, never
	keys.DeleteCharacterForward, keys.DeleteCharacterBackward = never, never
	keys.DeleteWordForward = never // it panics at the last letter
	keys.DeleteAfterCursor = never // its ctrl+k finds anything
	in.Focus()
	return line{in}
}

func (l *line) text() string { return l.in.Value() }

// caret is the number of code points before the caret.
func (l *line) caret() int { return l.in.Position() }

func (l *line) set(text string, caret int) {
	l.in.SetValue(text)
	l.in.SetCursor(caret)
}

// insert puts text where the caret is.
func (l *line) insert(text string) {
	l.in, _ = l.in.Update(tea.PasteMsg{Content: clean1(text)})
	l.snap(true)
}

// snap takes the caret out of a letter: an accent that follows may have joined
// what is new, and textinput's words end at any space.
func (l *line) snap(forward bool) {
	switch start, end := l.letter(); {
	case start == l.caret():
	case forward:
		l.in.SetCursor(end)
	default:
		l.in.SetCursor(start)
	}
}

// press edits by a key that is not text.
func (l *line) press(msg tea.KeyPressMsg) {
	switch at := l.caret(); msg.Keystroke() {
	case "left":
		l.in.SetCursor(l.previous())
	case "right":
		_, end := l.letter()
		l.in.SetCursor(end)
	case "backspace", "ctrl+h":
		l.cut(l.previous(), at)
	case "delete":
		_, end := l.letter()
		l.cut(at, end)
	default:
		l.in, _ = l.in.Update(msg)
		l.snap(l.caret() > at)
	}
}

// cut takes code points away and leaves the caret where they were.
func (l *line) cut(from, to int) {
	runes := []rune(l.text())
	l.set(string(runes[:from])+string(runes[to:]), from)
	l.snap(true)
}

// letter is where the letter at the caret begins and ends.
func (l *line) letter() (start, end int) {
	eachLetter(l.text(), func(cluster string, _ int) bool {
		start, end = end, end+utf8.RuneCountInString(cluster)
		return end <= l.caret()
	})
	if end <= l.caret() {
		return end, end
	}
	return start, end
}

// previous is where the letter before the caret begins.
func (l *line) previous() (start int) {
	end := 0
	eachLetter(l.text(), func(cluster string, _ int) bool {
		start, end = end, end+utf8.RuneCountInString(cluster)
		return end < l.caret()
	})
	return start
}

// view shows the part of the text around the caret in w cells, and the cell
// the caret stands in.
func (l *line) view(w int) (shown string, x int) { return around(l.text(), l.caret(), w) }

// around cuts w cells out of a text, so that the caret, given in code points,
// stands in one of them. A wide letter at an edge is shown whole or not at all.
func around(text string, caret, w int) (shown string, x int) {
	if w <= 0 {
		return "", 0
	}
	cells := width(string([]rune(text)[:caret]))
	from := 0
	if total := width(text); total >= w {
		from = max(0, min(cells-w*2/3, total-w+1))
	}
	var b strings.Builder
	first, at := -1, 0
	eachLetter(text, func(cluster string, wide int) bool {
		if at >= from && at+wide <= from+w {
			if first < 0 {
				first = at
			}
			b.WriteString(cluster)
		}
		at += wide
		return at <= from+w
	})
	if first < 0 {
		first = from
	}
	return b.String(), cells - first
}

// eachLetter goes through the grapheme clusters of a text and their widths
// until more returns false.
func eachLetter(text string, more func(cluster string, wide int) bool) {
	for text != "" {
		cluster, wide := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		if cluster == "" || !more(cluster, wide) {
			return
		}
		text = text[len(cluster):]
	}
}
