package widgetpage

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// served is a page with real listeners.
type served struct {
	*Page
	t       *testing.T
	client  *http.Client
	key     string
	mu      sync.Mutex
	heard   []Event
	deliver func(context.Context, Result) error
}

func newServed(t *testing.T, change ...func(*Config)) *served {
	t.Helper()
	s := &served{t: t, client: &http.Client{Transport: &http.Transport{}}, deliver: nilDeliver}
	c := Config{
		Deliver: func(ctx context.Context, r Result) error { return s.deliver(ctx, r) },
		Notify: func(e Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.heard = append(s.heard, e)
		},
	}
	for _, f := range change {
		f(&c)
	}
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.Page = p
	t.Cleanup(func() {
		_ = p.Close(context.Background())
		s.client.CloseIdleConnections()
	})
	return s
}

func (s *served) call(method, path, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.Origin()+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Origin", s.Origin())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(keyHeader, s.key)
	return s.client.Do(r)
}

func (s *served) open() {
	s.t.Helper()
	answer, err := s.call(http.MethodPost, "/api/claim", claimBody(codeOf(s.Link())))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		s.t.Fatalf("claim: %d, %v", answer.StatusCode, err)
	}
	s.key = strings.Split(string(text), `"`)[3]
}

// listen opens the event stream and has read its first line.
func (s *served) listen() *bufio.Scanner {
	s.t.Helper()
	answer, err := s.call(http.MethodGet, "/api/events", "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() {
		s.t.Fatal("the stream said nothing")
	}
	return lines
}

func dial(t *testing.T, address string) (net.Conn, error) {
	t.Helper()
	return new(net.Dialer).DialContext(t.Context(), "tcp", address)
}

func (s *served) closeWithin(limit time.Duration) {
	s.t.Helper()
	begin := time.Now()
	if err := s.Close(context.Background()); err != nil {
		s.t.Errorf("Close: %v", err)
	}
	if took := time.Since(begin); took > limit {
		s.t.Errorf("Close took %v", took)
	}
}

func TestW50CloseTellsEverybodyAndIsQuick(t *testing.T) {
	var log syncBuffer
	s := newServed(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.open()
	stream := s.listen()
	silent, err := dial(t, s.authority) // as browsers open in advance
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()

	entered, release := make(chan struct{}), make(chan struct{})
	s.deliver = func(context.Context, Result) error {
		close(entered)
		<-release
		return nil
	}
	s.Show(paying("s1", sessionCanary))
	status := make(chan int, 1)
	go func() {
		answer, err := s.call(http.MethodPost, "/api/result", resultBody(1, tokenCanary))
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-entered
	go func() { // once the stream has said bye, Close is under way
		for stream.Scan() {
			if strings.Contains(stream.Text(), `"bye"`) {
				close(release)
				return
			}
		}
	}()
	s.closeWithin(time.Second)
	if got := <-status; got != http.StatusOK {
		t.Errorf("the answer in flight: %d, want 200", got)
	}
	if log.String() != "" {
		t.Errorf("it had to use force: %s", log.String())
	}
	if _, err := dial(t, s.authority); err == nil {
		t.Error("somebody still listens")
	}
	if err := s.Close(context.Background()); err != nil {
		t.Errorf("W-51: Close again: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.heard); n == 0 || s.heard[0] != (Event{Kind: Listening, Text: s.Origin()}) || s.heard[n-1].Kind != Closed {
		t.Errorf("heard %v, want listening first and closed last", s.heard)
	}
}

// forced is how long Close may take when it has to break something off, which
// it does just before its second is over; a slow machine comes on top.
const forced = 1500 * time.Millisecond

func TestW50CloseDoesNotWaitForAHangingDelivery(t *testing.T) {
	s := newServed(t)
	s.open()
	entered, ended := make(chan struct{}), make(chan struct{})
	s.deliver = func(ctx context.Context, _ Result) error {
		close(entered)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}
	s.Show(paying("s1", sessionCanary))
	go func() {
		if answer, err := s.call(http.MethodPost, "/api/result", resultBody(1, tokenCanary)); err == nil {
			_ = answer.Body.Close()
		}
	}()
	<-entered
	s.closeWithin(forced)
	<-ended
}

// A tab that closes right after its result must not take the result with it.
func TestResultOutlivesItsRequest(t *testing.T) {
	s := newServed(t)
	s.open()
	entered, release, err := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	s.deliver = func(ctx context.Context, _ Result) error {
		close(entered)
		<-release
		err <- ctx.Err()
		return nil
	}
	s.Show(paying("s1", sessionCanary))
	conn, dialErr := dial(t, s.authority)
	if dialErr != nil {
		t.Fatal(dialErr)
	}
	body := resultBody(1, tokenCanary)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Origin()+"/api/result", strings.NewReader(body))
	r.Header.Set("Origin", s.Origin())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(keyHeader, s.key)
	if dialErr = r.Write(conn); dialErr != nil {
		t.Fatal(dialErr)
	}
	<-entered
	_ = conn.Close()
	close(release)
	if got := <-err; got != nil {
		t.Errorf("the delivery was cancelled: %v", got)
	}
}

func TestW51ContextEndsThePage(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, Config{Deliver: nilDeliver})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-p.closed
	if _, err := dial(t, p.authority); err == nil {
		t.Error("somebody still listens")
	}
	if _, err := Start(ctx, Config{Deliver: nilDeliver}); !errors.Is(err, context.Canceled) {
		t.Errorf("Start with an ended context: %v", err)
	}
}

// Whatever is under way when the program is told to end.
func TestW51ContextEndsInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, Config{Deliver: nilDeliver})
	if err != nil {
		t.Fatal(err)
	}
	s := &served{Page: p, t: t, client: &http.Client{Transport: &http.Transport{}}}
	defer s.client.CloseIdleConnections()
	s.open()
	s.listen()
	for _, begun := range []string{
		"POST /api/claim HTTP/1.1\r\nHost: " + p.authority + "\r\nOrigin: " + p.Origin() +
			"\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{\"code\":",
		"GET / HT", "",
	} {
		conn, err := dial(t, p.authority)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := io.WriteString(conn, begun); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now()
	cancel()
	<-p.closed
	if took := time.Since(begin); took > forced {
		t.Errorf("it took %v", took)
	}
	if _, err := dial(t, p.authority); err == nil {
		t.Error("somebody still listens")
	}
}

