package widgetpage

import (
	"regexp"
	"strings"
	"testing"
)

func directives(policy string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(policy, "; ") {
		name, sources, _ := strings.Cut(part, " ")
		all[name] = sources
	}
	return all
}

func TestW21PolicyOfTheShell(t *testing.T) {
	u := newUnit(t)
	nonces := map[string]bool{}
	for range 3 {
		answer := u.get("/")
		d := directives(answer.Header().Get("Content-Security-Policy"))
		for name, want := range map[string]string{
			"default-src": "'none'", "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'",
			"frame-src": "https:", "connect-src": "'self' https:", "form-action": "'self' https:",
		} {
			if d[name] != want {
				t.Errorf("%s is %q, want %q", name, d[name], want)
			}
		}
		nonce := regexp.MustCompile(`^'nonce-([^']+)' 'strict-dynamic'$`).FindStringSubmatch(d["script-src"])
		if nonce == nil {
			t.Fatalf("script-src is %q", d["script-src"])
		}
		if !strings.Contains(answer.Body.String(), `<script nonce="`+nonce[1]+`" src="/app.js"`) {
			t.Error("the script's tag does not carry the nonce")
		}
		nonces[nonce[1]] = true
	}
	if len(nonces) != 3 {
		t.Error("a nonce was used twice")
	}
	if n := strings.Count(u.get("/").Body.String(), "<script"); n != 1 {
		t.Errorf("%d scripts in the shell, want 1", n)
	}
}

func TestW21LoopbackWidgetAddsItsOriginOnly(t *testing.T) {
	u := newUnit(t, func(c *Config) { c.WidgetURL = "http://127.0.0.1:4711/upc/widget.js" })
	d := directives(u.get("/").Header().Get("Content-Security-Policy"))
	for name, sources := range d {
		added := strings.Contains(sources, "127.0.0.1")
		want := name == "connect-src" || name == "frame-src" || name == "img-src" || name == "form-action"
		if added != want || added && !strings.HasSuffix(sources, " http://127.0.0.1:4711") {
			t.Errorf("%s is %q", name, sources)
		}
		if strings.Contains(" "+sources+" ", " http: ") {
			t.Errorf("%s opens all of http", name)
		}
	}
}

func TestW24ExtraSources(t *testing.T) {
	c := Config{CSPExtra: []string{"frame-src http://bank.example", "script-src 'unsafe-eval'"}}
	text, err := c.Policy()
	if err != nil {
		t.Fatal(err)
	}
	d := directives(text)
	if d["frame-src"] != "https: http://bank.example" || d["script-src"] != "'nonce-…' 'strict-dynamic' 'unsafe-eval'" {
		t.Errorf("policy %s", text)
	}
	for _, bad := range []string{
		"", "frame-src", "default-src *", "base-uri 'self'", "object-src https:", "frame-ancestors *", "script-src 'unsafe-inline'",
		"frame-src a; script-src b", "frame-src a, script-src b", "frames https:", "frame-src a\r\nSet-Cookie: b",
	} {
		if _, err := (Config{CSPExtra: []string{bad}}).Policy(); err == nil || !strings.Contains(err.Error(), "widget.csp_extra") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestW25WidgetComesFromWhereItMay(t *testing.T) {
	for _, c := range []struct {
		environment, url string
		hosts            []string
		want             string // empty: refused
	}{
		{"live", "", nil, stableWidget},
		{"sandbox", "", nil, previewWidget},
		{"", "", nil, previewWidget},
		{"live", stableWidget, nil, stableWidget},
		{"live", previewWidget, nil, ""},
		{"test", stableWidget, nil, stableWidget},
		{"sandbox", "http://127.0.0.1:9/widget.js", nil, "http://127.0.0.1:9/widget.js"},
		{"sandbox", "http://localhost:9/widget.js", nil, "http://localhost:9/widget.js"},
		{"sandbox", "http://[::1]:9/widget.js", nil, "http://[::1]:9/widget.js"},
		{"sandbox", "http://widget.payment.sportalliance.com/widget.js", nil, ""},
		{"sandbox", "https://evil.example/widget.js", nil, ""},
		{"sandbox", "https://payment.sportalliance.com.evil.example/widget.js", nil, ""},
		{"sandbox", "https://evilpayment.sportalliance.com/widget.js", nil, ""},
		{"sandbox", "https://cdn.example/widget.js", []string{"cdn.example"}, "https://cdn.example/widget.js"},
		{"sandbox", "http://cdn.example/widget.js", []string{"cdn.example"}, ""},
		{"sandbox", "https://u:p@widget.payment.sportalliance.com/widget.js", nil, ""},
		{"sandbox", "javascript:alert(1)", nil, ""},
		{"sandbox", "ftp://127.0.0.1/widget.js", nil, ""},
		{"sandbox", "http://127.0.0.1.evil.example/widget.js", nil, ""},
		{"production", "", nil, ""},
	} {
		u, err := Config{Environment: c.environment, WidgetURL: c.url, WidgetHosts: c.hosts}.widgetScript()
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%s in %s was accepted", c.url, c.environment)
		case c.want != "" && (err != nil || u.String() != c.want):
			t.Errorf("%s in %s: %v, %v; want %s", c.url, c.environment, u, err, c.want)
		}
	}
}
