package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"frontdesk/flow"
)

// typist sits at the member screen.
type typist struct {
	t      rapid.TB
	c      *common
	desk   *slowDesk
	screen *member
	w, h   int
}

// slowDesk keeps what it is told and applies it when the test says so.
type slowDesk struct {
	state flow.Signup
	facts []flow.Fact
	seen  int
}

func (d *slowDesk) Dispatch(f flow.Fact)     { d.facts = append(d.facts, f) }
func (d *slowDesk) Next()                    {}
func (d *slowDesk) Forget()                  {}
func (d *slowDesk) Changed() <-chan struct{} { return nil }
func (d *slowDesk) Snapshot() flow.Signup    { return d.state }

// apply brings the desk n facts further.
func (d *slowDesk) apply(n int) {
	for range n {
		d.state = d.state.Apply(flow.Event{At: d.state.At, Fact: d.facts[d.seen]})
		d.seen++
	}
}

var march10 = time.Date(2026, 3, 10, 14, 2, 0, 0, time.UTC)

func newTypist(t rapid.TB) *typist {
	s := flow.Signup{}.Apply(flow.Event{At: march10, Fact: flow.Begun{Intent: "019c0000-0000-7000-8000-0000deadbeef"}})
	s.Step = flow.StepMember
	u := &typist{t: t, desk: &slowDesk{state: s}, w: 80, h: 24}
	u.c = &common{desk: u.desk, s: s, style: anyBackground.styles(), keys: newKeyMap(), clock: func() time.Time { return march10 }}
	u.screen = newMember(u.c).(*member)
	return u
}

func (u *typist) form() *form { return u.screen.form }

// types sends each letter as a terminal does.
func (u *typist) types(text string) *typist {
	eachLetter(text, func(cluster string, _ int) bool {
		u.text(cluster)
		return true
	})
	return u
}

func (u *typist) text(text string) *typist {
	u.screen.Update(textKey(text))
	return u
}

func textKey(text string) tea.KeyPressMsg {
	code := []rune(text)[0]
	if len([]rune(text)) > 1 {
		code = tea.KeyExtended
	}
	return tea.KeyPressMsg{Code: code, Text: text}
}

var keyCodes = map[string]tea.KeyPressMsg{
	"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"pgdown": {Code: tea.KeyPgDown}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape},
	"backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"alt+d": {Code: 'd', Mod: tea.ModAlt}, "f4": {Code: tea.KeyF4},
}

func (u *typist) press(names ...string) *typist {
	for _, name := range names {
		msg, ok := keyCodes[name]
		if letter, isCtrl := strings.CutPrefix(name, "ctrl+"); isCtrl && !ok {
			msg, ok = tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}, true
		}
		if !ok {
			u.t.Fatalf("no key is called %q", name)
		}
		u.screen.Update(msg)
	}
	return u
}

func (u *typist) undo() *typist { return u.press(u.c.keys.Undo.Keys()[0]) }
func (u *typist) redo() *typist { return u.press(u.c.keys.Redo.Keys()[0]) }
func (u *typist) take() *typist { return u.press(u.c.keys.TakeHint.Keys()[0]) }

func (u *typist) paste(text string) *typist {
	u.screen.Update(tea.PasteMsg{Content: text})
	return u
}

func (u *typist) at(f flow.Field) *typist {
	u.form().find(f)
	return u
}

// raw is the text that stands in a field.
func (u *typist) raw(f flow.Field) string { return u.form().fields[u.form().index(f)].text }

func (u *typist) focused() flow.Field {
	if u.form().focus.field == heading {
		return ""
	}
	return u.form().fields[u.form().focus.field].Field
}

// lines is the screen as plain text; it fails where the window is left.
func (u *typist) lines() ([]string, *tea.Cursor) {
	u.t.Helper()
	view, cursor := u.screen.View(u.w, u.h)
	lines := strings.Split(ansi.Strip(view), "\n")
	if len(lines) > u.h {
		u.t.Fatalf("%d lines in a window of %d", len(lines), u.h)
	}
	for _, line := range lines {
		if width(line) > u.w {
			u.t.Fatalf("a line of %d cells in a window of %d: %q", width(line), u.w, line)
		}
	}
	if cursor != nil && (cursor.X < 0 || cursor.Y < 0 || cursor.X >= u.w || cursor.Y >= u.h) {
		u.t.Fatalf("the cursor is at %d,%d in a window of %dx%d", cursor.X, cursor.Y, u.w, u.h)
	}
	return lines, cursor
}

func (u *typist) shows(text string) bool {
	u.t.Helper()
	lines, _ := u.lines()
	return slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, text) })
}

func (u *typist) mustShow(texts ...string) *typist {
	u.t.Helper()
	for _, text := range texts {
		if !u.shows(text) {
			u.t.Errorf("%q is not on the screen:\n%s", text, u.picture())
		}
	}
	return u
}

func (u *typist) mustHide(texts ...string) *typist {
	u.t.Helper()
	for _, text := range texts {
		if u.shows(text) {
			u.t.Errorf("%q is on the screen:\n%s", text, u.picture())
		}
	}
	return u
}

func (u *typist) picture() string {
	lines, cursor := u.lines()
	out := strings.Join(lines, "\n")
	if cursor != nil {
		out += "\ncursor " + ansi.CursorPosition(cursor.X, cursor.Y)[2:]
	}
	return out
}

func (u *typist) mustBe(f flow.Field, want string) *typist {
	u.t.Helper()
	if got := u.form().get(f); got != want {
		u.t.Errorf("%s = %q, want %q", f, got, want)
	}
	return u
}
