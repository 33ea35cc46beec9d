package tui

import (
	"strconv"
	"strings"
	"testing"

	"frontdesk/flow"
)

// label is the cell where the values begin in a window of 80.
const label80 = gutter + labelMax

func TestU1CaretBehindWideText(t *testing.T) {
	for _, tt := range []struct {
		text         string
		behind, left int
	}{
		{"山田花子", 8, 6},
		{"Zoë", 3, 2},
		{"Zoe\u0301", 3, 2},
		{"👩‍👩‍👧", 2, 0},
		{"a한b", 4, 3},
	} {
		u := newTypist(t).types(tt.text)
		if _, cursor := u.lines(); cursor == nil || cursor.X != label80+tt.behind || cursor.Y != 2 {
			t.Errorf("%q: the cursor is at %+v, want %d,2", tt.text, cursor, label80+tt.behind)
		}
		u.press("left")
		if _, cursor := u.lines(); cursor == nil || cursor.X != label80+tt.left {
			t.Errorf("%q: after ← the cursor is at %+v, want %d", tt.text, cursor, label80+tt.left)
		}
	}
}

func TestU1CaretStaysInsideOfAScrolledField(t *testing.T) {
	u := newTypist(t).at(flow.City).types(strings.Repeat("山田", 40) + "end").mustShow("end")
	for range 90 {
		_, cursor := u.lines()
		if cursor == nil || cursor.X >= u.w-barRoom || cursor.X < label80 {
			t.Fatalf("the cursor is at %+v", cursor)
		}
		u.press("left")
	}
	u.mustHide("end")
}

func TestU1CaretOfTheSecondFieldOfALine(t *testing.T) {
	u := newTypist(t).at(flow.HouseNumber).types("12a")
	lines, cursor := u.lines()
	at := strings.Index(lines[cursor.Y], "12a")
	if at < 0 || width(lines[cursor.Y][:at])+3 != cursor.X {
		t.Errorf("the cursor is at %+v in %q", cursor, lines[cursor.Y])
	}
}

func TestU16FocusedFieldAndItsErrorAreAlwaysSeen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {80, 15}, {46, 9}, {60, 3}} {
		u := newTypist(t)
		u.w, u.h = size[0], size[1]
		for i := range u.form().fields {
			u.form().open[u.form().fields[i].Section] = true
		}
		u.at(flow.EmployeeID).types("x").press("enter") // all that is wrong is shown now
		u.at(flow.FirstName)
		seen := 0
		for range u.form().stops() {
			if u.focused() != "" {
				seen++
				lines, cursor := u.lines()
				if cursor == nil {
					t.Fatalf("%v: no cursor in %s:\n%s", size, u.focused(), u.picture())
				}
				label := fieldLabel(u.focused())
				if u.w < 60 && len(label) > 10 {
					label = label[:10] // where there is no room for all of it
				}
				if share, ok := sharesLine[u.focused()]; ok && !strings.Contains(lines[cursor.Y], label) {
					label = share.label
				}
				if !strings.Contains(lines[cursor.Y], label) || !strings.HasPrefix(lines[cursor.Y], ">") {
					t.Errorf("%v: %s is not labelled:\n%s", size, u.focused(), u.picture())
				}
				if field := u.form().fields[u.form().focus.field]; field.shown != "" && (cursor.Y+1 >= len(lines) || !strings.Contains(lines[cursor.Y+1], markProblem)) {
					t.Errorf("%v: what is wrong with %s is not seen:\n%s", size, u.focused(), u.picture())
				}
			}
			u.press("tab")
		}
		if seen != len(flow.Fields) {
			t.Errorf("%v: tab went through %d fields of %d", size, seen, len(flow.Fields))
		}
	}
}

