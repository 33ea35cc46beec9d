package apiclient_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		t.Cleanup(other.Close)
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+r.URL.Path, status) })
		_, err := c.Signup(context.Background(), apiclient.SignupRequest{})
		if e := failure(t, err); e.Kind != apiclient.Redirect || e.Status != status || e.Sends != 1 {
			t.Errorf("%d: %+v", status, e)
		}
		if _, err := c.Offers(context.Background()); failure(t, err).Kind != apiclient.Redirect {
			t.Errorf("%d: %v", status, err)
		}
		if n := elsewhere.Load(); n != 0 {
			t.Errorf("%d: %d requests went to the other host", status, n)
		}
	}
}

// answered is what an answer makes of an error.
type answered struct {
	Kind                              apiclient.Kind
	Message, Code, TraceID, Reference string
}

func TestErrorBodies(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   answered
	}{
		{
			400, `{"errorMessage":"E-Mail fehlt","errorCode":"SIM_MISSING","traceId":"t-1","reference":"customer.email","args":[{}]}`,
			answered{Kind: apiclient.Invalid, Message: "E-Mail fehlt", Code: "SIM_MISSING", TraceID: "t-1", Reference: "customer.email"},
		},
		{
			400, `{"message":"bad","status":400,"validationErrors":[{"field":"customer.zipCode","message":"x"}]}`,
			answered{Kind: apiclient.Invalid, Message: "bad", Reference: "customer.zipCode"},
		},
		{400, `{"validationErrors":[{"path":"a.b","message":"wrong"}]}`, answered{Kind: apiclient.Invalid, Message: "wrong", Reference: "a.b"}},
		{400, `{"errorMessage":{"de":"x"},"errorCode":17,"traceId":null,"validationErrors":"many"}`, answered{Kind: apiclient.Invalid, Code: "17"}},
		{401, ``, answered{Kind: apiclient.Unauthorized}},
		{403, `[]`, answered{Kind: apiclient.Forbidden}},
		{404, `null`, answered{Kind: apiclient.NotFound}},
		{409, `{"errorMessage":"exists"}`, answered{Kind: apiclient.Conflict, Message: "exists"}},
		{405, `<html>`, answered{Kind: apiclient.Invalid}},
		{502, "<!DOCTYPE html><title>Bad gateway</title>", answered{Kind: apiclient.Server}},
		{500, "\x00\xff\xfe{", answered{Kind: apiclient.Server}},
		{429, `{"errorMessage":"slow down"}`, answered{Kind: apiclient.RateLimited, Message: "slow down"}},
		{429, `<html>`, answered{Kind: apiclient.Lost}},
		{503, `{"errorMessage":"busy"}`, answered{Kind: apiclient.Unavailable, Message: "busy"}},
		{503, `{"message":"no healthy upstream"}`, answered{Kind: apiclient.Lost, Message: "no healthy upstream"}},
		{408, ``, answered{Kind: apiclient.Lost}},
		{204, ``, answered{Kind: apiclient.Lost}},
		{200, `<html>welcome to our wifi</html>`, answered{Kind: apiclient.Lost}},
		{200, `{"customerId":"7"}`, answered{Kind: apiclient.Lost}},
		{200, `{"customerId":0}`, answered{Kind: apiclient.Lost}},
		{200, `{"customerId":7`, answered{Kind: apiclient.Lost}},
		{200, `null`, answered{Kind: apiclient.Lost}},
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		id, err := client.Signup(context.Background(), apiclient.SignupRequest{})
		e := failure(t, err)
		got := answered{e.Kind, e.Message, e.Code, e.TraceID, e.Reference}
		if got != c.want || e.Status != c.status || e.Op != "sign the member up" || e.Sends != 1 || id != 0 {
			t.Errorf("%d %q: %+v\nwant %+v", c.status, c.body, e, c.want)
		}
		if unknown := c.want.Kind == apiclient.Lost || c.want.Kind == apiclient.Server; e.Unknown() != unknown {
			t.Errorf("%d %q: Unknown() = %v", c.status, c.body, e.Unknown())
		}
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = fmt.Fprintf(w, `{"errorMessage":%q}`, strings.Repeat("ü", 5000))
	})
	_, err := c.Offers(context.Background())
	if n := len([]rune(failure(t, err).Message)); n != 1001 {
		t.Errorf("%d characters", n)
	}
}

func TestHugeAnswersAreGivenUp(t *testing.T) {
	body := &endless{start: strings.NewReader(`{"customerId":7}`)}
	c := client(t, func(c *apiclient.Config) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body, Request: r}, nil
		})
	})
	_, err := c.Signup(context.Background(), apiclient.SignupRequest{})
	if e := failure(t, err); e.Kind != apiclient.Lost || e.Sends != 1 {
		t.Errorf("got %v", err)
	}
	if body.read > 17<<20 {
		t.Errorf("read %d bytes of it", body.read)
	}
}

