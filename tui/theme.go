package tui

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// styles names what a text means, not how it looks. One accent, one warning
// and one danger colour; all else is the terminal's own colour, faint or bold.
// Nothing is said by colour alone: a glyph or a word stands beside it.
type styles struct {
	Plain  lipgloss.Style
	Strong lipgloss.Style
	Faint  lipgloss.Style
	Accent lipgloss.Style // what is chosen, focused or done
	Title  lipgloss.Style // the question a screen asks
	Warn   lipgloss.Style
	Danger lipgloss.Style
	Badge  lipgloss.Style // DEMO, SANDBOX, TEST
	Live   lipgloss.Style // the whole header line of a live studio
	Key    lipgloss.Style // a key in the help line
	Link   lipgloss.Style
}

// The marks of states. ASCII, box drawing and geometric shapes only: they are
// one cell wide in every terminal.
const (
	markDone    = "✓"
	markHere    = "●"
	markOpen    = "○"
	markHalf    = "◐"
	markChosen  = "▸"
	markProblem = "!"
	markBar     = "█"
	markLine    = "━"
	markEllipse = "…"
)

type palette struct{ accent, warn, danger, faint, onLive color.Color }

// Until the terminal says what its background is, and many never do, the
// colours have a contrast of at least 4.5 on black and on white. Each colour is
// one that stays what it is where a terminal has only 256 or 16 of them.
var (
	anyBackground = palette{
		accent: lipgloss.Color("#00837d"), warn: lipgloss.Color("#a56800"), danger: lipgloss.Color("#de2f2f"),
		faint: lipgloss.Color("#757575"), onLive: lipgloss.Color("#ffffff"),
	}
	darkBackground = palette{
		accent: lipgloss.Color("#4fd1c5"), warn: lipgloss.Color("#f0b429"), danger: lipgloss.Color("#ff7b72"),
		faint: lipgloss.Color("#9e9e9e"), onLive: lipgloss.Color("#1b0000"),
	}
	lightBackground = palette{
		accent: lipgloss.Color("#00695f"), warn: lipgloss.Color("#8a5300"), danger: lipgloss.Color("#b3141e"),
		faint: lipgloss.Color("#5f6368"), onLive: lipgloss.Color("#ffffff"),
	}
)

func (p palette) styles() *styles {
	plain := lipgloss.NewStyle()
	return &styles{
		Plain:  plain,
		Strong: plain.Bold(true),
		Faint:  plain.Foreground(p.faint),
		Accent: plain.Foreground(p.accent),
		Title:  plain.Bold(true),
		Warn:   plain.Foreground(p.warn),
		Danger: plain.Foreground(p.danger),
		Badge:  plain.Foreground(p.accent).Bold(true),
		Live:   plain.Background(p.danger).Foreground(p.onLive).Bold(true),
		Key:    plain.Foreground(p.accent),
		Link:   plain.Foreground(p.accent).Underline(true),
	}
}
