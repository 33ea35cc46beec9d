// Package widgetpage serves one page on this machine, for one browser: the
// member reads and signs there, pays in the payment component (UPC) of session
// after session, and what comes of it is handed to [Config.Deliver].
//
// It knows views and results, nothing of the API and nothing of the rules of a
// sign-up. The server's state is the truth; the page keeps only its key and a
// result that has not been acknowledged.
//
// # Between the page and the server
//
// A link carries a code in its fragment. The page trades it for a key, once,
// and sends the key in the header X-Widgetpage-Key. Bodies are JSON.
//
//	GET  /               the page, without anything that matters; a bank may
//	POST /               come back here too, and is answered 303
//	POST /api/claim      {code} → {key}; 403, 409, 410, 429, see [Page.Link]
//	GET  /api/state      what to show, see state
//	GET  /api/events     the same whenever it changes, one JSON object a line
//	POST /api/result     {number, token, method, brand, last4} → 200 once it is kept
//	POST /api/signature  {number, refused, contract, signatures} → the same
//	POST /api/note       {kind, text, number}: what the page noticed
package widgetpage

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// maxText is how much of a foreign text is passed on, in runes.
const maxText = 300

// Config says where the page is served and whom it talks to.
type Config struct {
	// Host of the page's address: "localhost" (the default), "127.0.0.1", or a
	// name under ".localhost". Passkeys need a name; some allow-lists do too.
	Host string
	// Ports to try, in order; 0 is any free one. None means any free one.
	Ports []int

	// WidgetURL is the payment component's script. Empty: the vendor's, by
	// Environment. It must be https on a host of the vendor or in WidgetHosts,
	// or be on a loopback address.
	WidgetURL   string
	WidgetHosts []string
	Environment string // "test", "sandbox" or "live"
	// CSPExtra are additions to the page's policy, each a directive and its
	// sources, e.g. "frame-src http://bank.example".
	CSPExtra []string

	// Styling is how the payment form looks. With colours in it the form stays
	// on a light ground; without, it follows the browser, light or dark.
	Styling Styling

	// Deliver is called with each new result, one at a time, before the page
	// is told that it arrived. An error keeps the page trying. Its context
	// outlives the request. Required.
	Deliver func(context.Context, Result) error
	// Notify is called with each event, in order, from one goroutine. A slow
	// one delays later events and nothing else.
	Notify func(Event)

	Now    func() time.Time // time.Now when nil
	Log    *slog.Logger     // nothing when nil
	Timers Timers
}

// Styling holds CSS values for the payment component; empty ones are the
// page's own choice.
type Styling struct {
	PrimaryColor       string `json:"primaryColor,omitempty"`
	SecondaryColor     string `json:"secondaryColor,omitempty"`
	TextColorMain      string `json:"textColorMain,omitempty"`
	TextColorSecondary string `json:"textColorSecondary,omitempty"`
	BorderColor        string `json:"borderColor,omitempty"`
	BorderRadius       string `json:"borderRadius,omitempty"`
	BoxShadow          string `json:"boxShadow,omitempty"`
}

// Timers are the page's and the server's waits. Zero fields take the defaults.
type Timers struct {
	Link      time.Duration // a link is good for so long; 10 min
	Gone      time.Duration // a page is missing for so long before it is said; 8 s
	Heartbeat time.Duration // of the event stream; 10 s
	Expiring  time.Duration // the warning before a session ends; 2 min
	Script    time.Duration // the payment component's script must be there by then; 15 s
	Frame     time.Duration // a frame that went elsewhere may be silent for so long; 60 s
	RetryMin  time.Duration // first and longest pause before trying again; 250 ms, 4 s
	RetryMax  time.Duration
	CloseTab  time.Duration // the finished page tries to close its tab after; 6 s
}

func (t Timers) orDefaults() Timers {
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Link, 10 * time.Minute},
		{&t.Gone, 8 * time.Second},
		{&t.Heartbeat, 10 * time.Second},
		{&t.Expiring, 2 * time.Minute},
		{&t.Script, 15 * time.Second},
		{&t.Frame, time.Minute},
		{&t.RetryMin, 250 * time.Millisecond},
		{&t.RetryMax, 4 * time.Second},
		{&t.CloseTab, 6 * time.Second},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return t
}

