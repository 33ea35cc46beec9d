package apiclient_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

func TestNewNormalisesTheBaseURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://t.open-api.magicline.com":         "https://t.open-api.magicline.com",
		" https://t.open-api.magicline.com/v1/ ":   "https://t.open-api.magicline.com",
		"https://t.open-api.magicline.com/v1":      "https://t.open-api.magicline.com",
		"https://mock.example/_mock/openapi/":      "https://mock.example/_mock/openapi",
		"http://127.0.0.1:8080/":                   "http://127.0.0.1:8080",
		"http://localhost:1":                       "http://localhost:1",
		"http://[::1]:8080":                        "http://[::1]:8080",
		"https://t.open-api.local.magicline:9443/": "https://t.open-api.local.magicline:9443",
	} {
		c, err := apiclient.New(apiclient.Config{BaseURL: in, Key: secret.New("k")})
		if err != nil || c.BaseURL() != want {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct{ url, key string }{
		{"", "k"},
		{"t.open-api.magicline.com", "k"},
		{"ftp://x", "k"},
		{"https://", "k"},
		{"http://t.open-api.magicline.com", "k"},
		{"http://10.0.0.1", "k"},
		{"http://localhost.example.com", "k"},
		{"https://user:pw@t.example", "k"},
		{"https://t.example?x=1", "k"},
		{"https://t.example#x", "k"},
		{"https://t.example", ""},
		{"https://t.example", "  "},
		{"https://t.example", "key\r\nX-Other: canary"},
		{"https://t.example", "clé-canary"},
	} {
		got, err := apiclient.New(apiclient.Config{BaseURL: c.url, Key: secret.New(c.key)})
		if err == nil || got != nil {
			t.Errorf("%q with key %q was taken", c.url, c.key)
		} else if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "pw") {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}

func TestBackOfficeURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://fit.open-api.magicline.com":                "https://fit.web.magicline.com/#/customermanagement/7/overview",
		"https://fit.open-api.sandbox.magicline.com/v1":     "https://fit.web.sandbox.magicline.com/#/customermanagement/7/overview",
		"https://open-api-demo.open-api.magicline.com":      "https://open-api-demo.web.magicline.com/#/customermanagement/7/overview",
		"https://fit.open-api.local.magicline.com:9443":     "https://fit.web.local.magicline.com:9443/#/customermanagement/7/overview",
		"http://127.0.0.1:8080":                             "",
		"https://redocly.sportalliance.com/_mock/open-api/": "",
		"::": "",
	} {
		if got := apiclient.BackOfficeURL(in, 7); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	rec := &recorder{body: `[]`}
	c := serve(t, rec.ServeHTTP, func(c *apiclient.Config) { c.Language, c.UserAgent = "de_ch", "frontdesk/1.2" })
	if _, err := c.SearchCustomers(context.Background(), apiclient.CustomerSearch{Email: secret.New("x")}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Api-Key": "key-canary", "Accept-Language": "de-CH", "User-Agent": "frontdesk/1.2", "Content-Type": "application/json", "Accept": "application/json",
		"Idempotency-Key": "", "X-Idempotency-Key": "", "Cookie": "", "Authorization": "",
	} {
		if got := rec.request.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if rec.request.ContentLength != int64(len(rec.sent)) {
		t.Errorf("content length %d of %d", rec.request.ContentLength, len(rec.sent))
	}
}

func TestAcceptLanguageIsAlwaysSent(t *testing.T) {
	for in, want := range map[string]string{
		"": "en", "de": "de", "de-DE": "de", "DE-ch": "de-CH", "fr_LU": "fr-LU", "fr-CA": "fr", "en-GB": "en-GB", "ja-JP": "en", "pt": "en", "nb-NO": "nb", "C.UTF-8": "en",
	} {
		rec := &recorder{body: `[]`}
		if _, err := serve(t, rec.ServeHTTP, func(c *apiclient.Config) { c.Language = in }).Offers(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := rec.request.Header.Get("Accept-Language"); got != want {
			t.Errorf("%q is sent as %q, want %q", in, got, want)
		}
	}
}

func TestPathsAndMethods(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		want, body string
		call       func(*apiclient.Client) error
	}{
		{"GET /v1/memberships/membership-offers", `[]`, func(c *apiclient.Client) error { _, err := c.Offers(ctx); return err }},
		{"GET /v1/memberships/membership-offers/1001", `{"id":1001}`, func(c *apiclient.Client) error { _, err := c.Offer(ctx, 1001); return err }},
		{"POST /v1/memberships/signup/preview", `{"basePrice":1}`, func(c *apiclient.Client) error { _, err := c.Preview(ctx, apiclient.PreviewRequest{}); return err }},
		{"POST /v1/memberships/signup", `{"customerId":7}`, func(c *apiclient.Client) error {
			id, err := c.Signup(ctx, apiclient.SignupRequest{})
			if id != 7 {
				t.Errorf("customer id %d", id)
			}
			return err
		}},
		{"GET /v1/studios/information", `{"studioId":1}`, func(c *apiclient.Client) error { _, err := c.Studio(ctx); return err }},
		{"POST /v1/customers/search", `[]`, func(c *apiclient.Client) error {
			_, err := c.SearchCustomers(ctx, apiclient.CustomerSearch{Email: secret.New("x")})
			return err
		}},
		{"GET /v1/customers/7/contracts", `[]`, func(c *apiclient.Client) error { _, err := c.CustomerContracts(ctx, 7); return err }},
		{"GET /v1/employees?offset=0&sliceSize=100", `{"result":[]}`, func(c *apiclient.Client) error { _, err := c.Employees(ctx); return err }},
		{"GET /v1/customers/additional-information-fields", `[]`, func(c *apiclient.Client) error { _, err := c.AdditionalInformationFields(ctx); return err }},
		{"HEAD /v1/memberships/membership-offers", ``, func(c *apiclient.Client) error { return c.CheckKey(ctx) }},
	} {
		rec := &recorder{body: c.body}
		if err := c.call(serve(t, rec.ServeHTTP)); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		if got := rec.request.Method + " " + rec.request.URL.RequestURI(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestObserve(t *testing.T) {
	now := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	var calls []apiclient.Call
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", now.Add(40*time.Second).Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"errorMessage":"gone","traceId":"trace-1"}`))
	}, func(c *apiclient.Config) {
		c.Now = func() time.Time { return now }
		c.Observe = func(call apiclient.Call) { calls = append(calls, call) }
	})
	_, err := c.CustomerContracts(context.Background(), 42)
	if len(calls) != 1 {
		t.Fatalf("%d calls", len(calls))
	}
	call := calls[0]
	if call.Method != "GET" || call.Route != "/v1/customers/{id}/contracts" || call.Path != "/v1/customers/42/contracts" || call.Status != 404 || call.Send != 1 ||
		call.TraceID != "trace-1" || !call.Start.Equal(now) || !call.ServerDate.Equal(now.Add(40*time.Second)) || !call.RequestSent || !errors.Is(call.Err, err) {
		t.Errorf("got %+v", call)
	}
	if offset, ok := c.ClockOffset(); !ok || offset != 40500*time.Millisecond {
		t.Errorf("offset %v, %v", offset, ok)
	}
}

func TestClockOffsetIsUnknownAtFirst(t *testing.T) {
	if offset, ok := client(t).ClockOffset(); ok || offset != 0 {
		t.Errorf("got %v, %v", offset, ok)
	}
}
