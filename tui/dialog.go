package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// dialog is a question over the screen. Esc is always the safe answer.
type dialog struct {
	title string
	lines []string
	yes   string // what Enter does
	no    string // what Esc does
	do    func() tea.Cmd

	// With a prompt something is typed before Enter does anything.
	prompt string
	typed  entry
	accept func(text string) tea.Cmd // instead of do
	hidden bool                      // typed text is not shown
	blank  bool                      // nothing is an answer too
}

// open shows a question.
func (c *common) open(d *dialog) tea.Cmd {
	c.hush()
	c.ask = d
	if d.prompt == "" || d.hidden { // elsewhere typing is what is wanted
		c.pause()
	}
	return nil
}

// grace makes a screen that appears by itself, or that money hangs on, deaf
// until the keyboard has been still for a moment: whoever is typing does not
// answer what they have not read.
type grace struct{ quiet, end time.Time }

const (
	graceQuiet = 425 * time.Millisecond
	graceMost  = 1500 * time.Millisecond
)

func (c *common) pause() {
	now := c.clock()
	c.grace = grace{now.Add(graceQuiet), now.Add(graceMost)}
}

// swallows reports whether a key at this instant is ignored.
func (g *grace) swallows(now time.Time) bool {
	if !now.Before(g.quiet) || !now.Before(g.end) {
		return false
	}
	g.quiet = now.Add(graceQuiet)
	return true
}

// Update answers the question.
func (d *dialog) Update(c *common, msg tea.Msg) tea.Cmd {
	press, isKey := msg.(tea.KeyPressMsg)
	switch {
	case isKey && key.Matches(press, c.keys.Back):
		c.ask = nil
	case isKey && key.Matches(press, c.keys.Enter):
		if d.prompt != "" {
			if text := strings.TrimSpace(d.typed.String()); text != "" || d.blank {
				c.ask = nil
				return d.accept(text)
			}
			return nil
		}
		c.ask = nil
		if d.do != nil {
			return d.do()
		}
	case d.prompt != "":
		d.typed.Update(msg)
	}
	return nil
}

// View draws the question in a box of at most w cells.
func (d *dialog) View(c *common, w, h int) ([]string, *tea.Cursor) {
	inner := min(64, w-6)
	var body []string
	body = append(body, c.style.Title.Render(fit(d.title, inner)), "")
	for _, line := range d.lines {
		body = append(body, wrap(line, inner)...)
	}
	var cursor *tea.Cursor
	if d.prompt != "" {
		label := d.prompt + "  "
		field := max(4, inner-width(label))
		shown, at := d.typed.view(field)
		if d.hidden {
			n := min(len(d.typed.letters), field-1)
			shown, at = strings.Repeat("*", n), n
		}
		body = append(body, "", c.style.Faint.Render(label)+shown)
		cursor = tea.NewCursor(3+width(label)+at, len(body))
	}
	answers := c.style.Key.Render("esc") + " " + d.no
	if d.yes != "" {
		answers = c.style.Key.Render("enter") + " " + d.yes + "     " + answers
	}
	body = append(body, "", fit(answers, inner))
	if over := len(body) + 2 - h; over > 0 && over < len(body)-3 {
		keep := len(body) - 3 - over
		body = append(body[:keep:keep], body[len(body)-3:]...)
		if cursor != nil {
			cursor.Y -= over
		}
	}
	return box(c.style.Faint.Render, body, inner+4), cursor
}

// box draws a frame of w cells around lines.
func box(line func(...string) string, body []string, w int) []string {
	edge := strings.Repeat("─", max(0, w-2))
	out := []string{line("┌" + edge + "┐")}
	for _, text := range body {
		out = append(out, line("│")+" "+pad(text, w-4)+" "+line("│"))
	}
	return append(out, line("└"+edge+"┘"))
}
