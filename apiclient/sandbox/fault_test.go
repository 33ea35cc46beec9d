package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"500@preview":                 {"500", "preview", 0},
		"commit-then-drop@signup:1":   {"commit-then-drop", "signup", 1},
		"no-region":                   {"no-region", "", 0},
		"no-region:2":                 {"no-region", "", 2},
		"EMPTY_RESPONSE@offers:3":     {"EMPTY_RESPONSE", "offers", 3},
		"other-customer-on-session-2": {"other-customer-on-session-2", "", 0},
	} {
		got, err := ParseFault(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s: %+v %q %v", text, got, got.String(), err)
		}
	}
	for text, want := range map[string]string{
		"comit-then-drop":       `did you mean "commit-then-drop"?`,
		"empty_response":        `did you mean "EMPTY_RESPONSE"?`,
		"500@sigup":             `did you mean "signup"?`,
		"500@signup:0":          "N from 1",
		"500@signup:x":          "N from 1",
		"preview-drift@session": "only on preview",
		"":                      "unknown fault",
	} {
		if _, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := New(Config{Faults: []Fault{{Name: "slwo"}}}); err == nil || !strings.Contains(err.Error(), `"slow"`) {
		t.Errorf("New: %v", err)
	}
}

func TestFaultList(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Faults() {
		if f.Name == "" || f.Does == "" || strings.Contains(f.Does, "\n") || names[f.Name] {
			t.Errorf("%+v", f)
		}
		names[f.Name] = true
		for _, call := range f.Calls {
			if _, err := ParseFault(f.Name + "@" + call); err != nil {
				t.Error(err)
			}
		}
	}
	for _, name := range strings.Fields(`401 403 404 409-own 409-foreign 409-after-lost-200 400-after-pay 429-minute 500 503-twice
		commit-then-drop commit-then-500 commit-then-hang half-created search-lag truncated-200 html-502 slow slow-drip reset empty
		garbage huge-body wrong-content-type preview-drift preview-1.5.0 no-payment-preview schedule-signing-only no-region
		other-customer-on-session-2 short-sessions token-expired token-used
		EMPTY_RESPONSE CONNECTION_RESET_BY_PEER MALFORMED_RESPONSE_CHUNK RANDOM_DATA_THEN_CLOSE`) {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

// outcome is what a client sees of one call.
type outcome struct {
	status int
	kind   string // Content-Type
	body   string
	err    error
}

func (d *desk) try(ctx context.Context, method, path string, body any) outcome {
	d.t.Helper()
	response, err := d.client.Do(d.request(method, path, body).WithContext(ctx))
	if err != nil {
		return outcome{err: err}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return outcome{response.StatusCode, response.Header.Get("Content-Type"), string(data), err}
}

const studioPath = "/v1/studios/information"

// TestRefusingFaults hit the call they name and no other, as often as they say.
func TestRefusingFaults(t *testing.T) {
	for fault, want := range map[string][]int{
		"401@studio":         {401, 401, 401},
		"403@studio":         {403, 403, 403},
		"404@studio:2":       {200, 404, 200},
		"500@studio:1":       {500, 200, 200},
		"503-twice@studio":   {503, 503, 200},
		"503-twice@studio:2": {200, 503, 503, 200},
		"429-minute@studio":  {429, 429, 429},
		"html-502@studio:1":  {502, 200},
		"500@signup":         {200, 200},
		"500":                {500, 500},
	} {
		d := newDesk(t, Config{Faults: faults(t, fault)})
		var got []int
		for range want {
			got = append(got, d.try(t.Context(), "GET", studioPath, nil).status)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", fault, got, want)
		}
		if fault == "429-minute@studio" {
			d.clock.t = d.clock.t.Add(time.Minute)
			if status := d.try(t.Context(), "GET", studioPath, nil).status; status != 200 {
				t.Errorf("%s: %d after the minute", fault, status)
			}
		}
	}
}

// TestSignupFaults: what the client sees, and what the books say.
func TestSignupFaults(t *testing.T) {
	body := application(10021)
	for _, each := range []struct {
		fault     string
		status    int // 0: the connection is lost
		members   int
		contracts int
		again     int // status of the same sign-up sent once more
	}{
		{"409-own@signup:1", 409, 1, 1, 409},
		{"409-foreign@signup:1", 409, 0, 0, 409},
		{"409-after-lost-200", 0, 1, 1, 409},
		{"commit-then-drop@signup:1", 0, 1, 1, 409},
		{"commit-then-500@signup:1", 500, 1, 1, 409},
		{"half-created@signup:1", 500, 1, 0, 409},
		{"500@signup:1", 500, 0, 0, 200},
		{"reset@signup:1", 0, 0, 0, 200},
		{"EMPTY_RESPONSE@signup:1", 0, 0, 0, 200},
		{"CONNECTION_RESET_BY_PEER@signup:1", 0, 0, 0, 200},
		{"html-502@signup:1", 502, 1, 1, 409},
	} {
		t.Run(each.fault, func(t *testing.T) {
			d := newDesk(t, Config{Faults: faults(t, each.fault)})
			got := d.try(t.Context(), "POST", signupPath, body)
			if got.status != each.status || (got.err != nil) != (each.status == 0) {
				t.Errorf("%d %v, want %d", got.status, got.err, each.status)
			}
			books, contracts := d.studio.Ledger(), 0
			for _, m := range books.Members {
				if m.Contract != nil {
					contracts++
				}
			}
			if len(books.Members) != each.members || contracts != each.contracts {
				t.Errorf("%d members, %d contracts", len(books.Members), contracts)
			}
			if status := books.Calls[0].Status; status != each.status {
				t.Errorf("the ledger says %d", status)
			}
			if got := d.try(t.Context(), "POST", signupPath, body); got.status != each.again {
				t.Errorf("once more: %d %s %v, want %d", got.status, got.body, got.err, each.again)
			}
		})
	}
}

func TestHalfCreated(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "half-created")})
	d.try(t.Context(), "POST", signupPath, application(10021))
	if found := d.search(object{"email": "peter@example.invalid"}); text(found, 0, "thirdPartyId") != "intent-1" {
		t.Errorf("found %v", found)
	}
	if _, contracts := d.send("GET", "/v1/customers/1000482/contracts", nil); len(asList(contracts)) != 0 {
		t.Errorf("contracts %v", contracts)
	}
}

