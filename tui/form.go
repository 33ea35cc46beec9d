package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// form lets staff fill in fields. It is built from their table and knows no
// rule: what is wrong and what is required it asks the sign-up as it would be
// with the texts that stand in the form.
type form struct {
	c      *common
	fields []field
	open   map[flow.Section]bool
	focus  stop
	line   line   // edits the focused field
	whole  bool   // the next letter replaces all of the text
	typed  string // the letters that picked a choice
	past   history
	search *fieldSearch // not nil while a field is looked for

	base  flow.Signup // what the desk knows
	now   flow.Signup // with what stands in the form
	wrong map[flow.Field]flow.ProblemCode

	top int // first line that is shown
}

// field is one field of the form.
type field struct {
	flow.FieldSpec
	text  string // as typed, or canonical since the field was left
	caret int
	shown flow.ProblemCode // the problem that is shown: it was there when the field was left
	said  apiWords
}

// apiWords is what the API said of a value; it holds for no other.
type apiWords struct{ words, of string }

// stop is where the focus can be: a field, or the heading of a section.
type stop struct {
	section flow.Section
	field   int // heading for the heading
}

const heading = -1

func newForm(c *common, specs []flow.FieldSpec) *form {
	f := &form{c: c, open: map[flow.Section]bool{}, line: newLine()}
	for _, spec := range specs {
		f.fields = append(f.fields, field{FieldSpec: spec})
	}
	if len(specs) > 0 {
		f.open[specs[0].Section] = true
		f.focus = stop{specs[0].Section, 0}
	}
	f.judge()
	return f
}

// rebase judges what stands in the form by a newer sign-up.
func (f *form) rebase(s flow.Signup) {
	f.base = s
	f.judge()
}

// load puts a text into a field from outside; that cannot be undone.
func (f *form) load(name flow.Field, text string) {
	i := f.index(name)
	if i < 0 {
		return
	}
	f.fields[i].text, f.fields[i].caret = text, utf8.RuneCountInString(text)
	if i == f.focus.field {
		f.edit(i)
	}
	f.judge()
}

func (f *form) index(name flow.Field) int {
	for i := range f.fields {
		if f.fields[i].Field == name {
			return i
		}
	}
	return -1
}

// value is the text of a field as the sign-up keeps it.
func (f *form) value(i int) string { return canonical(f.fields[i].FieldSpec, f.fields[i].text) }

func (f *form) get(name flow.Field) string {
	if i := f.index(name); i >= 0 {
		return f.value(i)
	}
	return ""
}

// values is every field's value.
func (f *form) values() map[flow.Field]secret.Value {
	all := make(map[flow.Field]secret.Value, len(f.fields))
	for i := range f.fields {
		all[f.fields[i].Field] = secret.New(f.value(i))
	}
	return all
}

// judge asks the sign-up what is wrong now. A problem that was mended, or
// became another, is no longer shown.
func (f *form) judge() {
	f.now = f.base.Apply(flow.Event{At: f.base.At, Fact: flow.FieldsEdited{Values: f.values()}})
	f.wrong = map[flow.Field]flow.ProblemCode{}
	for _, p := range f.now.Problems(flow.StepMember) {
		f.wrong[p.Field] = p.Code
	}
	for i := range f.fields {
		if field := &f.fields[i]; field.shown != f.wrong[field.Field] {
			field.shown = ""
		}
	}
}

// submit shows everything that is wrong and goes to the first of it. It
// returns how many fields that are.
func (f *form) submit() int {
	f.settle()
	first, n := heading, 0
	for i := range f.fields {
		f.fields[i].shown = f.wrong[f.fields[i].Field]
		if f.fields[i].shown != "" {
			if n++; first == heading {
				first = i
			}
		}
	}
	if first != heading {
		f.goTo(first)
	}
	return n
}

// say shows what the API said of a value, while a field has that value.
func (f *form) say(name flow.Field, words, of string) {
	if i := f.index(name); i >= 0 {
		f.fields[i].said = apiWords{clean(words), canonical(f.fields[i].FieldSpec, of)}
	}
}

// find puts the cursor into a field.
func (f *form) find(name flow.Field) {
	if i := f.index(name); i >= 0 {
		f.goTo(i)
	}
}

func (f *form) goTo(i int) {
	f.open[f.fields[i].Section] = true
	f.move(stop{f.fields[i].Section, i})
}

