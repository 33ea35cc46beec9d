package tui

import (
	"maps"
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"frontdesk/flow"
)

func TestU7AltGrTypesItsCharacter(t *testing.T) {
	u := newTypist(t).at(flow.Email)
	for _, text := range []string{"@", "€", "{", "\\", "~"} {
		for _, mod := range []tea.KeyMod{tea.ModCtrl | tea.ModAlt, tea.ModAlt, tea.ModShift} {
			u.at(flow.LastName).at(flow.Email)
			u.form().line.set("", 0)
			u.screen.Update(tea.KeyPressMsg{Code: 'q', Text: text, Mod: mod})
			if got := u.form().line.text(); got != text {
				t.Errorf("%s with %v leaves %q", text, mod, got)
			}
		}
	}
}

// Undo to the beginning gives what was there, redo to the end what was typed.
func TestUndoAndRedoGoAllTheWay(t *testing.T) {
	fields := []flow.Field{flow.FirstName, flow.DateOfBirth, flow.Email, flow.Street, flow.HouseNumber, flow.CountryCode, flow.LanguageCode, flow.Gender, flow.DocumentType, flow.EmployeeID}
	rapid.Check(t, func(t *rapid.T) {
		u := newTypist(t)
		u.form().load(flow.CountryCode, "DE")
		u.form().load(flow.FirstName, "Zoë")
		values := func() map[flow.Field]string {
			all := map[flow.Field]string{}
			for i := range u.form().fields {
				all[u.form().fields[i].Field] = u.form().value(i)
			}
			return all
		}
		before := values()
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				u.at(rapid.SampledFrom(fields).Draw(t, "field"))
			case 1:
				u.press(rapid.SampledFrom([]string{"tab", "shift+tab", "left", "right", "home", "up", "down"}).Draw(t, "move"))
			case 2:
				u.press(rapid.SampledFrom([]string{"backspace", "delete", "ctrl+u", "ctrl+w"}).Draw(t, "erase"))
			case 3:
				u.paste(rapid.SampledFrom([]string{"Weg 7", "Weg 7, 20099 Hamburg", "3.2.1991", "a b\n"}).Draw(t, "paste"))
			case 4:
				u.take()
			case 5:
				u.undo()
			case 6:
				u.redo()
			default:
				u.types(rapid.SampledFrom([]string{"3.2.1991", "ger", "weg 7", "山田 花子", "1", "f", "zoe@gmial.com", " "}).Draw(t, "type"))
			}
			u.lines()
		}
		u.press("tab", "shift+tab") // a date is shaped when it is left
		after := values()
		steps := len(u.form().past.undo)
		for range steps {
			u.undo()
		}
		if got := values(); !maps.Equal(got, before) {
			t.Fatalf("%d undos leave %v, want %v", steps, got, before)
		}
		u.undo()
		for range steps {
			u.redo()
		}
		if got := values(); !maps.Equal(got, after) {
			t.Fatalf("%d redos leave %v, want %v", steps, got, after)
		}
	})
}

func TestUndoGoesByWords(t *testing.T) {
	u := newTypist(t).at(flow.Street).types("Lange Reihe West")
	for _, want := range []string{"Lange Reihe ", "Lange ", "", ""} {
		u.undo()
		if got := u.raw(flow.Street); got != want {
			t.Errorf("undo leaves %q, want %q", got, want)
		}
	}
	for _, want := range []string{"Lange ", "Lange Reihe ", "Lange Reihe West", "Lange Reihe West"} {
		u.redo()
		if got := u.raw(flow.Street); got != want {
			t.Errorf("redo leaves %q, want %q", got, want)
		}
	}
	u.press("backspace", "backspace").undo()
	if got := u.raw(flow.Street); got != "Lange Reihe West" {
		t.Errorf("undo of erasing leaves %q", got)
	}
	u.press("backspace", "backspace").types("x").press("left").types("y").undo()
	if got := u.raw(flow.Street); got != "Lange Reihe Wex" {
		t.Errorf("after the caret was moved undo leaves %q", got)
	}
	u.types("z")
	if len(u.form().past.redo) != 0 {
		t.Error("what was undone can be redone after something else was typed")
	}
}

