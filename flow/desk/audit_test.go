package desk_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
)

// books are what the studio and the wire know, whatever the desk believes.
type books struct {
	now      time.Time // the studio's
	members  []sandbox.Member
	sessions []sandbox.Session
	auths    []sandbox.Authorisation
	sent     []request
	strange  string // something went where it must not go
}

// request is one that opens a session or creates a contract, as it left the
// desk.
type request struct {
	at     time.Time
	signup bool

	// Of a session; newest says that the amount is that of a newest preview.
	scope, amount, payer string
	newest               bool

	// Of a sign-up; due is what the newest preview of its contract said.
	intent, recurring, upfront, due string
	term                            int64
	body                            string
}

// token is what the till gave to a member, and whether the desk knows of it.
type token struct {
	intent  string
	n       int
	session string
	text    string
	acked   bool
}

// audit checks the invariants I1 to I9 from outside.
type audit struct {
	world
	setup  setup
	tokens []*token
	seen   int               // requests checked so far
	first  map[string]string // of each intent, the request that counted last
	payer  map[string]string
	jumped bool // the wall clock did
	checks int
}

// broken says which invariant does not hold.
func broken(rule, format string, args ...any) error {
	return fmt.Errorf("%s: %s", rule, fmt.Sprintf(format, args...))
}

func (a *audit) check() error {
	s, b := a.signup(), a.books()
	for _, rule := range []func(flow.Signup, books) error{a.once, a.known, a.amounts, a.requests, a.told, a.silent, a.origin} {
		if err := rule(s, b); err != nil {
			return err
		}
	}
	a.checks++
	return nil
}

// once is I1: at most one member of an intent.
func (a *audit) once(_ flow.Signup, b books) error {
	count := map[string]int{}
	for _, m := range b.members {
		if count[m.CustomerThirdPartyID]++; count[m.CustomerThirdPartyID] > 1 {
			return broken("I1", "%d members of one intent", count[m.CustomerThirdPartyID])
		}
	}
	return nil
}

// known is I2 while the sign-up goes on: what was acknowledged to the page is
// used, held, or reported as left over.
func (a *audit) known(s flow.Signup, _ books) error {
	for _, t := range a.tokens {
		if t.acked && t.intent == s.Intent && !accounted(s, t) {
			return broken("I2", "the token of session %d was acknowledged and nobody knows it: %+v", t.n, states(s))
		}
	}
	for _, p := range s.Payments {
		given, told := 0, p.Extra
		for _, t := range a.tokens {
			if t.intent == s.Intent && t.n == p.N {
				given++
			}
		}
		if p.State == flow.Authorised || p.State == flow.Used {
			told++
		}
		if told > given {
			return broken("I2", "session %d was paid %d times, told are %d: %+v", p.N, given, told, states(s))
		}
	}
	return nil
}

func accounted(s flow.Signup, t *token) bool {
	if t.n < 1 || t.n > len(s.Payments) {
		return false
	}
	p := s.Payments[t.n-1]
	return p.State == flow.Authorised || p.State == flow.Used || p.State == flow.LeftOver || p.Extra > 0
}

func states(s flow.Signup) (list []string) {
	for _, p := range s.Payments {
		list = append(list, fmt.Sprintf("%d %s %s %s +%d", p.N, p.Scope, p.Amount.Number(), p.State, p.Extra))
	}
	return list
}

// amounts is I3 as the sign-up sees it: the session that counts is over the
// accepted amount, which is the newest one.
func (a *audit) amounts(s flow.Signup, b books) error {
	if s.Step != flow.StepPayment || s.Outcome != "" || s.Accepted == nil {
		return nil
	}
	accepted, _ := s.Accepted.Due()
	newest, _ := s.Price.Due()
	if !equal(accepted, newest) {
		return broken("I3", "accepted %s, the newest price is %s", accepted.Number(), newest.Number())
	}
	p, ok := s.Payment("ECOM")
	if !ok {
		return nil
	}
	if !p.Amount.Equal(accepted) {
		return broken("I3", "a session over %s counts, accepted is %s", p.Amount.Number(), accepted.Number())
	}
	i := slices.IndexFunc(b.sessions, func(x sandbox.Session) bool { return x.Token == p.Session.Reveal() })
	if i < 0 || !amount(b.sessions[i].Amount).Equal(p.Amount) {
		return broken("I3", "the studio's session is another than the desk's")
	}
	return nil
}

