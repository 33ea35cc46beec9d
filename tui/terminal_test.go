package tui

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/charmbracelet/x/vt"
)

// terminal is what the program draws on. The lock is for the race detector:
// time that passes in a bubble orders goroutines, but it does not know that.
type terminal struct {
	mu      sync.Mutex
	screen  *vt.Emulator
	visible bool
	bytes   int
	last    bytes.Buffer
	drained chan struct{}
}

func newTerminal(w, h int) *terminal {
	t := &terminal{screen: vt.NewEmulator(w, h), drained: make(chan struct{})}
	t.screen.SetCallbacks(vt.Callbacks{CursorVisibility: func(visible bool) { t.visible = visible }})
	_, _ = t.screen.WriteString("\x1b[20h") // without a tty a line feed is bare
	go func() {                             // what the emulator answers to queries
		defer close(t.drained)
		_, _ = io.Copy(io.Discard, t.screen)
	}()
	return t
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += len(p)
	t.last.Write(p)
	return t.screen.Write(p)
}

func (t *terminal) close() {
	_ = t.screen.Close()
	<-t.drained
}

func (t *terminal) resize(w, h int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(w, h)
}

func (t *terminal) size() (w, h int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.Width(), t.screen.Height()
}

func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for line := range strings.SplitSeq(t.screen.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " \r"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func (t *terminal) cursor() (x, y int, seen bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.screen.CursorPosition()
	return at.X, at.Y, t.visible
}

// written is how many bytes were written so far.
func (t *terminal) written() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes
}

// newest is what was written since the last time it was asked for.
func (t *terminal) newest() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.last.Reset()
	return t.last.String()
}
