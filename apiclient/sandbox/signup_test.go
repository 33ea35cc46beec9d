package sandbox

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSignup is the whole way with both payments; the books must show it.
func TestSignup(t *testing.T) {
	d := newDesk(t, Config{})
	recurring, payer := d.pay(scopeAccount, "0", "")
	upfront, same := d.pay(scopeECOM, "44.67", payer)
	if same != payer {
		t.Fatalf("the second session has payer %s, the first %s", same, payer)
	}
	body := application(10011, signed, contract("selectedOptionalModuleIds", []int64{30011}),
		contract("initialPaymentRequestToken", upfront), customerField("paymentRequestToken", recurring))
	if got := d.must("POST", signupPath, body); text(got, "customerId") != "1000482" || len(got) != 1 {
		t.Fatalf("answer %v", got)
	}

	books := d.studio.Ledger()
	if len(books.Members) != 1 {
		t.Fatalf("%d members", len(books.Members))
	}
	m, c := books.Members[0], books.Members[0].Contract
	if m.PaymentRequestToken != recurring || m.PaymentMethod != "SEPA" || m.FinionPayCustomerID != payer || m.CustomerThirdPartyID != "intent-1" {
		t.Errorf("member %+v", m)
	}
	if c.InitialPaymentRequestToken != upfront || c.TermID != 10011 || c.DueOnSigning != "44.67" || c.Paid != "44.67" || c.Open != "0.00" ||
		c.Total != "458.50" || c.StartDate != "2026-03-10" || c.PreuseDate != "2026-03-10" || c.EndDate != "2027-03-09" || c.ThirdPartyID != "intent-1" ||
		!c.ContractSigned || len(c.SignedTextBlockIDs) != 1 || c.OptionalModuleIDs[0] != 30011 {
		t.Errorf("contract %+v", c)
	}
	if books.Totals != (Totals{"44.67", "44.67", "0.00", "0.00", "EUR"}) {
		t.Errorf("totals %+v", books.Totals)
	}
	for i, a := range books.Authorisations {
		if a.State != StateCaptured || a.CustomerID != 1000482 || books.Sessions[i].State != StateUsed {
			t.Errorf("authorisation %+v of session %+v", a, books.Sessions[i])
		}
	}

	found := d.search(object{"email": "PETER@example.invalid"})
	if len(found) != 1 || text(found, 0, "thirdPartyId") != "intent-1" || text(found, 0, "createdDateTime") != "2026-03-10T12:00:00.000+01:00[Europe/Berlin]" {
		t.Errorf("search: %v", found)
	}
	_, contracts := d.send("GET", "/v1/customers/1000482/contracts", nil)
	if text(contracts, 0, "thirdPartyId") != "intent-1" || text(contracts, 0, "rateName") != "Flex" || text(contracts, 0, "contractStatus") != "ACTIVE" ||
		text(contracts, 0, "lastPossibleCancellationDate") != "2027-02-09" || amount(contracts, 0, "priceDetails", "basePrice") != "29.9" {
		t.Errorf("contracts: %v", contracts)
	}

	// The ledger over HTTP is the same, and needs no key.
	r := d.request("GET", "/_ledger", nil)
	r.Header.Del("X-API-KEY")
	response, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	var served Ledger
	if err := json.NewDecoder(response.Body).Decode(&served); err != nil || served.Totals != books.Totals || served.Members[0].Contract.ID != c.ID {
		t.Errorf("served %+v, %v", served, err)
	}
	if last := served.Calls[2]; last.Call != callSignup || last.N != 1 || last.Status != 200 || last.Path != signupPath {
		t.Errorf("third call %+v", last)
	}
}

func (d *desk) search(body object) []any {
	d.t.Helper()
	_, found := d.send("POST", searchPath, body)
	return asList(found)
}

func TestSignupWithoutTokens(t *testing.T) {
	d := newDesk(t, Config{})
	d.must("POST", signupPath, application(10011, signed))
	m := d.studio.Ledger().Members[0]
	if m.PaymentMethod != "CASH" || m.Contract.Paid != "0.00" || m.Contract.Open != "41.12" {
		t.Errorf("%+v %+v", m, m.Contract)
	}
}

