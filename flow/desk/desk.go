// Package desk owns the running sign-up: it applies events one after the
// other, journals each, and sees to it that what the sign-up wants is under
// way and nothing else is. The terminal, the headless runner and the tests are
// three users of the same desk.
package desk

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"frontdesk/apiclient"
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
	API      API
	Page     Page
	Journal  Journal // nil keeps nothing
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
	queue []item
	state flow.Signup
	cache map[string]entry
	done  bool

	// Of the goroutine in Run alone.
	zone    *time.Location
	running map[string]*run
	ended   sync.WaitGroup
}

// item waits to be applied. An outcome names the run it belongs to and is
// dropped when that run is no longer wanted.
type item struct {
	fact   flow.Fact
	run    *run
	next   bool   // begins the next sign-up
	intent string // of the sign-up that alone may take it; empty is whichever runs
	ack    chan error
}

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
	d.Next()
	return d
}

// Dispatch hands a fact to the desk and never blocks.
func (d *Desk) Dispatch(f flow.Fact) { d.enqueue(item{fact: f}) }

// Next begins the sign-up of the next member. It is deaf while a request that
// creates a contract is under way, whose answer must not get lost.
func (d *Desk) Next() { d.enqueue(item{next: true}) }

// Deliver hands a fact to the desk and returns nil once it is journaled and
// applied.
func (d *Desk) Deliver(ctx context.Context, f flow.Fact) error { return d.deliver(ctx, "", f) }

func (d *Desk) deliver(ctx context.Context, intent string, f flow.Fact) error {
	ack := make(chan error, 1)
	d.enqueue(item{fact: f, intent: intent, ack: ack})
	select {
	case err := <-ack:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Changed receives after the sign-up changed; several changes may come as one.
func (d *Desk) Changed() <-chan struct{} { return d.changed }

// Snapshot is the sign-up as it is now.
func (d *Desk) Snapshot() flow.Signup {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

func (d *Desk) enqueue(i item) {
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

func (d *Desk) take() []item {
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
	for {
		d.step(effects)
		select {
		case <-d.arrived:
			continue
		case <-ctx.Done():
		}
		break
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
		for _, i := range d.take() {
			d.apply(i)
		}
	}
	d.mu.Lock()
	d.done = true
	rest := d.queue
	d.queue = nil
	d.mu.Unlock()
	for _, i := range rest {
		if i.ack != nil {
			i.ack <- errClosed
		}
	}
	return nil
}

// step applies what arrived and brings what is under way in line with what is
// wanted.
func (d *Desk) step(effects context.Context) {
	for items := d.take(); len(items) > 0; items = d.take() {
		for _, i := range items {
			d.apply(i)
		}
		d.reconcile(effects)
		signal(d.changed)
	}
}

// apply journals and applies one item.
func (d *Desk) apply(i item) {
	fact := i.fact
	if i.run != nil {
		current := d.running[i.run.key] == i.run
		if current {
			delete(d.running, i.run.key)
		}
		if !current || fact == nil {
			return
		}
	}
	state := d.Snapshot()
	if i.intent != "" && i.intent != state.Intent {
		d.log.Warn("Late for a former sign-up", "intent", i.intent)
		i.ack <- errOver
		return
	}
	if i.next && state.Stage() == flow.StageSubmitting {
		d.log.Warn("A sign-up is being sent, the next one has to wait", "intent", state.Intent)
		return
	}
	if i.next {
		intent, err := d.config.Intent()
		if err != nil {
			d.log.Error("New intent id", "error", err)
			return
		}
		state, fact = flow.Signup{}, flow.Begun{Intent: intent, Settings: d.config.Settings}
	}
	if studio, ok := fact.(flow.StudioArrived); ok && d.config.Zone == nil {
		d.zone = zoneOf(studio.Studio.CountryCode)
	}
	event := flow.Event{At: d.config.Now().Round(0).In(d.zone), Fact: fact}
	if d.config.Journal != nil {
		if err := d.config.Journal.Append(event); err != nil {
			d.log.Error("Journal", "error", err)
			if i.ack != nil {
				i.ack <- err
				return
			}
		}
	}
	state = state.Apply(event)
	d.mu.Lock()
	d.state = state
	d.mu.Unlock()
	if i.ack != nil {
		i.ack <- nil
	}
}

// reconcile starts what is wanted and not under way and ends what is under way
// and no longer wanted.
func (d *Desk) reconcile(effects context.Context) {
	state := d.Snapshot()
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
		d.enqueue(item{fact: fact, run: r})
	})
	return r
}
