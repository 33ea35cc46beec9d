package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// The two screens of a sign-up that was sent and did not simply succeed.

// refusedView says what happened, what is safe and what to press.
func (p *payment) refusedView(w int) []string {
	st, c, s := p.c.style, p.c, p.c.s
	f := s.Submission.Failure
	lines := []string{st.Danger.Bold(true).Render(markProblem + " " + textRefusedTitle), ""}
	para := func(text string) {
		lines = append(lines, wrap(text, min(w, 84))...)
	}
	para(failureText(f))
	if field, ok := flow.FieldOf(f.Reference); ok && f.Reference != "" {
		para(strings.ReplaceAll(textRefusedField, "{field}", fieldLabel(field)))
	}
	lines = append(lines, "")
	if unused := s.Unused(); len(unused) > 0 {
		until := unused[0].ValidUntil.Add(-unused[0].Skew)
		for _, u := range unused {
			if end := u.ValidUntil.Add(-u.Skew); end.Before(until) {
				until = end
			}
		}
		safe := textRefusedSafe
		if !until.After(c.now()) {
			safe = textRefusedOver
		}
		para(strings.NewReplacer("{name}", c.firstName(), "{time}", until.In(c.now().Location()).Format("15:04")).Replace(safe))
		for _, u := range unused {
			text := "  " + st.Accent.Render(markDone) + " " + c.paymentName(u)
			if by := instrumentText(u.Instrument); by != "" {
				text += ", " + by
			}
			lines = append(lines, fit(text, w))
		}
	} else {
		para(strings.ReplaceAll(textRefusedNothing, "{name}", c.firstName()))
	}
	lines = append(lines, "")
	para(p.refusedAdvice(f))
	if trace := clean(f.TraceID); trace != "" {
		lines = append(lines, "", st.Faint.Render(fit(strings.ReplaceAll(textTrace, "{id}", trace), w)))
	}
	return lines
}

func (p *payment) refusedAdvice(f flow.Failure) string {
	if field, ok := flow.FieldOf(f.Reference); ok && f.Reference != "" {
		return strings.ReplaceAll(textAdviceField, "{field}", fieldLabel(field))
	}
	if text := refusedAdvice[f.Kind]; text != "" {
		return text
	}
	return textAdviceOther
}

func (p *payment) refusedKeys(press tea.KeyPressMsg) tea.Cmd {
	c, k, s := p.c, p.c.keys, p.c.s
	f := s.Submission.Failure
	field, known := flow.FieldOf(f.Reference)
	known = known && f.Reference != ""
	switch {
	case key.Matches(press, k.Enter) && known:
		words := clean(f.Message)
		if words == "" {
			words = failureText(f)
		}
		c.seek(field, words)
	case key.Matches(press, k.Once), key.Matches(press, k.Enter) && sendable(f.Kind):
		switch {
		case !sendable(f.Kind):
			return c.refuse(textNotSendable)
		case c.held():
			return nil
		}
		c.dispatch(flow.SubmitPressed{})
	case key.Matches(press, k.Enter):
		return c.refuse(textPickOne)
	case key.Matches(press, k.Edit):
		c.dispatch(flow.StepChosen{Step: flow.StepMember})
	case key.Matches(press, k.Back):
		return c.back()
	case key.Matches(press, k.Cancel):
		return c.askToGiveUp()
	}
	return nil
}

// sendable reports whether sending the same once more can help.
func sendable(kind apiclient.Kind) bool {
	switch kind {
	case apiclient.RateLimited, apiclient.Unavailable, apiclient.Unreachable, apiclient.Unauthorized, apiclient.Forbidden, apiclient.NotFound, "":
		return true
	}
	return false
}

func (p *payment) refusedKeyList() []key.Binding {
	k, f := p.c.keys, p.c.s.Submission.Failure
	var keys []key.Binding
	if field, ok := flow.FieldOf(f.Reference); ok && f.Reference != "" {
		enter := k.Enter
		enter.SetHelp("enter", strings.ReplaceAll(textMendField, "{field}", fieldLabel(field)))
		keys = append(keys, enter)
	}
	if sendable(f.Kind) {
		once := k.Once
		once.SetHelp("s", textSendAgain)
		keys = append(keys, once)
	}
	edit := k.Edit
	edit.SetHelp("e", textEditMember)
	return append(keys, edit, k.Cancel, k.Back)
}

