package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/flow"
)

// The sizes at which the layout changes, in cells.
const (
	leastW, leastH = 60, 16
	railFrom       = 100 // the steps stand on the left, not in a line on top
	panelFrom      = 110 // the price stands on the right, not in a line below
	tableFrom      = 132 // the same beside the terms, which are a table
	railW          = 25
	panelW         = 38
)

func (m *Model) tooSmall() bool { return m.w < leastW || m.h < leastH }

// View implements [tea.Model]. Every field of the view is set here and nowhere
// else.
func (m *Model) View() tea.View {
	var lines []string
	var cursor *tea.Cursor
	if m.tooSmall() {
		lines = block(wrap(textTooSmall, m.w), m.w, m.h)
	} else {
		lines, cursor = m.frame()
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	v.WindowTitle = "frontdesk"
	v.Cursor = cursor
	return v
}

// frame is the whole window: header, steps, screen, price, status and help.
func (m *Model) frame() ([]string, *tea.Cursor) {
	lines := m.header()
	left := 1
	if m.w < railFrom {
		lines = append(lines, " "+fit(m.steps(), m.w-2), "")
	} else {
		lines = append(lines, "")
		left = railW
	}
	below := 2
	if m.priceLineShown() {
		below = 3
	}
	alarm := m.alarm(m.w - 2)
	below += len(alarm)
	bodyH := m.h - len(lines) - below
	bodyW := m.w - left - 1
	if m.panelShown() {
		bodyW -= panelW
	}
	top := len(lines)

	text, cursor := m.screen().View(bodyW, bodyH)
	body := block(strings.Split(text, "\n"), bodyW, bodyH)
	if m.w >= railFrom {
		body = beside(block(m.rail(), railW-1, bodyH), left, body)
	} else {
		body = beside(nil, left, body)
	}
	if m.panelShown() {
		body = beside(body, left+bodyW+2, block(m.c.pricePanel(panelW-3), panelW-2, bodyH))
	}
	lines = append(lines, body...)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+left, cursor.Y+top
		if cursor.X >= m.w || cursor.Y >= top+bodyH || cursor.Y < top {
			cursor = nil
		}
	}

	if over, at := m.over(bodyW, bodyH); over != nil {
		if m.overlay != nil && m.overlay.Covers() {
			clear(lines[top:])
		}
		x := left + max(0, (bodyW-width(over[0]))/2)
		y := top + max(0, (bodyH-len(over))/3)
		place(lines, over, x, y, left, left+bodyW)
		cursor = at
		if cursor != nil {
			cursor.X, cursor.Y = cursor.X+x, cursor.Y+y
		}
	}

	for _, line := range alarm {
		lines = append(lines, " "+line)
	}
	if m.priceLineShown() {
		lines = append(lines, " "+fit(m.c.priceLine(m.w-2), m.w-2))
	}
	lines = append(lines, " "+fit(m.statusLine(), m.w-2), " "+m.helpLine(m.w-2))
	return block(lines, m.w, m.h), cursor
}

// alarm says on every screen that the journal cannot be written: why, what is
// safe and what to press. It stands below the screen, so that nothing above it
// moves.
func (m *Model) alarm(w int) []string {
	f := m.c.stuck
	if f == nil {
		return nil
	}
	words := sentence(withoutPath(clean(f.Message)))
	if words == "" {
		words = textJournalFailed
	}
	most := 2
	if m.h < 20 {
		most = 1
	}
	lines := wrap(words, w-2)
	if len(lines) > most {
		lines = append(lines[:most-1:most-1], fit(strings.Join(lines[most-1:], " "), w-2))
	}
	st := m.c.style.Danger
	for i, line := range lines {
		mark := "  "
		if i == 0 {
			mark = markProblem + " "
		}
		lines[i] = st.Bold(true).Render(mark + line)
	}
	for _, line := range wrap(textJournalSafe, w-2) {
		lines = append(lines, st.Render("  "+line))
	}
	return lines
}

// over is what lies over the screen: an overlay, or the question that is open.
func (m *Model) over(w, h int) ([]string, *tea.Cursor) {
	switch {
	case m.overlay != nil:
		return m.overlay.View(w, h)
	case m.c.ask != nil:
		return m.c.ask.View(m.c, w, h)
	}
	return nil, nil
}

// place draws lines over others, from a cell on. Between two columns nothing is
// left of what was there, a line above and below included.
func place(lines, over []string, x, y, from, to int) {
	for i := -1; i <= len(over); i++ {
		if y+i < 0 || y+i >= len(lines) {
			continue
		}
		text, at := "", from
		if i >= 0 && i < len(over) {
			text, at = over[i], x
		}
		under := lines[y+i]
		left := ansi.Cut(under, 0, min(from, width(under)))
		line := left + strings.Repeat(" ", max(0, at-width(left))) + text
		if right := ansi.TruncateLeft(under, to, ""); right != "" {
			line = pad(line, to) + right
		}
		lines[y+i] = line
	}
}

