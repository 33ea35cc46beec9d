package tui

import (
	"strings"
	"testing"
	"testing/synctest"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// fill types a complete member.
func (u *typist) fill() *typist {
	for _, each := range []struct {
		field flow.Field
		text  string
	}{
		{flow.FirstName, "Zoë"},
		{flow.LastName, "O'Brien-Łuczak"},
		{flow.DateOfBirth, "3.2.1991"},
		{flow.Email, "zoe@example.com"},
		{flow.Street, "Lange Reihe"},
		{flow.HouseNumber, "12a"},
		{flow.ZipCode, "20099"},
		{flow.City, "Hamburg"},
		{flow.CountryCode, "germany"},
		{flow.LanguageCode, "german"},
	} {
		u.at(each.field).types(each.text)
	}
	return u
}

// edited is what the desk was told, by field; later ones win.
func (u *typist) edited() map[flow.Field]string {
	all := map[flow.Field]string{}
	for _, fact := range u.desk.facts {
		if e, ok := fact.(flow.FieldsEdited); ok {
			for name, value := range e.Values {
				all[name] = value.Reveal()
			}
		}
	}
	return all
}

func (u *typist) chosen() (step flow.Step, ok bool) {
	for _, fact := range u.desk.facts {
		if s, is := fact.(flow.StepChosen); is {
			step, ok = s.Step, true
		}
	}
	return step, ok
}

// news brings a snapshot of the desk to the screen, as root does.
func (u *typist) news(change func(s *flow.Signup)) *typist {
	if change != nil {
		change(&u.desk.state)
	}
	u.c.s = u.desk.Snapshot()
	u.screen.Update(changedMsg{})
	return u
}

func TestEnterGoesOnWithWhatWasTyped(t *testing.T) {
	u := newTypist(t).fill()
	if len(u.desk.facts) != 0 {
		t.Fatalf("the desk was told %v without a tick", u.desk.facts)
	}
	next := u.c.s.Next()
	u.press("enter")
	if step, ok := u.chosen(); !ok || step != next {
		t.Errorf("enter chose %v, %v; the screen says %q", step, ok, u.c.status.text)
	}
	if _, isStep := u.desk.facts[len(u.desk.facts)-1].(flow.StepChosen); !isStep {
		t.Error("the step was chosen before the fields were handed over")
	}
	told := u.edited()
	for name, want := range map[flow.Field]string{
		flow.DateOfBirth: "1991-02-03", flow.CountryCode: "DE", flow.LanguageCode: "de", flow.LastName: "O'Brien-Łuczak",
	} {
		if told[name] != want {
			t.Errorf("the desk has %s = %q, want %q", name, told[name], want)
		}
	}
	if _, told := told[flow.Notes]; told {
		t.Error("the desk was told of a field that nobody touched")
	}
}

func TestOnlyWhatChangedIsHandedOver(t *testing.T) {
	u := newTypist(t).types("Zoë")
	u.screen.Leave()
	u.at(flow.LastName).types("Ott")
	u.screen.Leave()
	if len(u.desk.facts) != 2 {
		t.Fatalf("%d facts", len(u.desk.facts))
	}
	last := u.desk.facts[1].(flow.FieldsEdited).Values
	if len(last) != 1 || last[flow.LastName] != secret.New("Ott") {
		t.Errorf("the second fact names %d fields", len(last))
	}
	u.screen.Leave()
	if len(u.desk.facts) != 2 {
		t.Error("leaving twice told the desk twice")
	}
	u.at(flow.LastName).press("ctrl+u")
	u.screen.Leave()
	if last := u.desk.facts[2].(flow.FieldsEdited).Values; len(last) != 1 || !last[flow.LastName].IsZero() {
		t.Errorf("clearing a field told %d fields", len(last))
	}
}

func TestU22WhatIsTypedIsHandedOverEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newTypist(t)
		first := u.screen.Update(textKey("Z"))
		if first == nil {
			t.Fatal("the first letter starts no timer")
		}
		for range 10 {
			if u.screen.Update(textKey("o")) != nil {
				t.Fatal("a second timer runs")
			}
		}
		u.screen.Update(first()) // a second of fake time
		if len(u.desk.facts) != 1 || u.edited()[flow.FirstName] != "Zoooooooooo" {
			t.Fatalf("after a second the desk was told %d times", len(u.desk.facts))
		}
		if u.screen.Update(keyCodes["left"]) != nil || u.screen.Dirty() {
			t.Error("a timer runs although nothing is new")
		}
		again := u.screen.Update(textKey("x"))
		if again == nil {
			t.Fatal("the next letter starts no timer")
		}
		u.screen.Leave()
		if u.screen.Update(textKey("y")) == nil {
			t.Error("after the screen was left and shown again a letter starts no timer")
		}
		other := newTypist(t).screen
		u.screen.Update(flushMsg{other})
		if !u.screen.Dirty() {
			t.Error("the timer of another screen was heard")
		}
	})
}

