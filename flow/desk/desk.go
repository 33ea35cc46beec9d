// Package desk owns the running sign-up: it applies events one after the
// other, journals each, and sees to it that what the sign-up wants is under
// way and nothing else is. The terminal, the headless runner and the tests are
// three users of the same desk.
package desk

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// API is the part of the Open API that a sign-up needs.
type API interface {
	Studio(context.Context) (apiclient.Studio, error)
	Offers(context.Context) ([]apiclient.Offer, error)
	Offer(context.Context, int64) (apiclient.OfferDetail, error)
	Preview(context.Context, apiclient.PreviewRequest) (apiclient.Preview, error)
	CreateUserSession(context.Context, apiclient.SessionRequest) (apiclient.Session, error)
	Signup(context.Context, apiclient.SignupRequest) (int64, error)
	SearchCustomers(context.Context, apiclient.CustomerSearch) ([]apiclient.FoundCustomer, error)
	CustomerContracts(context.Context, int64) ([]apiclient.FoundContract, error)
}

// Page is the browser step. Serve shows each view that arrives until the
// context ends, and returns within a second of that. What comes back from the
// page goes through deliver; a payment or a signature may be acknowledged to
// the page only after deliver returned nil, for then it is journaled.
type Page interface {
	Serve(ctx context.Context, views <-chan flow.ServePage, deliver func(context.Context, flow.Fact) error) error
}

// Journal keeps events; Append returns when the event is safe.
type Journal interface{ Append(flow.Event) error }

// Config is what a desk works with. API and Page are required.
type Config struct {
	API     API
	Page    Page
	Journal Journal // nil keeps nothing
	// Resume is what the journal holds of a sign-up to go on with; nil begins a
	// new one.
	Resume []flow.Event
	// Hold keeps other desks from signing the same person up until it is freed;
	// nil keeps nobody.
	Hold     func(ctx context.Context, email, birth secret.Value) (free func() error, err error)
	Settings flow.Settings
	Zone     *time.Location         // the studio's; nil goes by its country
	Now      func() time.Time       // nil is time.Now
	Skew     func() time.Duration   // the server's clock minus ours; nil is none
	Intent   func() (string, error) // nil makes a UUIDv7
	Log      *slog.Logger           // nil is silent
}

// Desk is one running program's sign-up. Its methods may be called from any
// goroutine.
type Desk struct {
	config  Config
	log     *slog.Logger
	changed chan struct{}
	arrived chan struct{}

	mu    sync.Mutex
	queue []*item
	state flow.Signup
	stuck error // why the journal takes nothing at the moment
	cache map[string]entry
	done  bool

	holding sync.Mutex
	held    held

	// Of the goroutine in Run alone.
	zone    *time.Location
	waiting []*item // taken from the queue and not applied, oldest first
	running map[string]*run
	ended   sync.WaitGroup
}

// item waits to be applied. An outcome names the run it belongs to and is
// dropped when that run is no longer wanted.
type item struct {
	fact    flow.Fact
	run     *run
	next    bool   // begins the next sign-up
	open    opener // brings a former one
	resumed *flow.Signup
	intent  string // of the sign-up that alone may take it; empty is whichever runs
	ack     chan error
	patient <-chan struct{} // not nil: its ack waits for the journal, until this ends
}

type opener = func(context.Context) ([]flow.Event, error)

// run is one effect under way.
type run struct {
	key    string
	intent string
	cancel context.CancelFunc
	views  chan flow.ServePage
}