// TestTokens: every wrong token is refused at its own field, and a refusal
// leaves the good ones as they were.
func TestTokens(t *testing.T) {
	const first, second = "customer.paymentRequestToken", "contract.initialPaymentRequestToken"
	for _, each := range []struct {
		name      string
		prepare   func(d *desk) (recurring, upfront string)
		reference string
		code      string
	}{
		{"unknown recurring", func(d *desk) (string, string) { return "nonsense", "" }, first, "TOKEN_UNKNOWN"},
		{"unknown upfront", func(d *desk) (string, string) { return "", "nonsense" }, second, "TOKEN_UNKNOWN"},
		{"session token in place of a request token", func(d *desk) (string, string) {
			s := d.must("POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K"})
			return text(s, "token"), ""
		}, first, "TOKEN_UNKNOWN"},
		{"swapped", func(d *desk) (string, string) {
			a, payer := d.pay(scopeAccount, "0", "")
			b, _ := d.pay(scopeECOM, "41.12", payer)
			return b, a
		}, first, "TOKEN_SCOPE"},
		{"equal", func(d *desk) (string, string) {
			a, _ := d.pay(scopeAccount, "0", "")
			return a, a
		}, second, "TOKEN_SCOPE"},
		{"old amount", func(d *desk) (string, string) {
			a, payer := d.pay(scopeAccount, "0", "")
			b, _ := d.pay(scopeECOM, "44.67", payer)
			return a, b
		}, second, "TOKEN_AMOUNT"},
		{"two payers", func(d *desk) (string, string) {
			a, _ := d.pay(scopeAccount, "0", "")
			b, _ := d.pay(scopeECOM, "41.12", "")
			return a, b
		}, second, "TOKEN_CUSTOMER"},
		{"expired recurring", func(d *desk) (string, string) {
			a, payer := d.pay(scopeAccount, "0", "")
			d.clock.t = d.clock.t.Add(10 * time.Minute)
			b, _ := d.pay(scopeECOM, "41.12", payer)
			d.clock.t = d.clock.t.Add(10 * time.Minute)
			return a, b
		}, first, "TOKEN_EXPIRED"},
		{"of an existing customer", func(d *desk) (string, string) {
			s := d.must("POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "customerId": 1000101})
			token, _ := till{d.studio}.Authorise(text(s, "token"), "SEPA")
			return token, ""
		}, first, "TOKEN_CUSTOMER"},
		{"used", func(d *desk) (string, string) {
			a, payer := d.pay(scopeAccount, "0", "")
			d.must("POST", signupPath, application(10021, customerField("paymentRequestToken", a),
				customerField("email", "other@example.invalid"), customerField("lastName", "Other")))
			_ = payer
			return a, ""
		}, first, "TOKEN_USED"},
	} {
		t.Run(each.name, func(t *testing.T) {
			d := newDesk(t, Config{})
			recurring, upfront := each.prepare(d)
			before := d.studio.Ledger()
			body := application(10011, signed)
			if recurring != "" {
				customerField("paymentRequestToken", recurring)(nil, body["customer"].(object))
			}
			if upfront != "" {
				contract("initialPaymentRequestToken", upfront)(body["contract"].(object), nil)
			}
			reference, code := d.refused(400, signupPath, body)
			if reference != each.reference || code != "SANDBOX_"+each.code {
				t.Errorf("%s at %q, want %s at %q", code, reference, each.code, each.reference)
			}
			after := d.studio.Ledger()
			if len(after.Members) != len(before.Members) || after.Totals != before.Totals {
				t.Errorf("the refusal changed the books: %+v", after)
			}
			for i := range before.Authorisations {
				if before.Authorisations[i] != after.Authorisations[i] {
					t.Errorf("%+v became %+v", before.Authorisations[i], after.Authorisations[i])
				}
			}
		})
	}
}

// TestRefusalKeepsTokens: after a refused sign-up the same tokens work.
func TestRefusalKeepsTokens(t *testing.T) {
	d := newDesk(t, Config{})
	recurring, payer := d.pay(scopeAccount, "0", "")
	upfront, _ := d.pay(scopeECOM, "41.12", payer)
	tokens := func(c, p object) {
		c["initialPaymentRequestToken"], p["paymentRequestToken"] = upfront, recurring
	}
	d.refused(400, signupPath, application(10011, tokens))
	d.refused(409, signupPath, application(10011, signed, tokens, customerField("email", "miriam.bestand@example.invalid")))
	d.must("POST", signupPath, application(10011, signed, tokens))
}

func TestDuplicates(t *testing.T) {
	d := newDesk(t, Config{})
	d.must("POST", signupPath, application(10021))
	for _, each := range []struct {
		name   string
		edits  []func(object, object)
		status int
	}{
		{"same person", nil, 409},
		{"same e-mail", []func(object, object){customerField("lastName", "Other"), customerField("email", "Peter@Example.invalid")}, 409},
		{"same name and birth date", []func(object, object){customerField("email", "new@example.invalid"), customerField("lastName", "MULLER")}, 409},
		{"former member", []func(object, object){customerField("email", "fritz.ehemals@example.invalid"), customerField("lastName", "New")}, 409},
		{"same name, other birth date", []func(object, object){customerField("email", "son@example.invalid"), customerField("dateOfBirth", "2005-01-01")}, 200},
	} {
		if status, value := d.send("POST", signupPath, application(10021, each.edits...)); status != each.status {
			t.Errorf("%s: %d %v", each.name, status, value)
		}
	}
	if n := len(d.studio.Ledger().Members); n != 2 {
		t.Errorf("%d members", n)
	}
}