func TestU19BackNeverValidatesAndLosesNothing(t *testing.T) {
	for _, spec := range flow.Fields {
		if spec.Kind == flow.KindChoice {
			continue
		}
		u := newTypist(t).at(spec.Field).types("not valid; at all").press("left", "left")
		_, before := u.lines()
		picture, back := u.picture(), u.c.s.Back()
		u.press("esc")
		if step, ok := u.chosen(); !ok || step != back {
			t.Errorf("%s: esc chose %v, %v", spec.Field, step, ok)
		}
		u.desk.apply(len(u.desk.facts))
		u.desk.state.Step = flow.StepMember
		u.news(nil)
		u.screen.Enter()
		if _, after := u.lines(); u.picture() != picture || *after != *before {
			t.Errorf("%s: coming back shows\n%s\nwant\n%s", spec.Field, u.picture(), picture)
		}
	}
}

func TestU20WhenErrorsAreShown(t *testing.T) {
	for _, tt := range []struct {
		name           string
		field          flow.Field
		bad, fix, text string
	}{
		{"date", flow.DateOfBirth, "3.2.199", "1", "Date of birth is not a date"},
		{"date too long", flow.DateOfBirth, "12.12.199123", "<<", "Date of birth is not a date"},
		{"future", flow.DateOfBirth, "11.3.2026", "<", "Date of birth lies in the future"},
		{"e-mail", flow.Email, "zoe@example", ".c", "E-mail is not an e-mail address"},
		{"country", flow.CountryCode, "austr", "i", "Country is not on the list"},
		{"language", flow.LanguageCode, "qwert", "<<<", "Language is not on the list"},
		{"number", flow.EmployeeID, "12x", "<", "is a number without letters"},
		{"length", flow.ZipCode, strings.Repeat("9", 101), "<", "Postcode is longer"},
		{"missing", flow.LastName, "", "O", "Last name is missing"},
		{"second of a line", flow.City, "", "H", "City is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := newTypist(t).at(tt.field)
			for _, letter := range tt.bad {
				u.types(string(letter)).mustHide(tt.text)
			}
			u.press("tab").mustShow(tt.text)
			u.at(tt.field).mustShow(tt.text).press("end")
			for _, letter := range tt.fix {
				u.mustShow(tt.text)
				if letter == '<' {
					u.press("backspace")
				} else {
					u.types(string(letter))
				}
			}
			u.mustHide(tt.text)
			if code := u.form().wrong[tt.field]; code != "" {
				t.Errorf("%s is still %s", tt.field, code)
			}

			u = newTypist(t)
			u.h = 60
			u.at(tt.field).types(tt.bad).press("enter").mustShow(tt.text)
			if _, ok := u.chosen(); ok {
				t.Error("enter went on")
			}
		})
	}
}

func TestU20AFieldThatWasMendedIsNotNaggedAbout(t *testing.T) {
	u := newTypist(t).at(flow.Email).press("tab").at(flow.Email).mustShow("E-mail is missing")
	u.types("z").mustHide("E-mail is").types("oe@example.com").press("backspace", "backspace", "backspace", "backspace").mustHide("E-mail is").press("tab").mustShow("E-mail is not an e-mail address")
}

func TestU20EnterShowsAllAndGoesToTheFirst(t *testing.T) {
	u := newTypist(t).types("Zoë").at(flow.DocumentNumber).types("C01X").press("enter")
	if u.focused() != flow.LastName {
		t.Errorf("the focus is on %s", u.focused())
	}
	for _, label := range []string{"Last name", "Date of birth", "E-mail", "Street", "Postcode", "City", "Country", "Language"} {
		u.mustShow(label + " is missing")
	}
	if want := "9 fields"; !strings.HasPrefix(u.c.status.text, want) {
		t.Errorf("the status line says %q", u.c.status.text)
	}
	if u.edited()[flow.FirstName] != "Zoë" {
		t.Error("what was typed was not handed over")
	}
	u = newTypist(t).fill().at(flow.DocumentNumber).types("C01X").at(flow.FirstName)
	u.form().open[flow.SectionIdentity] = false
	u.press("enter").mustShow("Document is missing")
	if u.focused() != flow.DocumentType {
		t.Errorf("the focus is on %s, not in the folded section", u.focused())
	}
}

