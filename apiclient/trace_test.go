package apiclient_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/sandbox/upc"
	"frontdesk/apiclient/secret"
)

// traced returns a trace that is closed when the test is over.
func traced(t testing.TB) *apiclient.Trace {
	t.Helper()
	trace := new(apiclient.Trace)
	t.Cleanup(func() {
		if err := trace.Close(); err != nil {
			t.Error(err)
		}
	})
	return trace
}

// through is a client whose every request gets one answer, and is traced.
func through(t testing.TB, trace *apiclient.Trace, status int, header http.Header, body string) *apiclient.Client {
	t.Helper()
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	c := client(t, func(c *apiclient.Config) {
		c.Transport, c.Trace = &wire{script: []reply{{status: status, header: header, body: body}}}, trace
	})
	c.SetJitter(func() float64 { return 0 })
	return c
}

// written returns the archive of a trace, as text and read again.
func written(t testing.TB, trace *apiclient.Trace) (string, apiclient.HAR) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls.har")
	if err := trace.Write(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := apiclient.ReadHAR(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return string(data), h
}

const intent = "0198d3c2-7b1e-7a40-9a53-0c6a5f2e9b11"

// TestTraceOfASignup goes all the way and reads the story out of the archive.
func TestTraceOfASignup(t *testing.T) {
	trace := traced(t)
	request := zoe(10021)
	request.Customer.Email = secret.New("zoe.obrien@mail.example")
	request.Contract.ThirdPartyID, request.Customer.ThirdPartyID = intent, intent
	var key string
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s, _ := studio(t, sandbox.Config{}, "503-twice@preview")
		key = s.Key()
		c := client(t, func(config *apiclient.Config) {
			config.Key, config.Transport, config.Trace = secret.New(key), sandbox.Transport(s.API()), trace
		})
		p, err := c.Preview(ctx, request.Preview())
		if err != nil {
			t.Fatal(err)
		}
		session, err := c.CreateUserSession(ctx, apiclient.SessionRequest{Amount: p.PaymentPreview.DueOnSigningAmount, Scope: apiclient.ScopeECOM, ReferenceText: "Gym K7Q2"})
		if err != nil {
			t.Fatal(err)
		}
		request.Contract.InitialPaymentRequestToken = pay(t, s, session, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111", Expiry: "03/30", CVC: "737"})
		for range 2 {
			_, err = c.Signup(ctx, request) // the second time the token is used
		}
		if failure(t, err).Kind != apiclient.Invalid {
			t.Error(err)
		}
		if found, err := c.SearchCustomers(ctx, apiclient.CustomerSearch{LastName: request.Customer.LastName, DateOfBirth: request.Customer.DateOfBirth}); err != nil || len(found) != 1 {
			t.Error(found, err)
		}
	})
	text, h := written(t, trace)
	assertAbsent(t, text, []string{key, request.Contract.InitialPaymentRequestToken.Reveal(), "zoe.obrien@mail.example", "Zoë", "O'Brien", "1991-02-03", "Lange Reihe", "Hamburg", "20099", "12a"})
	entries := h.Log.Entries
	var story []string
	for _, e := range entries {
		story = append(story, fmt.Sprintf("%s %d %d %s", e.Op, e.Send, e.Response.Status, e.Outcome))
		if !e.Masked || !e.Sent {
			t.Errorf("masked %v, sent %v", e.Masked, e.Sent)
		}
	}
	want := []string{
		"preview the sign-up 1 503 unavailable", "preview the sign-up 2 503 unavailable", "preview the sign-up 3 200 ",
		"create the payment session 1 200 ", "sign the member up 1 200 ", "sign the member up 1 400 invalid", "search for the member 1 200 ",
	}
	if !slices.Equal(story, want) {
		t.Errorf("the story is %q", story)
	}
	if e := entries[0]; e.Intent != intent || e.TraceID == "" || !strings.Contains(e.Comment, e.TraceID) {
		t.Errorf("intent %q, trace id %q, %q", e.Intent, e.TraceID, e.Comment)
	}
	token := regexp.MustCompile(`"initialPaymentRequestToken":"(tok_[0-9a-f]{8})"`)
	first, second := token.FindStringSubmatch(entries[4].Request.Body.Text), token.FindStringSubmatch(entries[5].Request.Body.Text)
	if first == nil || second == nil || first[1] != second[1] {
		t.Errorf("the same token looks like %q and %q", first, second)
	}
	if !strings.Contains(entries[3].Request.Body.Text, `{"amount":299,"referenceText":"Gym K7Q2","scope":"ECOM"}`) {
		t.Errorf("the session asks for %s", entries[3].Request.Body.Text)
	}
	for _, e := range []apiclient.HAREntry{entries[0], entries[5], entries[6]} {
		if !strings.Contains(e.Request.Body.Text, `"lastName":"Member B"`) {
			t.Errorf("the name is %s", e.Request.Body.Text)
		}
	}
}