func TestConflictForeign(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "409-foreign")})
	d.try(t.Context(), "POST", signupPath, application(10021))
	found := d.search(object{"email": "peter@example.invalid"})
	if len(found) != 1 || text(found, 0, "thirdPartyId") == "intent-1" {
		t.Errorf("found %v", found)
	}
}

// TestRefusedAfterPaying: the refusal is over when its field is changed, and
// the payment was not lost.
func TestRefusedAfterPaying(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "400-after-pay")})
	d.must("POST", signupPath, application(10021, customerField("email", "x@example.invalid"), customerField("lastName", "Unpaid")))
	token, _ := d.pay(scopeECOM, "299", "")
	paid := contract("initialPaymentRequestToken", token)
	for range 2 {
		if reference, _ := d.refused(400, signupPath, application(10021, paid)); reference != "customer.zipCode" {
			t.Errorf("refers to %q", reference)
		}
	}
	d.must("POST", signupPath, application(10021, paid, customerField("zipCode", "20099")))
	if totals := d.studio.Ledger().Totals; totals.Captured != "299.00" || totals.Authorised != "299.00" {
		t.Errorf("%+v", totals)
	}
}

func TestTokenFaults(t *testing.T) {
	for fault, code := range map[string]string{"token-expired": "SANDBOX_TOKEN_EXPIRED", "token-used": "SANDBOX_TOKEN_USED"} {
		d := newDesk(t, Config{Faults: faults(t, fault)})
		token, _ := d.pay(scopeECOM, "299", "")
		reference, got := d.refused(400, signupPath, application(10021, contract("initialPaymentRequestToken", token)))
		if got != code || reference != "contract.initialPaymentRequestToken" {
			t.Errorf("%s: %s at %q", fault, got, reference)
		}
	}
}

