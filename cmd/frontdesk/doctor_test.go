package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	systemring "github.com/zalando/go-keyring"
)

// examined runs the doctor and finds its checks by name.
func examined(t *testing.T, environment []string, args ...string) (d diagnosis, checks map[string]finding, code int) {
	t.Helper()
	out, errs, code := frontdesk(t, environment, append([]string{"doctor", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &d); err != nil || errs != "" {
		t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	checks = map[string]finding{}
	for _, f := range d.Checks {
		if _, twice := checks[f.Check]; twice {
			t.Errorf("%s is there twice", f.Check)
		}
		checks[f.Check] = f
	}
	if d.Ready != (code == 0) || code != 0 && code != 3 {
		t.Errorf("ready: %t, exit %d", d.Ready, code)
	}
	return d, checks, code
}

func TestDoctorOfADeskThatIsReady(t *testing.T) {
	studio, state := serveSandbox(t), t.TempDir()
	environment := append(studio.environment(), "XDG_STATE_HOME="+state)
	out, errs, code := frontdesk(t, environment, "doctor")
	if code != 0 || errs != "" || strings.Contains(out, studio.APIKey) {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	order := []string{
		"ok    configuration", "ok    key", "ok    studio", "ok    offers", "ok    search", "ok    scopes", "ok    clock",
		"ok    widget host", "ok    policy", "ok    widget script", "ok    page", "ok    journal", "", "", "ready for sign-ups",
	}
	if len(lines) != len(order) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(order), out)
	}
	for i, want := range order {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %s, want %s", i+1, lines[i], want)
		}
	}
	for _, want := range []string{
		"set by FRONTDESK_BASE_URL", "from FRONTDESK_API_KEY", "Fit & Fun Hamburg-Altona, Hamburg, environment test",
		"MEMBERSHIP_WRITE and PAYMENT_WRITE cannot be checked",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not there:\n%s", want, out)
		}
	}

	// It looked and touched nothing, here and there.
	left, err := os.ReadDir(state)
	if err != nil || len(left) != 0 {
		t.Errorf("it left %v in the state directory, %v", left, err)
	}
	for _, call := range studio.ledger().Calls {
		if call.Method != http.MethodHead && call.Method != http.MethodGet && call.Call != "search" {
			t.Errorf("it called %s %s", call.Method, call.Path)
		}
	}
}

func TestDoctorSeesWhatWouldFail(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	openKey := write(t, "key", strings.Repeat("ab", 32))
	if err := os.WriteFile(openKey, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		sandbox []string
		set     []string
		check   string
		verdict verdict
		says    string
		do      string
	}{
		{name: "wrong key", set: []string{"FRONTDESK_API_KEY=wrong"}, check: "key", verdict: isFatal, says: "missing or wrong"},
		{name: "nobody there", set: []string{"FRONTDESK_BASE_URL=http://127.0.0.1:1"}, check: "key", verdict: isFatal, says: "could not be reached"},
		{name: "no offers allowed", sandbox: []string{"--fault", "403@offers"}, check: "offers", verdict: isFatal, says: "MEMBERSHIP_READ", do: "ask"},
		{name: "no search allowed", sandbox: []string{"--fault", "403@search"}, check: "search", verdict: isFatal, says: "CUSTOMER_READ", do: "allow_without_search"},
		{name: "no search needed", sandbox: []string{"--fault", "403@search"}, set: []string{"FRONTDESK_ALLOW_WITHOUT_SEARCH=true"}, check: "search", verdict: isDubious, says: "CUSTOMER_READ"},
		{name: "no name", sandbox: []string{"--fault", "403@studio"}, check: "studio", verdict: isDubious, says: "STUDIO_READ"},
		{name: "another country", set: []string{"FRONTDESK_COUNTRY=AT"}, check: "studio", verdict: isDubious, says: "country DE"},
		{name: "clock", sandbox: []string{"--clock", "2026-03-10"}, check: "clock", verdict: isFatal, says: "the API", do: "clock"},
		{name: "live with a test widget", set: []string{"FRONTDESK_ENVIRONMENT=live"}, check: "configuration", verdict: isFatal, says: "test widget"},
		{name: "widget for live", set: []string{"FRONTDESK_WIDGET_ENVIRONMENT=live"}, check: "widget host", verdict: isDubious, says: "the studio is test"},
		{name: "foreign widget", set: []string{"FRONTDESK_WIDGET_URL=https://widget.invalid/w.js"}, check: "widget host", verdict: isFatal, says: "widget.hosts", do: "widget.url"},
		{name: "ports", set: []string{"FRONTDESK_WIDGET_PORTS=" + port}, check: "page", verdict: isFatal, says: port + " in use"},
		{name: "key file", set: []string{"FRONTDESK_JOURNAL_KEY_FILE=" + openKey}, check: "journal", verdict: isFatal, says: "holds no key"},
		{name: "browser", set: []string{"FRONTDESK_WIDGET_BROWSER_COMMAND=no-such-browser --private-window"}, check: "browser", verdict: isDubious, says: "no-such-browser", do: "browser_command"},
		{name: "unknown variable", set: []string{"FRONTDESK_WIDGET_PORT=1"}, check: "configuration", verdict: isFatal, says: "FRONTDESK_WIDGET_PORTS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			studio := serveSandbox(t, test.sandbox...)
			_, checks, code := examined(t, append(studio.environment(), test.set...))
			f := checks[test.check]
			if f.Verdict != test.verdict || !strings.Contains(f.Says, test.says) || !strings.Contains(f.Do, test.do) {
				t.Errorf("%+v", f)
			}
			if test.verdict == isDubious && code != 0 {
				t.Errorf("exit %d", code)
			}
			for name, f := range checks {
				if f.Verdict == isFatal && name != test.check {
					t.Errorf("another one: %+v", f)
				}
			}
		})
	}
	_, checks, code := examined(t, nil)
	if f := checks["configuration"]; code != 3 || !strings.Contains(f.Says, "no studio") || !strings.Contains(f.Do, "FRONTDESK_BASE_URL") {
		t.Errorf("without a studio: exit %d, %+v", code, f)
	}
	if _, looked := checks["terminal"]; !looked {
		t.Error("without a studio: the terminal is not looked at")
	}
}

