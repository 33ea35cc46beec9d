//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal runs a command on a pseudo terminal and shows what its screen
// shows. It waits for what it sees, never for time.
type terminal struct {
	t       *testing.T
	command *exec.Cmd
	tty     *os.File
	ended   chan error

	mu     sync.Mutex
	screen *vt.SafeEmulator
	drawn  chan struct{} // closed and replaced whenever the screen was drawn to
}

func startTerminal(t *testing.T, columns, rows int, environment []string, name string, args ...string) *terminal {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), environment...)
	tty, err := pty.StartWithSize(command, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{
		t: t, command: command, tty: tty, ended: make(chan error, 1),
		screen: vt.NewSafeEmulator(columns, rows), drawn: make(chan struct{}),
	}
	// What the emulator answers to queries goes back to the program.
	go func() { _, _ = io.Copy(tty, term.screen) }()
	go term.read()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = tty.Close()
		// Closing the emulator itself would race with the one who reads from it.
		if input, ok := term.screen.InputPipe().(io.Closer); ok {
			_ = input.Close()
		}
		if t.Failed() {
			t.Logf("the last screen:\n%s", term.text())
		}
	})
	return term
}

func (term *terminal) read() {
	buffer := make([]byte, 64<<10)
	for {
		n, err := term.tty.Read(buffer)
		term.mu.Lock()
		_, _ = term.screen.Write(buffer[:n])
		close(term.drawn)
		term.drawn = make(chan struct{})
		term.mu.Unlock()
		if err != nil {
			term.ended <- term.command.Wait()
			return
		}
	}
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.screen.String()
}

// sees waits until the screen shows every one of these texts.
func (term *terminal) sees(texts ...string) {
	term.t.Helper()
	if missing := term.watch(patience, texts...); missing != "" {
		term.t.Fatalf("the screen never showed %q", missing)
	}
}

// insists presses a key until the screen shows text, as people do: a screen
// that came up by itself is deaf for a moment, so that nobody answers it
// unread.
func (term *terminal) insists(key, text string) {
	term.t.Helper()
	for range int(patience / (2 * time.Second)) {
		term.types(key)
		if term.watch(2*time.Second, text) == "" {
			return
		}
	}
	term.t.Fatalf("the screen never showed %q", text)
}

// watch waits for texts on the screen and returns the one that is missing.
func (term *terminal) watch(limit time.Duration, texts ...string) (missing string) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		term.mu.Lock()
		drawn := term.drawn
		screen := term.screen.String()
		term.mu.Unlock()
		missing = ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return ""
		}
		select {
		case <-drawn:
		case <-deadline.C:
			return missing
		}
	}
}

// types sends keys as a person types them.
func (term *terminal) types(text string) {
	term.t.Helper()
	if _, err := term.tty.WriteString(text); err != nil {
		term.t.Fatal(err)
	}
}

// The keys that are not letters.
const (
	enter  = "\r"
	escape = "\x1b"
	tab    = "\t"
	down   = "\x1b[B"
	right  = "\x1b[C"
	ctrlC  = "\x03"
)

// chooseFlexWithDrinks goes from the first screen to the member.
func (term *terminal) chooseFlexWithDrinks() {
	term.t.Helper()
	term.sees("Which membership?", "Flex")
	term.types(enter)
	term.sees("Which term?", "12 months", "29.90")
	term.types(enter)
	term.sees("12 months ✓", "Contract starts", "41.12")
	term.types(enter)
	term.sees("Which extras?", "Drinks flat")
	term.types(down + down + down + " ")
	term.sees("[✓] Drinks flat")
	term.types(enter)
	term.sees("Who is signing up?")
}

// fillInMember types what the member says, as it is said at a desk.
func (term *terminal) fillInMember() {
	term.t.Helper()
	for _, text := range []string{"Zoë", "O'Brien-Łuczak", "3.2.1991", "zoe@example.com", "", "Lange Reihe", "12a", "20099", "Hamburg"} {
		term.types(text + tab)
	}
	term.sees("35 years", "Hamburg")
	term.types(enter)
}

// confirmTexts ticks what must be ticked.
func (term *terminal) confirmTexts() {
	term.t.Helper()
	term.sees("Please read", "Terms and conditions")
	term.types(" ")
	term.sees("[✓] Terms and conditions")
	term.types(enter)
	term.sees("Please check")
}
