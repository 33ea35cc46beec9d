package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// extras is the modules that can be chosen: those that come with the offer, up
// to a limit, and those for a price.
type extras struct {
	c  *common
	at int
}

// extra is a module that can be chosen.
type extra struct {
	apiclient.Module
	paid   bool
	chosen bool
}

func newExtras(c *common) *extras { return &extras{c: c} }

func (x *extras) list() []extra {
	var list []extra
	s := x.c.s
	if s.Offer == nil {
		return nil
	}
	for _, m := range s.Offer.SelectableModules {
		list = append(list, extra{m, false, slices.Contains(s.Selectable, m.ID)})
	}
	if term, ok := s.Term(); ok {
		for _, m := range term.OptionalModules {
			list = append(list, extra{m, true, slices.Contains(s.Optional, m.ID)})
		}
	}
	return list
}

func (x *extras) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	k, list := x.c.keys, x.list()
	x.at = min(x.at, max(0, len(list)-1))
	switch {
	case key.Matches(press, k.Up, k.Previous):
		x.at = max(0, x.at-1)
	case key.Matches(press, k.Down, k.Next):
		x.at = min(max(0, len(list)-1), x.at+1)
	case key.Matches(press, k.Home, k.PageUp):
		x.at = 0
	case key.Matches(press, k.End, k.PageDown):
		x.at = max(0, len(list)-1)
	case key.Matches(press, k.Toggle):
		return x.toggle(list)
	case key.Matches(press, k.Enter):
		return x.c.forward()
	case key.Matches(press, k.Back):
		return x.c.back()
	}
	return nil
}

func (x *extras) toggle(list []extra) tea.Cmd {
	if x.at >= len(list) {
		return nil
	}
	s, item := x.c.s, list[x.at]
	selectable, optional := slices.Clone(s.Selectable), slices.Clone(s.Optional)
	ids := &selectable
	if item.paid {
		ids = &optional
	}
	switch {
	case item.chosen:
		*ids = slices.DeleteFunc(*ids, func(id int64) bool { return id == item.ID })
	case !item.paid && x.left() <= 0 && s.Offer.MaximumNumberOfSelectableModules == 0:
		return x.c.refuse(textNoneSelectable)
	case !item.paid && x.left() <= 0:
		return x.c.refuse(strings.ReplaceAll(textLimit, "{n}", num(s.Offer.MaximumNumberOfSelectableModules)))
	default:
		*ids = append(*ids, item.ID)
	}
	x.c.hush()
	x.c.dispatch(flow.ModulesChosen{Selectable: selectable, Optional: optional})
	return nil
}

// left is how many of the included modules may still be chosen.
func (x *extras) left() int {
	return x.c.s.Offer.MaximumNumberOfSelectableModules - len(x.c.s.Selectable)
}

func (x *extras) View(w, h int) (string, *tea.Cursor) {
	st, list := x.c.style, x.list()
	x.at = min(x.at, max(0, len(list)-1))
	nameW := 12
	for _, item := range list {
		nameW = max(nameW, width(clean(item.Name)))
	}
	nameW = min(nameW, w/2)
	var rows []string
	cursorRow, seen := 0, [2]bool{}
	for i, item := range list {
		kind := 0
		if item.paid {
			kind = 1
		}
		if !seen[kind] {
			if len(rows) > 0 {
				rows = append(rows, "")
			}
			rows = append(rows, x.heading(item.paid))
			seen[kind] = true
		}
		mark, tick, name := "  ", "[ ]", pad(clean(item.Name), nameW)
		if item.chosen {
			tick = "[" + st.Accent.Render(markDone) + "]"
		}
		if i == x.at {
			mark, name = st.Accent.Render(markChosen)+" ", st.Strong.Render(name)
			cursorRow = len(rows)
		}
		price := x.c.headline(item.PaymentFrequency)
		if !item.paid && item.PaymentFrequency.IsZero() {
			price = wordFree
		}
		rows = append(rows, fit(mark+tick+" "+name+"  "+price, w))
	}
	title := []string{st.Title.Render(textWhichExtras), ""}
	room := h - len(title)
	var about []string
	if len(list) > 0 {
		about = append([]string{""}, x.about(list[x.at], w)...)
	}
	if len(rows)+len(about) > room {
		about = about[:max(0, min(len(about), room-min(len(rows), room*2/3)))]
	}
	shown := window(rows, cursorRow, room-len(about))
	return strings.Join(block(slices.Concat(title, shown, about), w, h), "\n"), nil
}

func (x *extras) heading(paid bool) string {
	st := x.c.style
	if paid {
		return st.Strong.Render(textPaidExtras)
	}
	text := strings.ReplaceAll(textFreeExtras, "{n}", num(x.c.s.Offer.MaximumNumberOfSelectableModules))
	return st.Strong.Render(text) + "   " + st.Faint.Render(strings.ReplaceAll(textLeft, "{n}", num(max(0, x.left()))))
}

// about is what is to be known of the module under the cursor.
func (x *extras) about(m extra, w int) []string {
	st := x.c.style
	var lines []string
	add := func(text string) {
		for _, line := range wrap(text, min(w-6, 70)) {
			lines = append(lines, st.Faint.Render("      "+line))
		}
	}
	if text := clean(m.Description); text != "" {
		add(text)
	}
	var runs []string
	if t := termText(m.Term.Term); t != "" {
		runs = append(runs, strings.ReplaceAll(textModuleTerm, "{term}", t))
	}
	if t := termText(m.Term.TermExtension); t != "" && m.Term.ExtensionType == apiclient.ExtensionTerm {
		runs = append(runs, strings.ReplaceAll(textModuleGoesOn, "{term}", t))
	}
	if t := termText(m.Term.CancelationPeriod); t != "" {
		runs = append(runs, strings.ReplaceAll(textModuleLeave, "{term}", t))
	}
	if len(runs) > 0 {
		add(strings.Join(runs, " "))
	}
	if m.TrialPeriod != nil {
		add(strings.ReplaceAll(textTrial, "{term}", termText(m.TrialPeriod.TrialPeriod)) + " " + clean(m.TrialPeriod.Description))
	}
	if m.ConsentTextBlock != nil {
		add(textHasConsent)
	}
	return lines
}

func (x *extras) Capturing() bool { return false }

func (x *extras) Keys() []key.Binding {
	k := x.c.keys
	choose, tick := k.Up, k.Toggle
	choose.SetHelp("↑↓", textChoose)
	tick.SetHelp("space", textSpaceTicks)
	return []key.Binding{tick, k.Enter, k.Back, choose}
}