// stops is everything the focus can be on, in order.
func (f *form) stops() []stop {
	var list []stop
	for i := range f.fields {
		section := f.fields[i].Section
		if first := i == 0 || f.fields[i-1].Section != section; first && i > 0 {
			list = append(list, stop{section, heading})
		}
		if f.open[section] {
			list = append(list, stop{section, i})
		}
	}
	return list
}

// step moves the focus by n; round says that the end leads to the beginning.
func (f *form) step(n int, round bool) {
	list := f.stops()
	at := 0
	for i, s := range list {
		if s == f.focus {
			at = i
		}
	}
	if at += n; round {
		at = (at + len(list)) % len(list)
	}
	f.move(list[max(0, min(at, len(list)-1))])
}

func (f *form) move(to stop) {
	if to == f.focus {
		return
	}
	f.settle()
	f.focus = to
	f.edit(to.field)
}

// settle gives the text of the focused field its final shape and shows what is
// wrong with it: the field is being left.
func (f *form) settle() {
	if f.focus.field == heading || len(f.fields) == 0 {
		return
	}
	field := &f.fields[f.focus.field]
	if final := f.value(f.focus.field); final != field.text {
		f.past.settled(f.focus.field, field.text, final)
		field.text, field.caret = final, utf8.RuneCountInString(final)
		f.edit(f.focus.field)
	}
	field.shown = f.wrong[field.Field]
}

// edit hands the text of a field to the line.
func (f *form) edit(i int) {
	f.typed, f.past.closed = "", true
	if i == heading {
		return
	}
	field := &f.fields[i]
	f.line.set(field.text, field.caret)
	f.whole = field.text != "" && (field.Kind == flow.KindCountry || field.Kind == flow.KindLanguage)
}

// change lets do edit the line and keeps what came of it.
func (f *form) change(way how, do func()) {
	i := f.focus.field
	field := &f.fields[i]
	c := change{field: i, before: field.text, from: f.line.caret()}
	do()
	field.caret, f.whole = f.line.caret(), false
	if c.after, c.to = f.line.text(), field.caret; c.after == c.before {
		f.past.closed = f.past.closed || c.to != c.from
		return
	}
	field.text = c.after
	f.past.record(way, c)
	f.judge()
}

// put shows changes that come from the history or from a tip.
func (f *form) put(changes []change) {
	if len(changes) == 0 {
		return
	}
	for _, c := range changes {
		f.fields[c.field].text, f.fields[c.field].caret = c.after, c.to
	}
	f.judge()
	at := changes[0].field
	f.open[f.fields[at].Section] = true
	f.focus = stop{f.fields[at].Section, at}
	f.edit(at)
	f.whole = false
}

// Update takes keys and pastes.
func (f *form) Update(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		f.paste(msg.Content)
	case tea.KeyPressMsg:
		switch {
		case f.search != nil:
			f.searchKey(msg)
		case msg.Text != "": // whatever the modifiers: AltGr is ctrl+alt
			f.write(msg.Text)
		default:
			f.press(msg)
		}
	}
}

func (f *form) press(msg tea.KeyPressMsg) {
	keys := f.c.keys
	switch {
	case key.Matches(msg, keys.Next):
		f.step(1, true)
	case key.Matches(msg, keys.Previous):
		f.step(-1, true)
	case key.Matches(msg, keys.Down):
		f.step(1, false)
	case key.Matches(msg, keys.Up):
		f.step(-1, false)
	case key.Matches(msg, keys.PageDown):
		f.step(page, false)
	case key.Matches(msg, keys.PageUp):
		f.step(-page, false)
	case key.Matches(msg, keys.GoTo):
		f.search = &fieldSearch{line: newLine()}
	case key.Matches(msg, keys.Undo):
		changes, _ := f.past.back()
		f.put(changes)
	case key.Matches(msg, keys.Redo):
		changes, _ := f.past.again()
		f.put(changes)
	case key.Matches(msg, keys.TakeHint):
		f.takeTip()
	case f.focus.field == heading:
		if key.Matches(msg, keys.Right) || key.Matches(msg, keys.Left) {
			f.open[f.focus.section] = key.Matches(msg, keys.Right)
		}
	case f.fields[f.focus.field].Kind == flow.KindChoice:
		f.pressChoice(msg)
	default:
		f.change(byErasing, func() {
			if erases := msg.Code == tea.KeyBackspace || msg.Code == tea.KeyDelete; f.whole && erases {
				f.line.set("", 0)
				return
			}
			f.line.press(msg)
		})
	}
}

