package apiclient_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/sandbox/upc"
	"frontdesk/apiclient/secret"
)

// against is a call of the client that a healthy studio answers, by the name
// the studio has for it. prepare runs before the studio misbehaves.
type against struct {
	name, class string
	prepare     func(*testing.T, *sandbox.Sandbox, *apiclient.Client) func(context.Context) error
}

// plainly is a call that needs no preparation.
func plainly(call func(context.Context, *apiclient.Client) error) func(*testing.T, *sandbox.Sandbox, *apiclient.Client) func(context.Context) error {
	return func(_ *testing.T, _ *sandbox.Sandbox, c *apiclient.Client) func(context.Context) error {
		return func(ctx context.Context) error { return call(ctx, c) }
	}
}

var studioCalls = []against{
	{"offers", "R", plainly(func(ctx context.Context, c *apiclient.Client) error { _, err := c.Offers(ctx); return err })},
	{"offer", "R", plainly(func(ctx context.Context, c *apiclient.Client) error { _, err := c.Offer(ctx, 1001); return err })},
	{"studio", "R", plainly(func(ctx context.Context, c *apiclient.Client) error { _, err := c.Studio(ctx); return err })},
	{"search", "R", plainly(func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.SearchCustomers(ctx, apiclient.CustomerSearch{Email: secret.New("miriam.bestand@example.invalid")})
		return err
	})},
	{"contracts", "R", plainly(func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.CustomerContracts(ctx, 1000101)
		return err
	})},
	{"employees", "R", plainly(func(ctx context.Context, c *apiclient.Client) error { _, err := c.Employees(ctx); return err })},
	{"fields", "R", plainly(func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.AdditionalInformationFields(ctx)
		return err
	})},
	{"head", "R", plainly(func(ctx context.Context, c *apiclient.Client) error { return c.CheckKey(ctx) })},
	{"preview", "P", plainly(func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.Preview(ctx, zoe(10021).Preview())
		return err
	})},
	{"session", "S", plainly(func(ctx context.Context, c *apiclient.Client) error {
		_, err := c.CreateUserSession(ctx, apiclient.SessionRequest{Amount: five, Scope: apiclient.ScopeECOM, ReferenceText: "x"})
		return err
	})},
	{"signup", "W", func(t *testing.T, s *sandbox.Sandbox, c *apiclient.Client) func(context.Context) error {
		t.Helper()
		r := zoe(10021)
		session, err := c.CreateUserSession(t.Context(), apiclient.SessionRequest{Amount: amount(t, "299", "EUR"), Scope: apiclient.ScopeECOM, ReferenceText: "x"})
		if err != nil {
			t.Fatal(err)
		}
		r.Contract.InitialPaymentRequestToken = pay(t, s, session, upc.Payment{Method: "CREDIT_CARD", Card: "4111111111111111", Expiry: "03/30", CVC: "737"})
		return func(ctx context.Context) error { _, err := c.Signup(ctx, r); return err }
	}},
}

