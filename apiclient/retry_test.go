package apiclient_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

// wire is a RoundTripper that answers from a script; the last answer is
// repeated. It tells the trace what a real connection would.
type wire struct {
	script []reply
	trips  int
}

type reply struct {
	status int
	header http.Header
	body   string
	err    error         // instead of an answer
	unsent bool          // the request never leaves
	dial   time.Duration // before it leaves
	hang   bool          // until the context ends
	cut    bool          // the body ends too early
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	now := w.script[min(w.trips, len(w.script)-1)]
	w.trips++
	if now.dial > 0 {
		select {
		case <-time.After(now.dial):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if !now.unsent {
		if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
			trace.WroteHeaders()
		}
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
	}
	if now.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if now.err != nil {
		return nil, now.err
	}
	header := now.header
	if header == nil {
		header = http.Header{}
	}
	var body io.Reader = strings.NewReader(now.body)
	if now.cut {
		body = io.MultiReader(body, failingReader{})
	}
	return &http.Response{StatusCode: now.status, Header: header, Body: io.NopCloser(body), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// named is a call of the client with a good answer to it.
type named struct {
	name, class, good string
	do                func(context.Context, *apiclient.Client) error
}

var calls = []named{
	{"offers", "R", `[]`, func(ctx context.Context, c *apiclient.Client) error { _, err := c.Offers(ctx); return err }},
	{"offer", "R", `{"id":1}`, func(ctx context.Context, c *apiclient.Client) error { _, err := c.Offer(ctx, 1); return err }},
	{"studio", "R", `{"studioId":1}`, func(ctx context.Context, c *apiclient.Client) error { _, err := c.Studio(ctx); return err }},
	{"search", "R", `[]`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.SearchCustomers(ctx, apiclient.CustomerSearch{Email: secret.New("x")})
		return err
	}},
	{"contracts", "R", `[]`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.CustomerContracts(ctx, 1)
		return err
	}},
	{"employees", "R", `{"result":[]}`, func(ctx context.Context, c *apiclient.Client) error { _, err := c.Employees(ctx); return err }},
	{"fields", "R", `[]`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.AdditionalInformationFields(ctx)
		return err
	}},
	{"key", "R", ``, func(ctx context.Context, c *apiclient.Client) error { return c.CheckKey(ctx) }},
	{"preview", "P", `{"basePrice":1}`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.Preview(ctx, apiclient.PreviewRequest{})
		return err
	}},
	{"session", "S", `{"token":"t","tokenValidUntil":"2026-03-10T14:31:00Z"}`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.CreateUserSession(ctx, apiclient.SessionRequest{Amount: five, Scope: apiclient.ScopeECOM, ReferenceText: "x"})
		return err
	}},
	{"signup", "W", `{"customerId":7}`, func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.Signup(ctx, apiclient.SignupRequest{})
		return err
	}},
}

var five = amount(new(testing.T), "5", "EUR")

// outcome is what a call comes to: its error, how often it went to the wire,
// and how long it took when every pause is the longest.
type outcome struct {
	kind  apiclient.Kind // "" for success
	trips int
	took  time.Duration
}

const apiError = `{"errorMessage":"no","traceId":"t"}`

const (
	sec = time.Second
	ms  = time.Millisecond
)

// same is an outcome that all classes share.
func same(kind apiclient.Kind) map[string]outcome {
	o := outcome{kind, 1, 0}
	return map[string]outcome{"R": o, "P": o, "S": o, "W": o}
}

// passing is what a failure comes to that another try may mend; a write goes
// through it once.
func passing(kind, write apiclient.Kind) map[string]outcome {
	return map[string]outcome{"R": {kind, 3, 900 * ms}, "P": {kind, 3, 900 * ms}, "S": {kind, 2, sec}, "W": {write, 1, 0}}
}

func waiting(kind, write apiclient.Kind, trips int, took time.Duration) map[string]outcome {
	o := outcome{kind, trips, took}
	return map[string]outcome{"R": o, "P": o, "S": o, "W": {write, 1, 0}}
}

