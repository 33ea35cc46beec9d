package main

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// venue is the studio that a run speaks to, simulated or real.
type venue struct {
	baseURL     string
	key         secret.Value
	widgetURL   string
	environment string
	badge       string
	simulated   bool
	now         func() time.Time
	studio      Studio
	widget      Widget
	language    string
	stateDir    string
	stateKept   bool // what is in it can be used by a later run
	keeper      journal.Keeper
	trace       *apiclient.Trace // nil records nothing
}

// place names the studio in the journal.
func (p venue) place() journal.Place {
	return journal.Place{BaseURL: p.baseURL, Studio: p.studio.ID, Environment: p.environment}
}

// upc is the origin of the payment component, where a sandbox also takes
// payments over HTTP.
func (p venue) upc() *url.URL {
	u, err := url.Parse(p.widgetURL)
	if err != nil {
		return &url.URL{}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

// settings is what the flow has to know of the configuration.
func (p venue) settings() flow.Settings {
	s := flow.Settings{
		BaseURL:                     p.baseURL,
		Environment:                 p.environment,
		Country:                     p.studio.Country,
		Language:                    p.language,
		AllowWithoutSearch:          p.studio.AllowWithoutSearch,
		AllowTill:                   p.studio.AllowTill,
		ReferenceText:               p.studio.ReferenceText,
		RequireDirectDebitSignature: p.studio.RequireDirectDebitSignature,
	}
	if !p.studio.ShowExistingPaymentInstruments && !p.simulated {
		hide := false
		s.ShowExistingPaymentInstruments = &hide
	}
	return s
}

// house is one desk with its client.
type house struct {
	venue  venue
	client *apiclient.Client
	desk   *desk.Desk
	book   *book
	log    *slog.Logger

	mu    sync.Mutex
	calls []apiclient.Call
}

// newHouse wires a desk to the API of a venue, to a page and to the journal,
// from which it resumes the sign-up that is named, if one is. Whoever gets a
// house opens and closes it.
func newHouse(ctx context.Context, p venue, page desk.Page, log *slog.Logger, resume string) (*house, error) {
	h := &house{venue: p, log: log}
	client, err := apiclient.New(apiclient.Config{
		BaseURL:   p.baseURL,
		Key:       p.key,
		Language:  p.language,
		UserAgent: "frontdesk/" + thisBuild().Version,
		Now:       p.now,
		Trace:     p.trace,
		Observe:   func(c apiclient.Call) { h.observe(log, c) },
	})
	if err != nil {
		return nil, fail(exitEnvironment, err, "check base URL and key")
	}
	h.client = client
	var zone *time.Location
	if p.studio.TimeZone != "" {
		if zone, err = time.LoadLocation(p.studio.TimeZone); err != nil {
			return nil, fail(exitEnvironment, err, "check time_zone")
		}
	}
	if h.book, err = openBook(ctx, p, log); err != nil {
		return nil, err
	}
	var former []flow.Event
	if resume != "" {
		if former, err = h.book.resume(ctx, resume); err != nil {
			return nil, err
		}
	}
	h.desk = desk.New(desk.Config{
		API:      client,
		Page:     page,
		Journal:  wrapJournal(h.book),
		Resume:   former,
		Hold:     h.book.hold(),
		Settings: p.settings(),
		Zone:     zone,
		Now:      p.now,
		Skew: func() time.Duration {
			offset, _ := client.ClockOffset()
			return offset
		},
		Log: log,
	})
	return h, nil
}

func (h *house) observe(log *slog.Logger, c apiclient.Call) {
	log.Info("Call", "op", c.Op, "method", c.Method, "route", c.Route, "status", c.Status,
		"ms", c.Duration.Milliseconds(), "trace", c.TraceID)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, c)
}

func (h *house) observed() []apiclient.Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

// open runs the desk until the returned function is called.
func (h *house) open(ctx context.Context) (closeDesk func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.desk.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
		h.book.close(h.log, h.desk.Snapshot().Blank())
		h.client.Close()
	}
}