// Page is a running page. Its methods may be called from any goroutine.
type Page struct {
	cfg       Config // with its defaults filled in
	authority string // host:port, as a browser must name us
	match     string
	widget    *url.URL
	policy    policy
	cross     *http.CrossOriginProtection

	server     *http.Server
	fresh      freshConns
	events     *eventQueue
	delivering chan struct{} // holds one token while Deliver runs

	alive  context.Context // ends when the page has ended
	kill   context.CancelFunc
	ticker chan struct{} // closed when the clock has stopped
	once   sync.Once     // of Close
	closed chan struct{} // closed when Close is through
	err    error         // of Close

	mu       sync.Mutex
	closing  bool
	view     View
	steps    []*step // all that were shown and can be answered; their place is their number
	current  *step   // what view asks, if it asks anything
	access   access
	streams  streams
	presence presence
	keyless  bool // has been told since the last link
	blocked  map[string]bool
	denied   denials
	farewell chan struct{} // closed when the page said that it has shown the end
}

// newPage makes a page that has no listeners and no goroutines yet.
func newPage(c Config, port int) (*Page, error) {
	if c.Host == "" {
		c.Host = "localhost"
	}
	if err := checkHost(c.Host); err != nil {
		return nil, err
	}
	widget, err := c.widgetScript()
	if err != nil {
		return nil, err
	}
	rules, err := c.newPolicy(widget)
	if err != nil {
		return nil, err
	}
	if c.Deliver == nil {
		return nil, errors.New("widgetpage: Config.Deliver is missing; results need a receiver")
	}
	if c.Notify == nil {
		c.Notify = func(Event) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Timers = c.Timers.orDefaults()
	p := &Page{
		cfg:        c,
		authority:  net.JoinHostPort(c.Host, strconv.Itoa(port)),
		match:      matchCode(),
		widget:     widget,
		policy:     rules,
		cross:      http.NewCrossOriginProtection(),
		events:     newEventQueue(),
		delivering: make(chan struct{}, 1),
		ticker:     make(chan struct{}),
		closed:     make(chan struct{}),
		blocked:    map[string]bool{},
		farewell:   make(chan struct{}),
	}
	p.alive, p.kill = context.WithCancel(context.Background())
	return p, nil
}

// Start opens the listeners, on 127.0.0.1 and [::1] alike, and serves the page
// until Close is called or ctx ends. No browser is opened, see [Opener].
func Start(ctx context.Context, c Config) (*Page, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := newPage(c, 0); err != nil { // before anything is opened
		return nil, err
	}
	listeners, port, err := listenLoopback(ctx, new(net.ListenConfig).Listen, c.Ports)
	if err != nil {
		return nil, err
	}
	p, err := newPage(c, port)
	if err != nil {
		return nil, err
	}
	p.serve(listeners)
	p.notify(Event{Kind: Listening, Text: p.Origin()})
	context.AfterFunc(ctx, func() { _ = p.Close(context.Background()) })
	return p, nil
}

// Origin is the page's scheme, host and port.
func (p *Page) Origin() string { return "http://" + p.authority }

// MatchCode is four characters that the page shows too, so that nobody pays on
// somebody else's page.
func (p *Page) MatchCode() string { return p.match }

// Link makes a link that opens the page once, within [Timers.Link]. Links made
// before stop working, and when this one is used, the page that was open ends.
func (p *Page) Link() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keyless = false
	return p.Origin() + "/#k=" + p.access.newCode(p.now())
}

// now is wall time: a machine that slept must find its sessions expired.
func (p *Page) now() time.Time { return p.cfg.Now().Round(0) }

func (p *Page) notify(e Event) {
	e.Text = oneLine(e.Text, maxText)
	p.cfg.Log.Debug("page event", "kind", string(e.Kind))
	p.events.add(e)
}
