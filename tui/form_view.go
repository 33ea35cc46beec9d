package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

// drawing is the form before the window is cut out of it.
type drawing struct {
	lines    []string
	from, to int // the lines of the focused field
	cursor   *tea.Cursor
}

// The columns: a mark, the label, the value.
const (
	gutter   = 2
	labelMax = 24
	barRoom  = 2  // for the scrollbar
	pairFrom = 40 // value cells from which two fields share a line
	roomMost = 64 // value cells
)

// sharesLine says which fields stand to the right of the one before, under
// which short label, and how many cells the first (or, below zero, the second)
// of them takes.
var sharesLine = map[flow.Field]struct {
	label string
	room  int
}{
	flow.HouseNumber: {"No.", -10},
	flow.City:        {"City", 10},
}

// View draws the fields in h lines of w cells.
func (f *form) View(w, h int) ([]string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return nil, nil
	}
	if f.search != nil {
		return f.viewSearch(w, h)
	}
	d := f.draw(w - barRoom)
	total := len(d.lines)
	f.top = max(0, min(f.top, d.from, total-h))
	if d.to > f.top+h {
		f.top = min(d.from, d.to-h)
	}
	lines := d.lines[f.top:min(total, f.top+h)]
	for i := range lines {
		lines[i] = fit(lines[i], max(0, w-barRoom))
	}
	if total > h && w > barRoom {
		f.scrollbar(lines, w, total)
	}
	if d.cursor == nil {
		return lines, nil
	}
	d.cursor.Y -= f.top
	if d.cursor.Y < 0 || d.cursor.Y >= h || d.cursor.X >= w {
		return lines, nil
	}
	return lines, d.cursor
}

// scrollbar marks which part of all lines is shown.
func (f *form) scrollbar(lines []string, w, total int) {
	h := len(lines)
	thumb := max(1, h*h/total)
	from := (h - thumb) * f.top / max(1, total-h)
	for i := range lines {
		mark := f.c.style.Faint.Render("│")
		if i >= from && i < from+thumb {
			mark = f.c.style.Accent.Render(markBar)
		}
		lines[i] = pad(lines[i], w-1) + mark
	}
}

func (f *form) draw(w int) drawing {
	var d drawing
	labels := min(labelMax, max(0, w*2/5))
	for i := 0; i < len(f.fields); {
		section := f.fields[i].Section
		end := i
		for end < len(f.fields) && f.fields[end].Section == section {
			end++
		}
		if i > 0 {
			f.drawHeading(&d, w, i, end)
		}
		if f.open[section] {
			for at := i; at < end; {
				n := 1
				if _, shares := sharesLine[f.fields[min(at+1, end-1)].Field]; shares && at+1 < end && w-gutter-labels >= pairFrom {
					n = 2
				}
				f.drawRow(&d, w, labels, at, n)
				at += n
			}
		}
		i = end
	}
	return d
}

// drawHeading draws the heading of a section; those of folded sections share a
// line where there is room.
func (f *form) drawHeading(d *drawing, w, from, end int) {
	section := f.fields[from].Section
	filled, wrong := 0, ""
	for i := from; i < end; i++ {
		if f.fields[i].text != "" {
			filled++
		}
		switch field := f.fields[i]; {
		case field.shown != "" || f.saidNow(i) != "":
			wrong = " " + markProblem
		case f.wrong[field.Field] == flow.Missing && wrong == "":
			wrong = " *"
		}
	}
	fold := markChosen
	if f.open[section] {
		fold = "▾"
	}
	title := sectionTitles[section]
	if title == "" {
		title = string(section)
	}
	text := fold + " " + title + " " + strconv.Itoa(filled) + "/" + strconv.Itoa(end-from) + wrong
	here := f.focus == stop{section, heading}
	item := "  " + f.c.style.Faint.Render(text) + " "
	if here {
		item = f.c.style.Accent.Render("> "+text) + " "
	}
	last := len(d.lines) - 1
	folded := !f.open[section] && !f.open[f.fields[from-1].Section]
	if folded && width(d.lines[last])+width(item)+1 <= w {
		d.lines[last] += " " + item
	} else {
		if f.open[f.fields[from-1].Section] {
			d.lines = append(d.lines, "")
		}
		d.lines = append(d.lines, item)
		last = len(d.lines) - 1
	}
	if here {
		d.from, d.to = last, last+1
		d.cursor = tea.NewCursor(width(d.lines[last])-width(item)+gutter, last)
	}
}