func TestPreviewFaults(t *testing.T) {
	preview := func(fault string, times int) (last object) {
		d := newDesk(t, Config{Faults: faults(t, fault)})
		for range times {
			last = d.must("POST", previewPath, application(10011, contract("voucherCode", "MINUS5"), contract("selectedOptionalModuleIds", []int64{30011})))
		}
		return last
	}
	due := func(p object) string { return amount(p, "paymentPreview", "dueOnSigningAmount") }
	plain := due(preview("no-region", 1))
	if got := due(preview("preview-drift@preview:2", 1)); got != plain {
		t.Errorf("before the drift %s, want %s", got, plain)
	}
	if got := due(preview("preview-drift@preview:2", 3)); plain != "41.12" || got != "41.13" {
		t.Errorf("%s drifts to %s", plain, got)
	}
	if p := preview("no-payment-preview", 1); p["paymentPreview"] != nil || p["basePrice"] == nil {
		t.Errorf("no-payment-preview: %v", p)
	}
	p := preview("schedule-signing-only", 1)
	for _, e := range asList(at(p, "paymentPreview", "paymentSchedule")) {
		if text(e, "mandatoryOnSigning") != "true" {
			t.Errorf("schedule-signing-only lists %v", e)
		}
	}
	old := preview("preview-1.5.0", 1)
	if text(old, "basePrice") != "29.9" || text(old, "contractVolumeInformation", "totalContractVolume") != "458.5" || old["paymentPreview"] != nil ||
		old["voucherDiscountPeriods"] != nil || text(old, "effectivePeriodTimeBasedTerm") != "3" || text(old, "effectivePeriodTimeBasedTermUnit") != "MONTH" ||
		at(old, "selectedOptionalModulesPreviews", 0, "id") != nil ||
		amount(old, "selectedOptionalModulesPreviews", 0, "paymentFrequency", "price") != "5.0" {
		t.Errorf("preview-1.5.0: %v", mustJSON(old))
	}
}

// TestDriftIsReal: the drifted amount is what the sign-up asks for.
func TestDriftIsReal(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "preview-drift@preview:2")})
	body := application(10021)
	d.must("POST", previewPath, body)
	old, payer := d.pay(scopeECOM, "299", "")
	d.must("POST", previewPath, body)
	d.refused(400, signupPath, application(10021, contract("initialPaymentRequestToken", old)))
	token, _ := d.pay(scopeECOM, "299.01", payer)
	d.must("POST", signupPath, application(10021, contract("initialPaymentRequestToken", token)))
	if totals := d.studio.Ledger().Totals; totals != (Totals{"598.01", "299.01", "299.00", "299.00", "EUR"}) {
		t.Errorf("%+v", totals)
	}
}

func TestSessionFaults(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "no-region", "short-sessions", "other-customer-on-session-2")})
	first := d.must("POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K"})
	if first["finionPayRegion"] != nil || text(first, "tokenValidUntil") != "2026-03-10T11:00:20.000000Z" {
		t.Errorf("%v", first)
	}
	second := d.must("POST", sessionPath, object{"amount": 5, "scope": "ECOM", "referenceText": "K", "finionPayCustomerId": first["finionPayCustomerId"]})
	if text(second, "finionPayCustomerId") == text(first, "finionPayCustomerId") {
		t.Error("the second session has the payer that was asked for")
	}
}

// TestSearchLag is counted on the studio's clock.
func TestSearchLag(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "search-lag@search", "search-lag@contracts")})
	d.must("POST", signupPath, application(10021))
	d.clock.t = d.clock.t.Add(59 * time.Second)
	if found := d.search(object{"lastName": "Muller"}); len(found) != 0 {
		t.Errorf("found after 59 seconds: %v", found)
	}
	if status, _ := d.send("GET", "/v1/customers/1000482/contracts", nil); status != 404 {
		t.Errorf("contracts after 59 seconds: %d", status)
	}
	d.clock.t = d.clock.t.Add(time.Second)
	if found := d.search(object{"lastName": "Muller"}); len(found) != 1 {
		t.Errorf("found after a minute: %v", found)
	}
}