// New returns a desk with a sign-up that begins when Run does.
func New(c Config) *Desk {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Skew == nil {
		c.Skew = func() time.Duration { return 0 }
	}
	if c.Intent == nil {
		c.Intent = func() (string, error) {
			id, err := uuid.NewV7()
			return id.String(), err
		}
	}
	d := &Desk{
		config:  c,
		log:     c.Log,
		zone:    c.Zone,
		changed: make(chan struct{}, 1),
		arrived: make(chan struct{}, 1),
		running: map[string]*run{},
		cache:   map[string]entry{},
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.zone == nil {
		d.zone = zoneOf(c.Settings.Country)
	}
	if c.Resume != nil {
		former := fold(c.Resume)
		d.enqueue(&item{resumed: &former})
	} else {
		d.Next()
	}
	return d
}

func fold(events []flow.Event) (s flow.Signup) {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

// Dispatch hands a fact to the desk and never blocks.
func (d *Desk) Dispatch(f flow.Fact) { d.enqueue(&item{fact: f}) }

// Next begins the sign-up of the next member. It is deaf while a request that
// creates a contract is under way, whose answer must not get lost.
func (d *Desk) Next() { d.enqueue(&item{next: true}) }

// Resume goes on with a former sign-up in place of the present one. open takes
// it over and returns its events; it runs between the last event of the one
// and the first of the other. Like Next, Resume is refused while a request that
// creates a contract is under way.
func (d *Desk) Resume(ctx context.Context, open func(context.Context) ([]flow.Event, error)) error {
	return d.await(ctx, &item{open: open})
}

// Deliver hands a fact to the desk and returns nil once it is journaled and
// applied.
func (d *Desk) Deliver(ctx context.Context, f flow.Fact) error { return d.deliver(ctx, "", f) }

func (d *Desk) deliver(ctx context.Context, intent string, f flow.Fact) error {
	return d.await(ctx, &item{fact: f, intent: intent})
}

func (d *Desk) await(ctx context.Context, i *item) error {
	i.ack = make(chan error, 1)
	d.enqueue(i)
	select {
	case err := <-i.ack:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Changed receives after the sign-up changed; several changes may come as one.
func (d *Desk) Changed() <-chan struct{} { return d.changed }

// Snapshot is the sign-up as it is now. While the journal cannot be written,
// it has the failure of [flow.JournalKey], what happens waits, and nothing is
// begun because of it. It is tried again every few seconds, and with whatever
// staff do.
func (d *Desk) Snapshot() flow.Signup {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.state
	if d.stuck != nil {
		s.Failures = maps.Clone(s.Failures)
		if s.Failures == nil {
			s.Failures = map[string]flow.Failure{}
		}
		s.Failures[flow.JournalKey] = flow.Failure{Op: "write the journal", Message: d.stuck.Error()}
	}
	return s
}

// current is the sign-up as it is journaled.
func (d *Desk) current() flow.Signup {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

func (d *Desk) enqueue(i *item) {
	d.mu.Lock()
	closed := d.done
	if !closed {
		d.queue = append(d.queue, i)
	}
	d.mu.Unlock()
	if closed && i.ack != nil {
		i.ack <- errClosed
	}
	signal(d.arrived)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (d *Desk) take() []*item {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := d.queue
	d.queue = nil
	return q
}

// Run owns the sign-up until ctx ends. It returns after everything that was
// under way has ended and what came of it is journaled.
func (d *Desk) Run(ctx context.Context) error {
	effects, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for d.step(effects); d.wait(ctx); {
		d.step(effects)
	}
	stop()
	ended := make(chan struct{})
	go func() {
		d.ended.Wait()
		close(ended)
	}()
	for over := false; !over; {
		select {
		case <-d.arrived:
		case <-ended:
			over = true
		}
		d.drain(effects)
	}
	d.release()
	d.mu.Lock()
	d.done = true
	rest := slices.Concat(d.waiting, d.queue)
	d.queue, d.waiting = nil, nil
	d.mu.Unlock()
	for _, i := range rest {
		d.log.Error("Never journaled", "fact", fmt.Sprintf("%T", i.fact))
		if i.ack != nil {
			i.ack <- errClosed
		}
	}
	return nil
}

// journalRetry is how long the journal rests after it could not be written.
const journalRetry = 5 * time.Second

// wait returns when there is something to do, false when ctx ended.
func (d *Desk) wait(ctx context.Context) bool {
	var again <-chan time.Time
	if len(d.waiting) > 0 {
		timer := time.NewTimer(journalRetry)
		defer timer.Stop()
		again = timer.C
	}
	select {
	case <-d.arrived:
	case <-again:
	case <-ctx.Done():
		return false
	}
	return true
}

// step applies what arrived and brings what is under way in line with what is
// wanted.
func (d *Desk) step(effects context.Context) {
	for d.drain(effects) {
		d.reconcile(effects)
		signal(d.changed)
	}
}

// drain applies what waits, in order, until the journal takes no more. What
// somebody else can hand in again is given back then. It reports whether
// anything was applied.
func (d *Desk) drain(ctx context.Context) (applied bool) {
	var err error
	d.waiting = append(d.waiting, d.take()...)
	for len(d.waiting) > 0 && err == nil {
		if err = d.apply(ctx, d.waiting[0]); err == nil {
			d.waiting, applied = d.waiting[1:], true
		}
	}
	d.mu.Lock()
	was := d.stuck
	d.stuck = err
	d.mu.Unlock()
	switch {
	case err != nil && was == nil:
		d.log.Error("Journal", "error", err)
		signal(d.changed)
	case err == nil && was != nil:
		d.log.Info("Journal is written again")
		signal(d.changed)
	}
	d.waiting = slices.DeleteFunc(d.waiting, func(i *item) bool {
		back := i.ack != nil && i.patient == nil
		if back {
			i.ack <- err
		}
		return back
	})
	return applied
}

// apply journals and applies one item. An error says that the journal did not
// take it; everything is as it was then.
func (d *Desk) apply(ctx context.Context, i *item) error {
	answer := func(err error) error {
		if i.ack != nil {
			i.ack <- err
		}
		return nil
	}
	state, fact := d.current(), i.fact
	if i.run != nil {
		if d.running[i.run.key] != i.run || i.run.intent != state.Intent {
			return nil
		}
		if fact == nil {
			delete(d.running, i.run.key)
			return nil
		}
	}
	switch busy := state.Stage() == flow.StageSubmitting; {
	case isClosed(i.patient):
		return answer(errOver)
	case i.intent != "" && i.intent != state.Intent:
		d.log.Warn("Late for a former sign-up", "intent", i.intent)
		return answer(errOver)
	case busy && (i.next || i.open != nil):
		d.log.Warn("A sign-up is being sent, the next one has to wait", "intent", state.Intent)
		return answer(errBusy)
	case i.open != nil && i.resumed == nil:
		events, err := i.open(ctx)
		if err != nil {
			return answer(err)
		}
		former := fold(events)
		i.resumed = &former
	}
	switch {
	case i.next:
		intent, err := d.config.Intent()
		if err != nil {
			d.log.Error("New intent id", "error", err)
			return nil
		}
		state, fact = flow.Signup{}, flow.Begun{Intent: intent, Settings: d.config.Settings}
	case i.resumed != nil:
		// The former one becomes ours together with the Resumed: without it, what
		// it wants must not be started.
		state, fact = *i.resumed, flow.Resumed{}
		if state.Studio != nil {
			d.setZone(state.Studio.CountryCode)
		}
	}
	if studio, ok := fact.(flow.StudioArrived); ok {
		d.setZone(studio.Studio.CountryCode)
	}
	event := flow.Event{At: d.config.Now().Round(0).In(d.zone), Fact: fact}
	if d.config.Journal != nil {
		if err := d.config.Journal.Append(event); err != nil {
			return err
		}
	}
	if i.run != nil {
		delete(d.running, i.run.key)
	}
	state = state.Apply(event)
	d.mu.Lock()
	d.state = state
	d.mu.Unlock()
	if _, ok := fact.(flow.SubmitStarted); ok && !state.Submission.Started {
		return answer(errOver)
	}
	return answer(nil)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// setZone goes by the studio's country where the configuration names no zone.
func (d *Desk) setZone(country string) {
	if d.config.Zone == nil {
		d.zone = zoneOf(country)
	}
}

// reconcile starts what is wanted and not under way and ends what is under way
// and no longer wanted.
func (d *Desk) reconcile(effects context.Context) {
	state := d.current()
	wanted := map[string]bool{}
	for _, effect := range state.Wants() {
		key := state.Intent + "/" + effect.Key()
		wanted[key] = true
		r, under := d.running[key]
		if !under {
			r = d.start(effects, key, state.Intent, effect)
		}
		if page, ok := effect.(flow.ServePage); ok {
			select {
			case <-r.views:
			default:
			}
			r.views <- page
		}
	}
	for key, r := range d.running {
		if !wanted[key] {
			r.cancel()
			delete(d.running, key)
		}
	}
	d.releaseUnless(state)
}

func (d *Desk) start(effects context.Context, key, intent string, effect flow.Effect) *run {
	ctx, cancel := context.WithCancel(effects)
	r := &run{key: key, intent: intent, cancel: cancel, views: make(chan flow.ServePage, 1)}
	d.running[key] = r
	d.ended.Go(func() {
		defer cancel()
		fact := d.perform(ctx, effect, r)
		if fact == nil && ctx.Err() == nil {
			// It would only be started again, and again.
			fact = flow.Failed{Key: effect.Key(), Failure: flow.Failure{Message: "it ended by itself"}}
		}
		d.enqueue(&item{fact: fact, run: r})
	})
	return r
}
