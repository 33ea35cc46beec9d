package apiclient_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// serve starts a server with one handler and a client for it.
func serve(t testing.TB, handler http.HandlerFunc, change ...func(*apiclient.Config)) *apiclient.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return client(t, append([]func(*apiclient.Config){func(c *apiclient.Config) { c.BaseURL = server.URL }}, change...)...)
}

func client(t testing.TB, change ...func(*apiclient.Config)) *apiclient.Client {
	t.Helper()
	config := apiclient.Config{BaseURL: "https://studio.open-api.magicline.com", Key: secret.New("key-canary")}
	for _, f := range change {
		f(&config)
	}
	c, err := apiclient.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// answer serves the same JSON for every request.
func answer(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
}

// failure returns err as the package's error, or fails the test.
func failure(t testing.TB, err error) *apiclient.Error {
	t.Helper()
	var e *apiclient.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *apiclient.Error", err, err)
	}
	return e
}

func amount(t testing.TB, number, currency string) money.Amount {
	t.Helper()
	a, err := money.New(number, currency)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func preview(t testing.TB, file string) apiclient.Preview {
	t.Helper()
	p, err := serve(t, answer(testdata(t, file))).Preview(context.Background(), apiclient.PreviewRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// serveQuery answers by the offset of the query.
func serveQuery(body func(offset string) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer([]byte(body(r.URL.Query().Get("offset"))))(w, r)
	}
}
