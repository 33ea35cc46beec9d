package widgetpage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/mattn/go-shellwords"
	"github.com/pkg/browser"
)

// Its launcher would write over the terminal program.
func init() { browser.Stdout, browser.Stderr = nil, nil }

// openWait is how long a launcher may take to fail. One that still runs is
// taken for the browser itself.
const openWait = 3 * time.Second

// Opener opens links in a browser. The zero value does what suits the machine.
type Opener struct {
	// Command is a command line, split like a shell's but run without one; the
	// link becomes its last argument. It overrides every reason not to open.
	Command string
	Mode    string              // "auto" (the default) or "none"
	Env     func(string) string // os.Getenv when nil

	goos   string             // runtime.GOOS when empty
	root   func() bool        // the system's answer when nil
	system func(string) error // the system's own way to open; browser.OpenURL when nil
	wait   time.Duration      // openWait when zero
}

// Refusal says why no browser would be opened here, in words that fit after
// "The browser was not opened: "; it is empty when one would be.
func (o Opener) Refusal() string {
	isRoot := o.root
	if isRoot == nil {
		isRoot = runningAsRoot
	}
	switch {
	case o.Command != "":
		return ""
	case o.Mode == "none":
		return "the configuration says widget.open: none"
	case o.env("SSH_CONNECTION") != "" || o.env("SSH_CLIENT") != "" || o.env("SSH_TTY") != "":
		return "this is a remote (SSH) session"
	case o.unix() && !o.inWSL() && o.env("DISPLAY") == "" && o.env("WAYLAND_DISPLAY") == "":
		return "there is no graphical display"
	case isRoot():
		return "the program runs as root, and a browser should not"
	}
	return ""
}

// Open starts a browser and returns within three seconds; what still runs then
// counts as opened, and outlives this program. An error is one line that says
// why nothing was opened, without the link.
func (o Opener) Open(ctx context.Context, link string) error {
	if why := o.Refusal(); why != "" {
		return errors.New(why)
	}
	if o.Mode != "" && o.Mode != "auto" && o.Mode != "none" {
		return fmt.Errorf("widget.open is %q; use auto or none", o.Mode)
	}
	if o.Command != "" {
		words, err := o.split(o.Command)
		if err != nil || len(words) == 0 {
			return fmt.Errorf("widget.browser_command %q cannot be read as a command line", o.Command)
		}
		return o.start(ctx, append(words, link), link)
	}
	for _, words := range o.launchers(link) {
		if err := o.start(ctx, words, link); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return o.native(ctx, link)
}

// native is the system's own way to open a link. xdg-open is started by us, in
// its own session and with its words kept; everything else is left to a
// package that knows how.
func (o Opener) native(ctx context.Context, link string) error {
	if _, err := exec.LookPath("xdg-open"); err == nil && o.unix() && o.system == nil {
		return o.start(ctx, []string{"xdg-open", link}, link)
	}
	system := o.system
	if system == nil {
		system = browser.OpenURL
	}
	return o.await(ctx, func() error { return system(link) })
}

// launchers are the command lines to try before the system's own way.
func (o Opener) launchers(link string) [][]string {
	var list [][]string
	separator := ":"
	if o.os() == "windows" {
		separator = ";"
	}
	for command := range strings.SplitSeq(o.env("BROWSER"), separator) {
		if words, err := o.split(command); err == nil && len(words) > 0 {
			list = append(list, withLink(words, link))
		}
	}
	if o.inWSL() {
		list = append(list, []string{"wslview", link}, []string{"rundll32.exe", "url.dll,FileProtocolHandler", link})
	}
	return list
}

// withLink puts the link where $BROWSER has its %s, or at the end.
func withLink(words []string, link string) []string {
	placed := false
	for i, word := range words {
		if strings.Contains(word, "%s") {
			words[i], placed = strings.ReplaceAll(word, "%s", link), true
		}
	}
	if placed {
		return words
	}
	return append(words, link)
}

func (o Opener) split(command string) ([]string, error) {
	if o.os() == "windows" {
		command = strings.ReplaceAll(command, `\`, `\\`) // there it is part of paths
	}
	return shellwords.NewParser().Parse(command)
}

// start runs a command in a session of its own, so that closing the terminal
// does not close the browser. What it writes goes to a file: with a pipe we
// would have to wait for the browser to end.
func (o Opener) start(ctx context.Context, words []string, link string) error {
	name := words[0]
	output, err := os.CreateTemp("", "frontdesk-browser-*")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, words[1:]...) // the member's browser is not ours to end
	cmd.Stdout, cmd.Stderr = output, output
	detach(cmd)
	if err := cmd.Start(); err != nil {
		discard(output)
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("%s is not installed", name)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	_ = os.Remove(output.Name()) // where an open file can be removed, nothing is ever left over
	return o.await(ctx, func() error {
		defer discard(output)
		err := cmd.Wait()
		if err == nil {
			return nil
		}
		said := make([]byte, 4<<10)
		n, _ := output.ReadAt(said, 0)
		text := oneLine(strings.ReplaceAll(string(said[:n]), link, "the link"), maxText)
		if text == "" {
			return fmt.Errorf("%s: %w", name, err)
		}
		return fmt.Errorf("%s: %w: %s", name, err, text)
	})
}

func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// await gives an attempt a few seconds to fail. Its goroutine ends with the
// launcher, which may be the browser: nothing else can end it.
func (o Opener) await(ctx context.Context, attempt func() error) error {
	wait := o.wait
	if wait == 0 {
		wait = openWait
	}
	ended := make(chan error, 1)
	go func() { ended <- attempt() }()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o Opener) os() string {
	if o.goos == "" {
		return runtime.GOOS
	}
	return o.goos
}

// unix reports a system whose browsers need a display and know xdg-open.
func (o Opener) unix() bool { return o.os() != "windows" && o.os() != "darwin" }

func (o Opener) env(name string) string {
	if o.Env == nil {
		return os.Getenv(name)
	}
	return o.Env(name)
}

// inWSL reports a Linux inside Windows, whose browser is on the other side.
func (o Opener) inWSL() bool {
	return o.os() == "linux" && (o.env("WSL_DISTRO_NAME") != "" || o.env("WSL_INTEROP") != "")
}
