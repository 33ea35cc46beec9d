package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// check looks at every value by itself.
func (r ranked) check() error {
	for _, k := range keys {
		origin, given := r.origin[k.name]
		if !given {
			continue
		}
		var values []string
		switch k.kind {
		case text:
			values = []string{r.GetString(k.name)}
		case list:
			values = r.GetStringSlice(k.name)
		case numbers:
			for _, n := range r.GetIntSlice(k.name) {
				values = append(values, strconv.Itoa(n))
			}
		case yesNo:
		}
		for _, v := range values {
			err := isShowable(v)
			if err == nil && k.check != nil && v != "" {
				err = k.check(v)
			}
			if err != nil {
				return fmt.Errorf("%s: %s %w", origin, k.name, err)
			}
		}
	}
	return nil
}

// The scripts of the payment widget, stable and preview (widget guide).
const (
	stableWidget  = "https://widget.payment.sportalliance.com/widget.js"
	previewWidget = "https://widget.dev.payment.sportalliance.com/widget.js"
)

// derive fills what follows from other keys, and refuses what does not go
// together.
func (r ranked) derive(cfg *Config) error {
	s, w := &cfg.Studio, &cfg.Widget
	if s.Environment == "" {
		s.Environment = environmentOf(s.BaseURL)
	}
	if w.Environment == "" {
		w.Environment = s.Environment
	}
	if w.URL == "" {
		w.URL = previewWidget
		if s.Environment == "live" {
			w.URL = stableWidget
		}
	}
	if w.Country == "" {
		w.Country = s.Country
	}
	if s.Environment != "live" {
		return nil
	}
	switch {
	case w.Environment != "live":
		return fmt.Errorf("%s: widget.environment is %q for a live studio: leave it out",
			r.origin["widget.environment"], w.Environment)
	case isPreviewHost(w.URL):
		return fmt.Errorf("%s: widget.url %q is a test widget, and the studio is live: leave it out to get the stable one",
			r.origin["widget.url"], w.URL)
	}
	return nil
}

// environmentOf guesses from the host. What is not known to be harmless is
// taken for live, where mistakes cost money.
func environmentOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return "live"
	}
	labels := strings.Split(u.Hostname(), ".")
	switch {
	case isLoopback(u.Hostname()), labels[0] == "open-api-demo":
		return "test"
	case slices.Contains(labels, "sandbox"):
		return "sandbox"
	case slices.ContainsFunc(labels, func(l string) bool { return l == "dev" || l == "ref" || l == "local" }):
		return "test"
	}
	return "live"
}

func isPreviewHost(widgetURL string) bool {
	u, err := url.Parse(widgetURL)
	return err != nil || isLoopback(u.Hostname()) || slices.Contains(strings.Split(u.Hostname(), "."), "dev")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func oneOf(allowed ...string) func(string) error {
	return func(s string) error {
		if slices.Contains(allowed, s) {
			return nil
		}
		return fmt.Errorf("%q is none of %s%s", s, strings.Join(allowed, ", "), suggest(s, allowed))
	}
}

var isEnvironment = oneOf("test", "sandbox", "live")

func matches(pattern, want string) func(string) error {
	return func(s string) error {
		if ok, _ := regexp.MatchString(`^(?:`+pattern+`)$`, s); ok {
			return nil
		}
		return fmt.Errorf("%q is not %s", s, want)
	}
}

var (
	isStudioID     = matches(`[A-Za-z0-9][A-Za-z0-9_-]{0,39}`, "a short name of letters, digits, - and _")
	isLanguage     = matches(`[a-z]{2}(-[A-Z]{2})?`, "a language such as de or de-CH")
	isCountry      = matches(`[A-Z]{2}`, "a country of two capitals such as DE")
	isCurrency     = matches(`[A-Z]{3}`, "a currency of three capitals such as EUR")
	isLoopbackName = matches(`localhost|127\.0\.0\.1|([a-z0-9-]+\.)+localhost`,
		"localhost, 127.0.0.1 or a name under .localhost: the page never leaves this machine")
	isCSPSource = matches(`'unsafe-eval'|https://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?`,
		"a source such as https://example.com or 'unsafe-eval'")
)

// CSS of a few shapes only: these values reach a foreign script, which may put
// them anywhere in a style sheet.
const (
	cssColour = `(?:#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})|[A-Za-z]{3,30}|(?:rgb|hsl)a?\([0-9][0-9., %/]{4,40}\))`
	cssLength = `(?:0|[0-9]{0,4}\.?[0-9]{1,4}(?:px|rem|em|%))`
	cssShadow = `(?:inset )?-?` + cssLength + `(?: -?` + cssLength + `){1,3}(?: ` + cssColour + `)?`
)

var (
	isColour = matches(cssColour, "a colour such as #0a7d4f, teal or rgb(10, 125, 79)")
	isRadius = matches(cssLength+`(?: `+cssLength+`){0,3}`, "a length such as 8px or 0.5rem")
	isShadow = matches(`none|`+cssShadow+`(?:, ?`+cssShadow+`){0,3}`, "a shadow such as none or 0 1px 4px rgba(0, 0, 0, 0.2)")
)

func isShowable(s string) error {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("has a character in it that does not print (%U)", r)
		}
	}
	return nil
}

func isTimeZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return fmt.Errorf("%q is not a time zone such as Europe/Berlin", s)
	}
	return nil
}

func isPort(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%s is not a port between 0 and 65535", s)
	}
	return nil
}

func isCommand(s string) error {
	_, err := splitCommand(s)
	return err
}

func isBaseURL(s string) error { return isOwnURL(s, "/", "/v1", "/v1/", "") }

func isWidgetURL(s string) error { return isOwnURL(s) }

// isOwnURL accepts https anywhere and http on this machine, with nothing in
// the URL that would end up in a log. No paths means any.
func isOwnURL(s string, paths ...string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("is not a URL such as https://tenant.open-api.magicline.com")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("must not carry a user, a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Errorf("%q must be https: plain http is for this machine only", s)
	case paths != nil && !slices.Contains(paths, u.Path):
		return fmt.Errorf("%q must end after the host or after /v1", s)
	}
	return nil
}

// A bank takes 140 characters, and only these (SEPA usage rules); {code} and
// {offer} are filled in later, so the template stays well below.
const sepaText = `^[A-Za-z0-9/?:().,'+ -]{0,100}$`

func isReferenceText(s string) error {
	plain := strings.NewReplacer("{code}", "", "{offer}", "").Replace(s)
	allowed, _ := regexp.MatchString(sepaText, plain)
	switch {
	case !strings.Contains(s, "{code}"):
		return fmt.Errorf("%q needs {code} in it: without it nobody finds the sign-up that a payment belongs to", s)
	case strings.ContainsAny(plain, "{}"):
		return fmt.Errorf("%q may hold {code} and {offer} and no other braces", s)
	case !allowed:
		return fmt.Errorf("%q is longer than 100 characters or has one that banks do not take (letters, digits and /-?:().,'+ are fine)", s)
	}
	return nil
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

func isHost(s string) error {
	if !hostName.MatchString(s) {
		return fmt.Errorf("%q is not a host name such as widget.example.com", s)
	}
	return nil
}
