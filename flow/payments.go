package flow

import (
	"slices"
	"strings"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// Payment is one payment session and what came of it.
type Payment struct {
	N          int // counts the sessions of this sign-up from 1
	Scope      apiclient.Scope
	Amount     money.Amount
	Session    secret.Value // mounts the widget
	ValidUntil time.Time    // by the server's clock
	Skew       time.Duration
	State      PaymentState
	Token      secret.Value // the payment request token, once authorised
	Instrument Instrument
	At         time.Time // of the newest change
	Extra      int       // late or second tokens, recorded and never used

	seen uint64   // tells the token when it comes again after it was wiped
	late []uint64 // and each of the Extra ones
}

// PaymentState is what became of a session.
type PaymentState string

// The states of a [Payment].
const (
	Open       PaymentState = "open"
	Authorised PaymentState = "authorised"
	Used       PaymentState = "used"
	Dead       PaymentState = "dead"      // replaced before anything was authorised
	LeftOver   PaymentState = "left over" // authorised and never used
)

// Expired reports whether the session's time is over, by the server's clock.
// With it an unused token dies too (Open API, payment API guide).
func (p Payment) Expired(at time.Time) bool { return !at.Add(p.Skew).Before(p.ValidUntil) }

// Left is how long the session stays valid.
func (p Payment) Left(at time.Time) time.Duration {
	return max(0, p.ValidUntil.Sub(at.Add(p.Skew)))
}

// Payment returns the session of a scope that counts: the newest that was not
// replaced.
func (s Signup) Payment(scope apiclient.Scope) (Payment, bool) {
	for _, p := range slices.Backward(s.Payments) {
		if p.Scope == scope && (p.State == Open || p.State == Authorised || p.State == Used) {
			return p, true
		}
	}
	return Payment{}, false
}

// Scopes lists the sessions that are needed, in the order in which they are
// created: the member's account first, because the second session belongs to
// the customer whom the first one made (sign-up guide, step 5).
func (s Signup) Scopes() []apiclient.Scope {
	needs := s.Needs()
	var scopes []apiclient.Scope
	if needs.Recurring {
		scopes = append(scopes, apiclient.ScopeMemberAccount)
	}
	if needs.Upfront {
		scopes = append(scopes, apiclient.ScopeECOM)
	}
	return scopes
}

// unpaid is the scope to be paid now and its session when there is one. A
// session that somebody may be paying goes first; one whose time ran out in
// the meantime is made anew afterwards.
func (s Signup) unpaid() (scope apiclient.Scope, p Payment, has, ok bool) {
	scopes := s.Scopes()
	for _, scope := range scopes {
		if p, has := s.Payment(scope); has && p.State == Open && !p.Expired(s.At) {
			return scope, p, true, true
		}
	}
	for _, scope := range scopes {
		if p, has := s.Payment(scope); !has || p.Expired(s.At) {
			return scope, p, has, true
		}
	}
	return "", Payment{}, false, false
}

// Unused lists what was authorised and would be lost if the sign-up ended now;
// a late or second token counts.
func (s Signup) Unused() []Payment {
	var list []Payment
	for _, p := range s.Payments {
		if p.State == Authorised || p.State == LeftOver || p.Extra > 0 {
			list = append(list, p)
		}
	}
	return list
}

// sessionRequest is the session that a scope asks for. The upfront amount is
// the exact text of the accepted price and comes from nowhere else.
func (s Signup) sessionRequest(scope apiclient.Scope) apiclient.SessionRequest {
	r := apiclient.SessionRequest{
		Scope:                          scope,
		Amount:                         s.amount(scope),
		ReferenceText:                  s.referenceText(),
		FinionPayCustomerID:            s.finion,
		RequireDirectDebitSignature:    s.Settings.RequireDirectDebitSignature,
		ShowExistingPaymentInstruments: s.Settings.ShowExistingPaymentInstruments,
	}
	if scope == apiclient.ScopeMemberAccount {
		r.PermittedPaymentChoices = s.Choices()
	}
	return r
}

func (s Signup) amount(scope apiclient.Scope) money.Amount {
	if s.Accepted == nil {
		return money.Amount{}
	}
	due, _ := s.Accepted.Due()
	if scope == apiclient.ScopeECOM {
		return due
	}
	currency := due.Currency()
	if currency == "" {
		currency = s.Accepted.Preview.BasePrice.Currency()
	}
	zero, _ := money.New("0", currency)
	return zero
}

// referenceText fills the template and keeps to what SEPA and the API carry:
// the basic Latin characters, at most 140.
func (s Signup) referenceText() string {
	text := s.Settings.ReferenceText
	if text == "" {
		text = "Signup {code}"
	}
	if !strings.Contains(text, "{code}") {
		text += " {code}"
	}
	offer := ""
	if s.Offer != nil {
		offer = s.Offer.Name
	}
	const limit = 140
	text = sepa(strings.NewReplacer("{code}", s.Code(), "{offer}", offer).Replace(text))
	if code := s.Code(); len(text) > limit {
		// The code is what a payment is found again by: the rest gives way.
		if strings.Index(text, code)+len(code) <= limit {
			return strings.TrimSpace(text[:limit])
		}
		text = strings.TrimSpace(text[:limit-len(code)-1]) + " " + code
	}
	return text
}

var sepaLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "&", "+", "é", "e", "è", "e", "ê", "e", "á", "a", "à", "a", "ó", "o", "ñ", "n", "ç", "c")