// assertAbsent searches a text for others in every form they may have.
func assertAbsent(t *testing.T, text string, others []string) {
	t.Helper()
	for _, other := range others {
		for _, form := range forms(other) {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%q is there as %q: %s", other, form, text[max(0, at-80):min(len(text), at+80)])
				break
			}
		}
	}
}

// TestAgesSurvive holds birth dates to being others and to being as old, on the
// day before a birthday, on it and after it.
func TestAgesSurvive(t *testing.T) {
	trace := traced(t)
	c := through(t, trace, 200, nil, `{"basePrice":1}`)
	births := []string{"1991-03-09", "1991-03-10", "1991-03-11", "2008-02-29", "2010-03-10", "1931-12-31"}
	starts := []string{"2026-03-10", "2026-03-11", "2027-02-28"}
	for _, start := range starts {
		for _, birth := range births {
			r := zoe(1)
			r.Contract.StartDate, r.Customer.DateOfBirth = date(t, start), secret.New(birth)
			if _, err := c.Preview(context.Background(), r.Preview()); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, h := written(t, trace)
	assertAbsent(t, text, births)
	pattern := regexp.MustCompile(`"dateOfBirth":"([^"]+)"`)
	for i, e := range h.Log.Entries {
		start, birth := date(t, starts[i/len(births)]), date(t, births[i%len(births)])
		shown := date(t, pattern.FindStringSubmatch(e.Request.Body.Text)[1])
		if shown == birth || shown.AgeAt(start) != birth.AgeAt(start) {
			t.Errorf("%s is shown as %s, which is %d at %s and not %d", birth, shown, shown.AgeAt(start), start, birth.AgeAt(start))
		}
	}
}

// TestTheTableKnowsTheAPI shows every member that the client reads, except for
// links that open a file, and what no version of the API has.
func TestTheTableKnowsTheAPI(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		file     string
		withheld []string
		call     func(*apiclient.Client) error
	}{
		{"offer.json", []string{"imageUrl", "url"}, func(c *apiclient.Client) error { _, err := c.Offer(ctx, 1); return err }},
		{"offers.json", []string{"imageUrl"}, func(c *apiclient.Client) error { _, err := c.Offers(ctx); return err }},
		{"preview-1.5.0.json", nil, func(c *apiclient.Client) error { _, err := c.Preview(ctx, apiclient.PreviewRequest{}); return err }},
		{"preview-1.6.json", []string{"deep"}, func(c *apiclient.Client) error { _, err := c.Preview(ctx, apiclient.PreviewRequest{}); return err }},
		{"preview-1.11.json", nil, func(c *apiclient.Client) error { _, err := c.Preview(ctx, apiclient.PreviewRequest{}); return err }},
		{"contracts.json", nil, func(c *apiclient.Client) error { _, err := c.CustomerContracts(ctx, 1); return err }},
	} {
		trace := traced(t)
		_ = c.call(through(t, trace, 200, nil, string(testdata(t, c.file))))
		_, h := written(t, trace)
		for _, m := range regexp.MustCompile(`"([^"]+)":\[?"<masked:[^"]+"`).FindAllStringSubmatch(h.Log.Entries[0].Response.Content.Text, -1) {
			if !slices.Contains(c.withheld, m[1]) {
				t.Errorf("%s: %s is withheld", c.file, m[1])
			}
		}
	}
}

// TestWhatIsWithheld gives every kind of value in places the table does not name.
func TestWhatIsWithheld(t *testing.T) {
	trace := traced(t)
	body := `{"studioId":7,"name":"Fit","email":"a@b.example","extra":{"iban":"DE02120300000000202051","n":12,"on":true,"none":null,"list":["abc"]},"Zoë X":1}`
	if _, err := through(t, trace, 200, http.Header{"X-Secret": {"abc"}, "Content-Type": {"Zoë"}, "X-Request-Id": {"r-1"}}, body).Studio(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, h := written(t, trace)
	e := h.Log.Entries[0]
	want := `{"studioId":7,"name":"Fit","email":"<masked:string:11>","extra":{"iban":"<masked:string:22>","n":"<masked:number>","on":"<masked:boolean>","none":null,"list":["<masked:string:3>"]},"<masked:name:5>":"<masked:number>"}`
	if e.Response.Content.Text != want {
		t.Errorf("got %s", e.Response.Content.Text)
	}
	if got := fmt.Sprint(e.Response.Headers); got != "[{Content-Type <masked:string:3>} {X-Request-Id r-1}]" || e.TraceID != "r-1" {
		t.Errorf("headers %s, trace id %q", got, e.TraceID)
	}
	trace = traced(t)
	_, _ = through(t, trace, 200, nil, "<html>Zoë").Studio(context.Background())
	if _, h := written(t, trace); h.Log.Entries[0].Response.Content.Text != "<masked:body:10>" {
		t.Errorf("got %s", h.Log.Entries[0].Response.Content.Text)
	}
}

// TestLateKnowledge: an offer names a city before anybody comes to live there.
func TestLateKnowledge(t *testing.T) {
	trace := traced(t)
	ctx := context.Background()
	if _, err := through(t, trace, 200, nil, `{"id":1,"name":"Zoë's \"Hamburg\"\nHamburg","description":"Hamburger Luzern 4111 1111 1111 1111"}`).Offer(ctx, 1); err != nil {
		t.Fatal(err)
	}
	_, _ = through(t, trace, 409, nil, `{"errorMessage":"ZOË O'BRIEN-ŁUCZAK (max@studio.example, born 02.01.1990) exists; 44.67 is due","reference":"customer.email"}`).Signup(ctx, zoe(1))
	_, h := written(t, trace)
	if got := h.Log.Entries[0].Response.Content.Text; got != `{"id":1,"name":"Member A's \"xxxxxxx\"\nxxxxxxx","description":"Hamburger Luzern <masked:number:19>"}` {
		t.Errorf("got %s", got)
	}
	if got := h.Log.Entries[1].Response.Content.Text; got != `{"errorMessage":"Member A Member B (<masked:string:18>, born <masked:string:10>) exists; 44.67 is due","reference":"customer.email"}` {
		t.Errorf("got %s", got)
	}
}

// TestGate leaks one text of each class in each form into an archive.
func TestGate(t *testing.T) {
	trace := traced(t)
	request := zoe(1)
	request.Contract.InitialPaymentRequestToken, request.Contract.ContractSignature = secret.New("upfront-token-77"), secret.New(svg)
	request.Contract.Notes, request.Customer.PhoneNumberMobile = secret.New("comes with a friend"), secret.New("+49 151 2345678")
	if _, err := through(t, trace, 200, nil, `{"customerId":7}`).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	const head, foot = `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[` + "\n", "\n]}}\n"
	entry := func(leak string) string {
		inner := fmt.Sprintf("{\"name\":%s}", quote(leak))
		return head + `{"response":{"content":{"text":` + quote(inner) + `}}},` + "\n" + `{"response":{"content":{"text":"{}"}}}` + foot
	}
	classes := map[string]string{
		"key-canary": "the API key", "upfront-token-77": "a token", svg: "a signature", "zoe@example.invalid": "an e-mail address",
		"Zoë": "a name", "O'Brien-Łuczak": "a name", "1991-02-03": "a birth date", "comes with a friend": "a free text",
		"+49 151 2345678": "an address, number or place", "Lange Reihe": "an address, number or place",
		"4111 1111 1111 1111": "the number of a card or an account", "4111111111111111": "the number of a card or an account", "370000000000002": "the number of a card or an account",
		"DE02120300000000202051": "the number of a card or an account", "DE02 1203 0000 0000 2020 51": "the number of a card or an account",
	}
	tried := 0
	for text, class := range classes {
		leaks := []string{text, "so " + text + ", see", "\n" + text + "\n"}
		if !strings.HasPrefix(class, "the number") {
			for _, form := range disguises(text) {
				leaks = append(leaks, "so "+form+", see")
			}
		}
		for _, leak := range leaks {
			tried++
			err := trace.Inspect(entry(leak))
			if err == nil || !strings.Contains(err.Error(), class) || !strings.Contains(err.Error(), "call 1;") || strings.Contains(err.Error(), text) {
				t.Errorf("%q: %v, want %s", leak, err, class)
			}
		}
	}
	for _, harmless := range []string{
		"Zoëtrope", "4111111111111112", "41111111111111110000", "DE03120300000000202051", "2026-03-10T14:31:00.123456Z", intent, "12", "20099", "Langer Reihe", "Member A", "a1@example.invalid",
	} {
		if err := trace.Inspect(entry(harmless)); err != nil {
			t.Errorf("%q: %v", harmless, err)
		}
	}
	t.Logf("%d leaks in %d classes", tried, len(classes))
}

// TestNoFileWhenTheGateIsShut leaves neither a file nor a part of one, nor
// touches a former one.
func TestNoFileWhenTheGateIsShut(t *testing.T) {
	trace := traced(t)
	request := zoe(1)
	request.Contract.VoucherCode = base64.StdEncoding.EncodeToString([]byte("to zoe@example.invalid"))
	if _, err := through(t, trace, 200, nil, `{"customerId":7}`).Signup(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "calls.har")
	if err := os.WriteFile(path, []byte("former"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trace.Write(path); err == nil || !strings.Contains(err.Error(), "an e-mail address in call 1") {
		t.Errorf("got %v", err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "former" {
		t.Errorf("the former file holds %q, %v", data, err)
	}
}

func TestUnsafeTraceSaysSo(t *testing.T) {
	trace := traced(t)
	trace.UnsafeIncludeSecrets = true
	ctx := context.Background()
	if _, err := through(t, trace, 200, nil, `{"customerId":7}`).Signup(ctx, zoe(1)); err != nil {
		t.Fatal(err)
	}
	_, _ = through(t, trace, 502, nil, "\xff\xfe").Signup(ctx, zoe(1))
	path := filepath.Join(t.TempDir(), "calls.har")
	if err := trace.Write(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := apiclient.ReadHAR(bytes.NewReader(data))
	if err != nil || !strings.HasPrefix(h.Log.Comment, "NOT MASKED") || h.Log.Entries[0].Masked || !strings.Contains(h.Log.Entries[0].Request.Body.Text, "Łuczak") {
		t.Errorf("%v in %s", err, data)
	}
	if c := h.Log.Entries[1].Response.Content; c.Encoding != "base64" || c.Text != "//4=" {
		t.Errorf("content %+v", c)
	}
	assertAbsent(t, string(data), []string{"key-canary"})
	// Even here the key has no business.
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	request := zoe(1)
	request.Contract.VoucherCode = "key-canary"
	_, _ = through(t, trace, 200, nil, `{"customerId":7}`).Signup(ctx, request)
	if err := trace.Write(path); err == nil || !strings.Contains(err.Error(), "the API key in call 3") {
		t.Errorf("got %v", err)
	}
}

func TestTraceGoesOnAfterWriting(t *testing.T) {
	trace := traced(t)
	if _, h := written(t, trace); len(h.Log.Entries) != 0 {
		t.Errorf("%d calls without any", len(h.Log.Entries))
	}
	c := through(t, trace, 200, nil, `[]`)
	for n := 1; n < 4; n++ {
		if _, err := c.Offers(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, h := written(t, trace); len(h.Log.Entries) != n {
			t.Errorf("%d calls of %d", len(h.Log.Entries), n)
		}
	}
	if err := trace.Write(filepath.Join(t.TempDir(), "none", "calls.har")); err == nil {
		t.Error("written to a place that is not there")
	}
	if err := trace.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Offers(context.Background()); err != nil {
		t.Errorf("a closed trace disturbs: %v", err)
	}
	if err := trace.Write(filepath.Join(t.TempDir(), "calls.har")); err == nil {
		t.Error("a closed trace was written")
	}
}

// TestUnsentCallsAreTraced: what never left is part of the story.
func TestUnsentCallsAreTraced(t *testing.T) {
	trace := traced(t)
	c := client(t, func(c *apiclient.Config) {
		c.Trace, c.Transport = trace, &wire{script: []reply{{unsent: true, err: http.ErrServerClosed}}}
	})
	c.SetJitter(func() float64 { return 0 })
	_, _ = c.Studio(context.Background())
	_, h := written(t, trace)
	if e := h.Log.Entries[2]; len(h.Log.Entries) != 3 || e.Sent || e.Outcome != apiclient.Unreachable || e.Response.Status != 0 || e.Send != 3 {
		t.Errorf("got %+v", e)
	}
}
