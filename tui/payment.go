package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// payment follows what happens in the browser, up to the answer to the
// sign-up. What it shows depends on the stage alone.
type payment struct {
	c     *common
	stage flow.Stage
	since time.Time // the stage has been shown
}

func newPayment(c *common) *payment { return &payment{c: c} }

func (p *payment) Enter() tea.Cmd {
	p.follow()
	return nil
}

// follow notes when a stage began.
func (p *payment) follow() {
	if stage := p.c.s.Stage(); stage != p.stage {
		p.stage, p.since = stage, p.c.now()
	}
}

// Busy is true while somebody waits for something that has a time.
func (p *payment) Busy() bool {
	return p.c.s.Stage() != flow.StageNone && p.c.s.Stage() != flow.StageRefused
}

func (p *payment) Update(msg tea.Msg) tea.Cmd {
	p.follow()
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch p.c.s.Stage() {
	case flow.StageRefused:
		return p.refusedKeys(press)
	case flow.StageUnknown:
		return p.unknownKeys(press)
	}
	return p.payKeys(press)
}

func (p *payment) payKeys(press tea.KeyPressMsg) tea.Cmd {
	c, k, s := p.c, p.c.keys, p.c.s
	stage := s.Stage()
	switch {
	case key.Matches(press, k.Retry) && len(s.Failures) > 0:
		c.hush()
		c.dispatch(flow.Retried{})
	case key.Matches(press, k.Renew):
		switch {
		case c.held():
			return nil
		case stage != flow.StageExpired && p.left() < nearEnd:
			return c.refuse(textRenewSoon)
		case stage != flow.StageExpired:
			return c.refuse(textNoRenew)
		}
		c.dispatch(flow.SessionRenewed{})
	case stage == flow.StageSubmitting:
		return c.refuse(textWaitSubmit)
	case key.Matches(press, k.Back):
		if stage == flow.StagePaying {
			return tea.Batch(c.back(), c.inform(textPaymentStays))
		}
		return c.back()
	case key.Matches(press, k.Open):
		if s.Page.Code == "" {
			return c.refuse(textNoPage)
		}
		c.dispatch(flow.PageReopened{})
		return c.inform(textReopened)
	case key.Matches(press, k.Copy):
		link := s.Page.Link.Reveal()
		if link == "" {
			return c.refuse(textNoPage)
		}
		return tea.Batch(tea.SetClipboard(link), c.inform(textCopied))
	case key.Matches(press, k.Paste):
		switch {
		case c.held():
			return nil
		case stage != flow.StagePaying:
			return c.refuse(textNoPaste)
		}
		return p.askToken()
	case key.Matches(press, k.Cancel):
		return c.askToGiveUp()
	case key.Matches(press, k.Enter):
		return c.inform(textNothingToPress)
	}
	return nil
}

func (p *payment) askToken() tea.Cmd {
	d := &dialog{title: textTokenTitle, lines: []string{textTokenWhat}, yes: textTokenYes, no: textGiveUpNo, prompt: textToken, hidden: true}
	d.accept = func(token string) tea.Cmd {
		p.c.dispatch(flow.TokenPasted{Token: secret.New(token)})
		return nil
	}
	return p.c.open(d)
}

func (p *payment) View(w, h int) (string, *tea.Cursor) {
	p.follow()
	var lines []string
	switch p.c.s.Stage() {
	case flow.StageRefused:
		lines = p.refusedView(w)
	case flow.StageUnknown:
		lines = p.unknownView(w)
	default:
		lines = p.payView(w, h)
	}
	return strings.Join(block(lines, w, h), "\n"), nil
}

// payView is the lanes of what is to be done, what is going on, and how to get
// at the page.
func (p *payment) payView(w, h int) []string {
	st, c, s := p.c.style, p.c, p.c.s
	title := strings.ReplaceAll(stageTitles[s.Stage()], "{name}", c.firstName())
	page := c.pageText()
	lines := []string{st.Title.Render(title) + strings.Repeat(" ", max(2, min(w, 96)-width(title)-width(page))) + st.Faint.Render(page), ""}

	lanes := p.lanes(min(w, 96))
	lines = append(append(lines, lanes...), "")
	if now := p.now(w); len(now) > 0 {
		lines = append(append(lines, now...), "")
	}
	lines = append(lines, p.browser(w)...)
	if left := h - len(lines) - 1; left >= 1 {
		if story := c.story(w, left); len(story) > 0 {
			lines = append(append(lines, ""), story...)
		}
	}
	return lines
}

// lane is one thing that the member does in the browser.
type lane struct {
	title string
	lines []string
}

