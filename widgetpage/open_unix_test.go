//go:build !windows

package widgetpage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const aLink = "http://localhost:17171/#k=canary-code&x='$(touch /tmp/owned)'"

// tools is a directory of fake launchers that becomes the whole PATH. Each
// writes its arguments to a file of its name with .args.
func tools(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range scripts {
		text := "#!/bin/sh\nfor a in \"$@\"; do echo \"[$a]\"; done > '" + filepath.Join(dir, name+".args") + "'\n" + body + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	return dir
}

func arguments(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name+".args"))
	if err != nil {
		return "not run"
	}
	return strings.TrimSpace(string(text))
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func no() bool  { return false }
func yes() bool { return true }

func TestW55ReasonsNotToOpen(t *testing.T) {
	for _, c := range []struct {
		name   string
		opener Opener
		want   string
	}{
		{"a desk", Opener{goos: "linux", Env: env("DISPLAY", ":0"), root: no}, ""},
		{"Wayland", Opener{goos: "linux", Env: env("WAYLAND_DISPLAY", "wayland-0"), root: no}, ""},
		{"no display", Opener{goos: "linux", Env: env(), root: no}, "display"},
		{"no display, BSD", Opener{goos: "freebsd", Env: env(), root: no}, "display"},
		{"macOS", Opener{goos: "darwin", Env: env(), root: no}, ""},
		{"Windows", Opener{goos: "windows", Env: env(), root: no}, ""},
		{"WSL", Opener{goos: "linux", Env: env("WSL_DISTRO_NAME", "Debian"), root: no}, ""},
		{"SSH", Opener{goos: "linux", Env: env("SSH_CONNECTION", "1 2 3 4", "DISPLAY", ":0"), root: no}, "SSH"},
		{"SSH tty", Opener{goos: "darwin", Env: env("SSH_TTY", "/dev/pts/1"), root: no}, "SSH"},
		{"SSH client", Opener{goos: "windows", Env: env("SSH_CLIENT", "1 2 3"), root: no}, "SSH"},
		{"root", Opener{goos: "linux", Env: env("DISPLAY", ":0"), root: yes}, "root"},
		{"none", Opener{goos: "linux", Env: env("DISPLAY", ":0"), root: no, Mode: "none"}, "widget.open"},
		{"auto", Opener{goos: "linux", Env: env("DISPLAY", ":0"), root: no, Mode: "auto"}, ""},
		{"a command overrides all", Opener{goos: "linux", Env: env("SSH_TTY", "x"), root: yes, Mode: "none", Command: "firefox"}, ""},
	} {
		got := c.opener.Refusal()
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want something with %q", c.name, got, c.want)
		}
		if c.want == "" {
			continue
		}
		c.opener.system = func(string) error {
			t.Errorf("%s: opened all the same", c.name)
			return nil
		}
		if err := c.opener.Open(t.Context(), aLink); err == nil || err.Error() != got {
			t.Errorf("%s: Open says %v, Refusal %q", c.name, err, got)
		}
	}
}