func refusal(reference, words string) flow.Failure {
	return flow.Failure{Kind: apiclient.Invalid, Message: words, TraceID: "trace-1", Reference: reference}
}

func TestU21WordsOfTheAPIStandAtTheirField(t *testing.T) {
	for _, tt := range []struct {
		reference string
		field     flow.Field
	}{
		{"customer.email", flow.Email},
		{"customer.documentIdentification.documentNumber", flow.DocumentNumber},
		{"customer.language.languageCode", flow.LanguageCode},
		{"customer.language.countryCode", flow.LanguageCountry},
		{"contract.referralCode", flow.ReferralCode},
		{"zipCode", flow.ZipCode},
	} {
		u := newTypist(t).fill()
		u.screen.Leave()
		u.desk.apply(len(u.desk.facts))
		u.news(func(s *flow.Signup) {
			s.Submission = flow.Submission{State: flow.SubmitRefused, Failure: refusal(tt.reference, "Not like \x1b[31mthis.")}
		})
		u.screen.Enter()
		if u.focused() != tt.field {
			t.Errorf("%s: the focus is on %s, want %s", tt.reference, u.focused(), tt.field)
		}
		words := fieldLabel(tt.field) + ": Not like this."
		u.mustShow(words).types("q").mustHide(words).press("backspace")
		if u.form().fields[u.form().focus.field].Kind != flow.KindLanguage {
			u.mustShow(words)
		}
		u.press("tab", "tab").at(tt.field).types("qq").mustHide(words).undo()
		if tt.field != flow.LanguageCode {
			u.mustShow(words)
		}
	}
}

func TestU21WordsAboutNoFieldAreSaid(t *testing.T) {
	u := newTypist(t).fill()
	u.news(func(s *flow.Signup) {
		s.Submission = flow.Submission{State: flow.SubmitRefused, Failure: refusal("contract.startDate", "Too early.")}
	})
	u.screen.Enter()
	if u.c.status.text != "Too early." {
		t.Errorf("the status line says %q", u.c.status.text)
	}
}

// A preview that fails while staff type must not take the cursor away.
func TestU21APreviewThatFailsLeavesTheCursor(t *testing.T) {
	u := newTypist(t).at(flow.DateOfBirth).types("3.2.1991")
	u.screen.Leave()
	u.at(flow.Street)
	u.desk.apply(len(u.desk.facts))
	fail := func(s *flow.Signup) {
		*s = s.Apply(flow.Event{At: s.At, Fact: flow.Failed{Key: flow.FetchPreview{}.Key(), Failure: refusal("customer.dateOfBirth", "Too young.")}})
	}
	u.news(fail).mustShow("Date of birth: Too young.")
	if u.focused() != flow.Street {
		t.Errorf("the focus went to %s", u.focused())
	}
	u.at(flow.DateOfBirth).press("end", "backspace").types("0").mustHide("Too young")
	u.news(func(s *flow.Signup) { *s = s.Apply(flow.Event{At: s.At, Fact: flow.Retried{}}) })
	u.screen.Leave()
	u.desk.apply(len(u.desk.facts) - u.desk.seen)
	u.news(fail).mustShow("Date of birth: Too young.")
}

func TestFindPutsTheCursorAndTheWords(t *testing.T) {
	u := newTypist(t).fill()
	u.screen.Find(flow.PlaceOfBirth, "Needed here.")
	u.mustShow("Place of birth: Needed here.")
	if u.focused() != flow.PlaceOfBirth {
		t.Errorf("the focus is on %s", u.focused())
	}
	u.screen.Find(flow.City, "")
	if u.focused() != flow.City {
		t.Errorf("the focus is on %s", u.focused())
	}
}

