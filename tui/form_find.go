package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// fieldSearch is the small list in which a field is looked for by its name.
type fieldSearch struct {
	line line
	at   int // of the list
}

// matches are the fields whose label begins with what was typed, then those
// that contain it.
func (f *form) matches() []int {
	typed := strings.ToLower(strings.TrimSpace(f.search.line.text()))
	var begins, contains []int
	for i := range f.fields {
		switch label := strings.ToLower(fieldLabel(f.fields[i].Field)); {
		case strings.HasPrefix(label, typed):
			begins = append(begins, i)
		case strings.Contains(label, typed):
			contains = append(contains, i)
		}
	}
	return append(begins, contains...)
}

func (f *form) searchKey(msg tea.KeyPressMsg) {
	keys, found := f.c.keys, f.matches()
	switch {
	case msg.Text != "":
		f.search.line.insert(msg.Text)
		f.search.at = 0
	case key.Matches(msg, keys.Back, keys.GoTo):
		f.search = nil
	case key.Matches(msg, keys.Enter):
		if len(found) > 0 {
			at := found[f.search.at]
			f.search = nil
			f.goTo(at)
		}
	case key.Matches(msg, keys.Down, keys.Next):
		f.search.at = min(f.search.at+1, max(0, len(found)-1))
	case key.Matches(msg, keys.Up, keys.Previous):
		f.search.at = max(0, f.search.at-1)
	default:
		f.search.line.press(msg)
		f.search.at = 0
	}
}

func (s *fieldSearch) keys(k keyMap) []key.Binding {
	accept, leave := k.Enter, k.Back
	accept.SetHelp(accept.Help().Key, "go there")
	leave.SetHelp(leave.Help().Key, "close")
	return []key.Binding{accept, k.Down, leave}
}

// viewSearch draws the list in h lines of w cells.
func (f *form) viewSearch(w, h int) ([]string, *tea.Cursor) {
	if h <= 0 {
		return nil, nil
	}
	label := textGoToField + "  "
	text, x := f.search.line.view(w - width(label))
	lines := []string{f.c.style.Strong.Render(label) + text}
	var list []string
	for i, at := range f.matches() {
		name := fieldLabel(f.fields[at].Field)
		if i == f.search.at {
			list = append(list, f.c.style.Accent.Render("> "+name))
		} else {
			list = append(list, "  "+name)
		}
	}
	if len(list) == 0 {
		list = append(list, f.c.style.Faint.Render("  "+textNoSuchField))
	}
	shown := window(list, f.search.at, h-len(lines))
	lines = append(lines, shown...)
	for i := range lines {
		lines[i] = fit(lines[i], w)
	}
	if width(label) >= w {
		return lines, nil
	}
	return lines, tea.NewCursor(width(label)+x, 0)
}
