package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"frontdesk/apiclient/secret"
	"frontdesk/widgetpage"
)

// world is an Options whose places are all made up.
func world(t *testing.T, yaml string, environ ...string) Options {
	t.Helper()
	dir := t.TempDir()
	return Options{
		Environ:  append([]string{"HOME=/nowhere", "PATH=/bin"}, environ...),
		Unsetenv: func(string) error { return nil },
		ReadFile: func(path string) ([]byte, error) {
			if yaml == "" || path != "config.yaml" {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return []byte(yaml), nil
		},
		Flags:      flags(t, "--config=config.yaml")(yaml != ""),
		ConfigHome: filepath.Join(dir, "config"),
		StateHome:  filepath.Join(dir, "state"),
	}
}

func flags(t *testing.T, args ...string) func(bool) *pflag.FlagSet {
	t.Helper()
	return func(given bool) *pflag.FlagSet {
		f := pflag.NewFlagSet("test", pflag.ContinueOnError)
		for _, name := range []string{"config", "studio", "state-dir", "log-level", "widget-browser-command"} {
			f.String(name, "", "")
		}
		if given {
			if err := f.Parse(args); err != nil {
				t.Fatal(err)
			}
		}
		return f
	}
}

func mustLoad(t *testing.T, o Options) Config {
	t.Helper()
	cfg, err := Load(o)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return cfg
}

const twoStudios = `studio: altona
language: de
log_level: debug
widget:
  host: 127.0.0.1
  ports: [17171, 17172]
studios:
  altona:
    name: Fit & Fun
    base_url: https://fitfun.open-api.magicline.com/v1/
    api_key_command: pass show altona
    country: NO
    widget:
      host: pay.localhost
  test:
    name: 007
    base_url: https://fitfun.open-api.sandbox.magicline.com
    language: fr
    allow_till: yes
`

func TestLoadRanksTheSources(t *testing.T) {
	o := world(t, twoStudios, "FRONTDESK_LOG_LEVEL=warn", "FRONTDESK_THEME=dark", "FRONTDESK_WIDGET_PORTS=17173, 0", "FRONTDESK_LANGUAGE=")
	if err := o.Flags.Parse([]string{"--log-level=error"}); err != nil {
		t.Fatal(err)
	}
	cfg := mustLoad(t, o)
	if cfg.LogLevel != slog.LevelError {
		t.Errorf("a flag outranks a variable: log level is %v", cfg.LogLevel)
	}
	if cfg.Theme != "dark" || !slices.Equal(cfg.Widget.Ports, []int{17173, 0}) {
		t.Errorf("a variable outranks file and default: theme %q, ports %v", cfg.Theme, cfg.Widget.Ports)
	}
	if cfg.Widget.Host != "pay.localhost" || cfg.Language != "de" {
		t.Errorf("a studio outranks the desk: host %q, language %q", cfg.Widget.Host, cfg.Language)
	}
	if cfg.Widget.Open != "auto" || cfg.Studio.ReferenceText != "Signup {code}" || !cfg.Studio.ShowExistingPaymentInstruments {
		t.Errorf("defaults: %+v, %+v", cfg.Widget, cfg.Studio)
	}
	if got, want := cfg.StateDir, filepath.Join(o.StateHome, "frontdesk"); got != want || cfg.StateDirGiven {
		t.Errorf("state directory %q, want %q, not given", got, want)
	}
}

func TestLoadTheStudioInUse(t *testing.T) {
	cfg := mustLoad(t, world(t, twoStudios))
	want := Studio{
		ID: "altona", Name: "Fit & Fun", BaseURL: "https://fitfun.open-api.magicline.com", Environment: "live", Country: "NO",
		ReferenceText: "Signup {code}", ShowExistingPaymentInstruments: true, APIKeyCommand: "pass show altona",
	}
	if cfg.Studio != want {
		t.Errorf("studio:\n got %+v\nwant %+v", cfg.Studio, want)
	}
	if w := cfg.Widget; w.URL != stableWidget || w.Environment != "live" || w.Country != "NO" {
		t.Errorf("a live studio gets the stable widget: %+v", w)
	}

	o := world(t, twoStudios)
	if err := o.Flags.Parse([]string{"--studio=test"}); err != nil {
		t.Fatal(err)
	}
	cfg = mustLoad(t, o)
	if s := cfg.Studio; s.ID != "test" || s.Name != "007" || s.Environment != "sandbox" || !s.AllowTill || cfg.Language != "fr" {
		t.Errorf("--studio chooses: %+v, language %q", s, cfg.Language)
	}
	if w := cfg.Widget; w.URL != previewWidget || w.Host != "127.0.0.1" {
		t.Errorf("what a studio leaves out is the desk's: %+v", w)
	}
	if want := []string{"altona", "test"}; !slices.Equal(cfg.Studios, want) {
		t.Errorf("studios %v, want %v", cfg.Studios, want)
	}
}

func TestLoadTheEnvironmentAloneIsEnough(t *testing.T) {
	var unset []string
	o := world(t, twoStudios, "FRONTDESK_BASE_URL=http://localhost:4010/v1", "FRONTDESK_API_KEY= k-123 ",
		"FRONTDESK_WIDGET_URL=http://127.0.0.1:4011/upc.js", "FRONTDESK_STATE_DIR="+t.TempDir())
	o.Unsetenv = func(name string) error { unset = append(unset, name); return nil }
	cfg := mustLoad(t, o)
	if cfg.Studio.BaseURL != "http://localhost:4010" || cfg.Studio.Environment != "test" || cfg.Studio.ID != "" {
		t.Errorf("studio: %+v", cfg.Studio)
	}
	if cfg.Studio.Name != "" || cfg.Studio.APIKeyCommand != "" {
		t.Errorf("a studio of the file shines through: %+v", cfg.Studio)
	}
	if cfg.Widget.URL != "http://127.0.0.1:4011/upc.js" || !cfg.StateDirGiven {
		t.Errorf("widget %q, state directory given: %t", cfg.Widget.URL, cfg.StateDirGiven)
	}
	key, err := cfg.APIKey(t.Context())
	if err != nil || key.Reveal() != "k-123" {
		t.Errorf("key: %v", err)
	}
	if !slices.Equal(unset, []string{"FRONTDESK_API_KEY"}) {
		t.Errorf("removed from the environment: %q", unset)
	}
	if s := fmt.Sprintf("%+v %#v", cfg, cfg); strings.Contains(s, "k-123") {
		t.Error("a printed configuration shows the key")
	}
}

// Whatever else is wrong, the key does not stay in the environment.
func TestLoadUnsetsTheKeyInTheRealEnvironment(t *testing.T) {
	t.Setenv("FRONTDESK_BAS_URL", "x")
	t.Setenv("FRONTDESK_API_KEY", "k-123")
	if _, err := Load(Options{Flags: flags(t)(false), ReadFile: world(t, "").ReadFile}); err == nil {
		t.Error("an unknown variable is accepted")
	}
	if v, ok := os.LookupEnv("FRONTDESK_API_KEY"); ok {
		t.Errorf("the key is still there, %d bytes", len(v))
	}
}

func TestLoadDemoLeavesStudiosAside(t *testing.T) {
	o := world(t, twoStudios, "FRONTDESK_API_KEY=k-123")
	o.Demo = true
	cfg := mustLoad(t, o)
	if cfg.Studio != (Studio{}) || !cfg.key.IsZero() || cfg.Widget.URL != "" {
		t.Errorf("demo knows a studio: %+v, %+v", cfg.Studio, cfg.Widget)
	}
	if cfg.Language != "de" || cfg.Widget.Host != "127.0.0.1" {
		t.Errorf("demo forgets the desk: language %q, host %q", cfg.Language, cfg.Widget.Host)
	}
}

func TestLoadWithoutAnything(t *testing.T) {
	o := world(t, "")
	cfg := mustLoad(t, o)
	if want := filepath.Join(o.ConfigHome, "frontdesk", "config.yaml"); cfg.File != want {
		t.Errorf("file %q, want %q", cfg.File, want)
	}
	err := cfg.NeedStudio()
	if err == nil || codeOf(err) != exitEnvironment || !strings.Contains(hintOf(err), "FRONTDESK_BASE_URL") {
		t.Errorf("NeedStudio: %v (%s)", err, hintOf(err))
	}
	if _, err := cfg.APIKey(t.Context()); err == nil {
		t.Error("a key without a studio")
	}
	for _, empty := range []string{"# nothing\n", "---\n", "studios:\n", "widget:\ntheme:\n"} {
		mustLoad(t, world(t, empty))
	}
}

func TestLoadRefuses(t *testing.T) {
	const studio = "studios:\n  a:\n    base_url: https://a.open-api.magicline.com\n"
	for _, test := range []struct {
		name, yaml string
		environ    []string
		args       []string
		want       string
	}{
		{name: "unknown key", yaml: "widget:\n  browser_comand: x\n", want: `config.yaml:2: unknown key "browser_comand" (did you mean "browser_command"?)`},
		{name: "unknown key at the top", yaml: "\n\nthem: dark\n", want: `config.yaml:3: unknown key "them" (did you mean "theme"?)`},
		{name: "unknown key far from all", yaml: "xyzzy: 1\n", want: `config.yaml:1: unknown key "xyzzy"`},
		{name: "studio's key at the top", yaml: "base_url: https://x.example\n", want: `config.yaml:1: "base_url" belongs to a studio: move it under studios`},
		{name: "desk's key in a studio", yaml: studio + "    theme: dark\n", want: `config.yaml:4: "theme" belongs to the desk: move it out of the studio`},
		{name: "unknown key in an unused studio", yaml: studio + "  b:\n    nam: x\n", want: `config.yaml:5: unknown key "nam" (did you mean "name"?)`},
		{name: "key in the file", yaml: studio + "    api_key: k-123\n", want: `config.yaml:4: "api_key": an API key never stands in this file: set FRONTDESK_API_KEY and FRONTDESK_BASE_URL, or an api_key_command that prints it`},
		{name: "key in the file by another name", yaml: "X-API-KEY: k-123\n", want: `config.yaml:1: "X-API-KEY": an API key never stands in this file: set FRONTDESK_API_KEY and FRONTDESK_BASE_URL, or an api_key_command that prints it`},
		{name: "given twice", yaml: "theme: dark\ntheme: light\n", want: `config.yaml:2: "theme" is given twice`},
		{name: "not YAML", yaml: "theme: dark\n  x: [\n", want: `config.yaml:2: this is not YAML: mapping values are not allowed in this context`},
		{name: "two documents", yaml: "theme: dark\n---\ntheme: light\n", want: `config.yaml:2: a second document begins here: keep one`},
		{name: "a list", yaml: "- a\n", want: `config.yaml:1: the configuration wants keys and values`},
		{name: "studios as a list", yaml: "studios: [a]\n", want: `config.yaml:1: studios wants keys and values`},
		{name: "wrong kind", yaml: "theme: [dark]\n", want: `config.yaml:1: theme wants one text`},
		{name: "wrong kind, ports", yaml: "widget:\n  ports: many\n", want: `config.yaml:2: widget.ports wants a list of numbers, such as [17171, 17172]`},
		{name: "wrong kind, yes or no", yaml: studio + "    allow_till: perhaps\n", want: `config.yaml:4: allow_till wants true or false`},
		{name: "studio's name", yaml: "studios:\n  'a b': {}\n", want: `config.yaml:2: "a b" is not a short name of letters, digits, - and _`},
		{name: "no base URL", yaml: "studios:\n  a:\n    name: A\n", want: `config.yaml:2: studio "a" has no base_url`},
		{name: "no such studio", yaml: "studio: altone\n" + "studios:\n  altona: {base_url: 'https://a.example'}\n", want: `config.yaml:1: there is no studio "altone" (did you mean "altona"?)`},
		{name: "no such studio, flag", yaml: studio, args: []string{"--studio=b"}, want: `--studio: there is no studio "b"`},

		{name: "key file", yaml: "journal_key_file: key\n", want: `config.yaml:1: journal_key_file "key" must be absolute or begin with ~/`},
		{name: "theme", yaml: "theme: drak\n", want: `config.yaml:1: theme "drak" is none of auto, light, dark (did you mean "dark"?)`},
		{name: "log level by flag", args: []string{"--log-level=loud"}, want: `--log-level: log_level "loud" is none of debug, info, warn, error`},
		{name: "time zone", yaml: studio + "    time_zone: Europe/Belin\n", want: `config.yaml:4: time_zone "Europe/Belin" is not a time zone such as Europe/Berlin`},
		{name: "country", yaml: studio + "    country: de\n", want: `config.yaml:4: country "de" is not a country of two capitals such as DE`},
		{name: "plain http", yaml: "studios:\n  a:\n    base_url: http://a.example\n", want: `config.yaml:3: base_url "http://a.example" must be https: plain http is for this machine only`},
		{name: "base URL with a path", yaml: "studios:\n  a:\n    base_url: https://a.example/v1/offers\n", want: `config.yaml:3: base_url "https://a.example/v1/offers" must end after the host or after /v1`},
		{name: "base URL with a password", yaml: "studios:\n  a:\n    base_url: https://a:secret@a.example\n", want: `config.yaml:3: base_url must not carry a user, a query or a fragment`},
		{name: "page on the network", yaml: "widget:\n  host: 192.168.0.4\n", want: `config.yaml:2: widget.host "192.168.0.4" is not localhost, 127.0.0.1 or a name under .localhost: the page never leaves this machine`},
		{name: "unknown key of the styling", yaml: "widget:\n  styling:\n    primary_colour: red\n", want: `config.yaml:3: unknown key "primary_colour" (did you mean "primary_color"?)`},
		{name: "unknown group of the widget", yaml: "widget:\n  stylin:\n    primary_color: red\n", want: `config.yaml:2: unknown key "stylin" (did you mean "styling"?)`},
		{name: "styling outside the widget", yaml: "styling:\n  primary_color: red\n", want: `config.yaml:1: unknown key "styling"`},
		{name: "styling in one text", yaml: "widget:\n  styling: red\n", want: `config.yaml:2: widget.styling wants keys and values`},
		{name: "colour", yaml: "widget:\n  styling:\n    border_color: '#12345'\n", want: `config.yaml:3: widget.styling.border_color "#12345" is not a colour such as #0a7d4f, teal or rgb(10, 125, 79)`},
		{name: "styling by variable", environ: []string{"FRONTDESK_WIDGET_STYLING_BORDER_RADIUS=8"}, want: `FRONTDESK_WIDGET_STYLING_BORDER_RADIUS: widget.styling.border_radius "8" is not a length such as 8px or 0.5rem`},
		{name: "shadow", yaml: "widget:\n  styling: {box_shadow: 'none; background: url(//a.example)'}\n", want: `config.yaml:2: widget.styling.box_shadow "none; background: url(//a.example)" is not a shadow such as none or 0 1px 4px rgba(0, 0, 0, 0.2)`},
		{name: "port", yaml: "widget:\n  ports: [70000]\n", want: `config.yaml:2: widget.ports 70000 is not a port between 0 and 65535`},
		{name: "policy injection", yaml: "widget:\n  csp_extra: ['https://a.example; script-src *']\n", want: `config.yaml:2: widget.csp_extra "https://a.example; script-src *" is not a source such as https://example.com or 'unsafe-eval'`},
		{name: "quotes of a command", yaml: "widget:\n  browser_command: firefox '\n", want: `config.yaml:2: widget.browser_command "firefox '" cannot be split into words: check its quotes`},
		{name: "shell in a command", yaml: studio + "    api_key_command: pass show a | head -1\n", want: `config.yaml:4: api_key_command "pass show a | head -1" is run without a shell: put pipes and redirections into a script`},
		{name: "reference without code", yaml: studio + "    reference_text: Membership\n", want: `config.yaml:4: reference_text "Membership" needs {code} in it: without it nobody finds the sign-up that a payment belongs to`},
		{name: "reference with a name", yaml: studio + "    reference_text: 'Signup {code} {name}'\n", want: `config.yaml:4: reference_text "Signup {code} {name}" may hold {code} and {offer} and no other braces`},
		{name: "escape sequence", yaml: studio + "    name: \"Fit\\e[31m\"\n", want: `config.yaml:4: name has a character in it that does not print (U+001B)`},
		{name: "state directory that depends on where one is", yaml: "state_dir: here\n", want: `config.yaml:1: state_dir "here" must be absolute or begin with ~/`},
		{name: "live with a test widget", yaml: studio + "    widget: {url: 'https://widget.dev.payment.sportalliance.com/widget.js'}\n", want: `config.yaml:4: widget.url "https://widget.dev.payment.sportalliance.com/widget.js" is a test widget, and the studio is live: leave it out to get the stable one`},
		{name: "live with a widget on this machine", yaml: studio, environ: []string{"FRONTDESK_WIDGET_URL=http://127.0.0.1:1/upc.js"}, want: `FRONTDESK_WIDGET_URL: widget.url "http://127.0.0.1:1/upc.js" is a test widget, and the studio is live: leave it out to get the stable one`},
		{name: "live with a widget in test", yaml: studio + "    widget: {environment: sandbox}\n", want: `config.yaml:4: widget.environment is "sandbox" for a live studio: leave it out`},

		{name: "unknown variable", environ: []string{"FRONTDESK_BASEURL=x"}, want: `unknown variable FRONTDESK_BASEURL (did you mean "FRONTDESK_BASE_URL"?)`},
		{name: "variable that is no bool", environ: []string{"FRONTDESK_ALLOW_TILL=si"}, want: `FRONTDESK_ALLOW_TILL: "si" is not true or false`},
		{name: "variable that is no number", environ: []string{"FRONTDESK_WIDGET_PORTS=1,x"}, want: `FRONTDESK_WIDGET_PORTS: "x" is not a number`},
		{name: "base URL without key", environ: []string{"FRONTDESK_BASE_URL=https://a.example"}, want: `FRONTDESK_BASE_URL is set and FRONTDESK_API_KEY is not: set both, or neither`},
		{name: "base URL of one, key of another", yaml: studio, environ: []string{"FRONTDESK_API_KEY=k-123"}, want: `FRONTDESK_API_KEY is set and FRONTDESK_BASE_URL is not: set both, or neither`},
		{name: "base URL of one, command of another", yaml: studio, environ: []string{"FRONTDESK_API_KEY_COMMAND=pass"}, want: `FRONTDESK_API_KEY_COMMAND is set and FRONTDESK_BASE_URL is not: set both, or neither`},
		{name: "two keys", environ: []string{"FRONTDESK_BASE_URL=https://a.example", "FRONTDESK_API_KEY=k-123", "FRONTDESK_API_KEY_COMMAND=pass"}, want: `FRONTDESK_API_KEY and FRONTDESK_API_KEY_COMMAND are both set: unset one`},
		{name: "two studios", yaml: studio, environ: []string{"FRONTDESK_BASE_URL=https://a.example", "FRONTDESK_API_KEY=k-123"}, args: []string{"--studio=a"}, want: `--studio names a studio and FRONTDESK_BASE_URL brings another: leave one out`},
		{name: "key with a line end", environ: []string{"FRONTDESK_BASE_URL=https://a.example", "FRONTDESK_API_KEY=k-123\nX: y"}, want: `FRONTDESK_API_KEY is no API key: it has a space, a line end or a special character in it`},
		{name: "named file that is not there", environ: []string{"FRONTDESK_CONFIG=other.yaml"}, want: `other.yaml: there is no such configuration file`},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := world(t, test.yaml, test.environ...)
			if err := o.Flags.Parse(test.args); err != nil {
				t.Fatal(err)
			}
			_, err := Load(o)
			if err == nil {
				t.Fatalf("accepted, want: %s", test.want)
			}
			if err.Error() != test.want {
				t.Errorf("\n got %s\nwant %s", err, test.want)
			}
			if codeOf(err) != exitEnvironment || strings.Contains(err.Error(), "k-123") {
				t.Errorf("code %v, or the key is in it", codeOf(err))
			}
		})
	}
}