// The desk is slow: what it says is older than what was typed since.
func TestOldSnapshotsOverwriteNothing(t *testing.T) {
	u := newTypist(t).types("Zoë")
	u.screen.Leave()
	u.news(nil).mustBe(flow.FirstName, "Zoë") // the desk has not applied it yet
	u.types(" Maria")
	u.screen.Leave()
	u.desk.apply(1)
	u.news(nil).mustBe(flow.FirstName, "Zoë Maria")
	u.desk.apply(1)
	u.news(nil).mustBe(flow.FirstName, "Zoë Maria")
	if u.screen.Dirty() {
		t.Error("something is left to hand over")
	}
	u.undo().mustBe(flow.FirstName, "Zoë").news(nil).mustBe(flow.FirstName, "Zoë")
	if !u.screen.Dirty() {
		t.Error("the undo is not handed over")
	}
}

// The studio's country comes later; what staff typed meanwhile stays.
func TestValuesFromOutsideFillUntouchedFields(t *testing.T) {
	arrives := func(s *flow.Signup) {
		*s = s.Apply(flow.Event{At: s.At, Fact: flow.StudioArrived{Studio: apiclient.Studio{CountryCode: "AT"}}})
	}
	u := newTypist(t).news(arrives).mustBe(flow.CountryCode, "AT").mustShow("Austria")
	if u.screen.Dirty() {
		t.Error("what came from the desk is handed back to it")
	}
	if len(u.form().past.undo) != 0 {
		t.Error("what came from outside can be undone")
	}
	u = newTypist(t).at(flow.CountryCode).types("de").news(arrives).mustBe(flow.CountryCode, "DE")
	u.screen.Leave()
	if got := u.edited()[flow.CountryCode]; got != "DE" {
		t.Errorf("the desk was told %q", got)
	}
}

// An Italian studio needs more; the form follows the sign-up's rules.
func TestRequiredFieldsFollowTheStudio(t *testing.T) {
	u := newTypist(t)
	_, before := u.form().progress()
	u.news(func(s *flow.Signup) { s.Studio = &apiclient.Studio{CountryCode: "IT"} })
	if _, after := u.form().progress(); after <= before {
		t.Errorf("%d fields are required, %d before", after, before)
	}
	u.mustShow("Identity document 0/5 *")
	u.at(flow.TaxID).mustShow("Tax id *").at(flow.DocumentNumber).types("C01X").mustHide("Tax id *").mustShow("Document *")
}

func TestTheFormForgetsWhenTheMemberIsWiped(t *testing.T) {
	u := newTypist(t).fill()
	u.screen.Leave()
	u.desk.apply(len(u.desk.facts))
	u.at(flow.City).types("x") // and is not handed over
	u.news(func(s *flow.Signup) {
		s.Outcome, s.EndedAt = flow.Created, s.At
		*s = s.Apply(flow.Event{At: s.At, Fact: flow.Left{}})
	})
	for _, spec := range flow.Fields {
		u.mustBe(spec.Field, "")
	}
	if len(u.form().past.undo)+len(u.form().past.redo) != 0 || u.screen.Dirty() {
		t.Error("the form still knows what was typed")
	}
}

// Lines that come without bracketed paste are keys; Enter among them never
// gets past what is missing.
func TestU4ABurstWithEnterDoesNotGoOn(t *testing.T) {
	u := newTypist(t)
	for range 40 {
		u.types("x").press("enter").types("y").press("enter")
	}
	if step, ok := u.chosen(); ok {
		t.Errorf("step %v was chosen", step)
	}
}

func TestKeysFollowTheState(t *testing.T) {
	names := func(u *typist) string {
		var all []string
		for _, k := range u.screen.Keys() {
			all = append(all, k.Help().Desc)
		}
		return strings.Join(all, ", ")
	}
	u := newTypist(t)
	for _, tt := range []struct {
		do   func()
		want string
	}{
		{func() {}, "next, continue, go to field, back"},
		{func() { u.types("a") }, "next, continue, go to field, undo, back"},
		{func() { u.undo() }, "next, continue, go to field, redo, back"},
		{func() { u.at(flow.Email).types("a@gmial.com") }, "next, continue, take it, go to field, undo, back"},
		{func() { u.take().at(flow.LanguageCode).press("tab") }, "next, continue, open, go to field, undo, back"},
		{func() { u.press("right") }, "next, continue, fold, go to field, undo, back"},
		{func() { u.press("ctrl+g") }, "go there, down, close"},
	} {
		if tt.do(); names(u) != tt.want {
			t.Errorf("keys: %s; want %s", names(u), tt.want)
		}
	}
	if !u.screen.Capturing() {
		t.Error("letters are keys while a form is shown")
	}
}