func (p *payment) lanes(w int) []string {
	st, s := p.c.style, p.c.s
	var list []lane
	if s.SigningNeeded() {
		list = append(list, p.signLane())
	}
	for _, scope := range s.Scopes() {
		list = append(list, p.payLane(scope))
	}
	if len(list) == 0 {
		return []string{st.Faint.Render(textNothingInBrowser)}
	}
	head := func(i int, l lane) []string {
		title := st.Strong.Render(l.title)
		if len(list) > 1 {
			title = st.Faint.Render(num(i+1)) + "  " + title
		}
		return append([]string{title}, l.lines...)
	}
	laneW := w / len(list)
	if laneW < 36 {
		var lines []string
		for i, l := range list {
			lines = append(lines, head(i, l)...)
		}
		return lines
	}
	var lines []string
	for i := len(list) - 1; i >= 0; i-- {
		one := head(i, list[i])
		for j := range one {
			one[j] = fit(one[j], laneW-2)
		}
		lines = beside(one, laneW, lines)
	}
	return lines
}

func (p *payment) signLane() lane {
	st, s := p.c.style, p.c.s
	line := st.Faint.Render("   " + markOpen + " " + textWaits)
	switch {
	case s.Stage() == flow.StageSigning && s.Page.Refused:
		line = st.Warn.Render("   " + markProblem + " " + textNotSigned)
	case s.Stage() == flow.StageSigning:
		line = "   " + markHalf + " " + textSigningNow + p.forHow()
	case s.Signature != nil:
		line = st.Accent.Render("   "+markDone) + " " + textSigned
	}
	return lane{textSigning, []string{line}}
}

// What is left of a session when staff are told that it ends, and when nothing
// new should be begun in it.
const (
	endsSoon = 3 * time.Minute
	nearEnd  = time.Minute
)

// left is how long the session that is being paid stays valid.
func (p *payment) left() time.Duration {
	left := endsSoon
	for _, pay := range p.c.s.Payments {
		if pay.State == flow.Open {
			left = pay.Left(p.c.now())
		}
	}
	return left
}

// redo says that the regular payments have to be asked for once more although
// the due amount is authorised: their session ran out first.
func (p *payment) redo() (text string, ok bool) {
	c, s := p.c, p.c.s
	regular, has := s.Payment(apiclient.ScopeMemberAccount)
	due, paid := s.Payment(apiclient.ScopeECOM)
	if !has || !paid || !regular.Expired(c.now()) || due.State != flow.Authorised || due.Expired(c.now()) {
		return "", false
	}
	step := 1
	if s.SigningNeeded() {
		step++
	}
	return strings.NewReplacer("{n}", num(step), "{amount}", c.amount(due.Amount)).Replace(textRedoRegular), true
}

// payLane is one payment: what for, where it stands, and for how long that is
// good.
func (p *payment) payLane(scope apiclient.Scope) lane {
	st, c, s := p.c.style, p.c, p.c.s
	now := c.now()
	l := lane{title: textLaneRecurring + "   " + textNothingNow}
	pay, has := s.Payment(scope)
	if scope == apiclient.ScopeECOM {
		l.title = textLaneUpfront
		if has {
			l.title += "   " + c.amount(pay.Amount)
		} else if s.Accepted != nil {
			l.title += "   " + c.due(*s.Accepted)
		}
	}
	add := func(text string) { l.lines = append(l.lines, "   "+text) }
	until := pay.ValidUntil.Add(-pay.Skew).In(now.Location()).Format("15:04")
	switch {
	case !has && s.Stage() == flow.StageOpening && p.opens(scope):
		add(markHalf + " " + textOpening + p.forHow())
	case !has:
		add(st.Faint.Render(markOpen + " " + textWaits))
	case pay.Expired(now):
		add(st.Warn.Render(markProblem + " " + textSessionOver))
	case pay.State == flow.Open:
		what := pageDoing[s.Page.News]
		if what == "" {
			what = textInBrowser
		}
		if s.Page.News == flow.PageFailed {
			add(st.Warn.Render(markProblem + " " + textDeclined))
		} else {
			add(markHalf + " " + what + c.since(pay.At))
		}
		switch left := pay.Left(now); {
		case left < nearEnd:
			add(st.Danger.Bold(true).Render(markProblem + " " + strings.ReplaceAll(textLastMinute, "{time}", clockText(left))))
		case left < endsSoon:
			add(st.Warn.Render(markProblem + " " + strings.ReplaceAll(textEndsSoon, "{time}", clockText(left))))
		default:
			add(st.Faint.Render("  " + strings.ReplaceAll(textValidFor, "{time}", clockText(left))))
		}
	default:
		by := instrumentText(pay.Instrument)
		if by == "" {
			by = textAuthorised
		}
		add(st.Accent.Render(markDone) + " " + by)
		if use := strings.ReplaceAll(textUseBefore, "{time}", until); pay.Left(now) < endsSoon {
			add(st.Warn.Render(markProblem + " " + use))
		} else {
			add(st.Faint.Render("  " + use))
		}
	}
	return l
}

// opens reports whether the session of a scope is the one being opened.
func (p *payment) opens(scope apiclient.Scope) bool {
	for _, e := range p.c.s.Wants() {
		if o, ok := e.(flow.OpenSession); ok {
			return o.Request.Scope == scope
		}
	}
	return false
}

// since says for how long something has been going on.
func (c *common) since(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " " + strings.ReplaceAll(textSince, "{time}", clockText(c.now().Sub(at)))
}