func TestU16ScrollbarAndProgress(t *testing.T) {
	u := newTypist(t)
	_, all := u.form().progress()
	u.mustShow("0 of "+strconv.Itoa(all)+" ▕░").mustHide("│", "█")
	u.types("Zoë").mustShow("1 of " + strconv.Itoa(all) + " ▕█░")
	u.at(flow.Email).types("zoe").mustShow("1 of ").types("@x.de").mustShow("2 of ")
	for i := range u.form().fields {
		u.form().open[u.form().fields[i].Section] = true
	}
	first := func() int {
		lines, _ := u.lines()
		for i, line := range lines {
			if strings.HasSuffix(line, markBar) {
				return i
			}
		}
		return -1
	}
	top := first()
	u.at(flow.EmployeeID)
	if bottom := first(); top != 2 || bottom <= top {
		t.Errorf("the scrollbar begins in line %d at the top and %d at the bottom:\n%s", top, bottom, u.picture())
	}
	lines, _ := u.lines()
	if !strings.HasSuffix(lines[len(lines)-1], markBar) {
		t.Errorf("at the end the scrollbar does not reach the last line:\n%s", u.picture())
	}
}

// While a field is edited nothing but its line, the one below and the count in
// the title change.
func TestU14TypingTouchesOnlyItsField(t *testing.T) {
	for _, spec := range flow.Fields {
		u := newTypist(t).at(spec.Field)
		text := map[flow.Kind]string{
			flow.KindDate: "3.2.1991", flow.KindCountry: "germany", flow.KindLanguage: "german", flow.KindEmail: "zoe@gmial.com", flow.KindChoice: "pfmi",
		}[spec.Kind]
		if text == "" {
			text = "Lange Reihe 12a, 20099"
		}
		before, cursor := u.lines()
		for _, letter := range text {
			u.types(string(letter))
			after, _ := u.lines()
			for y := range max(len(before), len(after)) {
				changed := y >= len(before) || y >= len(after) || before[y] != after[y]
				if changed && y != 0 && y != cursor.Y && y != cursor.Y+1 && !strings.Contains(before[y], "▾") && !strings.Contains(before[y], "▸") && spec.Field != flow.DocumentNumber && spec.Field != flow.DocumentType {
					t.Fatalf("typing %q in %s (line %d) changed line %d:\n%s", letter, spec.Field, cursor.Y, y, u.picture())
				}
			}
			before = after
		}
	}
}

func TestU15EverySizeWithoutOverflow(t *testing.T) {
	states := map[string]func(*typist){
		"empty": func(*typist) {},
		"full": func(u *typist) {
			for _, spec := range flow.Fields {
				u.at(spec.Field).types("Ä山田 " + strings.Repeat("x", 90))
			}
			u.press("enter")
			u.form().say(flow.City, strings.Repeat("The city is not known. ", 20), u.form().get(flow.City))
		},
		"search": func(u *typist) { u.press("ctrl+g").types("second") },
	}
	for name, prepare := range states {
		u := newTypist(t)
		prepare(u)
		for w := 0; w <= 130; w += 1 + w/12 {
			for h := 0; h <= 60; h += 1 + h/6 {
				u.w, u.h = w, h
				if w == 0 || h == 0 {
					if view, cursor := u.screen.View(w, h); view != "" || cursor != nil {
						t.Errorf("%s: %dx%d shows %q", name, w, h, view)
					}
					continue
				}
				u.lines()
			}
		}
	}
}

func TestLongWordsOfTheAPIAreCutToThreeLines(t *testing.T) {
	u := newTypist(t)
	u.w = 60
	u.form().say(flow.FirstName, "\x1b[2Jgone "+strings.Repeat("word ", 80), "")
	lines, _ := u.lines()
	n := 0
	for _, line := range lines {
		if strings.Contains(line, "word") {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d lines of words:\n%s", n, u.picture())
	}
	u.mustShow("First name: gone word", markEllipse)
	if view, _ := u.screen.View(u.w, u.h); strings.Contains(view, "\x1b[2J") {
		t.Error("an escape sequence of the API reaches the terminal")
	}
}

func BenchmarkKeyToView(b *testing.B) {
	u := newTypist(b)
	for _, spec := range flow.Fields {
		u.at(spec.Field).types("Lange Reihe")
	}
	u.at(flow.LastName)
	b.ReportAllocs()
	for b.Loop() {
		u.text("x").press("backspace")
		u.screen.View(80, 24)
	}
}
