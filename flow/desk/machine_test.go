package desk_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// Whatever staff, member, network and studio do, and wherever the program
// dies, I1 to I9 hold after every step, and the till balances in the end.
func TestMachine(t *testing.T) {
	var steps, created atomic.Int64
	few(t, 12)
	disk := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		h := histories(studioFaults).Draw(rt, "history")
		n, made, err := machine(t, h, disk)
		steps.Add(int64(n))
		created.Add(int64(made))
		if err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d steps with desk and studio, %d members", steps.Load(), created.Load())
	if created.Load() == 0 {
		t.Error("no history ever made a member: nothing was tested")
	}
}

// few keeps the search short unless the command line asks for more.
func few(t *testing.T, histories int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if before := checks.Value.String(); before == checks.DefValue {
		t.Cleanup(func() { _ = checks.Value.Set(before) })
		_ = checks.Value.Set(strconv.Itoa(histories))
	}
}

// machine runs a history in a bubble of its own. With a folder for it, what a
// dead program leaves behind goes through a journal on disk.
func machine(t *testing.T, h history, disk string) (steps, members int, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, failed := newDeskWorld(t.Context(), h.Setup)
		if err = failed; err != nil {
			return
		}
		w.disk = disk
		steps, err = play(w, h)
		members = len(w.books().members)
		if failed := w.down(); err == nil {
			err = failed
		}
		w.client.Close()
	})
	return steps, members, err
}

// deskWorld is a real desk with the real client, before a simulated studio.
type deskWorld struct {
	ctx    context.Context
	wire   *wire
	client *apiclient.Client
	booth  *booth
	paper  *paper
	log    *diary
	conf   desk.Config
	desk   *desk.Desk
	end    context.CancelFunc
	ended  chan error
	disk   string

	began        time.Time
	wrong, slept atomic.Int64
}

func newDeskWorld(ctx context.Context, set setup) (*deskWorld, error) {
	w := &deskWorld{ctx: ctx, began: time.Now(), paper: &paper{}, log: &diary{}}
	w.wrong.Store(int64(set.Wrong))
	conf := sandbox.Config{Now: w.studioNow, Seed: 7, SessionLifetime: set.Life, Latency: set.Latency, Log: slog.New(slog.NewJSONHandler(w.log, nil))}
	for _, text := range set.Faults {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			return nil, err
		}
		conf.Faults = append(conf.Faults, f)
	}
	if set.NoScope {
		for _, scope := range sandbox.AllScopes {
			if scope != "CUSTOMER_READ" {
				conf.Scopes = append(conf.Scopes, scope)
			}
		}
	}
	studio, err := sandbox.New(conf)
	if err != nil {
		return nil, err
	}
	w.wire = &wire{studio: studio, below: sandbox.Transport(studio.API()), now: w.studioNow}
	w.client, err = apiclient.New(apiclient.Config{BaseURL: "https://" + deskHost, Key: secret.New(studio.Key()), Transport: w.wire, Now: w.now})
	if err != nil {
		return nil, err
	}
	w.booth = &booth{till: page{till: &http.Client{Transport: sandbox.Transport(studio.UPC())}}}
	w.conf = desk.Config{
		API: w.client, Page: w.booth, Journal: w.paper, Now: w.now,
		Settings: flow.Settings{Country: "DE", Language: "de", AllowTill: set.Till, AllowWithoutSearch: set.WithoutSearch},
		Skew:     func() time.Duration { d, _ := w.client.ClockOffset(); return d.Truncate(time.Second) },
		Log:      slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	w.start(nil)
	return w, nil
}

// studioNow is the right time, now this machine's.
func (w *deskWorld) studioNow() time.Time {
	return marchTenth.Add(time.Since(w.began) + time.Duration(w.slept.Load()))
}
func (w *deskWorld) now() time.Time { return w.studioNow().Add(time.Duration(w.wrong.Load())) }

func (w *deskWorld) start(events []flow.Event) {
	conf := w.conf
	conf.Resume = events
	ctx, end := context.WithCancel(w.ctx)
	d, ended := desk.New(conf), make(chan error, 1)
	w.desk, w.end, w.ended = d, end, ended
	go func() { ended <- d.Run(ctx) }()
	synctest.Wait()
}

func (w *deskWorld) down() error {
	w.end()
	select {
	case err := <-w.ended:
		return err
	case <-time.After(5 * time.Minute):
		return errors.New("the desk does not end")
	}
}

func (w *deskWorld) signup() flow.Signup    { return w.desk.Snapshot() }
func (w *deskWorld) books() books           { return w.wire.books() }
func (w *deskWorld) events() []flow.Event   { return w.paper.all() }
func (w *deskWorld) signups() []flow.Signup { return folds(w.paper.all()) }
func (w *deskWorld) said() string           { return w.log.next() }
func (w *deskWorld) fault(n int)            { w.wire.arm(n) }

func (w *deskWorld) do(f flow.Fact) {
	w.desk.Dispatch(f)
	synctest.Wait()
}

func (w *deskWorld) next() {
	w.desk.Next()
	synctest.Wait()
}

func (w *deskWorld) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// shift moves the wall clock: this machine's alone, or everybody's while this
// machine slept, whose timers did not go on.
func (w *deskWorld) shift(clock, sleep time.Duration) {
	w.wrong.Add(int64(clock))
	w.slept.Add(int64(sleep))
}

func (w *deskWorld) crash(points int, kept bool) error {
	w.paper.doom(points, kept, func() { w.wire.die(true) })
	return nil
}

