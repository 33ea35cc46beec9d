package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// Effect is something that ought to be under way. Effects of the same key are
// the same effect: it is started once, and ended when it is no longer wanted.
type Effect interface{ Key() string }

type (
	// FetchStudio is answered by [StudioArrived].
	FetchStudio struct{}
	// FetchOffers is answered by [OffersArrived].
	FetchOffers struct{}
	// FetchOffer is answered by [OfferArrived].
	FetchOffer struct{ ID int64 }
	// FetchPreview is answered by [PreviewArrived]. A fresh one must not come
	// from a cache.
	FetchPreview struct {
		Request         apiclient.PreviewRequest
		Fingerprint     string
		Estimate, Fresh bool
	}
	// SearchDuplicates is answered by [DuplicatesArrived].
	SearchDuplicates struct{ Person Person }
	// OpenSession is answered by [SessionOpened].
	OpenSession struct {
		N       int
		Request apiclient.SessionRequest
	}
	// Submit is answered by [SignupCreated], [SignupRefused] or [OutcomeUnknown].
	Submit struct {
		Attempt int
		Request apiclient.SignupRequest
	}
	// FindOwn looks for the member of this intent, and for a contract; it is
	// answered by [OwnFound] or [OwnNotFound].
	FindOwn struct {
		Look   int
		Intent string
		Person Person
	}
	// FindTwins looks, after the contract was created, for the same person
	// signed up by another desk meanwhile; it is answered by [TwinsFound].
	FindTwins struct {
		Intent string
		Person Person
	}
	// ServePage keeps the page in the browser and shows View on it. It goes on
	// while it is wanted; a view that changes does not restart it.
	ServePage struct {
		View  PageView
		Opens int // a higher number asks for a fresh link and for the browser
	}
	// Wake is answered by [Woke] at its instant.
	Wake struct{ At time.Time }
)

func (FetchStudio) Key() string        { return "studio" }
func (FetchOffers) Key() string        { return "offers" }
func (e FetchOffer) Key() string       { return "offer/" + strconv.FormatInt(e.ID, 10) }
func (e OpenSession) Key() string      { return sessionKey(e.N) }
func (e Submit) Key() string           { return "submit/" + strconv.Itoa(e.Attempt) }
func (e FindOwn) Key() string          { return "find/" + strconv.Itoa(e.Look) }
func (FindTwins) Key() string          { return "twins" }
func (ServePage) Key() string          { return "page" }
func (e Wake) Key() string             { return "wake/" + e.At.Format(time.RFC3339Nano) }
func (e SearchDuplicates) Key() string { return "duplicates" + personKey(e.Person) }

func (e FetchPreview) Key() string {
	kind := "preview/"
	if e.Fresh {
		kind = "last-preview/"
	}
	return kind + e.Fingerprint
}

func sessionKey(n int) string { return "session/" + strconv.Itoa(n) }
func isLook(key string) bool  { return strings.HasPrefix(key, "find/") }

func isPreview(key string) bool {
	return strings.HasPrefix(key, "preview/") || strings.HasPrefix(key, "last-preview/")
}

// personKey tells persons apart without naming them.
func personKey(p Person) string {
	return fmt.Sprintf("/%016x", hash(p.Email, p.LastName, p.DateOfBirth))
}

// hash is FNV-1a: enough to tell values apart that need not be kept.
func hash(values ...secret.Value) uint64 {
	var h uint64 = 14695981039346656037
	for _, v := range values {
		for _, b := range []byte(v.Reveal() + "\x00") {
			h = (h ^ uint64(b)) * 1099511628211
		}
	}
	return h
}

// PageKind is what the page shows.
type PageKind string

// The kinds of a [PageView]: a page begins with one of the first three and
// ends with one of the last two.
const (
	PageSign      PageKind = "sign"
	PageWait      PageKind = "wait"
	PagePay       PageKind = "pay"
	PageDone      PageKind = "done"
	PageCancelled PageKind = "cancelled"
)

// PageView is what the page shows now.
type PageView struct {
	Kind     PageKind
	Language string // the member's
	Country  string
	Studio   string
	Offer    string
	Step     int // of Total
	Total    int

	// Of PageSign.
	SignContract bool
	Texts        []apiclient.TextBlock

	// Of PagePay.
	N          int
	Scope      apiclient.Scope
	Amount     money.Amount
	Session    secret.Value
	ValidUntil time.Time     // by the server's clock
	Skew       time.Duration // the server's clock minus ours
}