func TestEnvironmentOfAHost(t *testing.T) {
	for url, want := range map[string]string{
		"https://fitfun.open-api.magicline.com":         "live",
		"https://fitfun.open-api.sandbox.magicline.com": "sandbox",
		"https://open-api-demo.open-api.magicline.com":  "test",
		"https://fitfun.open-api.dev.magicline.com":     "test",
		"http://[::1]:4010":                             "test",
		"https://somewhere.example":                     "live",
	} {
		if got := environmentOf(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

// What reaches the payment form is CSS of known shapes and nothing that ends a
// declaration, opens a function of its own or names an address.
func TestStylingValues(t *testing.T) {
	for _, test := range []struct {
		name  string
		check func(string) error
		good  []string
		bad   []string
	}{
		{
			"colour", isColour,
			[]string{"#fff", "#FFFF", "#0a7d4f", "#0a7d4fcc", "teal", "rgb(10, 125, 79)", "rgba(0,0,0,.5)", "hsl(120 50% 40% / 0.5)"},
			[]string{"#ff", "#0a7d4", "#ggg", "red;", "red}", "var(--x)", "url(x)", "expression(1)", "rgb(url(x))", "rgb(1,2,3) url(x)", "re\\d", "red/**/", "rgb()"},
		},
		{
			"radius", isRadius,
			[]string{"0", "8px", "0.5rem", ".5em", "50%", "4px 4px 0 0"},
			[]string{"8", "-1px", "8px;", "calc(1px)", "1px 1px 1px 1px 1px", "8 px", "1px/2px"},
		},
		{
			"shadow", isShadow,
			[]string{"none", "0 1px 4px rgba(0, 0, 0, 0.2)", "inset 0 -1px 2px 1px #000", "0 1px 1px red, 0 2px 2px blue"},
			[]string{"1px", "none, none", "0 1px url(x)", "0 1px 4px red;", "0 1px 4px red}", "0 1px, "},
		},
	} {
		for _, value := range test.good {
			if err := test.check(value); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		for _, value := range test.bad {
			if test.check(value) == nil {
				t.Errorf("%s: %q is taken", test.name, value)
			}
		}
	}
}

func TestStylingReachesThePage(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := mustLoad(t, world(t, string(data)))
	got := venue{widget: cfg.Widget}.page().Styling
	want := widgetpage.Styling{
		PrimaryColor: "#0a7d4f", SecondaryColor: "#e6f2ed", TextColorMain: "#1d1d1f", TextColorSecondary: "dimgray",
		BorderColor: "rgb(200, 205, 203)", BorderRadius: "8px", BoxShadow: "0 1px 4px rgba(0, 0, 0, 0.2)",
	}
	if got != want {
		t.Errorf("the page gets %+v", got)
	}
}

type fakeKeyring map[string]string

func (f fakeKeyring) Key(_ context.Context, studio string) (secret.Value, error) {
	return secret.New(f[studio]), nil
}

func TestAPIKeyOfAStudioInTheFile(t *testing.T) {
	cfg := Config{Studio: Studio{ID: "a", BaseURL: "https://a.example"}}
	if _, err := cfg.APIKey(t.Context()); err == nil || !strings.Contains(hintOf(err), "api_key_command") {
		t.Errorf("without a key: %v (%s)", err, hintOf(err))
	}
	cfg.keyring = fakeKeyring{"a": "k-ring"}
	if key, err := cfg.APIKey(t.Context()); err != nil || key.Reveal() != "k-ring" {
		t.Errorf("from the keyring: %v", err)
	}

	// The test binary prints the key when it is asked to.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := func(prints string) string {
		return fmt.Sprintf("'%s' -test.run=^TestPrintsAKey$ -test.v=false -prints-a-key='%s'", self, prints)
	}
	for prints, want := range map[string]string{
		"k-1": "", "": "printed nothing", "k 1": "is no API key", strings.Repeat("k", maxKey+1): "too long", "fail": "exit status 1",
	} {
		cfg.Studio.APIKeyCommand = command(prints)
		key, err := cfg.APIKey(t.Context())
		switch {
		case want == "" && (err != nil || key.Reveal() != prints):
			t.Errorf("command: %v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || codeOf(err) != exitEnvironment):
			t.Errorf("command prints %.10q: %v, want %s", prints, err, want)
		case want != "" && len(prints) > 1 && strings.Contains(err.Error(), prints) && prints != "fail":
			t.Errorf("the error shows what was printed: %v", err)
		}
	}
	cfg.Studio.APIKeyCommand = "no-such-command-here"
	if _, err := cfg.APIKey(t.Context()); err == nil || !strings.Contains(err.Error(), exec.ErrNotFound.Error()) {
		t.Errorf("a command that is not there: %v", err)
	}
}

func TestExampleFileIsCompleteAndLoads(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := readFile("config.example.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	for id := range f.studios {
		o := world(t, string(data))
		if err := o.Flags.Parse([]string{"--studio=" + id}); err != nil {
			t.Fatal(err)
		}
		if cfg := mustLoad(t, o); cfg.Studio.ID != id {
			t.Errorf("studio %s is not loaded", id)
		}
	}
	for _, k := range keys {
		found := 0
		for _, l := range append(slices.Collect(maps.Values(f.studios)), f.desk) {
			if _, ok := l.value[k.name]; ok {
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s does not appear", k.name)
		}
	}
	for i, line := range strings.Split(string(data), "\n") {
		if len(line) > 110 {
			t.Errorf("line %d is too long to read: %d", i+1, len(line))
		}
	}
}

// Every key ends up in the Config, and no field of it is filled by chance.
func TestEveryKeyIsUsed(t *testing.T) {
	other := map[string]string{
		"studio": "b", "state_dir": "~/elsewhere", "journal_key_file": "~/key", "log_level": "error", "theme": "dark", "language": "de", "name": "N",
		"base_url": "https://x.sandbox.example", "api_key_command": "pass", "environment": "test", "time_zone": "Asia/Tokyo", "country": "JP",
		"currency": "JPY", "reference_text": "X {code}", "require_direct_debit_signature": "true",
		"show_existing_payment_instruments": "false", "allow_without_search": "true", "allow_till": "true",
		"widget.url": "https://w.example/w.js", "widget.environment": "test", "widget.host": "127.0.0.1", "widget.ports": "[1]",
		"widget.open": "none", "widget.browser_command": "firefox", "widget.csp_extra": "[\"'unsafe-eval'\"]", "widget.locale": "de-AT", "widget.hosts": "[w.example]",
		"widget.country": "AT", "widget.shared_profile_ok": "true",
		"widget.styling.primary_color": "red", "widget.styling.secondary_color": "red", "widget.styling.text_color_main": "red",
		"widget.styling.text_color_secondary": "red", "widget.styling.border_color": "red", "widget.styling.border_radius": "1px",
		"widget.styling.box_shadow": "none",
	}
	const base = "studios:\n  a: &a\n    base_url: https://a.sandbox.example\n"
	before := mustLoad(t, world(t, base))
	for _, k := range keys {
		value, ok := other[k.name]
		if !ok {
			t.Errorf("%s: the test has no value for it", k.name)
			continue
		}
		var yaml string
		names := strings.Split(k.name, ".")
		line := strings.Join(names, ": {") + ": " + value + strings.Repeat("}", len(names)-1) + "\n"
		switch {
		case k.name == "studio":
			yaml = line + base + "  b: *a\n"
		case k.name == "base_url":
			yaml = "studios:\n  a:\n    " + line
		case k.place&studioOnly != 0:
			yaml = base + "    " + line
		default:
			yaml = line + base
		}
		after := mustLoad(t, world(t, yaml))
		if after.origin[k.name] == "" {
			t.Errorf("%s: nobody knows where it stands", k.name)
		}
		after.origin = before.origin
		if reflect.DeepEqual(after, before) {
			t.Errorf("%s changes nothing", k.name)
		}
	}
}
