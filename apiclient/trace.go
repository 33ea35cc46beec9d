package apiclient

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Trace records every exchange of the clients it is given to, for one HTTP
// archive. The zero Trace is ready to use; it may serve several clients at once.
//
// Nothing secret or personal gets in: what a trace shows of headers and bodies
// stands in a table for each endpoint, and everything else is withheld. Equal
// tokens, names and addresses have equal stand-ins within a trace, a birth date
// becomes another one with the same age when the contract starts, and amounts
// stay as they are, so that a price can still be explained.
//
// Exchanges wait, masked already, in a temporary file: memory does not grow with
// their number. A trace that cannot be kept disturbs no call; Write tells.
type Trace struct {
	// UnsafeIncludeSecrets records bodies as they are, with tokens, signatures
	// and everything about the member. Such a file is for one's own eyes, says
	// so, and is not checked. The API key stays out even then.
	UnsafeIncludeSecrets bool

	mu     sync.Mutex
	known  *known
	start  Date // of the newest contract, for birth dates in searches
	spool  *os.File
	failed error
}

// Write finishes the archive of the calls so far. Before it gets its name, mode
// 0600, it is searched for every secret and personal text of this trace, in
// several encodings, and for numbers of cards and accounts. If anything is
// found, no file is written and the error says what kind of thing it was and in
// which call, but not the text. A former file of that name is replaced.
func (t *Trace) Write(path string) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil {
		return fmt.Errorf("apiclient: the calls could not be recorded: %w", t.failed)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".frontdesk-har-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = file.Close()
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if err := t.assemble(file); err != nil {
		return err
	}
	if err := t.inspect(file); err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Close forgets the calls.
func (t *Trace) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = errors.New("the trace is closed")
	if t.spool == nil {
		return nil
	}
	spool := t.spool
	t.spool, t.known = nil, nil
	return errors.Join(spool.Close(), os.Remove(spool.Name()))
}

// keep makes a secret known that is in no body.
func (t *Trace) keep(key string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.values().mask(apiKey, key, Date{})
}

func (t *Trace) values() *known {
	if t.known == nil {
		t.known = newKnown()
	}
	return t.known
}

// record adds an exchange.
func (t *Trace) record(c Call, r request, s seen) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil {
		return
	}
	if t.spool == nil {
		if t.spool, t.failed = os.CreateTemp("", "frontdesk-trace-*"); t.failed != nil {
			return
		}
	}
	line, err := encodeLine(t.entry(c, r, s))
	if err == nil {
		_, err = t.spool.Write(line)
	}
	t.failed = err
}

func encodeLine(v any) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return line.Bytes(), err
}

// entry describes an exchange. What the request says is masked first, so that
// its texts are known when the answer repeats them.
func (t *Trace) entry(c Call, r request, s seen) HAREntry {
	k := t.values()
	ms := float64(c.Duration) / float64(time.Millisecond)
	e := HAREntry{
		Started: c.Start.UTC(), Time: ms, Timings: HARTimings{Wait: ms},
		Op: c.Op, Send: c.Send, Sent: c.RequestSent, Masked: !t.UnsafeIncludeSecrets,
	}
	var named struct {
		Contract struct {
			StartDate    Date
			ThirdPartyID string
		}
	}
	if json.Unmarshal(r.body, &named) == nil && !named.Contract.StartDate.IsZero() {
		t.start = named.Contract.StartDate
	}
	if t.start.IsZero() {
		t.start = DateOf(c.Start)
	}
	shapes := disclosures[r.op]
	e.Request = HARRequest{
		Method: r.method, HTTPVersion: "HTTP/1.1", Cookies: []HARPair{}, Headers: []HARPair{}, Query: []HARPair{},
		HeadersSize: -1, BodySize: len(r.body),
	}
	if len(r.body) > 0 {
		e.Request.Body = &HARBody{MimeType: "application/json", Text: t.body(shapes.request, r.body)}
	}
	e.Intent = k.show(foreignID, named.Contract.ThirdPartyID, t.start)
	e.Response = HARResponse{
		HTTPVersion: "unknown", Cookies: []HARPair{}, Headers: []HARPair{}, Content: HARContent{MimeType: "x-unknown"}, HeadersSize: -1, BodySize: -1,
	}
	if s.request != nil {
		e.Request.Headers = k.headers(s.request.Header)
		e.Request.URL, e.Request.Query = k.address(s.request.URL)
	}
	if s.response != nil {
		t.answer(&e, s, shapes.answer)
	}
	var failure *Error
	if errors.As(c.Err, &failure) {
		e.Outcome, e.Comment = failure.Kind, k.hide(failure.Error(), true)
		if failure.TraceID != "" {
			e.TraceID = k.show(traceID, failure.TraceID, t.start)
		}
	}
	return e
}

func (t *Trace) answer(e *HAREntry, s seen, answer *shape) {
	if s.response.StatusCode >= 300 {
		answer = refusalShape
	}
	e.Response.Status, e.Response.StatusText = s.response.StatusCode, http.StatusText(s.response.StatusCode)
	e.Response.HTTPVersion = fmt.Sprintf("HTTP/%d.%d", s.response.ProtoMajor, s.response.ProtoMinor)
	e.Response.Headers = t.known.headers(s.response.Header)
	e.Response.BodySize = len(s.body)
	e.Response.Content = HARContent{Size: len(s.body), MimeType: "x-unknown"}
	for _, h := range e.Response.Headers {
		switch {
		case h.Name == "Content-Type":
			e.Response.Content.MimeType = h.Value
		case traceHeaders[h.Name]:
			e.TraceID = h.Value
		}
	}
	if location, err := s.response.Location(); err == nil {
		e.Response.RedirectURL = t.known.origin(location)
	}
	switch {
	case !t.UnsafeIncludeSecrets || utf8.Valid(s.body):
		e.Response.Content.Text = t.body(answer, s.body)
	default:
		e.Response.Content.Text, e.Response.Content.Encoding = base64.StdEncoding.EncodeToString(s.body), "base64"
	}
}