func sepa(text string) string {
	var b strings.Builder
	for _, r := range sepaLetters.Replace(text) {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/-?:().,'+ ", r) {
			b.WriteRune(r)
		} else {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (s Signup) sessionOpened(f SessionOpened) Signup {
	scope, _, _, _ := s.unpaid()
	if s.Stage() != StageOpening || f.N != len(s.Payments)+1 || f.Scope != scope || !f.Amount.Equal(s.amount(scope)) {
		return s
	}
	if s.finion != "" && f.Session.FinionPayCustomerID != s.finion {
		return s.failed(Failed{Key: sessionKey(f.N), Failure: Failure{Op: "open the payment session", Code: CodeOtherCustomer}})
	}
	s.finion = f.Session.FinionPayCustomerID
	s.Payments = append(slices.Clip(s.Payments), Payment{
		N: f.N, Scope: f.Scope, Amount: f.Amount, Session: f.Session.Token,
		ValidUntil: f.Session.ValidUntil, Skew: f.Skew, State: Open, At: s.At,
	})
	return s.noted("session "+string(f.Scope), "")
}

// CodeOtherCustomer is the code of the failure when the second session came
// back for somebody else than the first.
const CodeOtherCustomer = "OTHER_CUSTOMER"

func (s Signup) authorised(f PaymentAuthorised) Signup {
	i := f.N - 1
	if i < 0 || i >= len(s.Payments) || f.Token.IsZero() {
		return s
	}
	p := s.Payments[i]
	if p.Token == f.Token {
		return s
	}
	usable := p.State == Open && !p.Expired(s.At) && !f.Late && !slices.ContainsFunc(s.Payments, func(q Payment) bool { return q.Token == f.Token })
	if !usable {
		return s.recordLate(f)
	}
	p.State, p.Token, p.Instrument, p.At = Authorised, f.Token, f.Instrument, s.At
	p.seen = hash(f.Token)
	if i := slices.Index(p.late, p.seen); i >= 0 { // it was no second one after all
		p.late, p.Extra = slices.Delete(slices.Clone(p.late), i, i+1), p.Extra-1
	}
	s.Payments = slices.Clone(s.Payments)
	s.Payments[i] = p
	return s.noted("authorised "+string(p.Scope), f.Instrument.Method)
}

// recordLate keeps count of a token that came too late or twice. It is never
// used, but money may stand behind it, so it is never forgotten either.
func (s Signup) recordLate(f PaymentAuthorised) Signup {
	i, token := f.N-1, hash(f.Token)
	if i < 0 || i >= len(s.Payments) || f.Token.IsZero() || s.Payments[i].seen == token || slices.Contains(s.Payments[i].late, token) {
		return s
	}
	s.Payments = slices.Clone(s.Payments)
	p := &s.Payments[i]
	p.Extra, p.late = p.Extra+1, append(slices.Clip(p.late), token)
	if p.State == Dead {
		p.State, p.Instrument = LeftOver, f.Instrument
	}
	return s.noted("late payment", f.Instrument.Method)
}

func (s Signup) pasted(token secret.Value) Signup {
	if s.Stage() != StagePaying {
		return s
	}
	_, p, _, _ := s.unpaid()
	return s.authorised(PaymentAuthorised{N: p.N, Token: token})
}

// renew gives up a session whose time is over, so that a new one is wanted.
func (s Signup) renew() Signup {
	if s.Stage() != StageExpired {
		return s
	}
	scope, _, _, _ := s.unpaid()
	return s.killPayments(scope)
}

// killPayments gives up the sessions of a scope, of both when it is empty.
func (s Signup) killPayments(scope apiclient.Scope) Signup {
	if len(s.Payments) == 0 {
		return s
	}
	s.Payments = slices.Clone(s.Payments)
	for i := range s.Payments {
		if p := &s.Payments[i]; scope == "" || p.Scope == scope {
			switch p.State {
			case Open:
				p.State, p.At = Dead, s.At
				if p.Extra > 0 {
					p.State = LeftOver
				}
			case Authorised:
				p.State, p.At = LeftOver, s.At
			}
		}
	}
	return s
}

// dropUnneeded gives up the sessions that the newly accepted price does not
// ask for, and an upfront payment over another amount.
func (s Signup) dropUnneeded() Signup {
	needs := s.Needs()
	if !needs.Recurring {
		s = s.killPayments(apiclient.ScopeMemberAccount)
	}
	p, ok := s.Payment(apiclient.ScopeECOM)
	if ok && (!needs.Upfront || !p.Amount.Equal(s.amount(apiclient.ScopeECOM))) {
		s = s.killPayments(apiclient.ScopeECOM)
	}
	return s
}

// WouldLose lists the authorised payments that accepting the present price
// would leave unused, so that staff can be told before.
func (s Signup) WouldLose() []Payment {
	quote, ok := s.Quote()
	if !ok {
		return nil
	}
	next := s
	next.Accepted = &quote
	next = next.dropUnneeded()
	var lost []Payment
	for i, p := range next.Payments {
		if p.State == LeftOver && s.Payments[i].State == Authorised {
			lost = append(lost, s.Payments[i])
		}
	}
	return lost
}
