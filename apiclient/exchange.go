package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Call is one HTTP exchange, without anything secret or personal in it.
type Call struct {
	Op     string
	Method string
	Route  string // the path as the API documents it, with {id}
	Path   string
	Status int // 0 without an answer
	// Send counts the exchanges of one call from 1 on.
	Send     int
	Start    time.Time
	Duration time.Duration
	TraceID  string
	// ServerDate is the Date header, zero without one.
	ServerDate time.Time
	// RequestSent says that at least a part of the request may have left.
	RequestSent bool
	Err         error
}

// maxBody is far more than any answer of the API holds.
const maxBody = 16 << 20

// endpoint is a call as the API documents it.
type endpoint struct {
	op     string
	class  *class
	method string
	route  string
}

// request is one call to be made.
type request struct {
	endpoint
	id    int64
	query url.Values
	body  []byte
}

func (r request) path() string {
	return strings.Replace(r.route, "{id}", strconv.FormatInt(r.id, 10), 1)
}

// call makes a request, as often as its class allows, and reads the answer.
func call[T any](ctx context.Context, c *Client, r request, read func([]byte) (T, error)) (T, error) {
	var answer T
	err := c.persist(ctx, r, func(body []byte) (err error) {
		answer, err = read(body)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return answer, nil
}

// seen is what there was of an exchange: nil and empty as far as it did not get.
type seen struct {
	request  *http.Request
	response *http.Response
	body     []byte
	sent     bool
}

// exchange sends r once. patience is how long it may take.
func (c *Client) exchange(ctx context.Context, r request, send int, patience time.Duration, read func([]byte) error) *Error {
	start := c.now()
	seen, err := c.send(ctx, r, patience, read)
	end := c.now()
	info := Call{
		Op: r.op, Method: r.method, Route: r.route, Path: r.path(), Send: send,
		Start: start, Duration: end.Sub(start), RequestSent: seen.sent,
	}
	if seen.response != nil {
		info.Status = seen.response.StatusCode
		info.ServerDate, _ = http.ParseTime(seen.response.Header.Get("Date"))
	}
	if err != nil {
		info.TraceID, info.Err = err.TraceID, err
	}
	if !info.ServerDate.IsZero() {
		// The header names a whole second, and the answer was made somewhere
		// between start and end.
		offset := info.ServerDate.Add(500 * time.Millisecond).Sub(start.Add(info.Duration / 2))
		c.offset.Store(&offset)
	}
	c.trace.record(info, r, seen)
	c.observe(info)
	return err
}

func (c *Client) send(parent context.Context, r request, patience time.Duration, read func([]byte) error) (s seen, failure *Error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	timer := time.AfterFunc(patience, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()

	wire := &wireWatch{wrote: func() {
		if r.class.answer != 0 {
			timer.Reset(r.class.answer)
		}
	}}
	var err error
	if s.request, err = c.newRequest(ctx, r, wire); err != nil {
		return s, &Error{Kind: Invalid, Op: r.op, err: flaw("the request cannot be built")}
	}
	client := c.pooled
	if r.class.fresh {
		client = c.fresh
	}
	resp, err := client.Do(s.request)
	if err != nil {
		s.sent = wire.sent()
		return s, unanswered(parent, ctx, r, 0, s.sent, err)
	}
	defer func() { _ = resp.Body.Close() }()
	s.response, s.sent = resp, true
	s.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil && resp.StatusCode < 300 {
		return s, unanswered(parent, ctx, r, resp.StatusCode, true, err)
	}
	return s, judge(r, resp, s.body, read)
}

// judge says what an answer means. The body of a refusal may be cut: the
// status says enough.
func judge(r request, resp *http.Response, body []byte, read func([]byte) error) *Error {
	status := resp.StatusCode
	if status >= 300 {
		e := refusal(r.op, status, body)
		e.retryAfter = retryAfter(resp.Header)
		if r.class.strict && !e.official && (e.Kind == RateLimited || e.Kind == Unavailable) {
			// Only the API itself can say that it did not take the request; a
			// gateway before it cannot.
			e.Kind = Lost
		}
		return e
	}
	if r.method == http.MethodHead {
		return nil
	}
	e := &Error{Kind: Lost, Op: r.op, Status: status, sent: true}
	if len(body) > maxBody {
		e.err = flaw("the answer is larger than 16 MiB")
		return e
	}
	err := read(body)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	e.cut = errors.As(err, &syntax) && syntax.Offset >= int64(len(body))
	e.err = unreadable(err)
	return e
}

// unanswered makes an Error of an exchange that broke off.
func unanswered(parent, ctx context.Context, r request, status int, sent bool, err error) *Error {
	e := &Error{Kind: Lost, Op: r.op, Status: status, sent: sent, cut: true}
	timeout := parent.Err() == nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded)
	switch {
	case timeout && sent:
		e.err = cause{"no answer in time", context.DeadlineExceeded}
	case timeout:
		e.err = cause{"no connection in time", context.DeadlineExceeded}
	case parent.Err() != nil:
		e.err = parent.Err()
	case sent:
		// What the transport says may quote what came over the wire.
		e.err = cause{"the connection broke off", err}
	default:
		e.err = err
	}
	switch {
	case parent.Err() != nil && !(sent && r.class.strict):
		e.Kind = Cancelled
	case !sent:
		e.Kind = Unreachable
	}
	return e
}

// cause shows a text and still lets errors.Is find what is below it.
type cause struct {
	flaw
	below error
}

func (c cause) Unwrap() error { return c.below }

func (c *Client) newRequest(ctx context.Context, r request, wire *wireWatch) (*http.Request, error) {
	trace := &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { wire.mark() },
		WroteHeaders: wire.mark,
	}
	target := c.base + r.path()
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), r.method, target, nil)
	if err != nil {
		return nil, err
	}
	if r.body != nil {
		// Without GetBody nobody below can send the body a second time.
		wire.body = bytes.NewReader(r.body)
		req.Body, req.ContentLength = wire, int64(len(r.body))
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("X-API-KEY", c.key.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Language", c.language)
	req.Header.Set("User-Agent", c.userAgent)
	return req, nil
}

// wireWatch notices that a request may leave. From the moment it has a
// connection another goroutine writes it, and a failure can overtake the news
// that its headers were written; so a connection counts as sent. The reading of
// the body covers transports that do not trace.
type wireWatch struct {
	body  *bytes.Reader
	wrote func()

	mu   sync.Mutex
	left bool
}

func (w *wireWatch) mark() {
	w.mu.Lock()
	first := !w.left
	w.left = true
	w.mu.Unlock()
	if first {
		w.wrote()
	}
}

func (w *wireWatch) sent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left
}

func (w *wireWatch) Read(p []byte) (int, error) {
	w.mark()
	return w.body.Read(p)
}

func (w *wireWatch) Close() error { return nil }