// endless is a good answer and then blanks, which are good JSON too; it gives
// up after 32 MiB.
type endless struct {
	start *strings.Reader
	read  int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if n, _ = e.start.Read(p); n == 0 && e.read < 32<<20 {
		for n = range p {
			p[n] = ' '
		}
		n++
	}
	if e.read += n; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (e *endless) Close() error { return nil }

// TestUnreadableAnswersAreNotQuoted gives a birth date in the wrong place.
func TestUnreadableAnswersAreNotQuoted(t *testing.T) {
	for _, body := range []string{`[{"id":19900824.5}]`, `[{"id":"19900824"}]`, `{"19900824":1}`, `[{"createdDateTime":19900824}]`, `[19900824`} {
		c := serve(t, answer([]byte(body)))
		c.SetJitter(func() float64 { return 0 })
		_, err := c.SearchCustomers(context.Background(), apiclient.CustomerSearch{Email: secret.New("x")})
		e := failure(t, err)
		if e.Kind != apiclient.Lost || strings.Contains(fmt.Sprintf("%v %v", e, errors.Unwrap(e)), "19900824") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestErrorsKeepTheMessageToThemselves(t *testing.T) {
	e := &apiclient.Error{Kind: apiclient.Conflict, Op: "sign the member up", Status: 409, Message: "peter@example.invalid exists", TraceID: "t-1"}
	want := "sign the member up: conflict with another record or change; look before trying again (status 409), trace id t-1"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, e); got != want {
			t.Errorf("%s: %s", verb, got)
		}
	}
	if data, err := json.Marshal(map[string]any{"err": e}); err != nil || string(data) != `{"err":"`+want+`"}` {
		t.Errorf("JSON: %s, %v", data, err)
	}
}

func TestAnswersWithoutTheirOneMemberAreNotTaken(t *testing.T) {
	ctx := context.Background()
	for name, do := range map[string]func(*apiclient.Client) error{
		"preview": func(c *apiclient.Client) error { _, err := c.Preview(ctx, apiclient.PreviewRequest{}); return err },
		"offer":   func(c *apiclient.Client) error { _, err := c.Offer(ctx, 1); return err },
		"studio":  func(c *apiclient.Client) error { _, err := c.Studio(ctx); return err },
		"signup":  func(c *apiclient.Client) error { _, err := c.Signup(ctx, apiclient.SignupRequest{}); return err },
	} {
		if e := failure(t, do(serve(t, answer([]byte(`{}`))))); e.Kind != apiclient.Lost || e.Sends != 1 {
			t.Errorf("%s: %v", name, e)
		}
	}
	if _, err := serve(t, answer([]byte(`null`))).Offers(ctx); failure(t, err).Kind != apiclient.Lost {
		t.Errorf("null is no list: %v", err)
	}
}

// hangUp serves plain TCP: it reads the head of every request and then does
// what it is told. It returns its address and counts the requests.
func hangUp(t *testing.T, then func(net.Conn)) (string, *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests := new(atomic.Int32)
	done := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				requests.Add(1)
				then(conn)
			}
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String(), requests
}

func TestSignupThatWasSentIsNeverSentAgain(t *testing.T) {
	for name, then := range map[string]func(net.Conn){
		"closed":   func(net.Conn) {},
		"garbage":  func(c net.Conn) { _, _ = io.WriteString(c, "\x15\x03\x01 canary-garbage\r\n\r\n") },
		"cut head": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le") },
		"cut body": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"customerId\":7")
		},
		"broken chunk": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
		},
		"reset": func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) },
	} {
		base, requests := hangUp(t, then)
		c := client(t, func(c *apiclient.Config) { c.BaseURL = base })
		_, err := c.Signup(context.Background(), apiclient.SignupRequest{Customer: apiclient.Customer{LastName: secret.New("Muller")}})
		e := failure(t, err)
		if e.Kind != apiclient.Lost || e.Sends != 1 || requests.Load() != 1 || !e.Unknown() {
			t.Errorf("%s: %v after %d sends, the server saw %d", name, err, e.Sends, requests.Load())
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error quotes the wire: %v", name, err)
		}
	}
}

func TestRefusedConnectionIsNeverSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	_ = listener.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var calls []apiclient.Call
	c := client(t, func(c *apiclient.Config) {
		c.BaseURL = base
		c.Observe = func(call apiclient.Call) { calls = append(calls, call) }
		c.Waiting = func(apiclient.Wait) { cancel() }
	})
	_, err = c.Signup(ctx, apiclient.SignupRequest{})
	if e := failure(t, err); e.Kind != apiclient.Cancelled || e.Sends != 0 {
		t.Errorf("got %v", err)
	}
	if len(calls) != 1 || calls[0].RequestSent || failure(t, calls[0].Err).Kind != apiclient.Unreachable {
		t.Errorf("calls: %+v", calls)
	}
}