func TestUndoGoesBackToItsField(t *testing.T) {
	u := newTypist(t).types("Zoë").at(flow.DocumentNumber).types("C01X").at(flow.LastName)
	u.press("down", "down", "down").undo()
	if u.focused() != flow.DocumentNumber || u.raw(flow.DocumentNumber) != "" {
		t.Errorf("undo is at %s, which holds %q", u.focused(), u.raw(flow.DocumentNumber))
	}
	u.mustShow("Document number").undo()
	if u.focused() != flow.FirstName || u.raw(flow.FirstName) != "" {
		t.Errorf("undo is at %s, which holds %q", u.focused(), u.raw(flow.FirstName))
	}
}

// A date takes its final shape when its field is left; that is no step.
func TestUndoOfADateTakesAllOfIt(t *testing.T) {
	u := newTypist(t).at(flow.DateOfBirth).types("3.2.1991").press("tab")
	if got := u.raw(flow.DateOfBirth); got != "1991-02-03" {
		t.Fatalf("the field that was left holds %q", got)
	}
	u.mustShow("3 Feb 1991 · Sunday · 35 years").undo().mustBe(flow.DateOfBirth, "").redo()
	if got := u.raw(flow.DateOfBirth); got != "1991-02-03" {
		t.Errorf("redo leaves %q", got)
	}
}

func TestCountryIsReplacedByTyping(t *testing.T) {
	u := newTypist(t)
	u.form().load(flow.CountryCode, "DE")
	u.at(flow.CountryCode).mustShow("> Country *               Germany").types("aust").mustShow("Austria · Australia").types("ri").mustShow("Austria")
	u.press("tab").mustBe(flow.CountryCode, "AT").mustShow("  Country *               Austria").undo().mustBe(flow.CountryCode, "DE")
	u.at(flow.LastName).at(flow.CountryCode).press("backspace").mustBe(flow.CountryCode, "")
}

func TestChoicesTurnAndAreTyped(t *testing.T) {
	u := newTypist(t).at(flow.DocumentType)
	for _, want := range []string{"ID_CARD", "PASSPORT"} {
		u.press("right").mustBe(flow.DocumentType, want)
	}
	u.press("left", "left").mustBe(flow.DocumentType, "").press("left").mustBe(flow.DocumentType, "OTHERS").press("right").mustBe(flow.DocumentType, "")
	u.types("pa").mustBe(flow.DocumentType, "PASSPORT").types("dr").mustBe(flow.DocumentType, "DRIVERS_LICENCE").mustShow("‹ Driving licence ›")
	u.types("q").mustBe(flow.DocumentType, "DRIVERS_LICENCE").press("backspace").mustBe(flow.DocumentType, "")
	u.paste("Residence\n").mustBe(flow.DocumentType, "RESIDENCE_PERMIT").undo().mustBe(flow.DocumentType, "")
}

func TestSectionsFoldAndAreFound(t *testing.T) {
	u := newTypist(t).mustShow("▸ More contact details 0/5").mustHide("Second first name")
	u.at(flow.LanguageCode).press("tab", "right").mustShow("▾ More contact details 0/5", "Second first name")
	u.press("left").mustShow("▸ More contact details").mustHide("Second first name").types(" ").mustShow("▾ More").types(" x").mustShow("▸ More")
	u.press("ctrl+g").types("second f").mustShow("> Second first name").press("enter").types("Li").mustShow("▾ More contact details 1/5", "Li")
	if u.focused() != flow.SecondFirstName {
		t.Errorf("the focus is on %s", u.focused())
	}
	u.press("f4", "esc")
	if u.focused() != flow.SecondFirstName || len(u.desk.facts) != 0 {
		t.Errorf("closing the list moved the focus to %s, dispatched %v", u.focused(), u.desk.facts)
	}
	u.press("ctrl+g").types("number").mustShow("> House number", "  Document number").press("down", "enter")
	if u.focused() != flow.DocumentNumber {
		t.Errorf("the focus is on %s", u.focused())
	}
	u.press("ctrl+g").types("xyzzy").mustShow(textNoSuchField).press("enter", "esc")
}

func TestTabGoesRoundAndArrowsStop(t *testing.T) {
	u := newTypist(t).press("shift+tab")
	if u.form().focus != (stop{flow.SectionContract, heading}) {
		t.Errorf("shift+tab on the first field leads to %v", u.form().focus)
	}
	u.press("down")
	if u.form().focus != (stop{flow.SectionContract, heading}) {
		t.Errorf("↓ on the last stop leads to %v", u.form().focus)
	}
	u.press("tab").press("up")
	if u.focused() != flow.FirstName {
		t.Errorf("tab on the last stop and ↑ lead to %s", u.focused())
	}
}
