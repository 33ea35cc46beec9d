package widgetpage

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	closeLimit = 900 * time.Millisecond // of the second that it may take
	// farewellWait gives a page that shows the end the time to say so: the
	// answer clears what is left of us in the browser.
	farewellWait = 300 * time.Millisecond
)

func (p *Page) serve(listeners []net.Listener) {
	p.server = &http.Server{
		Handler:           p.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    256 << 10, // every local program's cookies arrive here too
		ErrorLog:          slog.NewLogLogger(p.cfg.Log.Handler(), slog.LevelDebug),
		ConnState:         p.fresh.note,
	}
	for _, l := range listeners {
		go func() { _ = p.server.Serve(l) }()
	}
	go p.watchClock()
	go p.events.run(p.cfg.Notify)
}

// Close tells the page that it is over, lets the answers under way finish and
// stops serving. It takes a second at most, and may be called again. Within
// Notify it must not be called: it waits for the last event to be taken.
func (p *Page) Close(ctx context.Context) error {
	p.once.Do(func() {
		defer close(p.closed)
		ctx, cancel := context.WithTimeout(ctx, closeLimit)
		defer cancel()
		p.err = p.close(ctx)
	})
	<-p.closed
	return p.err
}

func (p *Page) close(ctx context.Context) error {
	p.sayGoodbye(ctx)

	p.mu.Lock()
	p.closing = true
	p.presence.stop()
	p.streams.endAll("bye")
	p.mu.Unlock()

	// Shutdown waits for the streams, which end by themselves now. Browsers open connections in advance and never use them; Shutdown would
	// wait five seconds for each to begin.
	p.server.RegisterOnShutdown(p.fresh.closeAll)
	err := p.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		p.cfg.Log.Warn("the page was closed while an answer was under way")
		err = p.server.Close()
	}
	p.kill()
	<-p.ticker
	p.notify(Event{Kind: Closed})
	p.events.end()
	select {
	case <-p.events.drained:
	case <-ctx.Done():
	}
	return err
}

// sayGoodbye waits for a page that is showing the end to have read it.
func (p *Page) sayGoodbye(ctx context.Context) {
	p.mu.Lock()
	listens := p.view.Kind == Done && p.streams.live() > 0
	p.mu.Unlock()
	if !listens {
		return
	}
	select {
	case <-p.farewell:
	case <-time.After(farewellWait):
	case <-ctx.Done():
	}
}

// freshConns are the connections on which nothing has been asked yet.
type freshConns struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

func (f *freshConns) note(c net.Conn, s http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s != http.StateNew {
		delete(f.conns, c)
		return
	}
	if f.closed {
		_ = c.Close()
		return
	}
	if f.conns == nil {
		f.conns = map[net.Conn]struct{}{}
	}
	f.conns[c] = struct{}{}
}

func (f *freshConns) closeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.conns {
		_ = c.Close()
	}
}
