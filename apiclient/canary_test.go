package apiclient_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

func quote(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func escapedForHTML(text string) string {
	quoted := quote(text)
	return quoted[1 : len(quoted)-1]
}

func escaped(text string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(escapedForHTML(text))
}

// disguises are the forms a text may have inside of another.
func disguises(text string) []string {
	list := []string{text, escaped(text), escapedForHTML(text), escaped(escaped(text)), url.QueryEscape(text), url.PathEscape(text), strings.NewReplacer("%C3%AB", "%c3%ab", "%C5%81", "%c5%81").Replace(url.QueryEscape(text))}
	if ascii := strconv.QuoteToASCII(text); !strings.Contains(ascii, `\x`) {
		list = append(list, ascii[1:len(ascii)-1])
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if len(text) >= 6 || encoding != base64.RawURLEncoding {
			list = append(list, encoding.EncodeToString([]byte(text)))
		}
		if len(text) >= 6 {
			for _, before := range []string{"{", "{\"", "{\"a"} {
				list = append(list, encoding.EncodeToString([]byte(before+text+"}}}")))
			}
		}
	}
	return list
}

// forms are what a text may look like: plain, escaped for JSON and for
// addresses, and in base64, alone or inside of something longer.
func forms(text string) []string {
	list := []string{text}
	for _, inside := range []func(string) string{escaped, escapedForHTML} {
		list = append(list, inside(text), inside(inside(text)), escaped(inside(text)))
	}
	list = append(list,
		base64.StdEncoding.EncodeToString([]byte(text)), base64.URLEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
		url.QueryEscape(text), url.PathEscape(text),
	)
	if ascii := strconv.QuoteToASCII(text); !strings.Contains(ascii, `\x`) {
		list = append(list, ascii[1:len(ascii)-1])
	}
	if len(text) >= 9 {
		for _, before := range []string{"{", "{\"", "{\"a"} {
			whole := base64.StdEncoding.EncodeToString([]byte(before + text + "}}}"))
			list = append(list, whole[4:4+len(text)/3*4-4])
		}
	}
	return list
}

// seal puts another text into every secret value of a request.
func seal(v reflect.Value, next func() string) {
	if sealed, ok := v.Addr().Interface().(*secret.Value); ok {
		*sealed = secret.New(next())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				seal(v.Field(i), next)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			seal(v.Index(i), next)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			seal(v.Elem(), next)
		}
	}
}

// leaves are the texts of a JSON value.
func leaves(data []byte) []string {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return nil
	}
	var list []string
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case string:
			list = append(list, v)
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			for _, each := range v {
				walk(each)
			}
		}
	}
	walk(value)
	return list
}

// canaries counts texts that occur nowhere else, and that every encoding
// changes.
type canaries struct{ texts []string }

func (c *canaries) next() string {
	text := fmt.Sprintf("canäry/%03d \"<+>?", 100+len(c.texts))
	c.texts = append(c.texts, text)
	return text
}

