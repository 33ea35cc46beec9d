package tui

import (
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// member is the screen on which staff fill in who is signing up. What is typed
// stays in the form and is handed to the desk at most once a second, and when
// the screen is left.
type member struct {
	c       *common
	form    *form
	told    map[flow.Field]string // what the desk has, or was told and will have
	waiting map[flow.Field]bool   // told and not seen in a snapshot yet
	ticking bool
	heard   flow.Failure // the refusal that stands at its field
	jump    flow.Field   // where the cursor goes when the screen is shown
	orphan  string       // words of the API about something that is no field
}

// flushMsg asks the screen that sent it to dispatch what was typed.
type flushMsg struct{ to *member }

const flushEvery = time.Second

func newMember(c *common) screen {
	m := &member{c: c, form: newForm(c, flow.Fields), told: map[flow.Field]string{}, waiting: map[flow.Field]bool{}}
	m.sync()
	return m
}

func (m *member) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg:
		m.sync()
		return nil
	case flushMsg:
		if msg.to == m {
			m.ticking = false
			m.flush()
		}
		return nil
	case tea.KeyPressMsg:
		if m.form.search == nil && msg.Text == "" {
			switch {
			case key.Matches(msg, m.c.keys.Enter):
				return m.forward()
			case key.Matches(msg, m.c.keys.Back):
				m.flush()
				return m.c.back()
			}
		}
	}
	m.form.Update(msg)
	if m.ticking || !m.Dirty() {
		return nil
	}
	m.ticking = true
	return tea.Tick(flushEvery, func(time.Time) tea.Msg { return flushMsg{m} })
}

// forward goes on if nothing is missing, and else to the first field that
// needs another look.
func (m *member) forward() tea.Cmd {
	wrong := m.form.submit()
	m.flush()
	switch wrong {
	case 0:
		m.c.hush()
		m.c.dispatch(flow.StepChosen{Step: m.c.s.Next()})
		return nil
	case 1:
		return m.c.refuse(textFieldWrong)
	}
	return m.c.refuse(strings.ReplaceAll(textFieldsWrong, "{n}", strconv.Itoa(wrong)))
}

// changes are the fields whose value the desk was not told yet.
func (m *member) changes() map[flow.Field]secret.Value {
	changed := map[flow.Field]secret.Value{}
	for i := range m.form.fields {
		name := m.form.fields[i].Field
		if value := m.form.value(i); value != m.told[name] {
			changed[name] = secret.New(value)
		}
	}
	return changed
}

func (m *member) flush() {
	changed := m.changes()
	if len(changed) == 0 {
		return
	}
	for name, value := range changed {
		m.told[name], m.waiting[name] = value.Reveal(), true
	}
	m.c.dispatch(flow.FieldsEdited{Values: changed})
}

// sync takes over what changed outside of the form, such as the country that
// came with the studio; what staff typed meanwhile wins. A snapshot may be
// older than what the desk was told last.
func (m *member) sync() {
	s := m.c.s
	if s.Outcome != "" && s.Member == nil { // wiped: the form and its undo forget as well
		m.form = newForm(m.c, flow.Fields)
		clear(m.told)
		clear(m.waiting)
	}
	for i := range m.form.fields {
		name := m.form.fields[i].Field
		switch now := s.Get(name).Reveal(); {
		case now == m.told[name]:
			delete(m.waiting, name)
		case m.waiting[name]:
		default:
			if m.form.value(i) == m.told[name] {
				m.form.load(name, now)
			}
			m.told[name] = now
		}
	}
	m.form.rebase(s)
	m.listen(s)
}

// listen puts what the API refused at the field that it names.
func (m *member) listen(s flow.Signup) {
	failure := s.Submission.Failure
	refused := s.Submission.State == flow.SubmitRefused && !s.Submission.Mended
	if !refused {
		var failed bool
		if failure, failed = s.PriceFailure(); !failed {
			failure, failed = s.Failure("last-preview/")
		}
		if !failed {
			m.heard = flow.Failure{}
			return
		}
	}
	if failure == m.heard || failure.Reference == "" {
		return
	}
	m.heard = failure
	words := failure.Message
	if strings.TrimSpace(words) == "" {
		words = textRefusedValue
	}
	name, ok := flow.FieldOf(failure.Reference)
	switch {
	case !ok && refused:
		m.orphan = words
	case ok:
		m.form.say(name, words, s.Get(name).Reveal())
		m.jump = name
	}
}

// Find puts the cursor into a field; words of the API are shown under it.
func (m *member) Find(name flow.Field, words string) {
	if words != "" {
		m.form.say(name, words, m.form.get(name))
	}
	m.form.find(name)
	m.jump = ""
}

// Enter goes to the field that the API refused. While staff type in another
// one the cursor is not taken away from them.
func (m *member) Enter() tea.Cmd {
	m.sync()
	if m.jump != "" {
		m.form.find(m.jump)
		m.jump = ""
	}
	if words := m.orphan; words != "" {
		m.orphan = ""
		return m.c.refuse(clean(words))
	}
	return nil
}

// Leave hands over what was typed. It checks nothing.
func (m *member) Leave() {
	m.ticking = false // the tick under way may reach another screen
	m.flush()
}

// Dirty reports whether something was typed that the desk does not know.
func (m *member) Dirty() bool { return len(m.changes()) > 0 }

func (m *member) Capturing() bool { return true }

func (m *member) Keys() []key.Binding { return m.form.Keys() }

// View draws the question, how far it is answered, and the form.
func (m *member) View(w, h int) (string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return "", nil
	}
	head := []string{m.title(w), ""}
	if h < 10 {
		head = head[:1]
	}
	if h < 4 {
		head = nil
	}
	lines, cursor := m.form.View(w, h-len(head))
	if cursor != nil {
		cursor.Y += len(head)
	}
	return strings.Join(append(head, lines...), "\n"), cursor
}

func (m *member) title(w int) string {
	done, all := m.form.progress()
	bar := strings.Repeat(markBar, done) + strings.Repeat("░", all-done)
	right := strings.NewReplacer("{done}", strconv.Itoa(done), "{all}", strconv.Itoa(all)).Replace(textProgress) + " ▕" + bar + "▏"
	left := m.c.style.Title.Render(textMemberTitle)
	if gap := w - width(left) - width(right); gap > 0 {
		return left + strings.Repeat(" ", gap) + m.c.style.Faint.Render(right)
	}
	return fit(left, w)
}