func TestWrongCertificateIsNeverSentAndNotTriedAgain(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	var calls atomic.Int32
	c := client(t, func(c *apiclient.Config) {
		c.BaseURL = server.URL
		c.Observe = func(apiclient.Call) { calls.Add(1) }
	})
	_, err := c.Offers(context.Background())
	var certificate *tls.CertificateVerificationError
	if e := failure(t, err); e.Kind != apiclient.Unreachable || e.Sends != 0 || !errors.As(err, &certificate) || calls.Load() != 1 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
}

func TestSignupHasAConnectionOfItsOwn(t *testing.T) {
	var remotes, protocols []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remotes, protocols = append(remotes, r.RemoteAddr), append(protocols, r.Proto)
		if r.Method == http.MethodPost {
			answer([]byte(`{"customerId":7}`))(w, r)
			return
		}
		answer([]byte(`[]`))(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := client(t, func(c *apiclient.Config) { c.BaseURL, c.Transport = server.URL, server.Client().Transport })
	for range 2 {
		if _, err := c.Offers(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := c.Signup(context.Background(), apiclient.SignupRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if remotes[0] != remotes[1] || remotes[1] == remotes[2] || remotes[2] == remotes[3] {
		t.Errorf("connections: %q", remotes)
	}
	if protocols[0] != "HTTP/2.0" || protocols[2] != "HTTP/1.1" {
		t.Errorf("protocols: %q", protocols)
	}
}

func TestCancelledSignupThatWasSentIsLost(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	_, err := c.Signup(ctx, apiclient.SignupRequest{})
	if e := failure(t, err); e.Kind != apiclient.Lost || e.Sends != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Offers(ctx); failure(t, err).Kind != apiclient.Cancelled {
		t.Errorf("got %v", err)
	}
}

// TestNoValueReachesAnErrorOrALog sends a sign-up with another text in every
// field to servers that give every text back in their answers, and searches
// everything that is printed.
func TestNoValueReachesAnErrorOrALog(t *testing.T) {
	request, texts := filled[apiclient.SignupRequest](t)
	texts = append(texts, "key-canary")
	for _, shape := range []struct {
		status int
		body   string
	}{
		{400, `{"errorMessage":%[1]q,"errorCode":%[1]q,"traceId":%[1]q,"reference":%[1]q}`},
		{500, `%[1]s`},
		{200, `%[1]s`},
		{200, `{"customerId":%[1]q}`},
		{200, `{"customerId":1e%[2]d}`},
		{303, `%[1]s`},
	} {
		var log strings.Builder
		logger := slog.New(slog.NewJSONHandler(&log, nil))
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			w.Header().Set("Location", "/"+url.QueryEscape(string(sent)))
			w.WriteHeader(shape.status)
			_, _ = fmt.Fprintf(w, shape.body, sent, 99)
		}, func(c *apiclient.Config) {
			c.Observe = func(call apiclient.Call) { logger.Info("call", "call", call, "text", fmt.Sprintf("%+v", call)) }
		})
		_, err := c.Signup(context.Background(), request)
		e := failure(t, err)
		logger.Error("failed", "err", err, "request", request, "plain", fmt.Sprintf("%+v %#v", request, request))
		printed := log.String() + fmt.Sprintf("%v %+v %s %q", err, err, err, []error{err}) + fmt.Sprint(c) + fmt.Sprintf("%+v", e.Unwrap())
		assertClean(t, printed, texts)
	}
}

// plainTexts are fields that are no secrets: ids, dates and codes of the
// contract, which a printed request may show.
func assertClean(t *testing.T, printed string, texts []string) {
	t.Helper()
	for _, text := range texts {
		if !strings.HasPrefix(text, "canary") && !strings.HasPrefix(text, "key-") || plainField[text] {
			continue
		}
		quoted, _ := json.Marshal(text)
		for _, form := range []string{text, string(quoted), url.QueryEscape(text), base64.StdEncoding.EncodeToString([]byte(text))} {
			if strings.Contains(printed, form) {
				t.Errorf("%s is in what was printed:\n%s", form, printed)
				return
			}
		}
	}
}

// plainField holds the texts of those fields of a filled sign-up that are
// strings and no secrets.
var plainField = func() map[string]bool {
	r, _ := filled[apiclient.SignupRequest](new(testing.T))
	plain := map[string]bool{}
	for _, text := range []string{
		r.Contract.VoucherCode, r.Contract.ThirdPartyID, r.Customer.ThirdPartyID, string(r.Customer.Gender), r.Customer.Language.LanguageCode, r.Customer.Language.CountryCode,
		string(r.Customer.DocumentIdentification.DocumentType), r.Customer.CommunicationPreferences[0].MessageCategory,
		r.Customer.CommunicationPreferences[0].Channels[0].CommunicationChannel,
	} {
		plain[text] = true
	}
	return plain
}()