func TestW56CommandGetsTheLinkAsOneArgument(t *testing.T) {
	dir := tools(t, map[string]string{"my browser": ""})
	o := Opener{Command: `"` + filepath.Join(dir, "my browser") + `" --incognito 'new window'`, Mode: "none"}
	if err := o.Open(t.Context(), aLink); err != nil {
		t.Fatal(err)
	}
	if got, want := arguments(t, dir, "my browser"), "[--incognito]\n[new window]\n["+aLink+"]"; got != want {
		t.Errorf("arguments\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{`"unclosed`, "  "} {
		if err := (Opener{Command: bad}).Open(t.Context(), aLink); err == nil || !strings.Contains(err.Error(), "browser_command") {
			t.Errorf("command %q: %v", bad, err)
		}
	}
	if words, _ := (Opener{goos: "windows"}).split(`"C:\Program Files\x.exe" -p`); len(words) != 2 || words[0] != `C:\Program Files\x.exe` {
		t.Errorf("a Windows path became %q", words)
	}
}

func TestW56OrderOfLaunchers(t *testing.T) {
	const xdg, wsl = "xdg-open", "wslview"
	for _, c := range []struct {
		name, browser string
		inWSL         bool
		scripts       map[string]string
		ran           string
		want          string
	}{
		{"BROWSER", "mine --new", false, map[string]string{"mine": "", xdg: ""}, "mine", "[--new]\n[" + aLink + "]"},
		{"BROWSER with a place", "mine '--url=%s' -x", false, map[string]string{"mine": "", xdg: ""}, "mine", "[--url=" + aLink + "]\n[-x]"},
		{"BROWSER list", "absent:broken:mine", false, map[string]string{"broken": "exit 1", "mine": ""}, "mine", "[" + aLink + "]"},
		{"BROWSER all broken", "broken", false, map[string]string{"broken": "exit 1", xdg: ""}, xdg, "[" + aLink + "]"},
		{"nothing said", "", false, map[string]string{xdg: ""}, xdg, "[" + aLink + "]"},
		{"WSL", "", true, map[string]string{wsl: "", xdg: ""}, wsl, "[" + aLink + "]"},
		{"WSL without wslview", "", true, map[string]string{"rundll32.exe": "", xdg: ""}, "rundll32.exe", "[url.dll,FileProtocolHandler]\n[" + aLink + "]"},
	} {
		dir := tools(t, c.scripts)
		pairs := []string{"DISPLAY", ":0", "BROWSER", c.browser}
		if c.inWSL {
			pairs = append(pairs, "WSL_DISTRO_NAME", "Debian")
		}
		o := Opener{goos: "linux", Env: env(pairs...), root: no}
		if err := o.Open(t.Context(), aLink); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := arguments(t, dir, c.ran); got != c.want {
			t.Errorf("%s: %s got %s, want %s", c.name, c.ran, got, c.want)
		}
	}
}

func TestW54LauncherSaysWhyAndNothingOnTheTerminal(t *testing.T) {
	dir := tools(t, map[string]string{"xdg-open": "echo to stdout; echo cannot open $1 >&2; exit 3"})
	o := Opener{goos: "linux", Env: env("DISPLAY", ":0"), root: no}
	var err error
	stdout, stderr := captured(t, func() { err = o.Open(t.Context(), aLink) })
	if err == nil || err.Error() != "xdg-open: exit status 3: to stdout cannot open the link" {
		t.Errorf("error %v", err)
	}
	if stdout != "" || stderr != "" {
		t.Errorf("written over the terminal: %q %q", stdout, stderr)
	}
	if arguments(t, dir, "xdg-open") == "not run" {
		t.Error("xdg-open was not run")
	}
	o.Command = "surely-not-installed"
	if err := o.Open(t.Context(), aLink); err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("error %v", err)
	}
}

// Launchers that leave a child behind, or are the browser itself, hold nothing up.
func TestW54LongLivedBrowserCountsAsOpened(t *testing.T) {
	for name, body := range map[string]string{
		"foreground": "read line < \"$0.fifo\"",
		"background": "(read line < \"$0.fifo\") &",
	} {
		dir := tools(t, map[string]string{"slow": body})
		fifo := filepath.Join(dir, "slow.fifo")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		o := Opener{Command: "slow", wait: 100 * time.Millisecond}
		if err := o.Open(t.Context(), aLink); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begin); took > openWait {
			t.Errorf("%s: Open took %v", name, took)
		}
		if err := os.WriteFile(fifo, []byte("end\n"), 0); err != nil { // the browser is closed
			t.Fatal(err)
		}
	}
}

func TestW54OpenEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	o := Opener{goos: "darwin", Env: env(), root: no, system: func(string) error {
		cancel()
		<-release
		return nil
	}}
	if err := o.Open(ctx, aLink); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
	close(release)
	failing := Opener{goos: "darwin", Env: env(), root: no, system: func(string) error { return errors.New("no browser") }}
	if err := failing.Open(t.Context(), aLink); err == nil || err.Error() != "no browser" {
		t.Errorf("Open: %v", err)
	}
}