func (t *Trace) body(s *shape, body []byte) string {
	if t.UnsafeIncludeSecrets {
		return string(body)
	}
	return t.known.body(s, body, t.start)
}

// The headers that a trace shows, with what they may look like.
var (
	shownHeaders = map[string]*regexp.Regexp{
		"Accept":          regexp.MustCompile(`^[a-z/*+, -]{1,100}$`),
		"Accept-Language": regexp.MustCompile(`^[A-Za-z]{2}(-[A-Z]{2})?$`),
		"Content-Length":  regexp.MustCompile(`^[0-9]{1,12}$`),
		"Content-Type":    regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]{1,60}(; ?charset=[A-Za-z0-9-]{1,20})?$`),
		"Date":            regexp.MustCompile(`^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$`),
		"Retry-After":     regexp.MustCompile(`^([0-9]{1,6}|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT)$`),
		"User-Agent":      regexp.MustCompile(`^frontdesk(/[A-Za-z0-9.+()-]{1,60})?$`),
	}
	traceHeaders = map[string]bool{
		"Traceparent": true, "X-Trace-Id": true, "X-Request-Id": true, "X-Correlation-Id": true, "X-Datadog-Trace-Id": true,
		"X-B3-Traceid": true, "X-Amzn-Trace-Id": true, "Cf-Ray": true,
	}
)

func (k *known) headers(h http.Header) []HARPair {
	pairs := []HARPair{}
	for name, values := range h {
		pattern := shownHeaders[name]
		for _, text := range values {
			switch {
			case traceHeaders[name]:
				text = k.show(traceID, text, Date{})
			case pattern == nil:
				continue
			case !pattern.MatchString(text):
				text = placeholder("string", text)
			}
			pairs = append(pairs, HARPair{name, text})
		}
	}
	slices.SortFunc(pairs, func(a, b HARPair) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return pairs
}

// address shows where a request went. Only the slices of the employees are
// asked for with parameters.
func (k *known) address(u *url.URL) (string, []HARPair) {
	query, pairs := u.Query(), []HARPair{}
	for name, values := range query {
		for i := range values {
			if name == "offset" || name == "sliceSize" {
				values[i] = k.show(plainID, values[i], Date{})
			} else {
				values[i] = placeholder("string", values[i])
			}
			pairs = append(pairs, HARPair{name, values[i]})
		}
	}
	slices.SortFunc(pairs, func(a, b HARPair) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawQuery: query.Encode()}
	return shown.String(), pairs
}

// origin shows where an answer pointed to, which is as much as can be told
// without showing what it would have taken along.
func (k *known) origin(u *url.URL) string {
	host := u.Scheme + "://" + u.Host
	if k.hide(host, true) != host {
		return placeholder("string", host)
	}
	return host
}

// assemble writes the archive from the spool.
func (t *Trace) assemble(w io.Writer) error {
	comment := "Masked: tokens, names and everything personal are stand-ins."
	if t.UnsafeIncludeSecrets {
		comment = "NOT MASKED: this file holds tokens, signatures and personal data. Do not hand it on; delete it after use."
	}
	version := "devel"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		version = build.Main.Version
	}
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = fmt.Fprintf(out, `{"log":{"version":"1.2","creator":{"name":"frontdesk","version":%q},"comment":%q,"entries":[`, version, comment)
	separator := "\n"
	err := t.each(t.spool, func(line []byte) error {
		if !t.UnsafeIncludeSecrets {
			var err error
			if line, err = t.known.again(line); err != nil {
				return err
			}
		}
		_, _ = out.WriteString(separator)
		_, err := out.Write(bytes.TrimSpace(line))
		separator = ",\n"
		return err
	})
	_, _ = out.WriteString("\n]}}\n")
	return errors.Join(err, out.Flush())
}

// each reads the lines of a file from its beginning and leaves it at its end.
func (t *Trace) each(file *os.File, do func(line []byte) error) error {
	if file == nil {
		return nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(file, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := do(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// again hides in an entry what became known only after it: somebody's city, say,
// in the text of an offer.
func (k *known) again(line []byte) ([]byte, error) {
	var e HAREntry
	if err := json.Unmarshal(line, &e); err != nil {
		return nil, err
	}
	changed := false
	for _, text := range e.texts() {
		if !leaves(*text, func(leaf string, name bool) bool { return !name && k.names(leaf) }) {
			continue
		}
		changed = true
		if json.Valid([]byte(*text)) {
			*text = k.body(everything, []byte(*text), Date{})
		} else {
			*text = k.hide(*text, true)
		}
	}
	if !changed {
		return line, nil
	}
	return encodeLine(e)
}

// texts are the members of an entry that came from outside.
func (e *HAREntry) texts() []*string {
	list := []*string{&e.Request.URL, &e.Response.RedirectURL, &e.Response.Content.MimeType, &e.Response.Content.Text, &e.Comment, &e.Intent, &e.TraceID}
	if e.Request.Body != nil {
		list = append(list, &e.Request.Body.Text)
	}
	for _, pairs := range [][]HARPair{e.Request.Headers, e.Request.Query, e.Response.Headers} {
		for i := range pairs {
			list = append(list, &pairs[i].Value)
		}
	}
	return list
}
