package tui

import (
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"frontdesk/flow"
)

// somePieces are what a keyboard, an input method or a picker sends at once.
var somePieces = []string{
	"a", "Z", "é", "ß", "Ł", "e\u0301", "\u0301", "山", "田", "花子", "ｱ", "한", "ไ", "👩‍👩‍👧", "🇩🇪", "👍🏽", "\u200d", "@", "€", "{", "\\", "-", "'", "O'Brien", " ",
	"tab", "enter", "left", "backspace",
}

func TestU2EveryRuneThatIsTypedIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := newTypist(t)
		u.w = rapid.IntRange(1, 100).Draw(t, "width")
		var want string
		for _, piece := range rapid.SliceOfN(rapid.SampledFrom(somePieces), 0, 30).Draw(t, "pieces") {
			u.text(piece)
			want += piece
			u.lines()
		}
		if got := u.raw(flow.FirstName); got != want {
			t.Fatalf("the field holds %q after %q was typed", got, want)
		}
		if u.focused() != flow.FirstName {
			t.Fatalf("typed text moved the focus to %s", u.focused())
		}
	})
}

func TestU2OneKeyMovesOverAndTakesAwayOneLetter(t *testing.T) {
	for _, tt := range []struct {
		text, left1, erased string
	}{
		{"ab", "a", "a"},
		{"山田花子", "山田花", "山田花"},
		{"Zoe\u0301", "Zo", "Zo"},
		{"x👩‍👩‍👧", "x", "x"},
		{"🇩🇪🇫🇷", "🇩🇪", "🇩🇪"},
		{"", "", ""},
	} {
		l := newLine()
		l.insert(tt.text)
		l.press(keyCodes["left"])
		if want := utf8.RuneCountInString(tt.left1); l.caret() != want {
			t.Errorf("%q: the caret after ← is %d, want %d", tt.text, l.caret(), want)
		}
		l.press(keyCodes["right"])
		l.press(keyCodes["right"])
		if want := utf8.RuneCountInString(tt.text); l.caret() != want {
			t.Errorf("%q: the caret after ← → → is %d, want %d", tt.text, l.caret(), want)
		}
		l.press(keyCodes["backspace"])
		if l.text() != tt.erased {
			t.Errorf("%q: backspace leaves %q, want %q", tt.text, l.text(), tt.erased)
		}
		l.set(tt.text, 0)
		l.press(keyCodes["delete"])
		if want := len([]rune(tt.text)) - firstLetter(tt.text); len([]rune(l.text())) != want {
			t.Errorf("%q: delete leaves %q", tt.text, l.text())
		}
	}
}

func firstLetter(text string) (runes int) {
	eachLetter(text, func(cluster string, _ int) bool {
		runes = utf8.RuneCountInString(cluster)
		return false
	})
	return runes
}

// The caret never stands inside of a letter and no key brings the line down,
// whatever is pressed.
func TestU2TheCaretStandsBetweenLetters(t *testing.T) {
	keys := []tea.KeyPressMsg{
		keyCodes["left"], keyCodes["right"], keyCodes["home"], keyCodes["end"], keyCodes["backspace"], keyCodes["delete"], keyCodes["alt+d"],
		{Code: 'w', Mod: tea.ModCtrl},
		{Code: 'u', Mod: tea.ModCtrl},
		{Code: tea.KeyLeft, Mod: tea.ModCtrl},
		{Code: tea.KeyRight, Mod: tea.ModCtrl},
		{Code: 'v', Mod: tea.ModCtrl},
		{Code: tea.KeyDelete, Mod: tea.ModCtrl},
		{Code: 'k', Mod: tea.ModCtrl},
	}
	l := newLine()
	l.insert(" \u200d") // the joiner makes one letter with the space
	if l.press(tea.KeyPressMsg{Code: tea.KeyLeft, Mod: tea.ModCtrl}); l.caret() != 0 {
		t.Errorf("one word to the left the caret is at %d, inside of a letter", l.caret())
	}
	rapid.Check(t, func(t *rapid.T) {
		l := newLine()
		for range rapid.IntRange(0, 40).Draw(t, "n") {
			if rapid.Bool().Draw(t, "type") {
				l.insert(rapid.SampledFrom(somePieces).Draw(t, "piece"))
			} else {
				l.press(rapid.SampledFrom(keys).Draw(t, "key"))
			}
			at, between := 0, l.caret() == 0
			eachLetter(l.text(), func(cluster string, _ int) bool {
				at += utf8.RuneCountInString(cluster)
				between = between || at == l.caret()
				return true
			})
			if !between {
				t.Fatalf("the caret is at %d, inside of a letter of %q", l.caret(), l.text())
			}
		}
	})
}

func TestU1TheWindowFollowsTheCaret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text string
		for _, piece := range rapid.SliceOfN(rapid.SampledFrom(somePieces), 0, 30).Draw(t, "pieces") {
			text += piece
		}
		l := newLine()
		l.insert(text)
		for range rapid.IntRange(0, 30).Draw(t, "left") {
			l.press(keyCodes["left"])
		}
		w := rapid.IntRange(1, 40).Draw(t, "w")
		shown, x := l.view(w)
		if width(shown) > w || x < 0 || x >= w {
			t.Fatalf("%d cells shown, the caret in cell %d of %d", width(shown), x, w)
		}
		before := string([]rune(l.text())[:l.caret()])
		if width(text) < w && (shown != text || x != width(before)) {
			t.Fatalf("%q fits in %d cells, shown is %q with the caret in cell %d", text, w, shown, x)
		}
	})
}