// TestBodyFaults bend a good answer; the call was processed.
func TestBodyFaults(t *testing.T) {
	for fault, check := range map[string]func(outcome) bool{
		"empty":              func(o outcome) bool { return o.err == nil && o.status == 200 && o.body == "" },
		"garbage":            func(o outcome) bool { return o.err == nil && o.status == 200 && !json.Valid([]byte(o.body)) },
		"wrong-content-type": func(o outcome) bool { return strings.HasPrefix(o.kind, "text/html") && json.Valid([]byte(o.body)) },
		"huge-body":          func(o outcome) bool { return o.status == 200 && len(o.body) > 32<<20 && json.Valid([]byte(o.body)) },
		"truncated-200": func(o outcome) bool {
			return o.status == 200 && errors.Is(o.err, io.ErrUnexpectedEOF) && o.body != "" && !json.Valid([]byte(o.body))
		},
	} {
		d := newDesk(t, Config{Faults: faults(t, fault+"@signup")})
		if got := d.try(t.Context(), "POST", signupPath, application(10021)); !check(got) {
			t.Errorf("%s: %d %s %.80q %v", fault, got.status, got.kind, got.body, got.err)
		}
		if n := len(d.studio.Ledger().Members); n != 1 {
			t.Errorf("%s: %d members", fault, n)
		}
		if got := d.try(t.Context(), "POST", signupPath, application(10021)); got.status != 409 || got.err != nil {
			t.Errorf("%s: a refusal is bent too: %d %v", fault, got.status, got.err)
		}
	}
}

// TestWaits are on the bubble's clock: no real time passes.
func TestWaits(t *testing.T) {
	for _, each := range []struct {
		cfg   Config
		limit time.Duration
		want  time.Duration
		good  bool
	}{
		{Config{Latency: 3 * time.Second}, time.Minute, 3 * time.Second, true},
		{Config{Faults: []Fault{{Name: "slow", Call: "studio"}}}, time.Minute, 25 * time.Second, true},
		{Config{Faults: []Fault{{Name: "slow"}}}, 10 * time.Second, 10 * time.Second, false},
		{Config{Faults: []Fault{{Name: "slow-drip"}}}, time.Minute, 19 * time.Second, true},
		{Config{Faults: []Fault{{Name: "commit-then-hang", Call: "signup"}}}, 80 * time.Second, 80 * time.Second, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := each.cfg
			cfg.Now = func() time.Time { return marchTenth }
			d := newDesk(t, cfg)
			ctx, cancel := context.WithTimeout(t.Context(), each.limit)
			defer cancel()
			began := time.Now()
			var got outcome
			if len(cfg.Faults) > 0 && cfg.Faults[0].Call == "signup" {
				got = d.try(ctx, "POST", signupPath, application(10021))
				if n := len(d.studio.Ledger().Members); n != 1 {
					t.Errorf("%v: %d members", cfg.Faults, n)
				}
			} else {
				got = d.try(ctx, "GET", studioPath, nil)
			}
			if took := time.Since(began); took != each.want || (got.err == nil) != each.good {
				t.Errorf("%v: took %v and gave %d %v, want %v", cfg.Faults, took, got.status, got.err, each.want)
			}
			if each.good && !json.Valid([]byte(got.body)) {
				t.Errorf("%v: body %.40q", cfg.Faults, got.body)
			}
		})
	}
}

// TestSeveralFaults act together, in the order they are given.
func TestSeveralFaults(t *testing.T) {
	d := newDesk(t, Config{Faults: faults(t, "no-region", "wrong-content-type@session", "503-twice@session:2")})
	body := object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K"}
	first := d.try(t.Context(), "POST", sessionPath, body)
	if strings.Contains(first.body, "finionPayRegion") || !strings.HasPrefix(first.kind, "text/html") {
		t.Errorf("first: %+v", first)
	}
	if second := d.try(t.Context(), "POST", sessionPath, body); second.status != http.StatusServiceUnavailable {
		t.Errorf("second: %+v", second)
	}
}
