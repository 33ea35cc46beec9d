package desk_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // so that the studio's zone is known everywhere

	"go.uber.org/goleak"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// marchTenth is the day the sandbox's offers are made for, noon in Hamburg.
var marchTenth = time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)

// venue is a studio, a client, a desk that runs and a member at the page; all
// of it without sockets, in one bubble of a test.
type venue struct {
	*testing.T
	now     func() time.Time
	studio  *sandbox.Sandbox
	client  *apiclient.Client
	api     *spy
	page    *page
	journal *journal.Memory
	desk    *desk.Desk
	conf    desk.Config
	cancel  context.CancelFunc
	ended   chan error
	unfold  bool // the journal holds other sign-ups in between
}

type option func(*sandbox.Config, *desk.Config)

// faults are written NAME@CALL:N.
func faults(texts ...string) option {
	return func(c *sandbox.Config, _ *desk.Config) {
		for _, text := range texts {
			f, err := sandbox.ParseFault(text)
			if err != nil {
				panic(err)
			}
			c.Faults = append(c.Faults, f)
		}
	}
}

func settings(set func(*flow.Settings)) option {
	return func(_ *sandbox.Config, c *desk.Config) { set(&c.Settings) }
}

// bubble runs a test in a bubble, in which time passes only when all wait.
func bubble(t *testing.T, test func(*venue), opts ...option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()
		v := open(t, opts...)
		defer v.close()
		test(v)
	})
}