// matrix is the table of the rules: for each answer what a call of each class
// comes to. GOOD stands for the good answer to the call.
var matrix = []struct {
	name   string
	script []reply
	want   map[string]outcome
	noHEAD bool // an answer to HEAD has no body
}{
	{name: "200", script: []reply{{status: 200, body: "GOOD"}}, want: same("")},
	{name: "201", script: []reply{{status: 201, body: "GOOD"}}, want: same("")},
	{name: "200 HTML", script: []reply{{status: 200, body: "<html>"}}, want: same(apiclient.Lost), noHEAD: true},
	{name: "200 of another type", script: []reply{{status: 200, body: `"x"`}}, want: same(apiclient.Lost), noHEAD: true},
	{name: "200 empty", script: []reply{{status: 200}}, want: passing(apiclient.Lost, apiclient.Lost), noHEAD: true},
	{name: "200 half JSON", script: []reply{{status: 200, body: `{"a":`}}, want: passing(apiclient.Lost, apiclient.Lost), noHEAD: true},
	{name: "200 cut", script: []reply{{status: 200, body: `{"a":`, cut: true}}, want: passing(apiclient.Lost, apiclient.Lost), noHEAD: true},
	{name: "301", script: []reply{{status: 301}}, want: same(apiclient.Redirect)},
	{name: "307", script: []reply{{status: 307, header: http.Header{"Location": {"https://elsewhere.example/"}}}}, want: same(apiclient.Redirect)},
	{name: "308", script: []reply{{status: 308, header: http.Header{"Location": {"https://elsewhere.example/"}}}}, want: same(apiclient.Redirect)},
	{name: "400", script: []reply{{status: 400, body: apiError}}, want: same(apiclient.Invalid)},
	{name: "400 cut", script: []reply{{status: 400, body: "{", cut: true}}, want: same(apiclient.Invalid)},
	{name: "401", script: []reply{{status: 401, body: apiError}}, want: same(apiclient.Unauthorized)},
	{name: "403", script: []reply{{status: 403, body: apiError}}, want: same(apiclient.Forbidden)},
	{name: "404", script: []reply{{status: 404, body: apiError}}, want: same(apiclient.NotFound)},
	{name: "405", script: []reply{{status: 405}}, want: same(apiclient.Invalid)},
	{name: "408", script: []reply{{status: 408}}, want: passing(apiclient.Lost, apiclient.Lost)},
	{name: "409", script: []reply{{status: 409, body: apiError}}, want: same(apiclient.Conflict)},
	{name: "429", script: []reply{{status: 429, body: apiError}}, want: waiting(apiclient.RateLimited, apiclient.RateLimited, 3, 150*sec)},
	{name: "429 HTML", script: []reply{{status: 429, body: "<html>"}}, want: waiting(apiclient.RateLimited, apiclient.Lost, 3, 150*sec)},
	{name: "429 for 5 s", script: []reply{{status: 429, body: apiError, header: http.Header{"Retry-After": {"5"}}}}, want: waiting(apiclient.RateLimited, apiclient.RateLimited, 3, 10*sec)},
	{name: "429 for ages", script: []reply{{status: 429, body: apiError, header: http.Header{"Retry-After": {"86400"}}}}, want: waiting(apiclient.RateLimited, apiclient.RateLimited, 3, 240*sec)},
	{name: "429 until a date", script: []reply{{status: 429, body: apiError, header: http.Header{
		"Date": {"Tue, 10 Mar 2026 14:00:00 GMT"}, "Retry-After": {"Tue, 10 Mar 2026 14:00:07 GMT"},
	}}}, want: waiting(apiclient.RateLimited, apiclient.RateLimited, 3, 14*sec)},
	{name: "429 with nonsense", script: []reply{{status: 429, body: apiError, header: http.Header{"Retry-After": {"-3"}}}}, want: waiting(apiclient.RateLimited, apiclient.RateLimited, 3, 150*sec)},
	{name: "500", script: []reply{{status: 500, body: apiError}}, want: passing(apiclient.Server, apiclient.Server)},
	{name: "502 HTML", script: []reply{{status: 502, body: "<html>"}}, want: passing(apiclient.Server, apiclient.Server)},
	{name: "504", script: []reply{{status: 504}}, want: passing(apiclient.Server, apiclient.Server)},
	{name: "503", script: []reply{{status: 503, body: apiError}}, want: waiting(apiclient.Unavailable, apiclient.Unavailable, 5, 15*sec)},
	{name: "503 HTML", script: []reply{{status: 503, body: "<html>"}}, want: waiting(apiclient.Unavailable, apiclient.Lost, 5, 15*sec)},
	{name: "refused", script: []reply{{unsent: true, err: syscall.ECONNREFUSED}}, want: map[string]outcome{
		"R": {apiclient.Unreachable, 3, 900 * ms}, "P": {apiclient.Unreachable, 3, 900 * ms}, "S": {apiclient.Unreachable, 2, sec}, "W": {apiclient.Unreachable, 3, 3 * sec},
	}},
	{name: "no connection", script: []reply{{unsent: true, hang: true}}, want: map[string]outcome{
		"R": {apiclient.Unreachable, 3, 25 * sec}, "P": {apiclient.Unreachable, 3, 35 * sec}, "S": {apiclient.Unreachable, 2, 41 * sec}, "W": {apiclient.Unreachable, 3, 33 * sec},
	}},
	{name: "wrong certificate", script: []reply{{unsent: true, err: &tls.CertificateVerificationError{Err: errors.New("x")}}}, want: same(apiclient.Unreachable)},
	{name: "no TLS", script: []reply{{unsent: true, err: tls.RecordHeaderError{Msg: "x"}}}, want: same(apiclient.Unreachable)},
	{name: "cut off", script: []reply{{err: io.ErrUnexpectedEOF}}, want: passing(apiclient.Lost, apiclient.Lost)},
	{name: "reset", script: []reply{{err: syscall.ECONNRESET}}, want: passing(apiclient.Lost, apiclient.Lost)},
	{name: "silence", script: []reply{{hang: true}}, want: map[string]outcome{
		"R": {apiclient.Lost, 3, 25 * sec}, "P": {apiclient.Lost, 3, 35 * sec}, "S": {apiclient.Lost, 2, 41 * sec}, "W": {apiclient.Lost, 1, 80 * sec},
	}},
	{name: "slow connection, then silence", script: []reply{{dial: 8 * sec, hang: true}}, want: map[string]outcome{
		"R": {apiclient.Unreachable, 3, 25 * sec}, "P": {apiclient.Unreachable, 3, 35 * sec}, "S": {apiclient.Lost, 2, 41 * sec}, "W": {apiclient.Lost, 1, 88 * sec},
	}},
	{name: "refused once", script: []reply{{unsent: true, err: syscall.ECONNREFUSED}, {status: 200, body: "GOOD"}}, want: map[string]outcome{
		"R": {"", 2, 300 * ms}, "P": {"", 2, 300 * ms}, "S": {"", 2, sec}, "W": {"", 2, sec},
	}},
	{name: "refused, then silence", script: []reply{{unsent: true, err: syscall.ECONNREFUSED}, {hang: true}}, want: map[string]outcome{
		"R": {apiclient.Lost, 3, 300*ms + 10*sec + 600*ms + 10*sec}, "P": {apiclient.Lost, 3, 300*ms + 15*sec + 600*ms + 15*sec}, "S": {apiclient.Lost, 2, 21 * sec}, "W": {apiclient.Lost, 2, 81 * sec},
	}},
	{name: "cut off once", script: []reply{{err: io.ErrUnexpectedEOF}, {status: 200, body: "GOOD"}}, want: map[string]outcome{
		"R": {"", 2, 300 * ms}, "P": {"", 2, 300 * ms}, "S": {"", 2, sec}, "W": {apiclient.Lost, 1, 0},
	}},
	{name: "429 once", script: []reply{{status: 429, body: apiError}, {status: 200, body: "GOOD"}}, want: waiting("", apiclient.RateLimited, 2, 75*sec)},
	{name: "503 twice", script: []reply{{status: 503, body: apiError}, {status: 503, body: apiError}, {status: 200, body: "GOOD"}}, want: waiting("", apiclient.Unavailable, 3, 3*sec)},
	{name: "503, 429, 200", script: []reply{{status: 503, body: apiError}, {status: 429, body: apiError}, {status: 200, body: "GOOD"}}, want: waiting("", apiclient.Unavailable, 3, 76*sec)},
	{name: "503, then 400", script: []reply{{status: 503, body: apiError}, {status: 400, body: apiError}}, want: waiting(apiclient.Invalid, apiclient.Unavailable, 2, sec)},
}

