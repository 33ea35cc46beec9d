// Package apiclient speaks the Magicline Open API: typed requests and answers,
// exact amounts, one error type, and retries only where they are safe.
//
// The API knows no idempotency: what may have been received is never sent
// again by itself unless repeating it is harmless. No redirect is followed, so
// the key and the member's data reach the configured host or nobody.
package apiclient

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"frontdesk/apiclient/secret"
)

// Config says where the API is and who asks.
type Config struct {
	// BaseURL is the tenant's address, with or without /v1 at its end. It is
	// https; http is taken for this very machine only.
	BaseURL string
	// Key is the X-API-KEY; it also selects the studio.
	Key secret.Value
	// Language is the language of the API's messages, such as "de-CH". One
	// that the API does not know becomes its base language, or English.
	Language  string
	UserAgent string
	// Transport replaces the connections of the client's own.
	Transport http.RoundTripper
	// Now is the clock of the calls that are observed; time.Now if nil.
	Now func() time.Time
	// Observe is told of every HTTP exchange, and Waiting of every pause before
	// a request is sent again. Both are called while the call is under way,
	// from any goroutine, and must return at once.
	Observe func(Call)
	Waiting func(Wait)
	// Trace records every exchange, if there is one.
	Trace *Trace
}

// Client calls the API of one studio. It may be used by many goroutines.
type Client struct {
	base      string
	key       secret.Value
	language  string
	userAgent string
	now       func() time.Time
	observe   func(Call)
	waiting   func(Wait)
	trace     *Trace
	jitter    func() float64 // in [0,1)

	pooled *http.Client // for everything that may be repeated
	fresh  *http.Client // one connection for one request

	budget budget
	offset atomic.Pointer[time.Duration]
}

// New checks the configuration and returns a client. It connects to nothing.
func New(c Config) (*Client, error) {
	base, err := normalise(c.BaseURL)
	if err != nil {
		return nil, err
	}
	key := strings.TrimSpace(c.Key.Reveal())
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("apiclient: the API key is missing or not one word; copy it from the activation mail again")
	}
	client := &Client{
		base:      base,
		key:       secret.New(key),
		language:  acceptLanguage(c.Language),
		userAgent: c.UserAgent,
		now:       c.Now,
		observe:   c.Observe,
		waiting:   c.Waiting,
		trace:     c.Trace,
		jitter:    rand.Float64,
	}
	if client.userAgent == "" {
		client.userAgent = "frontdesk"
	}
	if client.now == nil {
		client.now = time.Now
	}
	if client.observe == nil {
		client.observe = func(Call) {}
	}
	if client.waiting == nil {
		client.waiting = func(Wait) {}
	}
	c.Trace.keep(key)
	pooled, fresh := transports(c.Transport)
	client.pooled = &http.Client{Transport: pooled, CheckRedirect: refuseRedirect}
	client.fresh = &http.Client{Transport: fresh, CheckRedirect: refuseRedirect}
	return client, nil
}

// Close gives the idle connections back.
func (c *Client) Close() {
	c.pooled.CloseIdleConnections()
	c.fresh.CloseIdleConnections()
}

// BaseURL returns the address without /v1.
func (c *Client) BaseURL() string { return c.base }

// refuseRedirect hands the 3xx answer itself to the caller. Following it would
// carry X-API-KEY, and with 307 and 308 the member's data, to another host.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// transports returns the one for calls that may share a connection, and the one
// for a call that must not meet a connection the server has already closed:
// it opens its own, speaks HTTP/1 and so has nothing to replay.
func transports(given http.RoundTripper) (pooled, fresh http.RoundTripper) {
	own, ok := given.(*http.Transport)
	switch {
	case given == nil:
		dialer := &net.Dialer{Timeout: 5 * time.Second}
		own = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConnsPerHost:    4,
			MaxResponseHeaderBytes: 1 << 20,
		}
	case !ok:
		return given, given
	}
	single := own.Clone()
	single.DisableKeepAlives = true
	single.Protocols = new(http.Protocols)
	single.Protocols.SetHTTP1(true)
	single.TLSNextProto = nil
	if single.TLSClientConfig != nil {
		single.TLSClientConfig.NextProtos = nil
	}
	return own, single
}

// normalise checks a base URL and takes /v1 and slashes from its end.
func normalise(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("apiclient: the base URL is no web address; it looks like https://TENANT.open-api.magicline.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("apiclient: the base URL holds more than an address; leave out user, query and fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("apiclient: http to %s would show the key to the network; use https", u.Hostname())
	}
	path := strings.TrimRight(u.Path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/v1"), "/")
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}).String(), nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// BackOfficeURL returns the page of a customer in the back office, which is at
// the API's own address with "web" for "open-api"; "" where the host has no
// such label.
func BackOfficeURL(baseURL string, customerID int64) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return ""
	}
	labels := strings.Split(u.Host, ".")
	for i, label := range labels {
		if label == "open-api" {
			labels[i] = "web"
			return u.Scheme + "://" + strings.Join(labels, ".") + "/#/customermanagement/" + strconv.FormatInt(customerID, 10) + "/overview"
		}
	}
	return ""
}

// ClockOffset returns how far the server's clock was ahead of this machine's
// at the last answer, from its Date header: within a second or so. ok is false
// before the first answer.
func (c *Client) ClockOffset() (offset time.Duration, ok bool) {
	if p := c.offset.Load(); p != nil {
		return *p, true
	}
	return 0, false
}