// drawRow draws n fields in one line and what there is to say of them below.
func (f *form) drawRow(d *drawing, w, labels, at, n int) {
	y := len(d.lines)
	focused := f.focus.field >= at && f.focus.field < at+n
	mark := "  "
	for i := at; i < at+n; i++ {
		if f.fields[i].shown != "" || f.saidNow(i) != "" {
			mark = f.c.style.Danger.Render(markProblem) + " "
		}
	}
	if focused {
		mark = f.c.style.Accent.Render("> ")
	}
	left := gutter + labels
	line := mark + pad(f.label(at, fieldLabel(f.fields[at].Field), labels-1), labels)
	room := max(0, min(w-left, roomMost))
	if n == 1 {
		line += f.drawValue(d, at, left, y, room)
	} else {
		share := sharesLine[f.fields[at+1].Field]
		short := "  " + f.label(at+1, share.label, room) + " "
		first := share.room
		if first < 0 {
			first += room - width(short)
		}
		line += pad(f.drawValue(d, at, left, y, first), first) + short
		line += f.drawValue(d, at+1, left+first+width(short), y, room-first-width(short))
	}
	d.lines = append(d.lines, line)
	for i := at; i < at+n; i++ {
		if note := f.note(i); note != "" {
			for _, part := range f.fitNote(note, room) {
				d.lines = append(d.lines, strings.Repeat(" ", left)+part)
			}
		}
	}
	if focused {
		// The line below the focused field is always there, so that nothing
		// moves when there is something to say.
		if len(d.lines) == y+1 {
			d.lines = append(d.lines, "")
		}
		d.from, d.to = y, len(d.lines)
	}
}

// fitNote breaks what is said below a field into at most three lines.
func (f *form) fitNote(note string, room int) []string {
	parts := wrap(note, room)
	if len(parts) > 3 {
		parts = append(parts[:2], fit(parts[2]+" "+markEllipse+strings.Repeat(" ", room), room))
	}
	return parts
}

func (f *form) label(i int, text string, w int) string {
	style := f.c.style.Plain
	if i == f.focus.field {
		style = f.c.style.Strong
	}
	star := ""
	if f.now.Requires(f.fields[i].Field) {
		star = " *"
	}
	return style.Render(fit(text, w-width(star))) + f.c.style.Faint.Render(fit(star, w))
}

// drawValue draws a field in room cells from column x on, the caret included.
func (f *form) drawValue(d *drawing, i, x, y, room int) string {
	field := &f.fields[i]
	shown := display(field.FieldSpec, field.text, f.now.Today())
	if i != f.focus.field {
		if field.text == "" {
			return f.c.style.Faint.Render(fit(fieldHelp[field.Field].example, room))
		}
		return fit(shown, room)
	}
	caret := func(at int) {
		if room > 0 {
			d.cursor = tea.NewCursor(x+min(at, room-1), y)
		}
	}
	switch {
	case field.Kind == flow.KindChoice:
		caret(2)
		if shown == "" {
			shown = "-"
		}
		return fit(f.c.style.Faint.Render("‹ ")+shown+f.c.style.Faint.Render(" ›"), room)
	case field.text == "":
		caret(0)
		return f.c.style.Faint.Render(fit(fieldHelp[field.Field].example, room))
	case f.whole:
		shown = fit(shown, room-1)
		caret(width(shown))
		return f.c.style.Accent.Underline(true).Render(shown)
	}
	text, at := f.line.view(room)
	caret(at)
	return text
}

// saidNow is what the API said of the present value of a field.
func (f *form) saidNow(i int) string {
	if said := f.fields[i].said; said.words != "" && said.of == f.value(i) {
		return said.words
	}
	return ""
}

// note is the line below a field: what is wrong, what the API said, what the
// form would do differently, or how the field is meant.
func (f *form) note(i int) string {
	field := &f.fields[i]
	focused := i == f.focus.field
	bad := func(text string) string { return f.c.style.Danger.Render(markProblem + " " + text) }
	if field.shown != "" {
		return bad(problemText(flow.Problem{Step: flow.StepMember, Code: field.shown, Field: field.Field}))
	}
	if said := f.saidNow(i); said != "" {
		return bad(fieldLabel(field.Field) + ": " + said)
	}
	if t, ok := f.tip(i); ok {
		text := f.c.style.Warn.Render(markProblem + " " + t.says)
		if at, _, _ := f.tipped(); at == i {
			text += "  " + f.c.style.Key.Render(f.c.keys.TakeHint.Help().Key) + f.c.style.Faint.Render(" "+f.c.keys.TakeHint.Help().Desc)
		}
		return text
	}
	if !focused {
		return ""
	}
	said := echo(field.FieldSpec, field.text, f.now.Today())
	if f.whole || said == "" {
		said = fieldHelp[field.Field].hint
	}
	if field.Kind == flow.KindChoice {
		said = textChoiceHint
	}
	if said == "" {
		return ""
	}
	return f.c.style.Faint.Render(said)
}

// progress counts the required fields that are filled in, and all of them.
func (f *form) progress() (done, all int) {
	for i := range f.fields {
		if name := f.fields[i].Field; f.now.Requires(name) {
			all++
			if f.fields[i].text != "" && f.wrong[name] == "" {
				done++
			}
		}
	}
	return done, all
}
