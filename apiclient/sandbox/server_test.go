package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
)

// served is a desk on real sockets.
func served(t *testing.T, cfg Config) (*desk, *Server) {
	t.Helper()
	c := &clock{marchTenth}
	cfg.Now = c.now
	server, err := Start(t.Context(), cfg, Listen{})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(func() {
		if err := server.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, studio: server.Sandbox(), clock: c}
	d.client = &http.Client{Transport: toServer{server.BaseURL(), transport}}
	return d, server
}

// toServer sends what is meant for studio.invalid to the server.
type toServer struct {
	base string
	http.RoundTripper
}

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = strings.TrimPrefix(s.base, "http://")
	r.Host = ""
	return s.RoundTripper.RoundTrip(r)
}

func TestServer(t *testing.T) {
	d, server := served(t, Config{})
	if !strings.HasPrefix(server.BaseURL(), "http://127.0.0.1:") || !strings.HasSuffix(server.WidgetURL(), "/widget.js") ||
		strings.HasPrefix(server.WidgetURL(), server.BaseURL()) || server.UPCURL()+"/widget.js" != server.WidgetURL() {
		t.Errorf("%s %s", server.BaseURL(), server.WidgetURL())
	}
	p := d.must("POST", previewPath, application(10011))
	if due := amount(p, "paymentPreview", "dueOnSigningAmount"); due != "41.12" {
		t.Errorf("due %s", due)
	}
	response, err := d.client.Do(d.request("GET", "/_ledger", nil))
	if err != nil || response.StatusCode != 200 || response.Header.Get("Date") != "Tue, 10 Mar 2026 11:00:00 GMT" {
		t.Errorf("ledger: %v %v", response, err)
	}
	response.Body.Close()
	for range 2 {
		if err := server.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := d.try(t.Context(), "GET", studioPath, nil); !errors.Is(got.err, syscall.ECONNREFUSED) && got.err == nil {
		t.Errorf("after Close: %+v", got)
	}
}

// TestWireFaults needs sockets: what the transport makes of a broken one.
func TestWireFaults(t *testing.T) {
	for fault, check := range map[string]func(outcome) bool{
		"EMPTY_RESPONSE":           func(o outcome) bool { return errors.Is(o.err, io.EOF) },
		"commit-then-drop@signup":  func(o outcome) bool { return errors.Is(o.err, io.EOF) },
		"reset":                    func(o outcome) bool { return errors.Is(o.err, syscall.ECONNRESET) || errors.Is(o.err, io.EOF) },
		"CONNECTION_RESET_BY_PEER": func(o outcome) bool { return errors.Is(o.err, syscall.ECONNRESET) || errors.Is(o.err, io.EOF) },
		"RANDOM_DATA_THEN_CLOSE":   func(o outcome) bool { return o.err != nil && o.status == 0 },
		"MALFORMED_RESPONSE_CHUNK": func(o outcome) bool { return o.err != nil && o.status == 200 },
		"truncated-200":            func(o outcome) bool { return errors.Is(o.err, io.ErrUnexpectedEOF) && o.body != "" },
		"huge-body":                func(o outcome) bool { return o.err == nil && len(o.body) > 32<<20 },
	} {
		d, _ := served(t, Config{Faults: faults(t, fault)})
		if got := d.try(t.Context(), "POST", signupPath, application(10021)); !check(got) {
			t.Errorf("%s: %d %.40q %v", fault, got.status, got.body, got.err)
		}
	}
}

// TestCloseEndsWaits: a call that would wait for ever does not keep the server.
func TestCloseEndsWaits(t *testing.T) {
	d, server := served(t, Config{Faults: faults(t, "commit-then-hang")})
	hanging := make(chan outcome, 1)
	go func() { hanging <- d.try(context.Background(), "POST", signupPath, application(10021)) }()
	for len(d.studio.Ledger().Members) == 0 {
		if len(hanging) > 0 {
			t.Fatalf("answered: %+v", <-hanging)
		}
	}
	if err := server.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got := <-hanging; got.err == nil {
		t.Errorf("answered: %+v", got)
	}
}

func TestStartEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, err := Start(ctx, Config{}, Listen{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := server.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestListen(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for address, want := range map[string]string{
		"0.0.0.0:0":            "other machines",
		"192.168.1.5:80":       "other machines",
		"localhost:80":         "127.0.0.1:PORT",
		busy.Addr().String():   busy.Addr().String(),
		"127.0.0.1:not-a-port": "port",
	} {
		for _, listen := range []Listen{{API: address}, {UPC: address}} {
			server, err := Start(t.Context(), Config{}, listen)
			if err == nil {
				server.Close(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %q", listen, err, want)
			}
		}
	}
	for _, address := range []string{":0", "0", "127.0.0.1:0"} {
		server, err := Start(t.Context(), Config{}, Listen{API: address})
		if err != nil {
			t.Fatal(err)
		}
		server.Close(t.Context())
	}
}

func TestLedgerIsLocal(t *testing.T) {
	d := newDesk(t, Config{})
	r := d.request("GET", "/_ledger", nil)
	r.RemoteAddr = "192.0.2.7:1234"
	w := &page{header: http.Header{}}
	d.studio.API().ServeHTTP(w, r)
	if w.status != http.StatusForbidden {
		t.Errorf("%d %s", w.status, w.body.String())
	}
}

// TestTransport: httptrace must see a call leave, and not one that was
// cancelled before.
func TestTransport(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "commit-then-drop")})
	wrote := 0
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote++ }}
	ctx := httptrace.WithClientTrace(t.Context(), trace)
	if got := d.try(ctx, "POST", signupPath, application(10021)); !errors.Is(got.err, io.EOF) || wrote != 1 {
		t.Errorf("%+v, headers written %d times", got, wrote)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if got := d.try(ctx, "POST", signupPath, application(10021)); !errors.Is(got.err, context.Canceled) || wrote != 1 {
		t.Errorf("%+v, headers written %d times", got, wrote)
	}
}