// settle lets everything come to rest. A desk whose journal is gone is dead,
// and another one is started with what the journal holds.
func (w *deskWorld) settle() error {
	synctest.Wait()
	if !w.paper.dead() {
		return nil
	}
	if err := w.down(); err != nil {
		return err
	}
	w.wire.die(false)
	w.paper.revive()
	events, err := w.recalled(lastSignup(w.paper.all()))
	if err != nil {
		return err
	}
	w.start(events)
	if len(events) == 0 {
		return nil
	}
	all := lastSignup(w.paper.all())
	if len(all) <= len(events) || all[len(events)].Fact != (flow.Resumed{}) {
		return broken("I9", "resumed without a word")
	}
	s, kept := w.signup(), fold(all)
	if diff := cmp.Diff(kept, s, cmp.Exporter(func(reflect.Type) bool { return true }), sameTime, sameValue, sameMoney); diff != "" {
		return broken("I9", "the desk is not what its journal says: %s", diff)
	}
	for f, v := range fold(events).Member {
		if s.Outcome == "" && s.Member[f] != v {
			return broken("I9", "%s is gone", f)
		}
	}
	return nil
}

// recalled is what a journal on disk gives back of events. Of a sign-up that is
// over it gives no secrets back, on purpose.
func (w *deskWorld) recalled(events []flow.Event) ([]flow.Event, error) {
	if w.disk == "" || len(events) == 0 || fold(events).Outcome != "" {
		return events, nil
	}
	dir, err := os.MkdirTemp(w.disk, "")
	if err != nil {
		return nil, err
	}
	store, err := journal.Open(dir, secret.New(strings.Repeat("k", 32)))
	if err != nil {
		return nil, err
	}
	log, err := store.Create(w.ctx, journal.Place{Studio: "mitte"}, "test", events[0])
	if err != nil {
		return nil, err
	}
	for _, e := range events[1:] {
		if err := log.Append(e); err != nil {
			return nil, err
		}
	}
	if err := log.Close(); err != nil {
		return nil, err
	}
	h, err := store.Load(log.Intent())
	switch {
	case err != nil:
		return nil, err
	case h.Damage != "" || h.ReadOnly != "" || h.Sealed || len(h.Events) != len(events):
		return nil, broken("I9", "the journal gives %d of %d events back: %+v", len(h.Events), len(events), h.Entry)
	}
	return h.Events, nil
}

var (
	sameTime  = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	sameValue = cmp.Comparer(func(a, b secret.Value) bool { return a == b })
	sameMoney = cmp.Comparer(func(a, b money.Amount) bool { return a == b })
)

func lastSignup(events []flow.Event) []flow.Event {
	for i := len(events) - 1; i >= 0; i-- {
		if _, ok := events[i].Fact.(flow.Begun); ok {
			return events[i:]
		}
	}
	return nil
}

func (w *deskWorld) view() (flow.PageView, bool) { return w.booth.shown() }

func (w *deskWorld) deliver(f flow.Fact) error {
	err := w.booth.deliver(f)
	synctest.Wait()
	return err
}

func (w *deskWorld) authorise(session secret.Value) (string, error) {
	paid, err := w.booth.till.pay(w.ctx, flow.PageView{Session: session})
	return paid.Token.Reveal(), err
}

// booth is a page that shows what it is told; what the member does is the
// history's business.
type booth struct {
	till page

	mu   sync.Mutex
	ctx  context.Context
	seen *flow.PageView
	send deliverer
}

func (b *booth) Serve(ctx context.Context, views <-chan flow.ServePage, deliver deliverer) error {
	if err := deliver(ctx, flow.PageListening{Link: secret.New("http://localhost:1/#" + canaryWord), Code: "K7Q2"}); err != nil {
		return ignore(ctx, err)
	}
	defer b.set(ctx, nil, nil)
	for {
		select {
		case <-ctx.Done():
			return nil
		case v := <-views:
			b.set(ctx, &v.View, deliver)
		}
	}
}

func (b *booth) set(ctx context.Context, v *flow.PageView, send deliverer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ctx, b.seen, b.send = ctx, v, send
}

func (b *booth) shown() (flow.PageView, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		return flow.PageView{}, false
	}
	return *b.seen, true
}

func (b *booth) deliver(f flow.Fact) error {
	b.mu.Lock()
	ctx, send := b.ctx, b.send
	b.mu.Unlock()
	if send == nil {
		return errors.New("the page is closed")
	}
	return send(ctx, f)
}

// paper is a journal that can die at a point, with or without what was just to
// be written. From then on nothing of the program reaches the world.
type paper struct {
	mu     sync.Mutex
	events []flow.Event
	doomed bool
	left   int
	kept   bool
	gone   bool
	die    func()
}

func (p *paper) Append(e flow.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return errDead
	}
	if p.doomed {
		if p.left--; p.left == 0 {
			p.gone = true
			p.die()
			if p.kept {
				p.events = append(p.events, e)
			}
			return errDead
		}
	}
	p.events = append(p.events, e)
	return nil
}

func (p *paper) doom(points int, kept bool, die func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	p.doomed, p.left, p.kept, p.die = true, points, kept, die
	if points == 0 {
		p.gone = true
		die()
	}
}

func (p *paper) revive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doomed, p.gone = false, false
}

func (p *paper) dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

func (p *paper) all() []flow.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events[:len(p.events):len(p.events)]
}

// diary is what the program logs.
type diary struct {
	mu  sync.Mutex
	new bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.new.Write(p)
}

func (d *diary) next() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.new.Reset()
	return d.new.String()
}