func open(t *testing.T, opts ...option) *venue {
	t.Helper()
	began := time.Now()
	v := &venue{T: t, journal: &journal.Memory{}, ended: make(chan error, 1)}
	v.now = func() time.Time { return marchTenth.Add(time.Since(began)) }
	studio := sandbox.Config{Now: v.now, Seed: 7}
	conf := desk.Config{
		Journal: v.journal, Now: v.now,
		Settings: flow.Settings{Country: "DE", Language: "de"},
	}
	for _, set := range opts {
		set(&studio, &conf)
	}
	var err error
	if v.studio, err = sandbox.New(studio); err != nil {
		t.Fatal(err)
	}
	v.client, err = apiclient.New(apiclient.Config{
		BaseURL: "http://localhost", Key: secret.New(v.studio.Key()),
		Transport: sandbox.Transport(v.studio.API()), Now: v.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	v.api = &spy{API: v.client}
	v.page = &page{till: &http.Client{Transport: sandbox.Transport(v.studio.UPC())}}
	conf.API, conf.Page = v.api, v.page
	if conf.Skew == nil {
		conf.Skew = func() time.Duration { d, _ := v.client.ClockOffset(); return d.Truncate(time.Second) }
	}
	v.conf = conf
	v.begin()
	return v
}

// begin starts a desk.
func (v *venue) begin(opts ...option) {
	conf := v.conf
	for _, set := range opts {
		set(nil, &conf)
	}
	v.desk, v.ended = desk.New(conf), make(chan error, 1)
	ctx, cancel := context.WithCancel(v.Context())
	v.cancel = cancel
	ended, d := v.ended, v.desk
	go func() { ended <- d.Run(ctx) }()
}

// close ends the desk and checks what must always be true in the end.
func (v *venue) close() {
	v.Helper()
	v.down()
	v.client.Close()
	v.balances()
	if !v.unfold {
		v.folds()
	}
}

// down ends the desk, and waits until it has.
func (v *venue) down() {
	v.Helper()
	v.cancel()
	select {
	case err := <-v.ended:
		if err != nil {
			v.Errorf("the desk ended with %v", err)
		}
		v.ended <- nil
	case <-time.After(time.Minute):
		v.Fatal("the desk does not end")
	}
}

// pass lets time pass in the bubble.
func (v *venue) pass(d time.Duration) { <-time.After(d) }

// balances checks the till: what was authorised was used or is reported.
func (v *venue) balances() {
	v.Helper()
	s, l := v.desk.Snapshot(), v.studio.Ledger()
	for _, a := range l.Authorisations {
		reported := slices.ContainsFunc(s.Unused(), func(p flow.Payment) bool { return p.Amount.Equal(amount(a.Amount)) })
		if a.Scope == "ECOM" && a.State != sandbox.StateCaptured && !reported {
			v.Errorf("%s authorised, %s, and the sign-up does not report it: %v", a.Amount, a.State, s.Payments)
		}
	}
	own := 0
	for _, m := range l.Members {
		if m.CustomerThirdPartyID == s.Intent {
			own++
		}
	}
	if own > 1 {
		v.Errorf("%d members of one sign-up", own)
	}
}

// folds checks that the sign-up is nothing but the fold of the journal.
func (v *venue) folds() {
	v.Helper()
	var s flow.Signup
	for _, e := range v.journal.Events() {
		if _, ok := e.Fact.(flow.Begun); ok {
			s = flow.Signup{}
		}
		s = s.Apply(e)
	}
	if now := v.desk.Snapshot(); !reflect.DeepEqual(s, now) {
		v.Errorf("the journal folds to step %d %q, the desk is at step %d %q", s.Step, s.Stage(), now.Step, now.Stage())
	}
}

// do dispatches facts.
func (v *venue) do(facts ...flow.Fact) *venue {
	for _, f := range facts {
		v.desk.Dispatch(f)
	}
	synctest.Wait()
	return v
}

// until waits for a state, however long that takes in the bubble.
func (v *venue) until(what string, ready func(flow.Signup) bool) flow.Signup {
	v.Helper()
	end := time.After(2 * time.Hour)
	for {
		synctest.Wait()
		s := v.desk.Snapshot()
		if ready(s) {
			return s
		}
		select {
		case <-v.desk.Changed():
		case <-end:
			v.Fatalf("never %s: step %d, stage %q, problems %v, failures %+v, submission %+v",
				what, s.Step, s.Stage(), s.Problems(s.Step), s.Failures, s.Submission)
		}
	}
}

var peter = map[flow.Field]string{
	flow.FirstName: "Peter", flow.LastName: "Muller", flow.DateOfBirth: "1990-08-24", flow.Email: "peter@example.invalid",
	flow.Street: "Raboisen", flow.HouseNumber: "3-4", flow.ZipCode: "20095", flow.City: "Hamburg",
	flow.CountryCode: "DE", flow.LanguageCode: "de",
}

func typed(fields map[flow.Field]string) flow.FieldsEdited {
	values := map[flow.Field]secret.Value{}
	for f, text := range fields {
		values[f] = secret.New(text)
	}
	return flow.FieldsEdited{Values: values}
}

func field(f flow.Field, text string) flow.FieldsEdited { return typed(map[flow.Field]string{f: text}) }

func day(text string) apiclient.Date {
	d, err := apiclient.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// choose takes an offer and a term.
func (v *venue) choose(offer, term int64) *venue {
	v.Helper()
	v.until("offers", func(s flow.Signup) bool { return s.Offers != nil && s.Studio != nil })
	v.do(flow.OfferChosen{ID: offer})
	v.until("the offer", func(s flow.Signup) bool { return s.Offer != nil })
	return v.do(flow.TermChosen{ID: term})
}

// preview ticks what is to be ticked and waits for a price to accept.
func (v *venue) preview() flow.Signup {
	v.Helper()
	for range 3 {
		for _, b := range v.desk.Snapshot().TextBlocks() {
			if b.ConfirmationRequired && !b.HasSignature {
				v.do(flow.Ticked{Block: b.ID, On: true})
			}
		}
		v.do(flow.StepChosen{Step: flow.StepPreview})
		s := v.until("price and search", func(s flow.Signup) bool {
			return s.Step != flow.StepPreview || !slices.ContainsFunc(s.Problems(flow.StepPreview), func(p flow.Problem) bool {
				return p.Code == flow.PriceLoading || p.Code == flow.Searching
			})
		})
		if s.Step == flow.StepPreview {
			return s
		}
	}
	s := v.desk.Snapshot()
	v.Fatalf("no way to the preview: %v", s.Problems(s.Step))
	return s
}

// accept says yes to the price.
func (v *venue) accept() *venue {
	v.Helper()
	quote, ok := v.desk.Snapshot().Quote()
	if !ok {
		v.Fatalf("nothing to accept: %v", v.desk.Snapshot().Problems(flow.StepPreview))
	}
	return v.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
}

// signup goes from the offer to the accepted price.
func (v *venue) signup(offer, term int64, facts ...flow.Fact) *venue {
	v.Helper()
	v.choose(offer, term).do(typed(peter)).do(facts...)
	v.preview()
	return v.accept()
}

// result waits for the end.
func (v *venue) result(want flow.Outcome) flow.Signup {
	v.Helper()
	s := v.until("an outcome", func(s flow.Signup) bool { return s.Result() != "" })
	if s.Result() != want {
		v.Fatalf("outcome %q, want %q; submission %+v", s.Result(), want, s.Submission)
	}
	return s
}

// member is the one that the sign-up made.
func (v *venue) member() sandbox.Member {
	v.Helper()
	l := v.studio.Ledger()
	if len(l.Members) != 1 {
		v.Fatalf("%d members", len(l.Members))
	}
	return l.Members[0]
}

// calls counts the requests by call name.
func (v *venue) calls() map[string]int {
	n := map[string]int{}
	for _, c := range v.studio.Ledger().Calls {
		n[c.Call]++
	}
	return n
}

// spy counts what is asked of the API and can hold a call up until its context
// ends or it is let go.
type spy struct {
	desk.API
	mu     sync.Mutex
	hold   map[string]chan struct{}
	gaveUp map[string]int
}

func (a *spy) block(call string) (release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.hold == nil {
		a.hold = map[string]chan struct{}{}
	}
	gate := make(chan struct{})
	a.hold[call] = gate
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.hold, call)
		close(gate)
	}
}

func (a *spy) wait(ctx context.Context, call string) error {
	a.mu.Lock()
	gate := a.hold[call]
	a.mu.Unlock()
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.gaveUp == nil {
			a.gaveUp = map[string]int{}
		}
		a.gaveUp[call]++
		return ctx.Err()
	}
}

func (a *spy) abandoned(call string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.gaveUp[call]
}

func (a *spy) Offers(ctx context.Context) ([]apiclient.Offer, error) {
	if err := a.wait(ctx, "offers"); err != nil {
		return nil, err
	}
	return a.API.Offers(ctx)
}

func (a *spy) Preview(ctx context.Context, r apiclient.PreviewRequest) (apiclient.Preview, error) {
	if err := a.wait(ctx, "preview"); err != nil {
		return apiclient.Preview{}, err
	}
	return a.API.Preview(ctx, r)
}

func (a *spy) Signup(ctx context.Context, r apiclient.SignupRequest) (int64, error) {
	if err := a.wait(ctx, "signup"); err != nil {
		return 0, err
	}
	return a.API.Signup(ctx, r)
}

func (a *spy) CreateUserSession(ctx context.Context, r apiclient.SessionRequest) (apiclient.Session, error) {
	if err := a.wait(ctx, "session"); err != nil {
		return apiclient.Session{}, err
	}
	return a.API.CreateUserSession(ctx, r)
}
