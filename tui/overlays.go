package tui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

// helpSheet lists the keys of a screen.
type helpSheet struct {
	c     *common
	keys  []key.Binding
	about string // what the screen is for
}

func (o *helpSheet) Update(msg tea.Msg) (overlay, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		return nil, nil
	}
	return o, nil
}

func (o *helpSheet) Covers() bool { return false }

func (o *helpSheet) View(w, h int) ([]string, *tea.Cursor) {
	st, k := o.c.style, o.c.keys
	inner := min(66, w-4) - 4
	list := func(keys []key.Binding) (lines []string) {
		for _, b := range keys {
			if help := b.Help(); b.Enabled() && help.Key != "" {
				lines = append(lines, st.Key.Render(pad(help.Key, 12))+help.Desc)
			}
		}
		return lines
	}
	body := []string{st.Title.Render(textHelpTitle)}
	for _, line := range wrap(o.about, inner) {
		body = append(body, st.Faint.Render(line))
	}
	body = append(append(body, ""), list(o.keys)...)
	everywhere := list([]key.Binding{k.Find, k.Retry5, k.Details, k.Quit})
	if len(body)+len(everywhere)+4 <= h {
		body = append(append(body, "", st.Title.Render(textHelpEverybody)), everywhere...)
	}
	return box(st.Faint.Render, block(body, inner, min(len(body), h-2)), inner+4), nil
}

// details is what support asks for: ids, traces, what failed. Nothing in it is
// about the member.
type details struct{ c *common }

func (o *details) Update(msg tea.Msg) (overlay, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		return nil, nil
	}
	return o, nil
}

// Covers: a picture of this may be sent to support, without the member.
func (o *details) Covers() bool { return true }

func (o *details) View(w, h int) ([]string, *tea.Cursor) {
	st, s := o.c.style, o.c.s
	inner := min(84, w-4) - 4
	body := []string{st.Title.Render(textDetailsTitle), st.Faint.Render(textDetailsNote), ""}
	add := func(name, value string) {
		if value = clean(value); value != "" {
			body = append(body, st.Faint.Render(pad(name, 14))+fit(value, inner-14))
		}
	}
	id := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	add("code", s.Code())
	add("intent", s.Intent)
	add("API", s.Settings.BaseURL)
	add("environment", s.Settings.Environment)
	add("offer, term", strings.TrimSpace(id(s.OfferID)+" "+id(s.TermID)))
	add("customer", id(s.CustomerID))
	if stage := s.Stage(); stage != "" {
		add("stage", string(stage))
	}
	for _, p := range s.Payments {
		add("session "+strconv.Itoa(p.N), string(p.Scope)+" "+p.Amount.String()+", "+string(p.State))
	}
	fail := func(name string, f flow.Failure) {
		body = append(body, "")
		add("failed", name)
		add("kind", string(f.Kind)+" "+f.Code)
		add("field", f.Reference)
		add("trace", f.TraceID)
	}
	if f := o.c.stuck; f != nil {
		body = append(body, "")
		add("failed", flow.JournalKey)
		body = append(body, wrap(clean(f.Message), inner)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Failures)) {
		kind, _, _ := strings.Cut(name, "/") // what follows may tell persons apart
		fail(kind, s.Failures[name])
	}
	if s.Submission.Failure != (flow.Failure{}) {
		fail("submit", s.Submission.Failure)
	}
	return box(st.Faint.Render, block(body, inner, min(len(body), h-2)), inner+4), nil
}

// everything finds anything that can be done now.
type everything struct {
	m       *Model
	typed   entry
	at      int
	actions []action
}

type action struct {
	name, keys string
	do         func() tea.Cmd
}