// faultOutcomes is what each fault of the studio comes to, by class of call,
// when every pause is the longest. Faults of the body are none for HEAD.
var faultOutcomes = map[string]map[string]outcome{
	"401":      same(apiclient.Unauthorized),
	"403":      same(apiclient.Forbidden),
	"404":      same(apiclient.NotFound),
	"500":      passing(apiclient.Server, apiclient.Server),
	"html-502": passing(apiclient.Server, apiclient.Server),
	"429-minute": {
		"R": {"", 2, 75 * sec}, "P": {"", 2, 75 * sec}, "S": {"", 2, 75 * sec}, "W": {apiclient.RateLimited, 1, 0},
	},
	"503-twice": {"R": {"", 3, 3 * sec}, "P": {"", 3, 3 * sec}, "S": {"", 3, 3 * sec}, "W": {apiclient.Unavailable, 1, 0}},
	"slow": { // 25 seconds
		"R": {apiclient.Lost, 3, 25 * sec}, "P": {apiclient.Lost, 3, 35 * sec}, "S": {apiclient.Lost, 2, 41 * sec}, "W": {"", 1, 25 * sec},
	},
	"slow-drip": { // 19 seconds
		"R": {apiclient.Lost, 3, 25 * sec}, "P": {apiclient.Lost, 3, 35 * sec}, "S": {"", 1, 19 * sec}, "W": {"", 1, 19 * sec},
	},
	"reset":                    passing(apiclient.Lost, apiclient.Lost),
	"EMPTY_RESPONSE":           passing(apiclient.Lost, apiclient.Lost),
	"CONNECTION_RESET_BY_PEER": passing(apiclient.Lost, apiclient.Lost),
	"MALFORMED_RESPONSE_CHUNK": passing(apiclient.Lost, apiclient.Lost),
	"RANDOM_DATA_THEN_CLOSE":   passing(apiclient.Lost, apiclient.Lost),
	"truncated-200":            passing(apiclient.Lost, apiclient.Lost),
	"empty":                    passing(apiclient.Lost, apiclient.Lost),
	"garbage":                  same(apiclient.Lost),
	"huge-body":                same(apiclient.Lost),
	"wrong-content-type":       same(""),

	"commit-then-drop": passing(apiclient.Lost, apiclient.Lost),
	"commit-then-500":  passing(apiclient.Server, apiclient.Server),
	"commit-then-hang": {"S": {apiclient.Lost, 2, 41 * sec}, "W": {apiclient.Lost, 1, 80 * sec}},

	"409-own": same(apiclient.Conflict), "409-foreign": same(apiclient.Conflict), "409-after-lost-200": same(apiclient.Lost),
	"400-after-pay": same(apiclient.Invalid), "half-created": same(apiclient.Server),
	"token-expired": same(apiclient.Invalid), "token-used": same(apiclient.Invalid),

	// What these say is read like any other answer; the flow has to notice.
	"search-lag": same(""), "preview-drift": same(""), "preview-1.5.0": same(""), "no-payment-preview": same(""), "schedule-signing-only": same(""),
	"no-region": same(""), "other-customer-on-session-2": same(""), "short-sessions": same(""),
}

var bodyFaults = []string{"truncated-200", "slow-drip", "empty", "garbage", "huge-body", "wrong-content-type"}

// TestEveryCallUnderEveryFault goes through all calls and all faults of the
// simulated studio that apply to them, as often as they last.
func TestEveryCallUnderEveryFault(t *testing.T) {
	cells := 0
	for _, fault := range sandbox.Faults() {
		want, known := faultOutcomes[fault.Name]
		if !known {
			t.Errorf("the fault %s is in no table", fault.Name)
			continue
		}
		for _, call := range studioCalls {
			if len(fault.Calls) > 0 && !slices.Contains(fault.Calls, call.name) {
				continue
			}
			if call.name == "head" && slices.Contains(bodyFaults, fault.Name) {
				continue
			}
			cells++
			t.Run(call.name+" × "+fault.Name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { underFault(t, call, fault.Name, want[call.class]) })
			})
		}
	}
	t.Logf("%d cells: %d calls, %d faults", cells, len(studioCalls), len(faultOutcomes))
	if cells < 220 {
		t.Errorf("the matrix shrank to %d cells", cells)
	}
}

func underFault(t *testing.T, call against, fault string, want outcome) {
	t.Helper()
	s, _ := studio(t, sandbox.Config{}, fault+"@"+call.name)
	trace := traced(t)
	sends := 0
	c := client(t, func(config *apiclient.Config) {
		config.Key, config.Transport, config.Trace = secret.New(s.Key()), sandbox.Transport(s.API()), trace
		config.Observe = func(c apiclient.Call) {
			if c.RequestSent {
				sends++
			}
		}
	})
	c.SetJitter(func() float64 { return 1 })
	do := call.prepare(t, s, c)
	sends = 0
	start := time.Now()
	err := do(t.Context())
	got := outcome{trips: sends, took: time.Since(start)}
	if err != nil {
		e := failure(t, err)
		if got.kind = e.Kind; e.Sends != sends {
			t.Errorf("the error says %d sends of %d", e.Sends, sends)
		}
	}
	if got != want {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}
	// The studio counts for itself.
	if n := arrived(s, call.name); n != want.trips {
		t.Errorf("%d requests arrived, want %d", n, want.trips)
	}
	if _, h := written(t, trace); len(h.Log.Entries) < want.trips || h.Log.Entries[len(h.Log.Entries)-1].Outcome != want.kind {
		t.Errorf("the trace tells another story: %+v", h.Log.Entries)
	}
}

func arrived(s *sandbox.Sandbox, call string) (n int) {
	for _, c := range s.Ledger().Calls {
		if c.Call == call {
			n++
		}
	}
	return n
}