// page is how many fields a page key passes.
const page = 8

// write takes typed letters.
func (f *form) write(text string) {
	switch {
	case f.focus.field == heading:
		if text == " " {
			f.open[f.focus.section] = !f.open[f.focus.section]
		}
	case f.fields[f.focus.field].Kind == flow.KindChoice:
		f.pick(text)
	default:
		f.change(byTyping, func() { f.insert(text) })
	}
}

func (f *form) paste(content string) {
	switch {
	case f.search != nil:
		f.search.line.insert(clean(content))
	case f.focus.field == heading:
	case f.fields[f.focus.field].Kind == flow.KindChoice:
		f.typed = ""
		f.pick(clean(content))
	default:
		text := pasted(f.fields[f.focus.field].FieldSpec, content)
		f.change(byAction, func() { f.insert(text) })
	}
}

func (f *form) insert(text string) {
	if f.whole {
		f.line.set("", 0)
	}
	f.line.insert(text)
}

// pressChoice goes through the choices; the first is none.
func (f *form) pressChoice(msg tea.KeyPressMsg) {
	field := f.fields[f.focus.field]
	at := 0
	for i, choice := range field.Choices {
		if choice == field.text {
			at = i + 1
		}
	}
	n := len(field.Choices) + 1
	switch {
	case key.Matches(msg, f.c.keys.Right):
		at = (at + 1) % n
	case key.Matches(msg, f.c.keys.Left):
		at = (at + n - 1) % n
	case msg.Code == tea.KeyBackspace || msg.Code == tea.KeyDelete:
		at = 0
	default:
		return
	}
	f.typed = ""
	f.choose(append([]string{""}, field.Choices...)[at])
}

// pick chooses what begins with the letters that were typed.
func (f *form) pick(text string) {
	for _, typed := range []string{f.typed + text, text} {
		for _, choice := range f.fields[f.focus.field].Choices {
			prefix := strings.ToLower(typed)
			if strings.HasPrefix(strings.ToLower(choiceText(choice)), prefix) || strings.HasPrefix(strings.ToLower(choice), prefix) {
				f.choose(choice)
				f.typed = typed
				return
			}
		}
	}
}

func (f *form) choose(choice string) {
	f.change(byAction, func() { f.line.set(choice, utf8.RuneCountInString(choice)) })
}

// tip is what the form would do differently about a field.
func (f *form) tip(i int) (tip, bool) {
	return tipFor(f.fields[i].Field, i == f.focus.field, f.get)
}

// tipped is the field whose tip the key takes: the focused one, or the first
// that has one.
func (f *form) tipped() (i int, t tip, ok bool) {
	if i = f.focus.field; i != heading {
		if t, ok = f.tip(i); ok {
			return i, t, true
		}
	}
	for i = range f.fields {
		if t, ok = f.tip(i); ok {
			return i, t, true
		}
	}
	return heading, tip{}, false
}

func (f *form) takeTip() {
	at, t, ok := f.tipped()
	if !ok {
		return
	}
	f.settle()
	set := func(i int) (change, bool) {
		text, named := t.set[f.fields[i].Field]
		n := utf8.RuneCountInString
		return change{i, f.fields[i].text, text, n(f.fields[i].text), n(text)}, named && text != f.fields[i].text
	}
	var changes []change
	if c, differs := set(at); differs {
		changes = append(changes, c)
	}
	for i := range f.fields {
		if c, differs := set(i); differs && i != at {
			changes = append(changes, c)
		}
	}
	f.past.record(byAction, changes...)
	f.put(changes)
}

// Keys are those of the present state.
func (f *form) Keys() []key.Binding {
	k := f.c.keys
	if f.search != nil {
		return f.search.keys(k)
	}
	list := []key.Binding{k.Next, k.Enter}
	if _, _, ok := f.tipped(); ok {
		list = append(list, k.TakeHint)
	}
	if f.focus.field == heading {
		fold := k.Right
		fold.SetHelp(fold.Help().Key, textOpenSection)
		if f.open[f.focus.section] {
			fold = k.Left
			fold.SetHelp(fold.Help().Key, textFoldSection)
		}
		list = append(list, fold)
	}
	list = append(list, k.GoTo)
	if len(f.past.undo) > 0 {
		list = append(list, k.Undo)
	}
	if len(f.past.redo) > 0 {
		list = append(list, k.Redo)
	}
	return append(list, k.Back)
}