func TestW19NothingIsPrinted(t *testing.T) {
	stdout, stderr := captured(t, func() {
		s := newServed(t)
		s.open()
		s.listen()
		conn, err := dial(t, s.authority)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte("NONSENSE\r\n\r\n"))
		_, _ = io.ReadAll(conn)
		_ = conn.Close()
		s.closeWithin(time.Second)
	})
	if stdout != "" || stderr != "" {
		t.Errorf("written over the terminal: %q %q", stdout, stderr)
	}
	p, err := newPage(Config{Deliver: nilDeliver}, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.serve(nil)
	defer func() { _ = p.Close(context.Background()) }()
	if p.server.ReadHeaderTimeout == 0 || p.server.IdleTimeout == 0 || p.server.ErrorLog == nil {
		t.Error("the server has no limits, or a log of its own")
	}
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	for want, c := range map[string]Config{
		"Deliver": {}, "localhost": {Host: "example.com", Deliver: nilDeliver}, "environment": {Environment: "prod", Deliver: nilDeliver},
		"https": {WidgetURL: "http://x.example/w.js", Deliver: nilDeliver}, "csp_extra": {CSPExtra: []string{"x"}, Deliver: nilDeliver},
	} {
		if _, err := Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Start: %v, want something about %s", err, want)
		}
	}
}

func TestTimersHaveDefaults(t *testing.T) {
	got := Timers{Gone: time.Second}.orDefaults()
	if got.Gone != time.Second || got.Link != 10*time.Minute || got.RetryMax != 4*time.Second || got.Script != 15*time.Second {
		t.Errorf("%+v", got)
	}
}

func TestTextsAreComplete(t *testing.T) {
	all := texts()
	for _, lang := range []string{"de", "en", "es", "fr", "it", "nl"} {
		if !strings.Contains(all, `"`+lang+`":`) {
			t.Fatalf("no texts in %s", lang)
		}
	}
	reference := textsOf(t, "en")
	entries, err := assets.ReadDir("assets/texts")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		lang := strings.TrimSuffix(e.Name(), ".json")
		own := textsOf(t, lang)
		for name, english := range reference {
			if own[name] == "" {
				t.Errorf("%s: %s is missing", lang, name)
			}
			if a, b := placeholders(own[name]), placeholders(english); !slices.Equal(a, b) {
				t.Errorf("%s: %s has %v, want %v", lang, name, a, b)
			}
			if !strings.Contains(script, "'"+name+"'") && !strings.Contains(script, "`${name}.") {
				t.Errorf("%s is not used", name)
			}
		}
		for name := range own {
			if reference[name] == "" {
				t.Errorf("%s: %s does not exist", lang, name)
			}
		}
	}
}
