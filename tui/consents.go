package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// consents is the texts that the member has to know, confirm or sign.
type consents struct {
	c   *common
	at  int
	top int // of the text under the cursor
}

func newConsents(c *common) *consents { return &consents{c: c} }

// Enter puts the cursor on the first text that waits for something.
func (x *consents) Enter() tea.Cmd {
	x.top = 0
	x.at = max(0, slices.IndexFunc(x.c.s.TextBlocks(), x.waits))
	return nil
}

func (x *consents) waits(b apiclient.TextBlock) bool {
	return obligationOf(b) == mustTick && !x.c.s.Ticks[b.ID]
}

// obligation is what a text asks of the member.
type obligation int

const (
	information obligation = iota
	mustTick
	mustSign
	maySign
)

func obligationOf(b apiclient.TextBlock) obligation {
	switch {
	case b.HasSignature && b.ConfirmationRequired:
		return mustSign
	case b.HasSignature:
		return maySign
	case b.ConfirmationRequired:
		return mustTick
	}
	return information
}

func (x *consents) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	k, blocks := x.c.keys, x.c.s.TextBlocks()
	x.at = min(x.at, max(0, len(blocks)-1))
	move := func(to int) { x.at, x.top = min(max(0, to), max(0, len(blocks)-1)), 0 }
	switch {
	case key.Matches(press, k.Back):
		return x.c.back()
	case key.Matches(press, k.Enter):
		return x.enter(blocks)
	case key.Matches(press, k.Up, k.Previous):
		move(x.at - 1)
	case key.Matches(press, k.Down, k.Next):
		move(x.at + 1)
	case key.Matches(press, k.PageDown):
		x.top += 5
	case key.Matches(press, k.PageUp):
		x.top = max(0, x.top-5)
	case key.Matches(press, k.Home):
		x.top = 0
	case len(blocks) == 0:
	case key.Matches(press, k.Toggle):
		return x.tick(blocks[x.at])
	case key.Matches(press, k.Open):
		return x.c.openLink(linkOf(blocks[x.at]))
	}
	return nil
}

func (x *consents) tick(b apiclient.TextBlock) tea.Cmd {
	switch obligationOf(b) {
	case information:
		return x.c.refuse(textNoTick)
	case mustSign, maySign:
		return x.c.refuse(textTickOnPage)
	}
	x.c.hush()
	x.c.dispatch(flow.Ticked{Block: b.ID, On: !x.c.s.Ticks[b.ID]})
	return nil
}

// enter goes on, or to the first text that is not confirmed.
func (x *consents) enter(blocks []apiclient.TextBlock) tea.Cmd {
	if i := slices.IndexFunc(blocks, x.waits); i >= 0 {
		if x.at != i {
			x.at, x.top = i, 0
		}
		return x.c.refuse(problemText(flow.Problem{Code: flow.NotTicked, Arg: titleOf(blocks[i])}))
	}
	return x.c.forward()
}

func titleOf(b apiclient.TextBlock) string {
	for _, title := range []string{b.Title, b.AttachedExternalURL.Title, b.AttachedDocument.FileName} {
		if title = clean(title); title != "" {
			return title
		}
	}
	return textUntitled
}

// linkOf is the page or file of a text, with what it is called.
func linkOf(b apiclient.TextBlock) (name, url string) {
	if b.AttachedExternalURL.URL != "" {
		return clean(b.AttachedExternalURL.Title), clean(b.AttachedExternalURL.URL)
	}
	return clean(b.AttachedDocument.FileName), clean(b.AttachedDocument.URL)
}

// openLink opens a page in the browser, if it is one.
func (c *common) openLink(_, url string) tea.Cmd {
	switch {
	case url == "" || !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://"):
		return c.refuse(textNoLink)
	case c.openURL == nil:
		return c.refuse(textCannotOpen)
	}
	c.openURL(url)
	return c.inform(textOpened)
}

func (x *consents) View(w, h int) (string, *tea.Cursor) {
	st, blocks := x.c.style, x.c.s.TextBlocks()
	lines := []string{st.Title.Render(strings.ReplaceAll(textWhichConsents, "{name}", x.c.memberName())), ""}
	if len(blocks) == 0 {
		return strings.Join(block(lines, w, h), "\n"), nil
	}
	x.at = min(x.at, len(blocks)-1)
	titleW := 0
	for _, b := range blocks {
		titleW = max(titleW, width(titleOf(b)))
	}
	titleW = min(titleW, w/2)
	var rows []string
	for i, b := range blocks {
		mark, title := "  ", pad(titleOf(b), titleW)
		if i == x.at {
			mark, title = st.Accent.Render(markChosen)+" ", st.Strong.Render(title)
		}
		tick, what := x.state(b)
		rows = append(rows, fit(mark+tick+" "+title+"  "+what, w))
	}
	shown := window(rows, x.at, min(len(rows), max(2, h/2-2)))
	lines = append(append(lines, shown...), st.Faint.Render(strings.Repeat("─", min(w, 70))))
	text := x.text(blocks[x.at], min(w-2, 76))
	lines = append(lines, x.c.scrolled(text, &x.top, w, h-len(lines))...)
	return strings.Join(block(lines, w, h), "\n"), nil
}

// state is the box before a text and the words after it.
func (x *consents) state(b apiclient.TextBlock) (tick, what string) {
	st := x.c.style
	switch obligationOf(b) {
	case mustTick:
		if x.c.s.Ticks[b.ID] {
			return "[" + st.Accent.Render(markDone) + "]", st.Faint.Render(textTicked)
		}
		return "[ ]", st.Warn.Render(textMustTick)
	case mustSign:
		return " " + markHalf + " ", st.Faint.Render(textMustSign)
	case maySign:
		return " " + markOpen + " ", st.Faint.Render(textMaySign)
	}
	return " · ", st.Faint.Render(textInformation)
}

// text is a block as lines, its link last.
func (x *consents) text(b apiclient.TextBlock, w int) []string {
	st := x.c.style
	var lines []string
	if text := plainText(b.Text); text != "" {
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, wrap(line, w)...)
		}
	}
	if len(lines) == 0 {
		lines = append(lines, st.Faint.Render(textNoText))
	}
	if b.ShowCommunicationPrivacyOptions {
		lines = append(lines, "", st.Faint.Render(textContact))
	}
	if b.AttachmentType == apiclient.AttachmentPDFPreview {
		lines = append(lines, "", st.Faint.Render(textContractPreview))
	}
	if name, url := linkOf(b); url != "" {
		lines = append(lines, "")
		if name != "" {
			lines = append(lines, name)
		}
		lines = append(lines, x.c.linkLines(url, w)...)
	}
	return lines
}

// linkLines is an address that can be clicked and copied; one that is too long
// goes over several lines and is never shortened.
func (c *common) linkLines(url string, w int) []string {
	var lines []string
	for _, part := range hardWrap(url, w) {
		lines = append(lines, c.style.Link.Hyperlink(url).Render(part))
	}
	return lines
}

func (x *consents) Capturing() bool { return false }

func (x *consents) Keys() []key.Binding {
	k := x.c.keys
	move, tick, page := k.Up, k.Toggle, k.PageDown
	move.SetHelp("↑↓", textNextText)
	tick.SetHelp("space", textConfirm)
	page.SetHelp("pgdn", textScroll)
	keys := []key.Binding{tick, k.Enter, k.Back}
	if blocks := x.c.s.TextBlocks(); x.at < len(blocks) {
		if _, url := linkOf(blocks[x.at]); url != "" {
			keys = append(keys, k.Open)
		}
	}
	return append(keys, move, page)
}
