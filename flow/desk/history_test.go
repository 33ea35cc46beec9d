package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// history is what happens at a desk, drawn as a whole before any of it does:
// the same history is the same run, in whatever bubble.
type history struct {
	Setup setup
	Steps []step
}

// setup is what is decided before the first member comes.
type setup struct {
	Till, WithoutSearch bool
	NoScope             bool          // the key may not search
	Wrong               time.Duration // this machine's clock minus the studio's
	Life                time.Duration // of a payment session
	Latency             time.Duration
	Faults              []string // of the studio, by name
}

// step is one thing that somebody does. N chooses among several of its kind.
type step struct {
	Do string
	N  int
}

// deeds are the steps; one that stands here more often comes more often.
var deeds = slices.Concat(
	repeat(32, "onward"), repeat(6, "pay"), repeat(5, "wait"), repeat(4, "crash"), repeat(4, "fault"),
	repeat(3, "hold"), repeat(3, "deliver"), repeat(3, "again"), repeat(2, "late"), repeat(2, "decline"),
	[]string{
		"offer", "term", "date", "module", "voucher", "voucher", "birth", "email", "zip", "person", "known", "cash", "till", "mandate",
		"tick", "dismiss", "step", "step", "back", "accept", "retry", "renew", "renew", "reopen", "submit", "once more", "look",
		"abandon", "leave", "next", "sign", "refuse", "walk away", "paste", "clock", "sleep",
	},
)

func repeat(n int, deed string) []string { return slices.Repeat([]string{deed}, n) }

// studioFaults are those that a studio is set up with.
var studioFaults = []string{
	"409-own@signup:1", "409-foreign@signup:1", "409-after-lost-200@signup", "400-after-pay@signup", "500@signup:1", "503-twice@signup",
	"commit-then-drop@signup", "commit-then-500@signup:1", "commit-then-hang@signup:1", "half-created@signup:1", "html-502@signup:1",
	"truncated-200@signup:1", "search-lag@search", "preview-drift@preview:2", "preview-drift@preview:3", "schedule-signing-only@preview",
	"other-customer-on-session-2@session:2", "short-sessions@session:1", "short-sessions@session:2", "token-expired@signup:1",
	"commit-then-drop@session:1", "403@session:1", "403@search:3", "429-minute@preview", "429-minute@signup", "slow@signup", "garbage@session:1",
}

func histories(faults []string) *rapid.Generator[history] {
	return rapid.Custom(func(t *rapid.T) history {
		return history{
			Setup: setup{
				Till:          rapid.IntRange(0, 3).Draw(t, "till") == 0,
				WithoutSearch: rapid.IntRange(0, 3).Draw(t, "without search") == 0,
				NoScope:       rapid.IntRange(0, 15).Draw(t, "no scope") == 0,
				Wrong:         rapid.SampledFrom([]time.Duration{0, 0, 0, 0, -24 * time.Hour, 20 * time.Minute}).Draw(t, "wrong"),
				Life:          rapid.SampledFrom([]time.Duration{20 * time.Minute, 15 * time.Minute, 30 * time.Minute, 20 * time.Second}).Draw(t, "life"),
				Latency:       rapid.SampledFrom([]time.Duration{0, 0, 200 * time.Millisecond, 3 * time.Second}).Draw(t, "latency"),
				Faults:        rapid.SliceOfN(rapid.SampledFrom(faults), 0, 3).Draw(t, "faults"),
			},
			Steps: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
				return step{rapid.SampledFrom(deeds).Draw(t, "do"), rapid.IntRange(0, 999).Draw(t, "n")}
			}), 20, 60).Draw(t, "steps"),
		}
	})
}

// world is where a history happens: a desk, a studio with books, a page with a
// member before it, and a clock.
type world interface {
	signup() flow.Signup
	events() []flow.Event // journaled so far, crashes notwithstanding
	signups() []flow.Signup
	books() books
	said() string // what was logged or printed since the last time

	do(f flow.Fact)
	next()
	pass(d time.Duration)
	crash(points int, kept bool) error // at once, or when so many more events are journaled
	fault(n int)                       // befalls the next request of its kind
	shift(clock, sleep time.Duration)

	view() (v flow.PageView, ok bool)
	deliver(f flow.Fact) error // from the page that shows view
	authorise(session secret.Value) (token string, err error)
	settle() error // lets everything come to rest
}

