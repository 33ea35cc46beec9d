package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"frontdesk/flow"
)

// handedMsg says where the file for support is, or why there is none.
type handedMsg struct {
	s    flow.Signup // that it is about
	path string
	err  error
}

// writeHandOver writes the file for support aside, and then says what to do
// with it.
func (c *common) writeHandOver() tea.Cmd {
	s, write := c.s, c.handOver
	if write == nil {
		return c.handed(handedMsg{s: s})
	}
	return tea.Batch(c.inform(textWritingFile), func() tea.Msg {
		path, err := write(s.Intent)
		return handedMsg{s, path, err}
	})
}

// handed shows code and path of what was handed over.
func (c *common) handed(msg handedMsg) tea.Cmd {
	if msg.s.Intent != c.s.Intent {
		return nil
	}
	fill := strings.NewReplacer("{code}", c.s.Code(), "{name}", c.memberName())
	lines := []string{textHandOverWhat}
	switch {
	case c.s.Committed() && len(c.s.Unused()) > 0:
		lines = append(lines, "", fill.Replace(textHandOverNotPaid))
	case c.s.Committed():
		lines = append(lines, "", fill.Replace(textHandOverNot))
	}
	d := &dialog{title: fill.Replace(textHandOverTitle), no: textGoOn}
	switch path := clean(msg.path); {
	case msg.err != nil:
		lines = append(lines, "", markProblem+" "+sentence(clean(msg.err.Error())))
	case path != "":
		lines = append(lines, "", textHandOverPath, path)
		d.yes, d.do = textCopyPath, func() tea.Cmd {
			return tea.Batch(tea.SetClipboard(path), c.inform(textPathCopied))
		}
	}
	if c.s.Stage() == flow.StageUnknown {
		d.no = textGoOnLooking
	}
	d.lines = lines
	return c.open(d)
}