func TestMatrix(t *testing.T) {
	cells := 0
	for _, row := range matrix {
		for _, call := range calls {
			if row.noHEAD && call.name == "key" {
				continue
			}
			cells++
			t.Run(call.name+" × "+row.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := &wire{}
					for _, r := range row.script {
						if r.body == "GOOD" {
							r.body = call.good
						}
						w.script = append(w.script, r)
					}
					c := client(t, func(c *apiclient.Config) { c.Transport = w })
					c.SetJitter(func() float64 { return 1 })
					start := time.Now()
					err := call.do(context.Background(), c)
					got := outcome{trips: w.trips, took: time.Since(start)}
					if err != nil {
						e := failure(t, err)
						got.kind = e.Kind
						if call.class == "W" && (e.Kind == apiclient.Unreachable) != (e.Sends == 0) {
							t.Errorf("%s, and yet sent %d times", e.Kind, e.Sends)
						}
					}
					if want := row.want[call.class]; got != want {
						t.Errorf("%+v, want %+v (%v)", got, want, err)
					}
				})
			})
		}
	}
	t.Logf("%d cells: %d calls, %d answers", cells, len(calls), len(matrix))
	if cells < 400 {
		t.Errorf("the matrix shrank to %d cells", cells)
	}
}

func TestWaitingIsAnnouncedAndCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var waits []apiclient.Wait
		c := client(t, func(c *apiclient.Config) {
			c.Transport = &wire{script: []reply{{status: 429, body: apiError}}}
			c.Waiting = func(w apiclient.Wait) {
				waits = append(waits, w)
				if len(waits) == 2 {
					time.AfterFunc(20*sec, cancel)
				}
			}
		})
		c.SetJitter(func() float64 { return 0.5 })
		start := time.Now()
		_, err := c.Offers(ctx)
		first := 67500 * ms
		if e := failure(t, err); e.Kind != apiclient.Cancelled || e.Sends != 2 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %+v", e)
		}
		if took := time.Since(start); took != first+20*sec {
			t.Errorf("it took %v", took)
		}
		want := apiclient.Wait{Op: "load the offers", Kind: apiclient.RateLimited, Send: 2, For: first, Until: start.Add(first)}
		if len(waits) != 2 || waits[0] != want || waits[1].Send != 3 {
			t.Errorf("waits: %+v, want %+v first", waits, want)
		}
	})
}

