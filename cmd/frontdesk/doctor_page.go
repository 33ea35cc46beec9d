package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"frontdesk/widgetpage"
)

// page is the page that a sign-up of this configuration would serve.
func (d *doctor) page() widgetpage.Config {
	c := venue{
		widgetURL: d.config.Widget.URL, environment: d.config.Studio.Environment, widget: d.config.Widget, now: time.Now,
	}.page()
	c.Deliver = func(context.Context, widgetpage.Result) error { return nil }
	return c
}

// checkHost compares the payment component with what it is meant for, and shows
// what the page then lets happen.
func (d *doctor) checkHost(context.Context) {
	page, studio := d.page(), d.config.Studio.Environment
	policy, err := page.Policy()
	if err != nil {
		d.found("widget host", isFatal, strings.TrimPrefix(err.Error(), "widgetpage: "), "leave widget.url out of the configuration")
		return
	}
	d.Policy = policy
	host := page.WidgetURL
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	says := fmt.Sprintf("%s, environment %s", host, page.Environment)
	switch {
	case studio != "live" && page.Environment == "live":
		d.found("widget host", isDubious, says+", and the studio is "+studio, "leave widget.environment out of the configuration")
	case studio != "live" && page.WidgetURL == stableWidget:
		d.found("widget host", isDubious, says+", and this is the component for live", "leave widget.url out of the configuration to get the preview")
	default:
		d.found("widget host", isFine, says, "")
	}
	d.found("policy", isFine, policy, "")
}

// maxScript is far more than the payment component has.
const maxScript = 64 << 20

// checkScript loads the one foreign script of the page.
func (d *doctor) checkScript(ctx context.Context) {
	const check = "widget script"
	if d.Policy == "" {
		return // its host was refused
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	s, kind, err := fetchScript(ctx, d.config.Widget.URL)
	if err != nil {
		d.found(check, isFatal, err.Error(), "check the network, and a proxy or filter in it")
		return
	}
	d.Widget = s
	says := fmt.Sprintf("%s, status %d, ETag %s, %d bytes, SHA-256 %s", s.URL, s.Status, firstOf(s.ETag, "none"), s.Bytes, s.SHA256)
	if s.Issuer != "" {
		says += ", certificate by " + s.Issuer
	}
	switch {
	case s.Status >= 300 && s.Status < 400:
		d.found(check, isDubious, says, "set widget.url to the address that it points to")
	case s.Status != http.StatusOK:
		d.found(check, isFatal, says, "check widget.url")
	case s.Bytes == 0 || strings.HasPrefix(kind, "text/html"):
		d.found(check, isFatal, says+", and this is no script", "check widget.url, and a proxy or a network that asks for a login")
	default:
		d.found(check, isFine, says, "")
	}
}

// fetchScript gives what an address serves, and the content type of that.
func fetchScript(ctx context.Context, address string) (s *script, kind string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	hash := sha256.New()
	s = &script{URL: address, Status: response.StatusCode, ETag: response.Header.Get("ETag")}
	if s.Bytes, err = io.Copy(hash, io.LimitReader(response.Body, maxScript)); err != nil {
		return nil, "", fmt.Errorf("%s broke off after %d bytes: %w", address, s.Bytes, err)
	}
	s.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if tls := response.TLS; tls != nil && len(tls.PeerCertificates) > 0 {
		issuer := tls.PeerCertificates[0].Issuer
		s.Issuer = firstOf(strings.Join(issuer.Organization, " "), issuer.CommonName)
	}
	return s, response.Header.Get("Content-Type"), nil
}

// checkPage serves the page for a moment: ports can be taken, and a name can
// lead elsewhere.
func (d *doctor) checkPage(ctx context.Context) {
	if d.Policy == "" {
		return // it would not start, for a reason that was said
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	page, err := widgetpage.Start(ctx, d.page())
	if err != nil {
		d.found("page", isFatal, strings.TrimPrefix(err.Error(), "widgetpage: "), "")
		return
	}
	d.Origin = page.Origin()
	defer func() { _ = page.Close(ctx) }()
	says := "served at " + page.Origin()
	if ports := d.config.Widget.Ports; len(ports) == 0 || slices.Contains(ports, 0) {
		says += ", at another port each time"
	}
	d.found("page", isFine, says, "")
}

// checkBrowser says what would open the page.
func (d *doctor) checkBrowser(context.Context) {
	const check = "browser"
	w := d.config.Widget
	if why := (widgetpage.Opener{Command: w.BrowserCommand, Mode: w.Open}).Refusal(); why != "" {
		d.found(check, isDubious, "none is opened: "+why, "open the link of the screen in a browser of this machine")
		return
	}
	if w.BrowserCommand != "" {
		words, err := splitCommand(w.BrowserCommand)
		if err == nil {
			_, err = exec.LookPath(words[0])
		}
		if err != nil {
			d.found(check, isDubious, err.Error(), "correct widget.browser_command")
			return
		}
		d.found(check, isFine, w.BrowserCommand, "")
		return
	}
	launchers := []string{"xdg-open", "x-www-browser", "www-browser", "wslview", "rundll32.exe"}
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" && os.Getenv("BROWSER") == "" && !slices.ContainsFunc(launchers, installed) {
		d.found(check, isDubious, "nothing here opens one", "install xdg-utils, or set widget.browser_command")
		return
	}
	d.found(check, isFine, "the system's default browser", "")
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// checkProfile warns where one member could pay with the login of another.
func (d *doctor) checkProfile(context.Context) {
	const check = "profile"
	switch w := d.config.Widget; {
	case d.config.Studio.Environment != "live":
	case opensPrivately(w.BrowserCommand):
		d.found(check, isFine, "members pay in a private window", "")
	case w.SharedProfileOK:
		d.found(check, isFine, "members pay in the everyday profile, as the configuration accepts", "")
	default:
		d.found(check, isDubious, "members pay in the browser's everyday profile, where PayPal and others keep the last one logged in",
			`set widget.browser_command to a private window such as "firefox --private-window", or widget.shared_profile_ok: true`)
	}
}

// opensPrivately recognises the flags of a window without a past: --incognito,
// --inprivate, --private-window, --guest and their like.
func opensPrivately(command string) bool {
	words, err := splitCommand(command)
	return err == nil && slices.ContainsFunc(words, func(word string) bool {
		flag, _, _ := strings.Cut(strings.ToLower(word), "=")
		return strings.HasPrefix(flag, "-") &&
			(strings.Contains(flag, "private") || strings.Contains(flag, "incognito") || strings.HasSuffix(flag, "-guest"))
	})
}