// waits are how long nobody does anything.
var waits = []time.Duration{
	100 * time.Millisecond, time.Second, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second, 90 * time.Second,
	6 * time.Minute, 11 * time.Minute, 21 * time.Minute, 31 * time.Minute, 14 * time.Hour,
}

// player does the steps of a history.
type player struct {
	world
	*audit
	person int
}

// play runs a history and checks everything after each of its steps. The
// number of steps done is returned also with an error.
func play(w world, h history) (steps int, err error) {
	p := &player{world: w, audit: &audit{world: w, setup: h.Setup}}
	if err := p.settle(); err != nil {
		return 0, err
	}
	for i, st := range h.Steps {
		err := p.step(st)
		if err == nil {
			err = p.settle()
		}
		if err == nil {
			err = p.check()
		}
		if err != nil {
			return i, fmt.Errorf("step %d, %s %d, at step %d %q: %w", i, st.Do, st.N, p.signup().Step, p.signup().Stage(), err)
		}
	}
	return len(h.Steps), p.balance()
}

func (p *player) step(st step) error {
	s, n := p.signup(), st.N
	switch st.Do {
	case "onward":
		p.onward(n)
	case "wait":
		p.pass(waits[n%len(waits)])
	case "crash":
		return p.crash(n%8, n%2 == 0)
	case "fault":
		p.fault(n)
	case "clock":
		p.jumped = true
		p.shift([]time.Duration{-24 * time.Hour, 20 * time.Minute, -time.Minute, time.Hour}[n%4], 0)
	case "sleep":
		p.jumped = true
		p.shift(0, 40*time.Minute)
	case "next":
		p.next()
		p.person++
	case "sign", "refuse", "decline", "walk away", "pay", "hold", "late", "again", "deliver", "paste":
		return p.member(st)
	case "person":
		p.do(typed(p.canary(p.person)))
	case "known":
		p.do(typed(p.canary(max(0, p.person-1))))
	default:
		if f := p.staff(s, st); f != nil {
			p.do(f)
		}
	}
	return nil
}

// staff is what may be chosen at any time, sensible or not.
func (p *player) staff(s flow.Signup, st step) flow.Fact {
	n := st.N
	switch st.Do {
	case "offer":
		return flow.OfferChosen{ID: offerIDs[n%len(offerIDs)]}
	case "term":
		return flow.TermChosen{ID: termIDs[n%len(termIDs)]}
	case "date":
		start := s.Today().AddDays(n % 40)
		return flow.DatesChosen{Start: start, PreUse: start}
	case "module":
		return flow.ModulesChosen{Optional: []int64{30011}[:n%2]}
	case "voucher":
		return flow.VoucherEntered{Code: []string{"", "SPRING10", "MINUS5", "NOPE"}[n%4]}
	case "birth":
		return field(flow.DateOfBirth, []string{canaryBirth, "2006-01-02", "1990-08-24", ""}[n%4])
	case "email":
		return field(flow.Email, fmt.Sprintf("%s.%d.%d@example.invalid", canaryWord, p.person, n%3))
	case "zip":
		return field(flow.ZipCode, []string{"20095", "20099", "22765"}[n%3])
	case "cash":
		return flow.CashChosen{On: n%2 == 0}
	case "till":
		return flow.TillChosen{On: n%2 == 0}
	case "mandate":
		return flow.MandateChosen{On: n%2 == 0}
	case "tick":
		if blocks := s.TextBlocks(); len(blocks) > 0 {
			return flow.Ticked{Block: blocks[n%len(blocks)].ID, On: n%4 > 0}
		}
	case "dismiss":
		return flow.DuplicatesDismissed{}
	case "step":
		return flow.StepChosen{Step: flow.Step(n % 8)}
	case "back":
		return flow.StepChosen{Step: s.Back()}
	case "accept":
		if quote, ok := s.Quote(); ok {
			return flow.PreviewAccepted{Fingerprint: quote.Fingerprint}
		}
	case "retry":
		return flow.Retried{}
	case "renew":
		return flow.SessionRenewed{}
	case "reopen":
		return flow.PageReopened{}
	case "submit":
		return flow.SubmitPressed{}
	case "once more":
		return flow.SentOnceMore{Code: strings.ToLower(s.Code())}
	case "look":
		return flow.LookedAgain{}
	case "abandon":
		return flow.Abandoned{Reason: []flow.Reason{"", flow.ReasonDeclined, flow.ReasonDuplicate}[n%3]}
	case "leave":
		return flow.Left{}
	}
	return nil
}

