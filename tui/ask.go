package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

func num(n int) string { return strconv.Itoa(n) }

// askToLose asks before authorised payments would be left unused.
func (c *common) askToLose(lost []flow.Payment, do func() tea.Cmd) tea.Cmd {
	return c.open(&dialog{title: textLoseTitle, lines: c.lossLines(lost), yes: textLoseYes, no: textLoseNo, do: do})
}

func (c *common) lossLines(lost []flow.Payment) []string {
	var lines []string
	for _, p := range lost {
		text := markProblem + " " + c.paymentName(p)
		if by := instrumentText(p.Instrument); by != "" {
			text += ", " + by
		}
		lines = append(lines, text)
	}
	return append(lines, "", textLoseWhat)
}

// askToGiveUp ends the sign-up without a contract, after a question.
func (c *common) askToGiveUp() tea.Cmd {
	var lines []string
	if lost := c.s.Unused(); len(lost) > 0 {
		lines = append(c.lossLines(lost), "")
	}
	lines = append(lines, textGiveUpWhat)
	return c.open(&dialog{title: textGiveUpTitle, lines: lines, yes: textGiveUpYes, no: textGiveUpNo, do: func() tea.Cmd {
		c.dispatch(flow.Abandoned{})
		return nil
	}})
}

// failureLines tells a failure: what happened, the API's words, what to press,
// and what support asks for.
func (c *common) failureLines(f flow.Failure, w int) []string {
	var lines []string
	for i, line := range wrap(markProblem+" "+failureText(f), min(w, 76)) {
		if i > 0 {
			line = "  " + line
		}
		lines = append(lines, c.style.Warn.Render(fit(line, w)))
	}
	if trace := clean(f.TraceID); trace != "" {
		lines = append(lines, c.style.Faint.Render(fit("  "+strings.ReplaceAll(textTrace, "{id}", trace), w)))
	}
	return append(lines, "", fit("  "+textPressRetry, w))
}
