package desk_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// model is a world without desk, network and bubble: it runs what a sign-up
// wants as a desk would, in its own time, before a studio of a few lines. It is
// fast enough for a million steps.
type model struct {
	set    setup
	clock  time.Time // the studio's
	wrong  time.Duration
	random *rand.Rand
	studio *counter
	count  int

	s       flow.Signup
	former  []flow.Signup
	story   []flow.Event
	changed bool // since the last time it was asked what it wants
	running map[string]*errand
	page    bool

	doomed, kept, gone bool
	left               int
}

// errand is an effect under way: leave is when its request reaches the studio.
type errand struct {
	effect       flow.Effect
	leave, back  time.Time
	left, silent bool
	answer       flow.Fact
}

func newModel(set setup, seed uint64) *model {
	m := &model{set: set, clock: marchTenth, wrong: set.Wrong, random: rand.New(rand.NewPCG(seed, 1)), running: map[string]*errand{}}
	m.studio = &counter{life: set.Life, noScope: set.NoScope, faults: map[string]string{}, dues: map[deal]string{}}
	for _, f := range set.Faults {
		call, what := modelFault(f)
		m.studio.faults[call] = what
	}
	m.next()
	return m
}

func (m *model) signup() flow.Signup  { return m.s }
func (m *model) events() []flow.Event { return m.story }
func (m *model) said() string         { return "" }
func (m *model) now() time.Time       { return m.clock.Add(m.wrong) }
func (m *model) signups() []flow.Signup {
	return append(m.former[:len(m.former):len(m.former)], m.s)
}
func (m *model) books() books { return m.studio.books(m.clock) }

func (m *model) fault(n int) {
	call, what := modelFault(modelFaults[n%len(modelFaults)])
	m.studio.faults[call] = what
}

// apply journals a fact and applies it; an error says that the program died.
func (m *model) apply(f flow.Fact) error {
	if m.gone {
		return errDead
	}
	e := flow.Event{At: m.now(), Fact: f}
	if m.doomed {
		if m.left--; m.left == 0 {
			m.gone = true
			if m.kept {
				m.story = append(m.story, e)
			}
			return errDead
		}
	}
	m.story = append(m.story, e)
	m.s, m.changed = m.s.Apply(e), true
	return nil
}

func (m *model) do(f flow.Fact) {
	if m.apply(f) == nil {
		m.run(m.clock)
	}
}

func (m *model) next() {
	if m.s.Stage() == flow.StageSubmitting || m.gone {
		return
	}
	m.count++
	former := m.s
	m.s = flow.Signup{}
	err := m.apply(flow.Begun{
		Intent:   fmt.Sprintf("0199d2a4-5b6c-7d8e-9f01-%012x", m.count),
		Settings: flow.Settings{Country: "DE", Language: "de", AllowTill: m.set.Till, AllowWithoutSearch: m.set.WithoutSearch},
	})
	if err != nil {
		m.s = former
		return
	}
	if former.Intent != "" {
		m.former = append(m.former, former)
	}
	clear(m.running)
	m.page = false
	m.run(m.clock)
}

func (m *model) pass(d time.Duration) { m.run(m.clock.Add(d)) }

func (m *model) shift(clock, sleep time.Duration) {
	m.wrong += clock
	m.clock = m.clock.Add(sleep)
}

func (m *model) crash(points int, kept bool) error {
	if !m.gone {
		m.doomed, m.left, m.kept, m.gone = true, points, kept, points == 0
	}
	return nil
}

// settle starts a dead program again.
func (m *model) settle() error {
	if !m.gone {
		m.run(m.clock)
		return nil
	}
	m.gone, m.doomed, m.page = false, false, false
	clear(m.running)
	events := lastSignup(m.story)
	if len(events) == 0 {
		m.next()
		return nil
	}
	if s := fold(events); s.Intent != m.s.Intent {
		m.former = append(m.former, m.s) // the next one was begun, and then it died
	}
	m.s = fold(events)
	typed := m.s.Member
	m.do(flow.Resumed{})
	for f, v := range typed {
		if m.s.Outcome == "" && m.s.Member[f] != v {
			return broken("I9", "%s is gone", f)
		}
	}
	return nil
}