func newEverything(m *Model) *everything {
	p := &everything{m: m}
	for _, b := range m.screen().Keys() {
		if !b.Enabled() || b.Help().Desc == "" || len(b.Keys()) == 0 {
			continue
		}
		press, ok := pressOf(b.Keys()[0])
		if !ok {
			continue
		}
		p.actions = append(p.actions, action{b.Help().Desc, b.Help().Key, func() tea.Cmd { return m.screen().Update(press) }})
	}
	if len(m.c.s.Failures) > 0 || m.c.stuck != nil {
		p.actions = append(p.actions, action{textRetryAll, m.c.keys.Retry5.Help().Key, m.retry})
	}
	if m.c.s.Outcome == "" {
		for _, step := range flow.Steps {
			if step > flow.StepPreview || step == m.at() || m.c.s.Skipped(step) {
				continue
			}
			p.actions = append(p.actions, action{strings.ReplaceAll(textGoToStep, "{step}", stepNames[step]), "", func() tea.Cmd {
				m.goTo(step)
				return nil
			}})
		}
		if stage := m.c.s.Stage(); stage != flow.StageUnknown && stage != flow.StageSubmitting {
			p.actions = append(p.actions, action{textStartOver, "", m.c.askToGiveUp})
		}
	}
	if m.c.handOver != nil && !m.c.blank() {
		p.actions = append(p.actions, action{textHandOverFile, "", m.c.writeHandOver})
	}
	p.actions = append(p.actions, action{textLeaveProgram, m.c.keys.Quit.Help().Key, m.leave})
	return p
}

// pressOf is the key press that a key name of a binding stands for.
func pressOf(name string) (tea.KeyPressMsg, bool) {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace}
	if code, ok := named[name]; ok {
		return tea.KeyPressMsg{Code: code}, true
	}
	if mod, letter, ok := strings.Cut(name, "+"); ok && mod == "ctrl" && len(letter) == 1 {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}, true
	}
	if letters := []rune(name); len(letters) == 1 {
		return tea.KeyPressMsg{Code: letters[0], Text: name}, true
	}
	return tea.KeyPressMsg{}, false
}

func (p *everything) found() []action {
	want := strings.ToLower(p.typed.String())
	return slices.DeleteFunc(slices.Clone(p.actions), func(a action) bool {
		return !strings.Contains(strings.ToLower(a.name), want)
	})
}

func (p *everything) Update(msg tea.Msg) (overlay, tea.Cmd) {
	k := p.m.c.keys
	found := p.found()
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case key.Matches(press, k.Back), key.Matches(press, k.Find):
			return nil, nil
		case key.Matches(press, k.Up):
			p.at = max(0, p.at-1)
			return p, nil
		case key.Matches(press, k.Down), key.Matches(press, k.Next):
			p.at = min(max(0, len(found)-1), p.at+1)
			return p, nil
		case key.Matches(press, k.Enter):
			if p.at >= len(found) {
				return p, nil
			}
			p.m.overlay = nil
			return nil, found[p.at].do()
		}
	}
	if p.typed.Update(msg) {
		p.at = 0
	}
	return p, nil
}

func (p *everything) Covers() bool { return false }

func (p *everything) View(w, h int) ([]string, *tea.Cursor) {
	st := p.m.c.style
	inner := min(60, w-4) - 4
	shown, at := p.typed.view(inner - 2)
	body := []string{st.Title.Render(fit(textFindTitle, inner)), st.Faint.Render("> ") + shown, ""}
	found := p.found()
	var lines []string
	for i, a := range found {
		mark, name := "  ", a.name
		if i == p.at {
			mark, name = st.Accent.Render(markChosen)+" ", st.Strong.Render(name)
		}
		lines = append(lines, pad(mark+name, inner-8)+padLeft(st.Faint.Render(a.keys), 8))
	}
	if len(found) == 0 {
		lines = append(lines, st.Faint.Render(fit(textFindNothing, inner)))
	}
	lines = window(lines, p.at, min(12, h-len(body)-2))
	return box(st.Faint.Render, append(body, lines...), inner+4), tea.NewCursor(4+at, 2)
}
