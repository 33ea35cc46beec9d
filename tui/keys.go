package tui

import "charm.land/bubbles/v2/key"

// keyMap is every key of the program, in one place. Letters act only where
// nothing is typed. Never bound: ctrl+i, m, j, h and [ (they are tab, enter,
// backspace and escape), ctrl+s, q, a, b and e (flow control, readline, tmux)
// and F3 (some terminals make it up).
type keyMap struct {
	// Everywhere.
	Enter, Back, Next, Previous key.Binding
	Up, Down, Left, Right       key.Binding
	PageUp, PageDown, Home, End key.Binding
	Toggle                      key.Binding
	Help, Find, Details, Quit   key.Binding
	Retry5                      key.Binding // also where letters are text

	// Of single screens.
	Filter, Retry, Edit                    key.Binding
	Voucher, Mandate, Cash, Till           key.Binding
	Dismiss, Stop                          key.Binding
	Open, Copy, Paste, Renew, Cancel       key.Binding
	Look, HandOver, Once                   key.Binding
	Member, BackOffice, Print              key.Binding
	Waiting, Discard                       key.Binding // of what waits to be finished
	Undo, Redo, GoTo, TakeHint, OpenChoice key.Binding // of the form
}

func newKeyMap() keyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return keyMap{
		Enter:    bind("enter", "continue", "enter"),
		Back:     bind("esc", "back", "esc"),
		Next:     bind("tab", "next", "tab"),
		Previous: bind("shift+tab", "previous", "shift+tab"),
		Up:       bind("↑", "up", "up"),
		Down:     bind("↓", "down", "down"),
		Left:     bind("←", "left", "left"),
		Right:    bind("→", "right", "right"),
		PageUp:   bind("pgup", "page up", "pgup"),
		PageDown: bind("pgdn", "page down", "pgdown"),
		Home:     bind("home", "first", "home"),
		End:      bind("end", "last", "end"),
		Toggle:   bind("space", "tick", "space"),
		Help:     bind("F1", "help", "f1"),
		Find:     bind("ctrl+k", "anything", "ctrl+k"),
		Details:  bind("F12", "for support", "f12"),
		Quit:     bind("ctrl+c", "leave", "ctrl+c"),
		Retry5:   bind("F5", "try again", "f5"),

		Filter:  bind("/", "filter", "/"),
		Retry:   bind("r", "try again", "r"),
		Edit:    bind("e", "edit", "e"),
		Voucher: bind("v", "voucher", "v"),
		Mandate: bind("m", "payment details for later", "m"),
		Cash:    bind("k", "pays in cash", "k"),
		Till:    bind("t", "due at the till", "t"),
		Dismiss: bind("d", "another person, go on", "d"),
		Stop:    bind("x", "stop here", "x"),

		Open:   bind("o", "open", "o"),
		Copy:   bind("c", "copy the link", "c"),
		Paste:  bind("p", "paste a token", "p"),
		Renew:  bind("r", "new session", "r"),
		Cancel: bind("x", "cancel", "x"),

		Look:       bind("l", "look again", "l"),
		HandOver:   bind("h", "hand over", "h"),
		Once:       bind("s", "send once more", "s"),
		Member:     bind("n", "next member", "n"),
		BackOffice: bind("b", "back office", "b"),
		Print:      bind("p", "copy the summary", "p"),
		Waiting:    bind("w", "what waits", "w"),
		Discard:    bind("d", "discard it", "d"),

		Undo:       bind("ctrl+z", "undo", "ctrl+z"),
		Redo:       bind("ctrl+r", "redo", "ctrl+r"),
		GoTo:       bind("ctrl+g", "go to field", "ctrl+g", "f4"),
		TakeHint:   bind("ctrl+y", "take it", "ctrl+y"),
		OpenChoice: bind("↓", "choose", "down"),
	}
}
