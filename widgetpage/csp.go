package widgetpage

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// The vendor's script, by what it is meant for.
const (
	stableWidget  = "https://widget.payment.sportalliance.com/widget.js"
	previewWidget = "https://widget.dev.payment.sportalliance.com/widget.js"
	vendorDomain  = ".payment.sportalliance.com"
)

// widgetScript checks the address of the one foreign script that the page
// loads. It changes under us, so no hash can pin it; its host is what we trust.
func (c Config) widgetScript() (*url.URL, error) {
	if !slices.Contains([]string{"", "test", "sandbox", "live"}, c.Environment) {
		return nil, fmt.Errorf("widgetpage: %q is no environment; use test, sandbox or live", c.Environment)
	}
	text := c.WidgetURL
	switch {
	case text != "":
	case c.Environment == "live":
		text = stableWidget
	default:
		text = previewWidget
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("widgetpage: the widget's address %q is not one; set widget.url to https://…/widget.js", text)
	}
	host := u.Hostname()
	switch {
	case isLoopback(host) && (u.Scheme == "http" || u.Scheme == "https"):
		return u, nil
	case u.Scheme != "https":
		return nil, fmt.Errorf("widgetpage: the widget's address %q must start with https://", text)
	case slices.Contains(c.WidgetHosts, host):
		return u, nil
	case !strings.HasSuffix(host, vendorDomain):
		return nil, fmt.Errorf("widgetpage: %q is not a host of the payment component; if it is meant, add it to widget.hosts", host)
	case c.Environment == "live" && strings.HasPrefix(host, "widget.dev."):
		return nil, fmt.Errorf("widgetpage: %q is the preview and takes no real payments; set widget.url to %s", host, stableWidget)
	}
	return u, nil
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

type directive struct {
	name    string
	sources []string
}

// policy is the page's content security policy, without the nonce.
//
// Banks' 3-D Secure frames come from anywhere, hence https: as a whole where
// frames, calls and forms go; with 'strict-dynamic' the nonce alone says which
// scripts run, and what those load themselves.
type policy []directive

func (c Config) newPolicy(widget *url.URL) (policy, error) {
	p := policy{
		{"default-src", []string{"'none'"}},
		{"script-src", []string{"'strict-dynamic'"}},
		{"style-src", []string{"'self'", "'unsafe-inline'", "https:"}},
		{"img-src", []string{"'self'", "https:", "data:", "blob:"}},
		{"font-src", []string{"https:", "data:"}},
		{"connect-src", []string{"'self'", "https:"}},
		{"frame-src", []string{"https:"}},
		{"worker-src", []string{"blob:", "https:"}},
		{"form-action", []string{"'self'", "https:"}},
		{"object-src", []string{"'none'"}},
		{"base-uri", []string{"'none'"}},
		{"frame-ancestors", []string{"'none'"}},
	}
	if widget.Scheme == "http" {
		for _, name := range []string{"connect-src", "frame-src", "img-src", "form-action"} {
			p.add(name, widget.Scheme+"://"+widget.Host)
		}
	}
	for _, extra := range c.CSPExtra {
		if err := p.extend(extra); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// fixed directives are what keeps the page ours; no configuration loosens them.
var fixed = []string{"default-src", "object-src", "base-uri", "frame-ancestors"}

func (p policy) extend(extra string) error {
	words := strings.Fields(extra)
	wrong := func(why string) error {
		return fmt.Errorf("widgetpage: widget.csp_extra %q: %s; write a directive and its sources, like \"frame-src http://bank.example\"", extra, why)
	}
	switch {
	case len(words) < 2:
		return wrong("something is missing")
	case strings.ContainsAny(extra, ";,\r\n"):
		return wrong("one directive at a time")
	case slices.Contains(fixed, words[0]):
		return wrong(words[0] + " cannot be changed")
	case words[0] == "script-src" && slices.Contains(words, "'unsafe-inline'"):
		return wrong("'unsafe-inline' would let anything run")
	case !p.add(words[0], words[1:]...):
		return wrong("there is no directive " + words[0])
	}
	return nil
}

func (p policy) add(name string, sources ...string) bool {
	for i := range p {
		if p[i].name == name {
			p[i].sources = append(p[i].sources, sources...)
			return true
		}
	}
	return false
}

func (p policy) header(nonce string) string {
	var b strings.Builder
	for i, d := range p {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(d.name)
		if d.name == "script-src" {
			b.WriteString(" 'nonce-" + nonce + "'")
		}
		for _, source := range d.sources {
			b.WriteString(" " + source)
		}
	}
	return b.String()
}

// Policy is the page's content security policy as it is sent, with a
// placeholder for the nonce.
func (c Config) Policy() (string, error) {
	widget, err := c.widgetScript()
	if err != nil {
		return "", err
	}
	p, err := c.newPolicy(widget)
	if err != nil {
		return "", err
	}
	return p.header("…"), nil
}