// header names studio, environment and the studio's time. LIVE takes the whole
// line, so that it is never mistaken.
func (m *Model) header() []string {
	st := m.c.style
	name := "frontdesk"
	if m.c.s.Studio != nil && m.c.s.Studio.Name != "" {
		name = clean(m.c.s.Studio.Name)
	}
	when := dayTime(m.c.now())
	badge := ""
	if m.badge != "" {
		badge = "▌" + m.badge + "▐"
	}
	side := max(0, (m.w-width(badge))/2-1)
	l, r := pad(" "+name, side), padLeft(when+" ", m.w-side-width(badge))
	if m.w < 80 && width(name)+1 > side {
		l = pad(" "+fit(name, side-1), side)
	}
	if m.badge == "LIVE" {
		return []string{st.Live.Render(l + badge + r), st.Danger.Render(strings.Repeat("═", m.w))}
	}
	return []string{st.Strong.Render(l) + st.Badge.Render(badge) + st.Faint.Render(r), st.Faint.Render(strings.Repeat("─", m.w))}
}

func (m *Model) mark(step flow.Step) string {
	st := m.c.style
	at := m.at()
	switch {
	case step == at && at == flow.StepDone && m.c.s.Outcome != flow.Created:
		return st.Warn.Render(markProblem)
	case step == at:
		return st.Accent.Render(markHere)
	case m.c.s.Skipped(step) && m.c.s.Offer != nil:
		return st.Faint.Render("-")
	case step < at && (at == flow.StepDone || m.c.s.Ready(step)):
		return st.Accent.Render(markDone)
	}
	return st.Faint.Render(markOpen)
}

// steps is the line of steps on top of a narrow window.
func (m *Model) steps() string {
	var parts []string
	for _, step := range flow.Steps {
		name := stepNames[step]
		switch {
		case step == m.at():
			name = m.c.style.Strong.Render(name)
		default:
			name = m.c.style.Faint.Render(name)
		}
		if m.w < 80 && step != m.at() {
			parts = append(parts, m.mark(step))
			continue
		}
		parts = append(parts, m.mark(step)+" "+name)
	}
	return strings.Join(parts, "  ")
}

// rail is the steps on the left, each with what was chosen in it.
func (m *Model) rail() []string {
	var lines []string
	for _, step := range flow.Steps {
		name := pad(stepNames[step], 9)
		switch {
		case step == m.at():
			name = m.c.style.Strong.Render(name)
		case m.c.s.Skipped(step) && m.c.s.Offer != nil:
			name = m.c.style.Faint.Render(name)
		}
		line := " " + m.mark(step) + " " + name
		if said := m.c.chosen(step); said != "" {
			line += " " + m.c.style.Faint.Render(fit(said, railW-width(line)-3))
		}
		lines = append(lines, line)
	}
	return lines
}

// panelShown says whether the price stands on the right: where the price is
// being put together. Before, there is none; after, it is the screen itself.
func (m *Model) panelShown() bool {
	at := m.at()
	return m.w >= panelFrom && at >= flow.StepTerm && at <= flow.StepConsents && (at != flow.StepTerm || m.w >= tableFrom)
}

// priceLineShown says whether a narrow window has a line for the price: it has
// until the screen itself is about it.
func (m *Model) priceLineShown() bool {
	return !m.panelShown() && m.at() < flow.StepPreview && (m.w < panelFrom || m.at() != flow.StepOffer)
}

func (m *Model) statusLine() string {
	switch text := m.c.status; {
	case text.text == "":
		return m.c.style.Faint.Render(m.c.trouble())
	case text.stays:
		return m.c.style.Warn.Render(markProblem + " " + text.text)
	default:
		return m.c.style.Plain.Render(text.text)
	}
}

// helpLine shows as many keys as fit, the important ones first, and always how
// to get at the others.
func (m *Model) helpLine(w int) string {
	if m.c.ask != nil || m.overlay != nil {
		return "" // they say their keys themselves
	}
	k, keys := m.c.keys, m.screen().Keys()
	if m.c.stuck != nil {
		keys = append([]key.Binding{k.Retry5}, keys...)
	}
	tail := []key.Binding{k.Find, k.Help}
	one := func(b key.Binding) string {
		return m.c.style.Key.Render(b.Help().Key) + " " + m.c.style.Faint.Render(b.Help().Desc)
	}
	end := one(tail[0]) + "   " + one(tail[1])
	line := ""
	for _, b := range keys {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		next := line + one(b) + "   "
		if width(next)+width(end) > w {
			break
		}
		line = next
	}
	return fit(line+end, w)
}