// run lets what is wanted happen until an instant.
func (m *model) run(until time.Time) {
	for range 10_000 {
		if m.gone {
			break
		}
		m.reconcile()
		at, key := m.soonest()
		if key == "" || at.After(until) {
			break
		}
		if at.After(m.clock) {
			m.clock = at
		}
		m.advance(key, m.running[key])
	}
	if until.After(m.clock) {
		m.clock = until
	}
}

func (m *model) reconcile() {
	if !m.changed {
		return
	}
	m.changed = false
	wanted := map[string]bool{}
	for _, e := range m.s.Wants() {
		key := e.Key()
		wanted[key] = true
		if m.running[key] == nil {
			m.running[key] = m.start(e)
		}
	}
	for key := range m.running {
		if !wanted[key] {
			delete(m.running, key)
			if key == "page" {
				m.page = false
			}
		}
	}
}

func (m *model) start(e flow.Effect) *errand {
	switch e := e.(type) {
	case flow.Wake:
		return &errand{effect: e, leave: m.clock, back: m.clock.Add(max(0, e.At.Sub(m.now()))), left: true, answer: flow.Woke{}}
	case flow.ServePage:
		return &errand{effect: e, leave: m.clock, back: m.clock, left: true, answer: flow.PageListening{Link: secret.New("http://localhost:1/#" + canaryWord), Code: "K7Q2"}}
	}
	slow := time.Duration(m.random.IntN(4)) * m.set.Latency / 3
	return &errand{effect: e, leave: m.clock.Add(slow / 2), back: m.clock.Add(slow)}
}

// soonest is what happens next; ties go by key, so that a history is always
// the same run.
func (m *model) soonest() (at time.Time, key string) {
	for k, r := range m.running {
		if r.silent {
			continue
		}
		t := r.back
		if !r.left {
			t = r.leave
		}
		if order := cmp.Or(t.Compare(at), cmp.Compare(k, key)); key == "" || order < 0 {
			at, key = t, k
		}
	}
	return at, key
}

// advance sends a request, or brings its answer.
func (m *model) advance(key string, r *errand) {
	if !r.left {
		if e, ok := r.effect.(flow.Submit); ok && m.apply(flow.SubmitStarted{Attempt: e.Attempt}) != nil {
			return
		}
		r.left = true
		var hangs bool
		r.answer, hangs = m.studio.answer(m, r.effect)
		if hangs {
			r.back = m.clock.Add(80 * time.Second)
		}
		return
	}
	if key == "page" {
		r.silent, m.page = true, true
	} else {
		delete(m.running, key)
		m.changed = true
	}
	if m.apply(r.answer) != nil {
		return
	}
}

func (m *model) view() (flow.PageView, bool) {
	if !m.page || m.gone {
		return flow.PageView{}, false
	}
	return m.s.PageView()
}

func (m *model) deliver(f flow.Fact) error {
	if !m.page || m.gone {
		return errors.New("the page is closed")
	}
	if err := m.apply(f); err != nil {
		return err
	}
	m.run(m.clock)
	return nil
}

func (m *model) authorise(session secret.Value) (string, error) {
	return m.studio.authorise(m.clock, session.Reveal())
}

// modelFaults are what may befall a request in the model, and which.
var modelFaults = []string{
	"signup unsent", "signup lost", "signup 500", "signup hang", "signup refused", "signup busy", "signup own", "signup foreign", "signup half",
	"signup lost", "signup lost", "session failed", "session lost", "session short", "session other", "preview failed", "preview drift", "preview drift",
	"search failed", "search down", "search lag", "contracts failed",
}

func modelFault(text string) (call, what string) {
	call, what, _ = strings.Cut(text, " ")
	return call, what
}

// TestModel is TestMachine with a desk and a studio that take no time.
func TestModel(t *testing.T) {
	var steps, created atomic.Int64
	few(t, 20)
	rapid.Check(t, func(rt *rapid.T) {
		h, seed := histories(modelFaults).Draw(rt, "history"), rapid.Uint64().Draw(rt, "seed")
		n, made, err := modelled(h, seed)
		steps.Add(int64(n))
		created.Add(int64(made))
		if err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d steps with the flow alone, %d members", steps.Load(), created.Load())
	if created.Load() == 0 {
		t.Error("no history ever made a member: nothing was tested")
	}
}

func modelled(h history, seed uint64) (steps, members int, err error) {
	m := newModel(h.Setup, seed)
	steps, err = play(m, h)
	return steps, len(m.studio.members), err
}
