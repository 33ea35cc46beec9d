package apiclient_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

// FuzzAnswers gives any status and body to every call: each ends in a value or
// in an *apiclient.Error of a known kind, whose text quotes nothing of the body.
func FuzzAnswers(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i := range calls {
			f.Add(uint8(i), 200, data)
		}
	}
	for i, call := range calls {
		f.Add(uint8(i), 200, []byte(call.good))
		f.Add(uint8(i), 400, []byte(apiError))
	}
	f.Add(uint8(0), 400, []byte(`{"message":1e9,"validationErrors":[{"field":["x"]}]}`))
	f.Add(uint8(0), 502, []byte("<html>"))
	f.Add(uint8(2), 200, []byte(`{"basePrice":1e999999999,"effectivePeriodTimeBasedTerm":null}`))
	known := map[apiclient.Kind]bool{
		apiclient.Invalid: true, apiclient.Unauthorized: true, apiclient.Forbidden: true, apiclient.NotFound: true, apiclient.Conflict: true,
		apiclient.Unavailable: true, apiclient.Server: true, apiclient.Lost: true, apiclient.Redirect: true,
	}
	f.Fuzz(func(t *testing.T, which uint8, status int, body []byte) {
		if status < 200 || status > 599 || status == http.StatusTooManyRequests {
			status = 200
		}
		call := calls[int(which)%len(calls)]
		c := client(t, func(c *apiclient.Config) {
			c.Transport = &wire{script: []reply{{status: status, body: string(body)}}}
		})
		c.SetJitter(func() float64 { return 0 })
		err := call.do(context.Background(), c)
		if err == nil {
			return
		}
		var e *apiclient.Error
		if !errors.As(err, &e) || !known[e.Kind] {
			t.Fatalf("%s: %v (%T)", call.name, err, err)
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("%s: control characters in %q", call.name, err)
		}
	})
}

// FuzzTrace gives any answer to a sign-up that is traced: the archive can be
// read, or is refused, and does not show who it was.
func FuzzTrace(f *testing.F) {
	f.Add(200, []byte(`{"customerId":7}`))
	f.Add(409, []byte(`{"errorMessage":"Zoë O'Brien-Łuczak, zoe@mail.example, exists","reference":"customer.email","traceId":"4111111111111111"}`))
	f.Add(400, []byte(`{"Zoë":{"a":[1e400,true,null,"DE02 1203 0000 0000 2020 51"]},"errorMessage":"em9lQG1haWwuZXhhbXBsZQ=="}`))
	f.Add(500, []byte("<html>zoe@mail.example"))
	request := zoe(1)
	request.Customer.Email, request.Customer.PaymentRequestToken = secret.New("zoe@mail.example"), secret.New("recurring-token-77")
	texts := []string{"zoe@mail.example", "recurring-token-77", "1991-02-03", "O'Brien-Łuczak"}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			status = 200
		}
		trace := new(apiclient.Trace)
		defer func() { _ = trace.Close() }()
		_, _ = through(t, trace, status, nil, string(body)).Signup(context.Background(), request)
		path := filepath.Join(dir, "calls.har")
		_ = os.Remove(path)
		if err := trace.Write(path); err != nil {
			if !strings.HasPrefix(err.Error(), "apiclient: the archive would show ") {
				t.Fatal(err)
			}
			return
		}
		archive, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := apiclient.ReadHAR(bytes.NewReader(archive)); err != nil {
			t.Fatalf("%v in %s", err, archive)
		}
		for _, text := range texts {
			// The last character of base64 depends on what comes behind.
			inBase64 := base64.StdEncoding.EncodeToString([]byte(text))[:8*len(text)/6]
			if bytes.Contains(archive, []byte(text)) || bytes.Contains(archive, []byte(inBase64)) {
				t.Fatalf("%s is in %s", text, archive)
			}
		}
	})
}

// FuzzStored holds what is kept of answers to surviving a store unchanged.
func FuzzStored(f *testing.F) {
	for _, name := range []string{"preview-1.5.0.json", "preview-1.6.json", "preview-1.11.json", "offer.json", "studio-objects.json", "studio-strings.json"} {
		f.Add(testdata(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		stored[apiclient.Preview](t, data)
		stored[apiclient.Studio](t, data)
		for _, term := range stored[apiclient.OfferDetail](t, data).Terms {
			if p, ok := term.PaymentFrequency.Headline(term.RateStartPrice); ok && !p.Free && !p.Amount.Set() {
				t.Fatalf("a price without an amount: %+v", p)
			}
		}
	})
}

func stored[T any](t *testing.T, data []byte) (first T) {
	t.Helper()
	var second T
	if json.Unmarshal(data, &first) != nil {
		return first
	}
	text, err := json.Marshal(first)
	if err != nil {
		t.Fatalf("%+v cannot be stored: %v", first, err)
	}
	if err := json.Unmarshal(text, &second); err != nil {
		t.Fatalf("%s cannot be read again: %v", text, err)
	}
	again, err := json.Marshal(second)
	if err != nil || !bytes.Equal(text, again) || !reflect.DeepEqual(first, second) {
		t.Fatalf("stored as %s, then as %s (%v)", text, again, err)
	}
	return first
}

func BenchmarkDecode5000Offers(b *testing.B) {
	var one []json.RawMessage
	if err := json.Unmarshal(testdata(b, "offers.json"), &one); err != nil {
		b.Fatal(err)
	}
	var many []json.RawMessage
	for len(many) < 5000 {
		many = append(many, one...)
	}
	body, err := json.Marshal(many)
	if err != nil {
		b.Fatal(err)
	}
	c := client(b, func(c *apiclient.Config) { c.Transport = &wire{script: []reply{{status: 200, body: string(body)}}} })
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if offers, err := c.Offers(context.Background()); err != nil || len(offers) != 5000 {
			b.Fatal(len(offers), err)
		}
	}
}