// TestJitterIsFull holds the pauses to the whole of their range, from nothing
// to the limit that doubles.
func TestJitterIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, jitter := range []float64{0, 0.25, 0.999} {
			var waits []time.Duration
			c := client(t, func(c *apiclient.Config) {
				c.Transport = &wire{script: []reply{{status: 503, body: apiError}}}
				c.Waiting = func(w apiclient.Wait) { waits = append(waits, w.For) }
			})
			c.SetJitter(func() float64 { return jitter })
			_, _ = c.Offers(context.Background())
			for i, limit := range []time.Duration{sec, 2 * sec, 4 * sec, 8 * sec} {
				if want := time.Duration(jitter * float64(limit)); i >= len(waits) || waits[i] != want {
					t.Fatalf("jitter %v: %v, want %v as number %d", jitter, waits, want, i)
				}
			}
		}
	})
}

func TestJitterIsRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			c := client(t, func(c *apiclient.Config) {
				c.Transport = &wire{script: []reply{{status: 503, body: apiError}, {status: 200, body: "[]"}}}
				c.Waiting = func(w apiclient.Wait) {
					seen[w.For] = true
					if w.For < 0 || w.For > sec {
						t.Errorf("a pause of %v", w.For)
					}
				}
			})
			if _, err := c.Offers(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) < 10 {
			t.Errorf("20 pauses, %d different ones", len(seen))
		}
	})
}

func TestBudgetRunsDryAndFillsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{script: []reply{{status: 500, body: apiError}}}
		c := client(t, func(c *apiclient.Config) { c.Transport = w })
		fail := func() (trips int, off bool) {
			before := w.trips
			_, err := c.Offers(context.Background())
			return w.trips - before, failure(t, err).RetriesOff
		}
		for i := range 5 {
			if trips, off := fail(); trips != 3 || off {
				t.Fatalf("call %d: %d trips, off %v", i, trips, off)
			}
		}
		for range 2 {
			if trips, off := fail(); trips != 1 || !off {
				t.Fatalf("without budget: %d trips, off %v", trips, off)
			}
		}
		w.script, w.trips = []reply{{status: 200, body: "[]"}}, 0
		for range 5 {
			if _, err := c.Offers(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		w.script, w.trips = []reply{{status: 500, body: apiError}}, 0
		if trips, off := fail(); trips != 2 || !off {
			t.Errorf("after five good calls: %d trips, off %v", trips, off)
		}
	})
}

func TestTimeoutsCostTwiceAsMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{script: []reply{{hang: true}}}
		c := client(t, func(c *apiclient.Config) { c.Transport = w })
		var trips []int
		for range 4 {
			before := w.trips
			_, _ = c.Offers(context.Background())
			trips = append(trips, w.trips-before)
		}
		if trips[0] != 3 || trips[1] != 3 || trips[2] != 2 || trips[3] != 1 {
			t.Errorf("trips: %v", trips)
		}
	})
}

// TestTransportWithoutTraceCountsAsSent guards the safe side: a transport that
// does not trace must not make a signup look as if it had never left.
func TestTransportWithoutTraceCountsAsSent(t *testing.T) {
	trips := 0
	c := client(t, func(c *apiclient.Config) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			trips++
			_, _ = r.Body.Read(make([]byte, 1))
			return nil, io.ErrUnexpectedEOF
		})
	})
	_, err := c.Signup(context.Background(), apiclient.SignupRequest{})
	if e := failure(t, err); e.Kind != apiclient.Lost || trips != 1 {
		t.Errorf("%v after %d trips", err, trips)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