// forHow says how long the present stage has taken, from three seconds on.
func (p *payment) forHow() string {
	if p.c.now().Sub(p.since) < 3*time.Second {
		return ""
	}
	return p.c.since(p.since)
}

// now is what is being waited for outside the browser, or what went wrong.
func (p *payment) now(w int) []string {
	st, c, s := p.c.style, p.c, p.c.s
	for _, key := range []string{"session/", "last-preview/", "page", "find/"} {
		if f, failed := s.Failure(key); failed {
			if key == "page" {
				f.Op = textServePage
			}
			return c.failureLines(f, w)
		}
	}
	text := stageTexts[s.Stage()]
	if s.Stage() == flow.StageSubmitting && s.Submission.State == flow.SubmitConflict {
		text = textLookingOwn
	}
	if text == "" {
		return nil
	}
	text = strings.ReplaceAll(text, "{name}", c.memberName())
	style := st.Plain
	switch s.Stage() {
	case flow.StageExpired:
		style = st.Warn
		if redo, ok := p.redo(); ok {
			text = redo
		}
		text = markProblem + " " + text
	case flow.StageChecking, flow.StageOpening, flow.StageSubmitting:
		text = markHalf + " " + text + p.forHow()
	case flow.StageSigning:
		if s.Page.Refused {
			style = st.Warn
			text = markProblem + " " + strings.ReplaceAll(textSignRefused, "{name}", c.firstName())
		}
	case flow.StagePaying:
		if s.Page.News == flow.PageFailed {
			style = st.Warn
			text = markProblem + " " + textDeclinedHelp
			if said := clean(s.Page.NewsText); said != "" {
				text += " " + strings.ReplaceAll(textPageSaid, "{words}", said)
			}
		} else if p.left() < nearEnd && s.Page.News != flow.PageBusy && s.Page.News != flow.PageLeft {
			style = st.Warn
			text = markProblem + " " + strings.ReplaceAll(textBeginNothing, "{name}", c.firstName())
		}
	}
	var lines []string
	if c.formerPage() {
		for _, line := range wrap(textFormerPage, min(w, 96)) {
			lines = append(lines, st.Strong.Render(line))
		}
	}
	for _, line := range wrap(text, min(w, 96)) {
		lines = append(lines, style.Render(line))
	}
	return lines
}

// browser is how to get at the page, always with its whole address.
func (p *payment) browser(w int) []string {
	st, s := p.c.style, p.c.s
	link := clean(s.Page.Link.Reveal())
	if link == "" || s.Stage() == flow.StageSubmitting {
		return nil
	}
	var lines []string
	if why := clean(s.Page.NotOpen); why != "" {
		for _, line := range wrap(markProblem+" "+textNotOpened+" "+why+".", min(w, 96)) {
			lines = append(lines, st.Warn.Render(line))
		}
		lines = append(lines, textOpenByHand)
	} else {
		lines = append(lines, st.Faint.Render(textNotOpenAsk))
	}
	return append(lines, p.c.linkLines(link, w)...)
}

// pageText is the match code and what is known of the page.
func (c *common) pageText() string {
	page := c.s.Page
	if page.Code == "" {
		return ""
	}
	text := strings.ReplaceAll(textPage, "{code}", clean(page.Code))
	if news := pageNews[page.News]; news != "" {
		text += " · " + news
	}
	return text
}

// story is the newest moments of the payment that fit.
func (c *common) story(w, h int) []string {
	var parts []string
	for _, m := range c.s.Timeline {
		text := momentTexts[m.What]
		if text == "" {
			continue
		}
		if said := clean(m.Text); said != "" && strings.HasPrefix(m.What, "authorised") {
			text += " (" + choiceName(apiclient.PaymentChoice(said)) + ")"
		}
		parts = append(parts, m.At.In(c.now().Location()).Format("15:04")+" "+text)
	}
	for {
		lines := wrap(strings.Join(parts, " · "), min(w, 96))
		if len(parts) == 0 || len(lines) <= min(h, 3) {
			for i := range lines {
				lines[i] = c.style.Faint.Render(lines[i])
			}
			if len(parts) == 0 {
				return nil
			}
			return lines
		}
		parts = parts[1:]
	}
}

func (p *payment) Capturing() bool { return false }

func (p *payment) Keys() []key.Binding {
	k, s := p.c.keys, p.c.s
	switch s.Stage() {
	case flow.StageRefused:
		return p.refusedKeyList()
	case flow.StageUnknown:
		return p.unknownKeyList()
	case flow.StageSubmitting:
		if len(s.Failures) > 0 {
			return []key.Binding{k.Retry}
		}
		return nil
	}
	var keys []key.Binding
	if len(s.Failures) > 0 {
		keys = append(keys, k.Retry)
	}
	if s.Stage() == flow.StageExpired {
		keys = append(keys, k.Renew)
	}
	open := k.Open
	open.SetHelp("o", textOpenAgain)
	if s.Page.Code != "" {
		keys = append(keys, open, k.Copy)
	}
	if s.Stage() == flow.StagePaying {
		keys = append(keys, k.Paste)
	}
	return append(keys, k.Back, k.Cancel)
}
