package apiclient_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
)

// foreignHAR is as short as another program may write one.
const foreignHAR = `{"log":{"version":"1.2","creator":{"name":"browser","version":"1"},"pages":[],"entries":[{"startedDateTime":"2026-03-10T12:00:00.000+01:00","time":1.5,
"request":{"method":"GET","url":"https://t.example/v1/x?a=1"},"response":{"status":0},"_unknown":{}}]}}`

func TestReadHAR(t *testing.T) {
	h, err := apiclient.ReadHAR(strings.NewReader(foreignHAR))
	if err != nil {
		t.Fatal(err)
	}
	if e := h.Log.Entries[0]; e.Request.URL != "https://t.example/v1/x?a=1" || !e.Started.Equal(time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)) || e.Masked || e.Sent {
		t.Errorf("got %+v", e)
	}
	for text, want := range map[string]string{
		"":                                   "empty or cut off",
		foreignHAR[:100]:                     "empty or cut off",
		"<html>canary":                       "no JSON from byte 1 on",
		foreignHAR + "canary":                "goes on after its end",
		`{"log":{"version":"2.0"}}`:          "no HTTP archive",
		`{"log":{"version":7}}`:              `unexpected type at "log.version"`,
		`{"log":[]}`:                         "unexpected type",
		change("https://t.example", "//x"):   "entry 1 of the archive has no web address",
		change("https://t.example", "ftp:x"): "entry 1 of the archive has no web address",
		change(`"GET"`, `"GET canary"`):      "entry 1 of the archive has no method",
		change("2026-03-10T", "0001-03-10T"): "entry 1 of the archive has no time",
		change("2026-03-10T", "canary"):      "a time that is none",
		change(`"status":0`, `"status":-1`):  "entry 1 of the archive has a status that is none",
	} {
		h, err := apiclient.ReadHAR(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") || h.Log.Entries != nil {
			t.Errorf("%.80q: %v, want %s", text, err, want)
		}
	}
}

func change(old, other string) string { return strings.Replace(foreignHAR, old, other, 1) }

// FuzzReadHAR holds every archive that is read to being written and read again
// unchanged.
func FuzzReadHAR(f *testing.F) {
	f.Add([]byte(foreignHAR))
	f.Add([]byte(`{"log":{"version":"1.1","entries":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := apiclient.ReadHAR(bytes.NewReader(data))
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Fatalf("control characters in %q", err)
			}
			return
		}
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", h, err)
		}
		again, err := apiclient.ReadHAR(bytes.NewReader(text))
		if err != nil || !reflect.DeepEqual(h, again) {
			t.Fatalf("%s is read as %+v, %v", text, again, err)
		}
	})
}

// previewing is a client that previews without a network.
func previewing(t testing.TB, trace *apiclient.Trace) *apiclient.Client {
	t.Helper()
	body := string(testdata(t, "preview-1.11.json"))
	return client(t, func(c *apiclient.Config) {
		c.Trace = trace
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestManyCallsInFlatMemory compares what stays in memory of the calls with what
// they come to in the file; BenchmarkHAROf10000Calls does so for more of them.
func TestManyCallsInFlatMemory(t *testing.T) {
	const calls, bound = 1_000, 512 << 10
	trace := traced(t)
	c := previewing(t, trace)
	request := zoe(1).Preview()
	preview := func(n int) {
		for range n {
			if _, err := c.Preview(context.Background(), request); err != nil {
				t.Fatal(err)
			}
		}
	}
	preview(100)
	before := heap()
	preview(calls - 100)
	recorded := heap() - before
	path := filepath.Join(t.TempDir(), "calls.har")
	if err := trace.Write(path); err != nil {
		t.Fatal(err)
	}
	wrote := heap() - before
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls: %d KiB of file; the heap grew by %d KiB, with the writing %d KiB", calls, info.Size()>>10, recorded>>10, wrote>>10)
	if recorded > bound || wrote > bound || info.Size() < 5*bound {
		t.Errorf("the heap grew by %d and %d bytes for a file of %d", recorded, wrote, info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte(`"_op":"preview the sign-up"`)) != calls {
		t.Errorf("not all calls are in the file: %v", err)
	}
}

func BenchmarkHAROf10000Calls(b *testing.B) {
	b.ReportAllocs()
	var grew, size int64
	for b.Loop() {
		trace := new(apiclient.Trace)
		c := previewing(b, trace)
		before := heap()
		for range 10_000 {
			if _, err := c.Preview(context.Background(), zoe(1).Preview()); err != nil {
				b.Fatal(err)
			}
		}
		grew = heap() - before
		path := filepath.Join(b.TempDir(), "calls.har")
		if err := trace.Write(path); err != nil {
			b.Fatal(err)
		}
		if info, err := os.Stat(path); err == nil {
			size = info.Size()
		}
		if err := trace.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(grew), "heap-B")
	b.ReportMetric(float64(size), "file-B")
}

func BenchmarkPreviewRoundTrip(b *testing.B) {
	s, err := sandbox.New(sandbox.Config{Now: func() time.Time { return marchTenth }, Seed: 7})
	if err != nil {
		b.Fatal(err)
	}
	c := client(b, func(c *apiclient.Config) { c.Key, c.Transport = secret.New(s.Key()), sandbox.Transport(s.API()) })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Preview(context.Background(), zoe(10011).Preview()); err != nil {
			b.Fatal(err)
		}
	}
}
