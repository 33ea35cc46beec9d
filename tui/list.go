package tui

// scrolled is lines that are looked at through a window of h lines; a faint
// last line says that there are more.
func (c *common) scrolled(lines []string, top *int, w, h int) []string {
	*top = max(0, min(*top, len(lines)-h))
	if len(lines) <= h || h < 2 {
		return block(lines, w, h)
	}
	shown := block(lines[*top:], w, h)
	if *top+h < len(lines) {
		shown[h-1] = c.style.Faint.Render(fit("↓ "+textMoreBelow+" ("+num(len(lines)-*top-h+1)+")", w))
	}
	return shown
}