// answers are what a studio could say about people, with a canary in every text.
func (c *canaries) answers() map[string]string {
	object := func(names string) string {
		var members []string
		for _, name := range strings.Fields(names) {
			members = append(members, quote(name)+":"+quote(c.next()))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	return map[string]string{
		"search": "[" + object(`customerNumber status thirdPartyId createdDateTimeText firstName secondFirstName lastName secondLastName dateOfBirth
			gender email street houseNumber zipCode city country phonePrivate phonePrivateMobile bankAccount imageUrl`) + `,{"id":1,"bankAccount":` +
			object("accountHolder iban bic bankName") + "," + quote(c.next()) + ":1}]",
		"session":   strings.Replace(object("token finionPayCustomerId finionPayRegion unknown"), "{", `{"tokenValidUntil":"2026-03-10T14:31:00Z",`, 1),
		"employees": `{"result":[` + object("firstName lastName publicName employeeInitials employeeNumber gender businessRole email competencies") + `]}`,
		"contracts": `[{"id":1,"rateName":"Flex","contractStatus":"ACTIVE","thirdPartyId":` + quote(c.next()) + `,"iban":` + quote(c.next()) + `}]`,
		"studio":    strings.Replace(object("street houseNumber zip city email telephone website logoUrl owner"), "{", `{"studioId":1,`, 1),
		"signup":    strings.Replace(object("unknown contractNumber"), "{", `{"customerId":7,`, 1),
		"preview":   strings.Replace(object("customerName"), "{", `{"basePrice":1,`, 1),
		"offer":     `{"id":1,"imageUrl":` + quote(c.next()) + `}`,
	}
}

// TestNoCanaryGetsOut puts a text of its own into every field of requests and
// answers, lets servers repeat what they were sent wherever they can, and looks
// for all of them in everything the client writes or prints.
func TestNoCanaryGetsOut(t *testing.T) {
	ctx := context.Background()
	c := &canaries{}
	key := "key-" + base64.RawURLEncoding.EncodeToString([]byte("a canary of its own"))
	signup, _ := filled[apiclient.SignupRequest](t)
	search, _ := filled[apiclient.CustomerSearch](t)
	seal(reflect.ValueOf(&signup).Elem(), c.next)
	seal(reflect.ValueOf(&search).Elem(), c.next)
	signup.Customer.DateOfBirth = secret.New("1987-06-05")
	signup.Contract.VoucherCode = "SPRING10"
	session := apiclient.SessionRequest{Amount: five, Scope: apiclient.ScopeECOM, ReferenceText: "Gym K7Q2", FinionPayCustomerID: c.next()}
	answers := c.answers()
	do := map[string]func(*apiclient.Client) error{
		"search":    func(c *apiclient.Client) error { _, err := c.SearchCustomers(ctx, search); return err },
		"session":   func(c *apiclient.Client) error { _, err := c.CreateUserSession(ctx, session); return err },
		"employees": func(c *apiclient.Client) error { _, err := c.Employees(ctx); return err },
		"contracts": func(c *apiclient.Client) error { _, err := c.CustomerContracts(ctx, 1); return err },
		"studio":    func(c *apiclient.Client) error { _, err := c.Studio(ctx); return err },
		"signup":    func(c *apiclient.Client) error { _, err := c.Signup(ctx, signup); return err },
		"preview":   func(c *apiclient.Client) error { _, err := c.Preview(ctx, signup.Preview()); return err },
		"offer":     func(c *apiclient.Client) error { _, err := c.Offer(ctx, 1); return err },
	}
	sent := func(r *http.Request) (body string, texts []string) {
		if r.Body == nil {
			return "", nil
		}
		data, _ := io.ReadAll(r.Body)
		return string(data), leaves(data)
	}
	// repeated is what a server was sent, where an answer has room for it.
	repeated := func(shape string) func(name string, r *http.Request) (int, http.Header, string) {
		return func(_ string, r *http.Request) (int, http.Header, string) {
			body, texts := sent(r)
			header := http.Header{"Location": {"https://elsewhere.example/" + url.PathEscape(body)}, "Retry-After": {body}, "X-Trace-Id": {c.texts[0]}, "Content-Type": {body}, "Date": {c.texts[1]}, "Server": {c.texts[2]}}
			message := strings.Join(texts, " ") + "\n" + strings.Join(texts, ", ")
			status, _ := strconv.Atoi(shape[:3])
			return status, header, strings.ReplaceAll(strings.ReplaceAll(shape[3:], "NAME", quote(body)), "TEXT", quote(message))
		}
	}
	var printed strings.Builder
	logger := slog.New(slog.NewJSONHandler(&printed, nil))
	plainLogger := slog.New(slog.NewTextHandler(&printed, nil))
	trace := traced(t)
	outcomes := 0
	for what, serve := range map[string]func(string, *http.Request) (int, http.Header, string){
		"good":      func(name string, _ *http.Request) (int, http.Header, string) { return 200, nil, answers[name] },
		"400":       repeated(`400{"errorMessage":TEXT,"errorCode":TEXT,"traceId":TEXT,"reference":TEXT,"args":[TEXT],NAME:1,"validationErrors":[{"field":TEXT,"message":TEXT,"value":TEXT}]}`),
		"409":       repeated(`409{"message":TEXT,"status":TEXT}`),
		"500":       repeated(`500TEXT and no JSON`),
		"200 text":  repeated(`200TEXT`),
		"200 other": repeated(`200{"id":TEXT,"name":{"x":TEXT},"customerId":TEXT,"basePrice":TEXT,"token":[TEXT],NAME:TEXT}`),
		"308":       repeated(`308TEXT`),
		"cut":       repeated(`200{"customerId":TEXT`),
	} {
		for name, call := range do {
			client := client(t, func(config *apiclient.Config) {
				config.Key, config.Trace = secret.New(key), trace
				config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					status, header, body := serve(name, r)
					return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				})
				config.Observe = func(call apiclient.Call) {
					logger.Info("call", "call", call, "err", call.Err)
					plainLogger.Info("call", "call", call, "err", call.Err)
				}
			})
			client.SetJitter(func() float64 { return 0 })
			err := call(client)
			outcomes++
			if what != "good" && err == nil {
				continue // nothing of it was read
			}
			_, _ = fmt.Fprintf(&printed, "%v %+v %#v %s %q %v\n", err, err, err, err, []error{err}, client)
			_, _ = fmt.Fprintf(&printed, "%+v %#v %+v\n", client, client, trace)
		}
	}
	_, _ = fmt.Fprintf(&printed, "%v %+v %#v %v %+v %#v %+v\n", signup.Customer, signup.Customer, signup.Customer, search, search, search, signup.Contract.Notes)
	func() {
		defer func() { _, _ = fmt.Fprintf(&printed, "panic: %v\n%s", recover(), debug.Stack()) }()
		client := client(t, func(config *apiclient.Config) {
			config.Key, config.Trace, config.Transport = secret.New(key), trace, &wire{script: []reply{{status: 200, body: answers["search"]}}}
			config.Observe = func(call apiclient.Call) { panic(fmt.Sprintf("%+v %+v", call, search)) }
		})
		_, _ = client.SearchCustomers(ctx, search)
	}()
	texts := append([]string{key, "1987-06-05"}, c.texts...)
	assertAbsent(t, printed.String(), texts)
	archive, h := written(t, trace)
	assertAbsent(t, archive, texts)
	if at := strings.Index(strings.ToLower(archive+printed.String()), "canäry"); at >= 0 {
		t.Errorf("a part of a canary is there: %s", (archive + printed.String())[max(0, at-100):at+100])
	}
	if len(c.texts) < 80 || outcomes != 64 || len(h.Log.Entries) < outcomes || !strings.Contains(archive, "Member A") || !strings.Contains(archive, "SPRING10") {
		t.Errorf("%d canaries, %d calls, %d entries: the test lost its teeth", len(c.texts), outcomes, len(h.Log.Entries))
	}
	t.Logf("%d canaries in %d exchanges, %d bytes of archive, %d of print", len(c.texts), len(h.Log.Entries), len(archive), printed.Len())
}
