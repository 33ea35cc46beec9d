package flow

import (
	"maps"
	"slices"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// Signup is one person, one contract, one journal: the fold of its events.
// The zero value is a sign-up that has not begun. A Signup is a value; nobody
// changes one that somebody else may see.
type Signup struct {
	Intent   string
	At       time.Time // of the newest event, in the studio's zone
	Settings Settings
	Step     Step

	Studio *apiclient.Studio
	Offers []apiclient.Offer // nil until they arrived
	Offer  *apiclient.OfferDetail

	OfferID              int64 // chosen in the list; the detail may still be on its way
	TermID               int64
	Start, PreUse        apiclient.Date
	Selectable, Optional []int64
	Voucher              string
	VoucherRefused       *VoucherRefusal
	Member               map[Field]secret.Value
	Ticks                map[int64]bool
	Cash, Till, Mandate  bool

	Price      *Price // the newest preview that answered
	Accepted   *Price // the one the member said yes to
	Drift      *Drift // set when the last preview differs from the accepted one
	Duplicates *Duplicates
	Signature  *Signature
	Payments   []Payment // every session ever opened, in order
	Page       Page
	Submission Submission
	Failures   map[string]Failure // by effect key, until retried

	Outcome    Outcome
	Reason     Reason
	CustomerID int64
	EndedAt    time.Time
	Twins      []int64 // other customers who look like this member, created meanwhile
	Timeline   []Moment

	changedAt   time.Time // of the newest input that a price depends on
	twinsSought bool
	skew        time.Duration            // the server's clock minus ours, when the offers came
	final       *Price                   // the last preview, with the exact body of the sign-up
	finion      string                   // finionPayCustomerId of the first session
	request     *apiclient.SignupRequest // what is being sent, or was when nobody knows
}

// Price is a preview and what it answers.
type Price struct {
	Fingerprint string
	Estimate    bool // computed with placeholders for what is not known yet
	At          time.Time
	Preview     apiclient.Preview
}

// Due is the amount to be paid at signing; ok is false when the preview has
// no such member, which counts as nothing due but must be said.
func (p Price) Due() (due money.Amount, ok bool) {
	due = p.Preview.PaymentPreview.DueOnSigningAmount
	return due, due.Set()
}

// Total is the volume of the initial term, unset when the preview lacks it.
func (p Price) Total() money.Amount { return p.Preview.ContractVolumeInformation.TotalContractVolume }

// Drift shows an accepted price beside the newer one that replaces it.
type Drift struct{ Old, New Price }

// VoucherRefusal keeps what became of a code that was taken away again.
type VoucherRefusal struct{ Code, Reason string }

// Person is what the duplicate search looks for.
type Person struct{ Email, LastName, DateOfBirth secret.Value }

// Duplicates is the answer of the duplicate search for a person.
type Duplicates struct {
	Person    Person
	Found     []apiclient.FoundCustomer
	Forbidden bool
	Dismissed bool
	At        time.Time // zero when it has to be made again before money moves
}

// Signature holds the member's signatures. They stand for the contract whose
// estimate has this fingerprint; another contract is signed again.
type Signature struct {
	For      string
	Contract secret.Value
	Blocks   map[int64]secret.Value
}

// Page is what is known of the browser step.
type Page struct {
	Link     secret.Value
	Code     string // match code, shown on page and terminal
	NotOpen  string // why the browser was not started; empty when it was
	Opens    int    // how often staff asked for it to be opened again
	News     PageNews
	NewsText string
	NewsAt   time.Time
	Refused  bool // the member did not want to sign
}

// Moment is one line of the story of a payment.
type Moment struct {
	At   time.Time
	What string
	Text string
}

// Outcome is how a sign-up ended, or "" while it is under way.
type Outcome string

// The outcomes, as the command line names them.
const (
	Created   Outcome = "created"
	Refused   Outcome = "refused"
	Unknown   Outcome = "unknown"
	Duplicate Outcome = "duplicate"
	Declined  Outcome = "declined"
	GivenUp   Outcome = "abandoned"
)

// wipeAfter is how long personal data stays on the Done screen.
const wipeAfter = 2 * time.Minute

// twinsAfter is when to look whether another desk signed the same person up at
// the same time: late enough for the search to show it, and before the data to
// search with is wiped.
const twinsAfter = 90 * time.Second

// Apply returns the sign-up after one more event. It is total: an event that
// does not fit the state changes nothing but the time.
func (s Signup) Apply(e Event) Signup { return s.apply(e).settled() }

func (s Signup) apply(e Event) Signup {
	s.At = e.At
	if s.Outcome != "" {
		if !e.At.Before(s.EndedAt.Add(wipeAfter)) {
			s = s.wiped()
		}
		switch f := e.Fact.(type) {
		case Left:
			return s.wiped()
		case PaymentAuthorised:
			return s.recordLate(f)
		case TwinsFound:
			s.Twins, s.twinsSought = f.Customers, true
			return s
		default:
			return s
		}
	}
	if s.Step == StepPayment {
		switch e.Fact.(type) {
		case OfferChosen, TermChosen, DatesChosen, ModulesChosen, VoucherEntered, Ticked, CashChosen, TillChosen, MandateChosen:
			return s // what was accepted stands until staff go back
		case FieldsEdited:
			if s.Committed() {
				return s
			}
		default:
		}
	}
	switch f := e.Fact.(type) {
	case Begun:
		if s.Intent != "" {
			return s
		}
		s.Intent, s.Settings, s.Step = f.Intent, f.Settings, StepOffer
		s = s.localised(s.Settings.Country, "")
	case Resumed:
		return s.resumed()
	case Retried:
		s.Failures = nil
	case Abandoned:
		return s.abandoned(f.Reason)
	case StudioArrived:
		s.Studio = &f.Studio
		s = s.localised(f.Studio.CountryCode, s.Settings.Language)
	case OffersArrived:
		s.Offers, s.skew = f.Offers, f.Skew
		if s.Offers == nil {
			s.Offers = []apiclient.Offer{}
		}
	case OfferChosen:
		return s.chooseOffer(f.ID)
	case OfferArrived:
		return s.offerArrived(f.Offer)
	case TermChosen:
		return s.chooseTerm(f.ID)
	case DatesChosen:
		return s.chooseDates(f.Start, f.PreUse)
	case ModulesChosen:
		return s.chooseModules(f.Selectable, f.Optional)
	case VoucherEntered:
		s.Voucher, s.VoucherRefused = f.Code, nil
		s.changedAt = time.Time{}
	case FieldsEdited:
		return s.edit(f.Values)
	case Ticked:
		s.Ticks = maps.Clone(s.Ticks)
		if s.Ticks == nil {
			s.Ticks = map[int64]bool{}
		}
		s.Ticks[f.Block] = f.On
	case CashChosen:
		s.Cash = f.On && s.CashAllowed()
	case TillChosen:
		s.Till = f.On && s.Settings.AllowTill
	case MandateChosen:
		s.Mandate = f.On
	case DuplicatesArrived:
		if f.Person == s.person() {
			s.Duplicates = s.searched(f)
			return s.met()
		}
	case DuplicatesDismissed:
		if s.Duplicates != nil {
			d := *s.Duplicates
			d.Dismissed = true
			s.Duplicates = &d
		}
	case StepChosen:
		return s.goTo(f.Step)
	case PreviewArrived:
		return s.previewArrived(f)
	case PreviewAccepted:
		return s.accept(f.Fingerprint)
	case SessionOpened:
		return s.sessionOpened(f)
	case SessionRenewed:
		return s.renew()
	case PaymentAuthorised:
		return s.authorised(f)
	case TokenPasted:
		return s.pasted(f.Token)
	case PageListening:
		s.Page.Link, s.Page.Code, s.Page.NotOpen = f.Link, f.Code, f.Opened
	case PageReopened:
		s.Page.Opens++
		s.Page.Refused = false
	case PageReported:
		s.Page.News, s.Page.NewsText, s.Page.NewsAt = f.Kind, f.Text, e.At
		return s.noted("page "+string(f.Kind), f.Text)
	case Signed:
		return s.signed(f)
	case SigningRefused:
		if s.Stage() != StageSigning {
			return s
		}
		s.Page.Refused = true
		return s.noted("signing refused", "")
	case SubmitPressed, SubmitStarted, SentOnceMore, LookedAgain, SignupCreated, SignupRefused, OutcomeUnknown, OwnFound, OwnNotFound:
		return s.submission(e.Fact)
	case Failed:
		return s.failed(f)
	case Left, Woke, TwinsFound:
	}
	return s
}

// noted adds a line to the timeline.
func (s Signup) noted(what, text string) Signup {
	s.Timeline = append(slices.Clip(s.Timeline), Moment{At: s.At, What: what, Text: text})
	return s
}

func (s Signup) failed(f Failed) Signup {
	s.Failures = maps.Clone(s.Failures)
	if s.Failures == nil {
		s.Failures = map[string]Failure{}
	}
	s.Failures[f.Key] = f.Failure
	if isLook(f.Key) {
		return s.looked(true)
	}
	return s
}

func (s Signup) abandoned(why Reason) Signup {
	if s.Committed() {
		return s
	}
	s.Reason, s.Outcome, s.EndedAt = why, GivenUp, s.At
	switch why {
	case ReasonDeclined:
		s.Outcome = Declined
	case ReasonDuplicate:
		s.Outcome = Duplicate
	}
	return s.killPayments("")
}

func (s Signup) resumed() Signup {
	switch sub := &s.Submission; {
	case !s.submitting():
	case sub.Started:
		s = s.submission(OutcomeUnknown{Failure{Kind: apiclient.Lost, Op: "sign the member up"}})
	case sub.Since.IsZero():
		sub.State, s.request = "", nil
	default:
		sub.State = SubmitUnknown // what was sent before it still is
	}
	s.Page = Page{Opens: s.Page.Opens}
	s.Failures, s.final = nil, nil
	if s.Duplicates != nil {
		d := *s.Duplicates
		d.At = time.Time{}
		s.Duplicates = &d
	}
	return s
}

// edited returns a copy of the member's fields with one more value.
func (s Signup) edited(f Field, text string) map[Field]secret.Value {
	m := maps.Clone(s.Member)
	if m == nil {
		m = map[Field]secret.Value{}
	}
	m[f] = secret.New(text)
	return m
}

// localised fills in country and language as most members of a studio in this
// country would; fallback is the language where the country tells none.
func (s Signup) localised(country, fallback string) Signup {
	for _, fill := range []struct {
		field Field
		text  string
	}{{CountryCode, country}, {LanguageCode, languageOf[country]}, {LanguageCode, fallback}} {
		if fill.text != "" && s.Get(fill.field).IsZero() {
			s.Member = s.edited(fill.field, fill.text)
		}
	}
	return s
}

// languageOf is the language that most people of a country would choose.
var languageOf = map[string]string{
	"AT": "de", "CH": "de", "CZ": "cs", "DE": "de", "ES": "es", "FR": "fr", "GB": "en", "HU": "hu", "IE": "en", "IT": "it",
	"LI": "de", "LU": "fr", "NL": "nl", "NO": "nb", "PL": "pl", "RO": "ro", "SE": "sv", "SI": "sl", "TR": "tr",
}

func (s Signup) edit(values map[Field]secret.Value) Signup {
	m := maps.Clone(s.Member)
	if m == nil {
		m = map[Field]secret.Value{}
	}
	for f, v := range values {
		if _, known := Spec(f); !known {
			continue
		}
		if f == DateOfBirth && m[f] != v {
			s.changedAt = s.At
		}
		if v.IsZero() {
			delete(m, f)
		} else {
			m[f] = v
		}
	}
	s.Member = m
	if s.Submission.State == SubmitRefused {
		s.Submission.Mended = true
	}
	return s
}

// wiped forgets the person; what was sold and paid stays.
func (s Signup) wiped() Signup {
	s.Member, s.Duplicates, s.Signature = nil, nil, nil
	s.Page.Link, s.Page.NewsText = secret.Value{}, ""
	s.Failures, s.Submission.Failure.Message = nil, "" // the API's words may quote the person
	return s.wipedSecrets()
}

func (s Signup) wipedSecrets() Signup {
	s.request = nil
	s.Payments = slices.Clone(s.Payments)
	for i := range s.Payments {
		s.Payments[i].Session, s.Payments[i].Token = secret.Value{}, secret.Value{}
	}
	return s
}

// Blank reports whether nothing was decided and nothing of a person typed, as
// when the program is opened and closed again.
func (s Signup) Blank() bool {
	for field, value := range s.Member {
		if field != CountryCode && field != LanguageCode && !value.IsZero() {
			return false
		}
	}
	return s.Step == StepOffer && len(s.Payments) == 0 && s.Outcome == ""
}

// Wiped reports whether the person's data is gone.
func (s Signup) Wiped() bool { return s.Outcome != "" && s.Member == nil }

// Today is the studio's day by the server's clock, whatever the desk's says.
func (s Signup) Today() apiclient.Date { return s.day(s.At) }

func (s Signup) day(t time.Time) apiclient.Date { return apiclient.DateOf(t.Add(s.skew)) }

// Failure returns why the effect with this key, or one whose key begins with
// it, came to nothing.
func (s Signup) Failure(prefix string) (Failure, bool) {
	for _, key := range slices.Sorted(maps.Keys(s.Failures)) {
		if len(key) >= len(prefix) && key[:len(prefix)] == prefix {
			return s.Failures[key], true
		}
	}
	return Failure{}, false
}
