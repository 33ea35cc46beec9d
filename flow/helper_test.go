package flow_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// noon of the day for which the sandbox's offers are written.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.FixedZone("CET", 3600))

const intent = "0199d2a4-5b6c-7d8e-9f01-23456789abcd"

// offers are the sandbox's five, as the client decodes them.
func offers(t testing.TB) []apiclient.OfferDetail {
	t.Helper()
	data, err := os.ReadFile("../apiclient/sandbox/offers.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []apiclient.OfferDetail
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func short(o apiclient.OfferDetail) apiclient.Offer {
	entry := apiclient.Offer{ID: o.ID, Name: o.Name, PreUseType: o.PreUseType, LimitedOfferingPeriod: o.LimitedOfferingPeriod}
	for _, term := range o.Terms {
		entry.Terms = append(entry.Terms, apiclient.ShortTerm{ID: term.ID, Term: term.Term})
	}
	return entry
}

func eur(text string) money.Amount {
	if text == "" {
		return money.Amount{}
	}
	a, err := money.New(text, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

func day(text string) apiclient.Date {
	d, err := apiclient.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// now and later are entries of a payment schedule.
func now(amount string) apiclient.PaymentScheduleEntry {
	return apiclient.PaymentScheduleEntry{Amount: eur(amount), MandatoryOnSigning: true}
}

func later(amount string) apiclient.PaymentScheduleEntry {
	return apiclient.PaymentScheduleEntry{Amount: eur(amount)}
}

// bill is a preview; an empty text leaves an amount out.
func bill(due, total string, schedule ...apiclient.PaymentScheduleEntry) apiclient.Preview {
	return apiclient.Preview{
		BasePrice:                 eur("29.90"),
		PaymentPreview:            apiclient.PaymentPreview{DueOnSigningAmount: eur(due), PaymentSchedule: schedule},
		ContractVolumeInformation: apiclient.ContractVolume{TotalContractVolume: eur(total)},
	}
}

// applied marks the voucher of a preview as taken.
func applied(p apiclient.Preview) apiclient.Preview {
	p.VoucherType, p.VoucherSuccessMessage = apiclient.VoucherDiscount, "10 % off"
	return p
}

// figures are what the studio answers to a preview of its offers.
func figures(r apiclient.PreviewRequest) apiclient.Preview {
	var p apiclient.Preview
	switch c := r.Contract; c.ContractOfferTermID {
	case 10011:
		p = bill("41.12", "398.50", now("19.90"), now("21.22"), later("29.90"))
		if slices.Contains(c.SelectedOptionalModuleIDs, 30011) {
			p = bill("44.67", "458.50", now("19.90"), now("21.22"), now("3.55"), later("34.90"))
		}
	case 10012:
		p = bill("19.90", "657.10", now("19.90"), later("24.90"))
	case 10021:
		p = bill("299.00", "299.00", now("299.00"))
	case 10031:
		p = bill("0.00", "225.00", later("60.00"))
	case 10041:
		p = bill("0", "0")
	case 10051:
		p = bill("186.00", "186.00", now("186.00"))
		if c.VoucherCode == "SPRING10" {
			p = bill("171.10", "186.00", now("171.10"))
		}
	}
	switch r.Contract.VoucherCode {
	case "":
	case "SPRING10":
		p = applied(p)
	default:
		p.VoucherErrorCode = apiclient.VoucherInvalidCode
	}
	return p
}

// walk goes through a sign-up: do says what happens, the methods above it play
// staff, member and studio.
type walk struct {
	testing.TB
	s       flow.Signup
	at      time.Time
	offers  []apiclient.OfferDetail
	figures func(apiclient.PreviewRequest) apiclient.Preview
	found   []apiclient.FoundCustomer
	minutes time.Duration // that a session lives
}

func begin(t testing.TB, settings ...func(*flow.Settings)) *walk {
	t.Helper()
	w := &walk{TB: t, at: noon, offers: offers(t), figures: figures, minutes: 20 * time.Minute}
	conf := flow.Settings{Country: "DE", Language: "de"}
	for _, set := range settings {
		set(&conf)
	}
	return w.do(flow.Begun{Intent: intent, Settings: conf}).answer()
}

func (w *walk) do(facts ...flow.Fact) *walk {
	for _, f := range facts {
		w.s = w.s.Apply(flow.Event{At: w.at, Fact: f})
	}
	return w
}

// wait lets time pass.
func (w *walk) wait(d time.Duration) *walk {
	w.at = w.at.Add(d)
	return w.do(flow.Woke{})
}

func want[T flow.Effect](s flow.Signup) (effect T, ok bool) {
	for _, e := range s.Wants() {
		if e, is := e.(T); is {
			return e, true
		}
	}
	return effect, false
}

func must[T flow.Effect](w *walk) T {
	w.Helper()
	e, ok := want[T](w.s)
	if !ok {
		w.Fatalf("no %T is wanted, but %v, at step %d, stage %q", e, keys(w.s), w.s.Step, w.s.Stage())
	}
	return e
}

func never[T flow.Effect](w *walk, why string) {
	w.Helper()
	if e, ok := want[T](w.s); ok {
		w.Fatalf("%T is wanted %s", e, why)
	}
}

// alarm is the next instant that is waited for.
func (w *walk) alarm() (at time.Time) {
	w.Helper()
	for _, e := range w.s.Wants() {
		if wake, ok := e.(flow.Wake); ok && (at.IsZero() || wake.At.Before(at)) {
			at = wake.At
		}
	}
	if at.IsZero() {
		w.Fatalf("nothing is waited for, only %v", keys(w.s))
	}
	return at
}

func keys(s flow.Signup) (list []string) {
	for _, e := range s.Wants() {
		list = append(list, e.Key())
	}
	return list
}

// answer plays the studio for everything that moves no money, until nothing of
// it is wanted any more. Short rests are waited for.
func (w *walk) answer() *walk {
	w.Helper()
	for range 100 {
		f, ok := w.reply()
		if !ok {
			return w
		}
		w.do(f)
	}
	w.Fatalf("the same things are wanted again and again: %v", keys(w.s))
	return w
}

func (w *walk) reply() (flow.Fact, bool) {
	var rest flow.Fact
	for _, e := range w.s.Wants() {
		switch e := e.(type) {
		case flow.FetchStudio:
			return flow.StudioArrived{Studio: apiclient.Studio{StudioID: 4711, Name: "Fit & Fun", CountryCode: "DE"}}, true
		case flow.FetchOffers:
			var list []apiclient.Offer
			for _, o := range w.offers {
				list = append(list, short(o))
			}
			return flow.OffersArrived{Offers: list}, true
		case flow.FetchOffer:
			return flow.OfferArrived{Offer: w.offer(e.ID)}, true
		case flow.FetchPreview:
			return flow.PreviewArrived{Fingerprint: e.Fingerprint, Estimate: e.Estimate, Fresh: e.Fresh, Preview: w.figures(e.Request)}, true
		case flow.SearchDuplicates:
			return flow.DuplicatesArrived{Person: e.Person, Found: w.found}, true
		case flow.Wake:
			if e.At.Sub(w.at) <= time.Second {
				w.at, rest = e.At, flow.Woke{}
			}
		}
	}
	return rest, rest != nil
}

func (w *walk) offer(id int64) apiclient.OfferDetail {
	i := slices.IndexFunc(w.offers, func(o apiclient.OfferDetail) bool { return o.ID == id })
	return w.offers[i]
}

// choose takes an offer and one of its terms.
func (w *walk) choose(offer, term int64) *walk {
	return w.do(flow.OfferChosen{ID: offer}).answer().do(flow.TermChosen{ID: term}).answer()
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

// tick confirms what must be confirmed.
func (w *walk) tick() *walk {
	for _, b := range w.s.TextBlocks() {
		if b.ConfirmationRequired && !b.HasSignature {
			w.do(flow.Ticked{Block: b.ID, On: true})
		}
	}
	return w
}

// preview goes to the preview and waits for price and search.
func (w *walk) preview() *walk { return w.do(flow.StepChosen{Step: flow.StepPreview}).answer() }

// ready stands at the preview of an offer, with nothing missing.
func ready(t testing.TB, offer, term int64, settings ...func(*flow.Settings)) *walk {
	t.Helper()
	w := begin(t, settings...).choose(offer, term).do(typed(peter)).tick().preview()
	if w.s.Step != flow.StepPreview {
		t.Fatalf("step %d: %v", w.s.Step, w.s.Problems(w.s.Step))
	}
	return w
}

// accept says yes to the price on the screen.
func (w *walk) accept() *walk {
	w.Helper()
	quote, ok := w.s.Quote()
	if !ok {
		w.Fatalf("no price to accept: %v", w.s.Problems(flow.StepPreview))
	}
	return w.do(flow.PreviewAccepted{Fingerprint: quote.Fingerprint}).answer()
}

var stroke = secret.New("PHN2Zy8+")

// sign signs what must be signed, where anything must be.
func (w *walk) sign() *walk {
	if w.s.Stage() != flow.StageSigning {
		return w
	}
	signed := flow.Signed{Blocks: map[int64]secret.Value{}}
	if w.s.Offer.ContractSignaturesRequired {
		signed.Contract = stroke
	}
	for _, b := range w.s.ToSign() {
		if b.ConfirmationRequired {
			signed.Blocks[b.ID] = stroke
		}
	}
	return w.do(signed).answer()
}

const finion = "a1b2c3d4-0000-4000-8000-000000000001"

// open answers the session that is wanted.
func (w *walk) open() *walk {
	w.Helper()
	e := must[flow.OpenSession](w)
	return w.do(flow.SessionOpened{
		N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount,
		Session: apiclient.Session{
			Token: secret.New("session-" + string(e.Request.Scope)), FinionPayCustomerID: finion,
			ValidUntil: w.at.Add(w.minutes).Add(time.Duration(e.N) * time.Second),
		},
	}).answer()
}

// pay authorises the session that the page shows.
func (w *walk) pay(token string) *walk {
	w.Helper()
	view, ok := w.s.PageView()
	if !ok || view.Kind != flow.PagePay {
		w.Fatalf("the page shows %q at stage %q, nothing to pay", view.Kind, w.s.Stage())
	}
	return w.do(flow.PaymentAuthorised{N: view.N, Token: secret.New(token), Instrument: flow.Instrument{Method: "CREDIT_CARD", Last4: "1111"}}).answer()
}

// submitting has accepted, signed and paid, so that the submit is wanted.
func submitting(t testing.TB, offer, term int64, settings ...func(*flow.Settings)) *walk {
	t.Helper()
	w := ready(t, offer, term, settings...).accept().sign()
	for _, scope := range w.s.Scopes() {
		w.open().pay("token-" + string(scope))
	}
	must[flow.Submit](w)
	return w
}

func codes(problems []flow.Problem) (list []flow.ProblemCode) {
	for _, p := range problems {
		list = append(list, p.Code)
	}
	return list
}

func wantCodes(t testing.TB, got []flow.Problem, want ...flow.ProblemCode) {
	t.Helper()
	if !slices.Equal(codes(got), want) {
		t.Errorf("problems %v, want %v", codes(got), want)
	}
}

func states(s flow.Signup) (list []flow.PaymentState) {
	for _, p := range s.Payments {
		list = append(list, p.State)
	}
	return list
}
