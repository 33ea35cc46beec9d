package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Listen names the addresses of a Server: "", "PORT", ":PORT", "127.0.0.1:PORT"
// or "[::1]:PORT". "" and port 0 take a free port.
type Listen struct {
	API string
	UPC string
}

// Server is a Sandbox on two loopback ports, which makes two origins.
type Server struct {
	sandbox *Sandbox
	api     *site
	upc     *site
	cancel  context.CancelFunc
	done    sync.WaitGroup
	once    sync.Once
	err     error
}

// Start builds a sandbox and serves it until ctx ends or Close is called.
func Start(ctx context.Context, cfg Config, listen Listen) (*Server, error) {
	studio, err := New(cfg)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	server := &Server{sandbox: studio, cancel: cancel}
	if server.api, err = newSite(ctx, listen.API, studio.API(), studio.log); err != nil {
		cancel()
		return nil, fmt.Errorf("sandbox: API address: %w", err)
	}
	if server.upc, err = newSite(ctx, listen.UPC, studio.UPC(), studio.log); err != nil {
		cancel()
		server.api.listener.Close()
		return nil, fmt.Errorf("sandbox: payment component address: %w", err)
	}
	server.done.Go(server.api.serve)
	server.done.Go(server.upc.serve)
	context.AfterFunc(ctx, func() { server.shut(context.Background()) })
	return server, nil
}

// BaseURL is the API's, without /v1.
func (s *Server) BaseURL() string { return s.api.origin() }

// WidgetURL is the address of the payment component's script.
func (s *Server) WidgetURL() string { return s.upc.origin() + "/widget.js" }

// UPCURL is the payment component's origin, where payments are also made over
// HTTP.
func (s *Server) UPCURL() string { return s.upc.origin() }

// Key is the API key.
func (s *Server) Key() string { return s.sandbox.Key() }

// Sandbox is the studio that is served.
func (s *Server) Sandbox() *Sandbox { return s.sandbox }

// Close ends both sites within a second: answers that are being written are
// finished, what still waits is aborted. It may be called more than once.
func (s *Server) Close(ctx context.Context) error {
	s.shut(ctx)
	s.done.Wait()
	return s.err
}

func (s *Server) shut(ctx context.Context) {
	s.once.Do(func() {
		s.cancel()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		s.err = errors.Join(s.api.shut(ctx), s.upc.shut(ctx))
	})
}

// site is one listener with its server.
type site struct {
	listener net.Listener
	server   *http.Server
}

func newSite(ctx context.Context, address string, handler http.Handler, log *slog.Logger) (*site, error) {
	address, err := loopback(address)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return &site{listener, server}, nil
}

func (s *site) origin() string { return "http://" + s.listener.Addr().String() }

func (s *site) serve() { s.server.Serve(s.listener) } //nolint:errcheck // always ErrServerClosed after shut

func (s *site) shut(ctx context.Context) error {
	if s.server.Shutdown(ctx) == nil {
		return nil
	}
	return s.server.Close()
}

// loopback completes an address and refuses one that other machines can reach.
func loopback(address string) (string, error) {
	if address == "" {
		return "127.0.0.1:0", nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = "", address
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("%q can be reached by other machines or is no address; use 127.0.0.1:PORT", address)
	}
	return net.JoinHostPort(host, port), nil
}