// Support learns which script the page loads, what the page allows, and its
// address.
func TestW60DoctorInspectsTheWidget(t *testing.T) {
	const body = "window.paymentWidget = {}\n"
	sum := sha256.Sum256([]byte(body))
	pages := http.NewServeMux()
	pages.HandleFunc("/w.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"v7"`)
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, body)
	})
	pages.Handle("/moved.js", http.RedirectHandler("/w.js", http.StatusFound))
	pages.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<!doctype html><title>Welcome to our network</title>")
	})
	pages.HandleFunc("/cut.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, body)
	})
	server := httptest.NewServer(pages)
	defer server.Close()

	studio := serveSandbox(t)
	at := func(path string, more ...string) []string {
		return append(append(studio.environment(), "FRONTDESK_WIDGET_URL="+server.URL+path), more...)
	}
	d, checks, code := examined(t, at("/w.js", "FRONTDESK_WIDGET_HOST=desk.localhost", `FRONTDESK_WIDGET_CSP_EXTRA=https://bank.example`))
	want := script{URL: server.URL + "/w.js", Status: 200, ETag: `"v7"`, Bytes: int64(len(body)), SHA256: hex.EncodeToString(sum[:])}
	if code != 0 || d.Widget == nil || *d.Widget != want {
		t.Errorf("exit %d, %+v", code, d.Widget)
	}
	for _, text := range []string{want.URL, "status 200", want.ETag, fmt.Sprint(want.Bytes, " bytes"), want.SHA256} {
		if f := checks["widget script"]; f.Verdict != isFine || !strings.Contains(f.Says, text) {
			t.Errorf("%q is not in %+v", text, f)
		}
	}
	for _, text := range []string{"default-src 'none'", "'strict-dynamic'", "frame-src https: " + server.URL + " https://bank.example"} {
		if f := checks["policy"]; !strings.Contains(d.Policy, text) || f.Says != d.Policy {
			t.Errorf("%q is not in %+v", text, f)
		}
	}
	if u, err := url.Parse(d.Origin); err != nil || u.Hostname() != "desk.localhost" || u.Port() == "" || !strings.Contains(checks["page"].Says, d.Origin) {
		t.Errorf("origin %q, %+v", d.Origin, checks["page"])
	}

	for path, want := range map[string]verdict{"/moved.js": isDubious, "/none.js": isFatal, "/login": isFatal, "/cut.js": isFatal} {
		_, checks, code := examined(t, at(path))
		if f := checks["widget script"]; f.Verdict != want || f.Do == "" || (code == 3) != (want == isFatal) {
			t.Errorf("%s: exit %d, %+v", path, code, f)
		}
	}
}