func TestSearch(t *testing.T) {
	d := newDesk(t, Config{})
	for _, each := range []struct {
		body object
		want int
	}{
		{object{}, 3},
		{object{"firstName": "mir"}, 1},
		{object{"lastName": "estand"}, 0},
		{object{"lastName": "Best", "dateOfBirth": "1988-05-17"}, 1},
		{object{"lastName": "Best", "dateOfBirth": "1988-05-18"}, 0},
		{object{"email": "MIRIAM.bestand@example.invalid"}, 1},
		{object{"email": "miriam"}, 0},
	} {
		if found := d.search(each.body); len(found) != each.want {
			t.Errorf("%v finds %v", each.body, found)
		}
	}
	for _, status := range []string{"MEMBER", "FORMER_MEMBER", "PROSPECT"} {
		if !strings.Contains(mustJSON(d.search(object{})), `"status":"`+status+`"`) {
			t.Errorf("nobody is %s", status)
		}
	}
}

func mustJSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestSessions(t *testing.T) {
	d := newDesk(t, Config{})
	s := d.must("POST", sessionPath, object{"amount": json.Number("44.670"), "scope": "ECOM", "referenceText": "K", "permittedPaymentChoices": []string{"SEPA", "CREDIT_CARD", "TWINT"}})
	if text(s, "tokenValidUntil") != "2026-03-10T11:20:00.000000Z" || text(s, "finionPayRegion") == "" {
		t.Errorf("session %v", s)
	}
	view, err := till{d.studio}.Session(text(s, "token"))
	if err != nil || view.Amount != "44.67" || strings.Join(view.Methods, " ") != "CREDIT_CARD TWINT" {
		t.Errorf("%+v %v", view, err)
	}
	known := d.must("POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "customerId": 1000101})
	again := d.must("POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K", "customerId": 1000101})
	if text(known, "finionPayCustomerId") != text(again, "finionPayCustomerId") || text(known, "token") == text(again, "token") {
		t.Errorf("an existing customer's sessions: %v %v", known, again)
	}
	if amount := d.studio.Ledger().Sessions[1]; amount.CustomerID != 1000101 {
		t.Errorf("%+v", amount)
	}
}

// TestExpiry: an unused token is cancelled with its session, and the totals
// say what is left over.
func TestExpiry(t *testing.T) {
	d := newDesk(t, Config{SessionLifetime: 15 * time.Minute})
	_, payer := d.pay(scopeECOM, "10", "")
	d.clock.t = d.clock.t.Add(5 * time.Minute)
	token, _ := d.pay(scopeECOM, "299", payer)
	spare, _ := d.pay(scopeECOM, "7", payer)
	d.must("POST", signupPath, application(10021, contract("initialPaymentRequestToken", token)))
	check := func(when string, states [3]string, want Totals) {
		t.Helper()
		books := d.studio.Ledger()
		for i, a := range books.Authorisations {
			if a.State != states[i] {
				t.Errorf("%s: authorisation %d is %s, want %s", when, i, a.State, states[i])
			}
		}
		if books.Totals != want {
			t.Errorf("%s: %+v", when, books.Totals)
		}
	}
	check("after the sign-up", [3]string{StateLeftOver, StateCaptured, StateLeftOver}, Totals{"316.00", "299.00", "17.00", "17.00", "EUR"})
	d.clock.t = d.clock.t.Add(10 * time.Minute)
	check("after ten minutes", [3]string{StateCancelled, StateCaptured, StateLeftOver}, Totals{"316.00", "299.00", "17.00", "7.00", "EUR"})
	d.clock.t = d.clock.t.Add(time.Hour)
	check("after an hour", [3]string{StateCancelled, StateCaptured, StateCancelled}, Totals{"316.00", "299.00", "17.00", "0.00", "EUR"})
	d.refused(400, signupPath, application(10031, contract("initialPaymentRequestToken", spare),
		customerField("email", "x@example.invalid"), customerField("lastName", "X")))
}

// TestSeed: the same seed and the same calls give the same ids.
func TestSeed(t *testing.T) {
	run := func(seed uint64) string {
		d := newDesk(t, Config{Seed: seed})
		token, payer := d.pay(scopeAccount, "0", "")
		return d.studio.Key() + token + payer
	}
	first, again, other := run(3), run(3), run(4)
	if first != again || first == other {
		t.Errorf("seed 3 gives %s and %s, seed 4 %s", first, again, other)
	}
}

// TestManyAtOnce is for the race detector: one person, many desks, one member.
func TestManyAtOnce(t *testing.T) {
	d := newDesk(t, Config{})
	token, _ := d.pay(scopeECOM, "299", "")
	body := application(10021, contract("initialPaymentRequestToken", token))
	var all sync.WaitGroup
	var created atomic.Int32
	for range 16 {
		all.Go(func() {
			d.try(t.Context(), "POST", previewPath, body)
			if d.try(t.Context(), "POST", signupPath, body).status == 200 {
				created.Add(1)
			}
			d.try(t.Context(), "POST", sessionPath, object{"amount": 0, "scope": "MEMBER_ACCOUNT", "referenceText": "K"})
			d.try(t.Context(), "POST", searchPath, object{"lastName": "Muller"})
			d.studio.Ledger()
		})
	}
	all.Wait()
	if books := d.studio.Ledger(); created.Load() != 1 || len(books.Members) != 1 || books.Totals.Captured != "299.00" || len(books.Sessions) != 17 {
		t.Errorf("%d created, %d members, %+v", created.Load(), len(books.Members), books.Totals)
	}
}
