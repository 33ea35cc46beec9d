package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptrace"
)

// Transport is a RoundTripper that calls handler in the caller's goroutine,
// without sockets: with it a client and the studio live in one
// testing/synctest bubble. Aborted handlers become connection errors or bodies
// that end too early, and httptrace sees a connection being used.
func Transport(handler http.Handler) http.RoundTripper { return direct{handler} }

type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		trace = &httptrace.ClientTrace{}
	}
	if trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	in := r.Clone(ctx)
	in.Host, in.RequestURI = r.Host, r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.Body = http.NoBody
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		in.Body = io.NopCloser(bytes.NewReader(data))
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	w := &page{header: http.Header{}}
	aborted := w.run(d.handler, in)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if aborted && w.status == 0 {
		return nil, io.EOF
	}
	if trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	return w.response(r, aborted), nil
}

// page records what a handler writes.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *page) Header() http.Header { return p.header }

func (p *page) Flush() {}

func (p *page) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *page) Write(data []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(data)
}

func (p *page) run(handler http.Handler, r *http.Request) (aborted bool) {
	defer func() {
		if v := recover(); v != nil {
			if v != http.ErrAbortHandler { //nolint:errorlint // a recovered value is no error chain
				panic(v)
			}
			aborted = true
		}
	}()
	handler.ServeHTTP(p, r)
	return false
}

func (p *page) response(r *http.Request, aborted bool) *http.Response {
	p.WriteHeader(http.StatusOK)
	var body io.Reader = &p.body
	length := int64(p.body.Len())
	if r.Method == http.MethodHead {
		body = http.NoBody
	}
	if aborted {
		body, length = io.MultiReader(body, broke{}), -1
	}
	return &http.Response{
		Status: http.StatusText(p.status), StatusCode: p.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: p.header.Clone(), Body: io.NopCloser(body), ContentLength: length, Request: r,
	}
}

// broke is the end of a body whose connection was lost.
type broke struct{}

func (broke) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