func TestW59LiveWarnsAboutLeftoverLogins(t *testing.T) {
	for _, test := range []struct {
		environment string
		widget      Widget
		want        verdict
	}{
		{"live", Widget{}, isDubious},
		{"live", Widget{BrowserCommand: "google-chrome --new-window"}, isDubious},
		{"live", Widget{BrowserCommand: "/opt/private/firefox --new-window"}, isDubious},
		{"live", Widget{BrowserCommand: "google-chrome --profile-directory=incognito"}, isDubious},
		{"live", Widget{BrowserCommand: "google-chrome --incognito --new-window"}, isFine},
		{"live", Widget{BrowserCommand: "google-chrome --guest"}, isFine},
		{"live", Widget{BrowserCommand: "'C:/Program Files/Edge/msedge.exe' --InPrivate"}, isFine},
		{"live", Widget{BrowserCommand: "firefox --private-window"}, isFine},
		{"live", Widget{SharedProfileOK: true}, isFine},
		{"sandbox", Widget{}, ""},
	} {
		d := doctor{config: Config{Studio: Studio{Environment: test.environment}, Widget: test.widget}}
		d.checkProfile(t.Context())
		var got finding
		if len(d.Checks) > 0 {
			got = d.Checks[0]
		}
		if got.Verdict != test.want || test.want == isDubious && !strings.Contains(got.Do, "widget.shared_profile_ok") {
			t.Errorf("%s, %+v: %+v", test.environment, test.widget, got)
		}
	}
}

// The keyring is asked and never written to, and one that does not answer does
// not hold the doctor up.
func TestDoctorAsksTheKeyring(t *testing.T) {
	release := make(chan struct{})
	says := func(text string, err error) func(string, string) (string, error) {
		return func(service, user string) (string, error) {
			if service != "frontdesk" || user != "journal" {
				t.Errorf("asked for %s/%s", service, user)
			}
			return text, err
		}
	}
	key := strings.Repeat("ab", 32)
	for _, test := range []struct {
		name string
		ring func(string, string) (string, error)
		file string // named in the configuration; "there" exists
		want verdict
		says string
	}{
		{"key", says(key, nil), "", isFine, "with its key in the keyring"},
		{"no key yet", says("", systemring.ErrNotFound), "", isFine, "will be made in the keyring"},
		{"spoilt key", says("abc", nil), "", isFatal, "holds no key"},
		{"no keyring", says("", errors.New("no bus")), "", isDubious, "no keyring (no bus)"},
		{"no keyring and a file", says("", errors.New("no bus")), "later", isFine, "will be made in "},
		{"file before keyring", says("", errors.New("no bus")), "there", isFine, "with its key in "},
		{"silence", func(string, string) (string, error) { <-release; return "", nil }, "", isDubious, "does not answer"},
	} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			release = make(chan struct{})
			config := Config{StateDir: dir, Studio: Studio{BaseURL: "https://a.open-api.magicline.com", Environment: "live"}}
			if test.file != "" {
				config.JournalKeyFile = filepath.Join(dir, test.file)
			}
			if test.file == "there" {
				if err := os.WriteFile(config.JournalKeyFile, []byte(key), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			d := doctor{config: config, ring: test.ring}
			began := time.Now()
			d.checkJournal(t.Context())
			if took := time.Since(began); took > ringLimit {
				t.Errorf("%s: it took %v", test.name, took)
			}
			close(release)
			if f := d.Checks[0]; f.Verdict != test.want || !strings.Contains(f.Says, test.says) {
				t.Errorf("%s: %+v", test.name, f)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 && test.file != "there" {
				t.Errorf("%s: it made %v", test.name, left)
			}
		})
	}
}

func TestDoctorJudges(t *testing.T) {
	for offset, want := range map[time.Duration]string{
		0: "ok within 1s of the API's", 30 * time.Second: "ok within 30s of the API's", -29 * time.Second: "ok within 29s of the API's",
		31 * time.Second:  "warn this machine is 31s behind the API",
		-5 * time.Minute:  "warn this machine is 5m0s ahead of the API",
		301 * time.Second: "fail this machine is 5m1s behind the API", -48 * time.Hour: "fail this machine is 48h0m0s ahead of the API",
	} {
		v, says, do := judgeClock(offset)
		if got := string(v) + " " + says; got != want || (do == "") != (v == isFine) {
			t.Errorf("clock %v: %s (%s)", offset, got, do)
		}
	}
	for _, test := range []struct {
		columns, rows int
		want          verdict
		do            bool
	}{{80, 24, isFine, false}, {79, 24, isFine, true}, {60, 16, isFine, true}, {59, 40, isDubious, true}, {200, 15, isDubious, true}} {
		if v, do := judgeTerminal(test.columns, test.rows); v != test.want || (do != "") != test.do {
			t.Errorf("%d × %d: %s %s", test.columns, test.rows, v, do)
		}
	}
	f := finding{"studio", isFine, "Fit\x1b[31m\nFun", ""}
	if got := f.String(); strings.ContainsAny(got, "\x1b\n") {
		t.Errorf("what the API says draws on the terminal: %q", got)
	}
}