func equal(a, b money.Amount) bool { return !a.Set() && !b.Set() || a.Equal(b) }

// requests checks what left the desk since the last time: I3, I4 and I8.
func (a *audit) requests(s flow.Signup, b books) error {
	for ; a.seen < len(b.sent); a.seen++ {
		r := b.sent[a.seen]
		if !r.signup {
			if err := a.session(r, s); err != nil {
				return err
			}
			continue
		}
		if a.first == nil {
			a.first = map[string]string{}
		}
		if a.first[r.intent] == r.body {
			continue // once more, the very same
		}
		a.first[r.intent] = r.body
		if err := a.body(r, s, b); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) session(r request, s flow.Signup) error {
	switch {
	case r.scope == "MEMBER_ACCOUNT" && (r.amount == "" || strings.Trim(r.amount, "0.") != ""):
		return broken("I3", "a session for regular payments over %q", r.amount)
	case r.scope == "ECOM" && (!r.newest || strings.Trim(r.amount, "0.") == ""):
		return broken("I3", "a session over %q, which no newest preview says", r.amount)
	}
	if a.payer == nil {
		a.payer = map[string]string{}
	}
	if r.payer != "" {
		if former := a.payer[s.Intent]; former != "" && former != r.payer {
			return broken("I4", "one sign-up, two payers")
		}
		a.payer[s.Intent] = r.payer
	}
	return nil
}

// needsRecurring are the terms with payments after the first one.
var needsRecurring = map[int64]bool{10011: true, 10012: true, 10031: true}

// body is I4 and I8 of a request that creates a contract.
func (a *audit) body(r request, s flow.Signup, b books) error {
	if r.recurring != "" && r.recurring == r.upfront {
		return broken("I4", "one token in both fields")
	}
	for text, scope := range map[string]string{r.recurring: "MEMBER_ACCOUNT", r.upfront: "ECOM"} {
		if text == "" {
			continue
		}
		i := slices.IndexFunc(a.tokens, func(t *token) bool { return t.text == text })
		if i < 0 || a.tokens[i].intent != r.intent {
			return broken("I4", "a token that this member was not given")
		}
		t := a.tokens[i]
		j := slices.IndexFunc(b.sessions, func(x sandbox.Session) bool { return x.Token == t.session })
		if b.sessions[j].Scope != scope {
			return broken("I4", "the tokens are swapped")
		}
		if scope == "ECOM" && b.sessions[j].Amount != decimals(r.due) {
			return broken("I3", "a payment over %s is used, the newest preview says %q", b.sessions[j].Amount, r.due)
		}
		if slack := 3 * time.Second; !a.jumped && !a.onceMore() && r.at.After(b.sessions[j].ValidUntil.Add(slack)) {
			return broken("I4", "the token of a session that was over %v before", r.at.Sub(b.sessions[j].ValidUntil))
		}
		if s.Intent != r.intent {
			continue
		}
		if state := s.Payments[t.n-1].State; state != flow.Authorised && state != flow.Used {
			return broken("I4", "the token of a session that is %s", state)
		}
	}
	// A schedule that hides what comes later, and a voucher that explains why
	// the total is higher, cannot be told from everything paid at signing.
	blind := s.Voucher != "" && slices.Contains(a.setup.Faults, "schedule-signing-only@preview")
	if s.Intent == r.intent && (needsRecurring[r.term] && !blind || s.Mandate) && !s.Cash && r.recurring == "" {
		return broken("I8", "regular payments without an instrument")
	}
	return nil
}

// onceMore reports whether staff sent the present sign-up once more: with what
// was paid then, however old that is.
func (a *audit) onceMore() bool {
	return slices.ContainsFunc(lastSignup(a.events()), func(e flow.Event) bool {
		_, ok := e.Fact.(flow.SentOnceMore)
		return ok
	})
}

// decimals writes an amount as the ledger does.
func decimals(text string) string {
	whole, cents, _ := strings.Cut(text, ".")
	return whole + "." + (cents + "00")[:2]
}

// told is I5: what staff are told is so.
func (a *audit) told(s flow.Signup, b books) error {
	i := slices.IndexFunc(b.members, func(m sandbox.Member) bool { return m.CustomerThirdPartyID == s.Intent })
	switch result := s.Result(); result {
	case flow.Created:
		if i < 0 || b.members[i].Contract == nil || b.members[i].CustomerID != s.CustomerID {
			return broken("I5", "told %q, and there is no such contract", result)
		}
		if paid := b.members[i].Contract.Paid; s.Outcome == flow.Created && used(s) != paid && paid != "0.00" {
			return broken("I5", "%s was captured, told is %s", paid, used(s))
		}
	case flow.Refused, flow.Duplicate, flow.Declined, flow.GivenUp:
		if i >= 0 {
			return broken("I5", "told %q, and the member exists", result)
		}
	}
	return nil
}

// used is the upfront amount that the sign-up says was used.
func used(s flow.Signup) string {
	for _, p := range s.Payments {
		if p.Scope == "ECOM" && p.State == flow.Used {
			return decimals(p.Amount.Number())
		}
	}
	return "0.00"
}

// silent is I6: nothing secret in what is logged, or printed of the sign-up.
func (a *audit) silent(s flow.Signup, b books) error {
	text := a.said()
	if a.checks%16 == 0 {
		text += fmt.Sprintf("%+v", s)
	}
	return a.leaks(text, b)
}

func (a *audit) leaks(text string, b books) error {
	if text == "" {
		return nil
	}
	for _, word := range []string{canaryWord, "Zzcanary", canaryBirth, "{Year:1977 Month:7 Day:17}", stroke.Reveal()} {
		if strings.Contains(text, word) {
			return broken("I6", "%q is printed", word)
		}
	}
	for _, x := range b.sessions {
		if strings.Contains(text, x.Token) {
			return broken("I6", "a session token is printed")
		}
	}
	for _, x := range b.auths {
		if strings.Contains(text, x.Token) {
			return broken("I6", "a payment request token is printed")
		}
	}
	return nil
}

// origin is I7: the key went to the studio and nowhere else.
func (a *audit) origin(_ flow.Signup, b books) error {
	if b.strange != "" {
		return broken("I7", "%s", b.strange)
	}
	return nil
}

// balance counts the till: every cent that was authorised is used or reported
// as left over. A token that the desk never took is still in the member's page,
// which hands it over to whoever goes on with the sign-up.
func (a *audit) balance() error {
	b := a.books()
	var authorised, usedUp, left int64
	for _, x := range b.auths {
		if x.Scope == "ECOM" {
			authorised += cents(x.Amount)
		}
	}
	for _, s := range a.signups() {
		for _, t := range a.tokens {
			if t.intent == s.Intent && !t.acked {
				s = s.Apply(flow.Event{At: s.At, Fact: flow.PaymentAuthorised{N: t.n, Token: secretOf(t.text), Late: true}})
			}
		}
		unused := s.Unused()
		for _, p := range s.Payments {
			switch {
			case p.Scope != "ECOM":
			case p.State == flow.Used:
				usedUp += cents(decimals(p.Amount.Number()))
			case slices.ContainsFunc(unused, func(u flow.Payment) bool { return u.N == p.N }):
				left += cents(decimals(p.Amount.Number()))
			}
		}
	}
	if authorised != usedUp+left {
		return broken("I2", "the till: %d authorised, %d used, %d left over", authorised, usedUp, left)
	}
	for _, m := range b.members {
		if m.Contract != nil && m.Contract.InitialPaymentRequestToken != "" && cents(m.Contract.Paid) != cents(m.Contract.DueOnSigning) {
			return broken("I3", "%s due, %s captured", m.Contract.DueOnSigning, m.Contract.Paid)
		}
	}
	return a.leaks(fmt.Sprintf("%+v", a.signup()), b)
}

// folds are the sign-ups of a journal.
func folds(events []flow.Event) (list []flow.Signup) {
	for _, e := range events {
		if _, ok := e.Fact.(flow.Begun); ok {
			list = append(list, flow.Signup{})
		}
		if n := len(list) - 1; n >= 0 {
			list[n] = list[n].Apply(e)
		}
	}
	return list
}

func cents(text string) int64 {
	n, err := strconv.ParseInt(strings.Replace(decimals(text), ".", "", 1), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}