// unknownView says that nobody knows, what is safe, and what goes on.
func (p *payment) unknownView(w int) []string {
	st, c, s := p.c.style, p.c, p.c.s
	sub := s.Submission
	half := sub.CustomerID != 0
	title := textUnknownTitle
	if half {
		title = textHalfTitle
	}
	lines := []string{st.Warn.Bold(true).Render(markProblem + " " + title), ""}
	para := func(text string) { lines = append(lines, wrap(text, min(w, 84))...) }
	fill := strings.NewReplacer("{name}", c.firstName(), "{time}", sub.Since.In(c.now().Location()).Format("15:04"), "{customer}", customerText(sub.CustomerID))
	switch paid := len(s.Unused()) > 0; {
	case half && paid:
		para(fill.Replace(textHalfCreated) + " " + textHalfPaid)
	case half:
		para(fill.Replace(textHalfCreated))
	default:
		para(fill.Replace(textUnknownWhat))
		if paid {
			para(textUnknownPaid)
		}
	}
	lines = append(lines, "", p.looking(), "")
	option := func(k, text string, possible bool) {
		if possible {
			lines = append(lines, fit(st.Key.Render(pad(k, 7))+text, w))
		} else {
			lines = append(lines, st.Faint.Render(fit(pad(k, 7)+text, w)))
		}
	}
	if half {
		option("h", strings.ReplaceAll(textHandOver, "{code}", s.Code())+textRecommended, true)
		option("enter", textLookContract, true)
	} else {
		option("enter", textKeepLooking+textRecommended, true)
		option("h", strings.ReplaceAll(textHandOver, "{code}", s.Code()), true)
	}
	option("s", textSendOnce+p.whyNotOnce(), s.MaySendOnceMore())
	if f, failed := s.Failure("find/"); failed {
		lines = append(lines, "")
		lines = append(lines, c.failureLines(f, w)...)
	}
	if trace := clean(sub.Failure.TraceID); trace != "" {
		lines = append(lines, "", st.Faint.Render(fit(strings.ReplaceAll(textTrace, "{id}", trace), w)))
	}
	return lines
}

// looking says what the search does now.
func (p *payment) looking() string {
	s, now := p.c.s, p.c.now()
	if s.Submission.CustomerID != 0 {
		if s.Submission.LookNow {
			return textLookingContract
		}
		return textNoContract
	}
	times := strings.ReplaceAll(textLookedTimes, "{n}", num(s.Submission.Looks))
	if s.Submission.Looks == 1 {
		times = textLookedOnce
	}
	var next time.Time
	for _, e := range s.Wants() {
		switch e := e.(type) {
		case flow.FindOwn:
			return times + " " + textLookingNow
		case flow.Wake:
			if e.At.After(now) && (next.IsZero() || e.At.Before(next)) {
				next = e.At
			}
		}
	}
	if _, more := p.nextLook(); !more || next.IsZero() {
		return times + " " + textLookedOver
	}
	text := strings.ReplaceAll(textNextLook, "{time}", clockText(next.Sub(now)))
	if until := s.LooksUntil(); until.After(now) {
		text += strings.ReplaceAll(textLookUntil, "{time}", until.In(now.Location()).Format("15:04:05"))
	}
	return times + " " + text + "."
}

// nextLook reports whether the program goes on looking by itself.
func (p *payment) nextLook() (flow.Outcome, bool) {
	result := p.c.s.Result()
	return result, result != flow.Unknown
}

// whyNotOnce says why the sign-up cannot be sent once more.
func (p *payment) whyNotOnce() string {
	s := p.c.s
	switch {
	case s.MaySendOnceMore():
		return ""
	case s.Submission.CustomerID != 0:
		return textNotOnceHalf
	case s.Duplicates == nil || s.Duplicates.Forbidden:
		return textNotOnceBlind
	}
	return textNotOnceYet
}

func (p *payment) unknownKeys(press tea.KeyPressMsg) tea.Cmd {
	c, k, s := p.c, p.c.keys, p.c.s
	switch {
	case key.Matches(press, k.Enter, k.Look):
		c.hush()
		if _, failed := s.Failure("find/"); failed {
			c.dispatch(flow.Retried{})
		}
		c.dispatch(flow.LookedAgain{})
	case key.Matches(press, k.Retry) && len(s.Failures) > 0:
		c.dispatch(flow.Retried{})
	case key.Matches(press, k.HandOver):
		return c.writeHandOver()
	case key.Matches(press, k.Once):
		switch {
		case !s.MaySendOnceMore():
			return c.refuse(textSendOnce + p.whyNotOnce() + ".")
		case c.held():
			return nil
		}
		d := &dialog{title: textOnceTitle, lines: []string{textOnceWhat, "", strings.ReplaceAll(textOnceType, "{code}", s.Code())}, yes: textOnceYes, no: textGoOnLooking, prompt: textCode}
		d.accept = func(code string) tea.Cmd {
			c.dispatch(flow.SentOnceMore{Code: code})
			if c.s.Stage() == flow.StageUnknown {
				return c.refuse(textWrongCode)
			}
			return nil
		}
		return c.open(d)
	case key.Matches(press, k.Back), key.Matches(press, k.Cancel):
		return c.refuse(textNoWayBack)
	}
	return nil
}

func (p *payment) unknownKeyList() []key.Binding {
	k := p.c.keys
	enter := k.Enter
	enter.SetHelp("enter", textLookAgain)
	if p.c.s.Submission.CustomerID != 0 {
		enter.SetHelp("enter", textLookContract)
		return []key.Binding{k.HandOver, enter}
	}
	return []key.Binding{enter, k.HandOver, k.Once}
}