// Wants lists what ought to be under way now, each with a stable key. It is
// the only place where anything is asked of the world.
func (s Signup) Wants() []Effect {
	if s.Intent == "" {
		return nil
	}
	var want []Effect
	add := func(e Effect) {
		if _, failed := s.Failures[e.Key()]; !failed {
			want = append(want, e)
		}
	}
	wake := func(at time.Time) {
		if w := (Wake{At: at}); !slices.ContainsFunc(want, func(e Effect) bool { return e.Key() == w.Key() }) {
			want = append(want, w)
		}
	}

	if view, ok := s.PageView(); ok {
		add(ServePage{View: view, Opens: s.Page.Opens})
	}
	if s.Outcome != "" {
		if s.Member != nil {
			wake(s.EndedAt.Add(wipeAfter))
		}
		if s.Outcome == Created && s.Member != nil && !s.twinsSought && s.Duplicates != nil && !s.Duplicates.Forbidden {
			if at := s.EndedAt.Add(twinsAfter); s.At.Before(at) {
				wake(at)
			} else {
				add(FindTwins{Intent: s.Intent, Person: s.person()})
			}
		}
		return want
	}
	if s.Studio == nil {
		add(FetchStudio{})
	}
	if s.Offers == nil {
		add(FetchOffers{})
	}
	if s.OfferID != 0 && s.Offer == nil {
		add(FetchOffer{ID: s.OfferID})
	}
	if s.Step < StepPayment {
		s.wantPrice(add, wake)
	}
	known := s.Duplicates != nil && s.Duplicates.Person == s.person()
	if _, ok := s.complete(); ok && s.Step >= StepPreview && (!known || s.Stage() == StageChecking && !s.searchValid()) {
		add(SearchDuplicates{Person: s.person()})
	}
	s.wantPayment(add, wake)
	return want
}

// wantPrice asks for the newest price once the inputs have rested.
func (s Signup) wantPrice(add func(Effect), wake func(time.Time)) {
	r, estimate, ok := s.priceRequest()
	if !ok {
		return
	}
	fingerprint := r.Fingerprint()
	if s.Price != nil && s.Price.Fingerprint == fingerprint {
		return
	}
	if due := s.changedAt.Add(debounce); s.At.Before(due) && s.Step < StepPreview {
		wake(due)
		return
	}
	add(FetchPreview{Request: r, Fingerprint: fingerprint, Estimate: estimate})
}

// wantPayment asks for what the stage of the payment step waits for.
func (s Signup) wantPayment(add func(Effect), wake func(time.Time)) {
	for _, p := range s.Payments {
		if (p.State == Open || p.State == Authorised) && !p.Expired(s.At) {
			wake(p.ValidUntil.Add(-p.Skew))
		}
	}
	switch s.Stage() {
	case StageChecking:
		if r, ok := s.exact(); ok && !s.finalValid() {
			preview := r.Preview()
			add(FetchPreview{Request: preview, Fingerprint: preview.Fingerprint(), Fresh: true})
		}
	case StageOpening:
		scope, _, _, _ := s.unpaid()
		add(OpenSession{N: len(s.Payments) + 1, Request: s.sessionRequest(scope)})
	case StageSubmitting, StageUnknown:
		if at, ok := s.nextLook(); ok {
			if s.At.Before(at) {
				wake(at)
			} else {
				add(FindOwn{Look: s.Submission.Looks, Intent: s.Intent, Person: s.person()})
			}
			return
		}
		if s.submitting() {
			add(Submit{Attempt: s.Submission.Answers + 1, Request: *s.request})
		}
	}
}

// PageView says what the page in the browser shows; ok is false when no page
// is wanted. One page serves from the first browser step to the end, so that
// the member keeps one tab.
func (s Signup) PageView() (view PageView, ok bool) {
	stage := s.Stage()
	started := s.Page.Code != ""
	needed := stage == StageSigning || s.Step == StepPayment && len(s.Scopes()) > 0
	if s.Wiped() || !started && (!needed || s.Outcome != "") {
		return PageView{}, false
	}
	view = PageView{Kind: PageWait, Language: s.text(LanguageCode), Country: s.text(CountryCode)}
	if s.Studio != nil {
		view.Studio = s.Studio.Name
		if s.Studio.CountryCode != "" {
			view.Country = s.Studio.CountryCode
		}
	}
	if s.Offer != nil {
		view.Offer = s.Offer.Name
	}
	scopes := s.Scopes()
	signs := s.SigningNeeded()
	view.Total = len(scopes)
	if signs {
		view.Total++
	}
	switch {
	case s.Outcome == Created:
		view.Kind = PageDone
	case s.Outcome != "":
		view.Kind = PageCancelled
	case stage == StageSigning && !s.Page.Refused:
		view.Kind, view.Step = PageSign, 1
		view.SignContract, view.Texts = s.Offer.ContractSignaturesRequired, s.ToSign()
	case stage == StagePaying:
		scope, p, _, _ := s.unpaid()
		view.Kind, view.N, view.Scope, view.Amount = PagePay, p.N, scope, p.Amount
		view.Session, view.ValidUntil, view.Skew = p.Session, p.ValidUntil, p.Skew
		view.Step = 1
		if signs {
			view.Step++
		}
		if scope == apiclient.ScopeECOM && len(scopes) > 1 {
			view.Step++
		}
	}
	return view, true
}