var (
	offerIDs = []int64{1001, 1002, 1005, 1003, 1004, 7}
	termIDs  = []int64{10011, 10012, 10021, 10051, 10031, 10041, 7}
)

// onward is what good staff and a willing member do next.
func (p *player) onward(n int) {
	s := p.signup()
	switch failed := len(s.Failures) > 0; {
	case s.Outcome != "":
		p.next()
		p.person++
		return
	case failed:
		p.do(flow.Retried{})
	case s.Intent == "" || s.Offers == nil || s.OfferID != 0 && s.Offer == nil:
		p.pass(3 * time.Second)
	case s.OfferID == 0:
		p.do(flow.OfferChosen{ID: offerIDs[n%5]})
	case s.TermID == 0:
		p.do(flow.TermChosen{ID: s.Offer.Terms[n%len(s.Offer.Terms)].ID})
	case s.Step < flow.StepPreview:
		p.prepare(s)
	case s.Step == flow.StepPreview:
		quote, ok := s.Quote()
		switch {
		case s.Duplicates != nil && len(s.Duplicates.Found) > 0 && !s.Duplicates.Dismissed:
			p.do([]flow.Fact{flow.DuplicatesDismissed{}, flow.Abandoned{Reason: flow.ReasonDuplicate}}[n%2])
		case ok && s.Ready(flow.StepPreview):
			p.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		default:
			p.pass(4 * time.Second)
		}
	default:
		p.finish(s, n)
	}
}

// prepare fills in what is missing before the preview.
func (p *player) prepare(s flow.Signup) {
	switch {
	case len(s.Problems(flow.StepMember)) > 0:
		p.do(typed(p.canary(p.person)))
	case len(s.Problems(flow.StepTerm)) > 0:
		p.do(flow.DatesChosen{Start: s.Today(), PreUse: s.Today()})
	default:
		for _, b := range s.TextBlocks() {
			if b.ConfirmationRequired && !b.HasSignature && !s.Ticks[b.ID] {
				p.do(flow.Ticked{Block: b.ID, On: true})
			}
		}
		p.do(flow.StepChosen{Step: flow.StepPreview})
		p.pass(time.Second)
	}
}

// finish is what is to be done in the payment step.
func (p *player) finish(s flow.Signup, n int) {
	switch s.Stage() {
	case flow.StageSigning:
		_ = p.member(step{Do: "sign"})
	case flow.StagePaying:
		_ = p.member(step{Do: "pay"})
	case flow.StageExpired:
		p.do(flow.SessionRenewed{})
	case flow.StageRefused:
		if n%4 == 0 {
			p.do(flow.Abandoned{})
		} else {
			p.do(field(flow.ZipCode, []string{"20095", "20099", "22765"}[n%3]))
			p.do(flow.SubmitPressed{})
		}
	case flow.StageUnknown:
		if s.MaySendOnceMore() && n%3 == 0 {
			p.do(flow.SentOnceMore{Code: s.Code()})
		}
		p.pass(30 * time.Second)
	default:
		p.pass(3 * time.Second)
	}
}

const (
	canaryWord  = "zzcanary"
	canaryBirth = "1977-07-17"
)

// canary is the n-th member; every secret of hers is recognised anywhere.
func (p *player) canary(n int) map[flow.Field]string {
	letters := strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprintf("%03d", n))
	return map[flow.Field]string{
		flow.FirstName: "Zzcanary", flow.LastName: "Zzcanary" + letters, flow.DateOfBirth: canaryBirth,
		flow.Email:  canaryWord + "." + letters + "@example.invalid",
		flow.Street: "Zzcanary-Weg", flow.HouseNumber: "3-4", flow.ZipCode: "20095", flow.City: "Zzcanarystadt",
		flow.CountryCode: "DE", flow.LanguageCode: "de", flow.Notes: "zzcanary note",
	}
}
