package tui

// below is what stands at the foot of the list: what waits to be finished, and
// what there is to know of this desk.
func (o *offers) below(w int) []string {
	c := o.c
	if len(c.waiting) == 0 {
		return c.noticeLines(w)
	}
	text, style := c.waitingText()+textWaitingShort, c.style.Faint
	if c.waiting[0].Urgent {
		text, style = markProblem+" "+text, c.style.Warn
	}
	lines := []string{"", style.Render(fit(text, w))}
	if notice := c.noticeLines(w); len(notice) > 0 {
		lines = append(lines, notice[1:]...)
	}
	return lines
}

// noticeLines is the quiet line about this desk, at the foot of the first
// screen.
func (c *common) noticeLines(w int) []string {
	if c.notice == "" {
		return nil
	}
	lines := []string{""}
	for _, line := range wrap(c.notice, min(w, 96)) {
		lines = append(lines, c.style.Faint.Render(line))
	}
	return lines[:min(len(lines), 4)]
}

// withFoot puts lines at the foot of a block.
func withFoot(lines, foot []string, w, h int) []string {
	if len(foot) >= h {
		return block(lines, w, h)
	}
	return append(block(lines, w, h-len(foot)), block(foot, w, len(foot))...)
}
