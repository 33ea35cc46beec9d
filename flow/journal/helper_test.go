package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	deskKey   = secret.New(strings.Repeat("k", keySize))
	otherKey  = secret.New(strings.Repeat("o", keySize))
	berlin    = zone("Europe/Berlin")
	morning   = time.Date(2026, 3, 10, 9, 0, 0, 0, berlin)
	someWhere = Place{BaseURL: "https://studio.example.invalid", Studio: "mitte", Environment: "test"}
)

const someIntent = "01957e2a-0000-7000-8000-0123456789ab"

func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

// same compares what a journal must give back: instants with their zone,
// amounts as texts, secrets as texts.
var same = cmp.Options{
	cmp.Comparer(func(a, b time.Time) bool {
		_, x := a.Zone()
		_, y := b.Zone()
		return a.Equal(b) && x == y && a.Location().String() == b.Location().String()
	}),
	cmp.Comparer(func(a, b secret.Value) bool { return a == b }),
	cmp.Comparer(func(a, b money.Amount) bool { return a == b }),
}

func newStore(t testing.TB) *Store {
	t.Helper()
	return openStore(t, t.TempDir(), deskKey)
}

func openStore(t testing.TB, dir string, key secret.Value) *Store {
	t.Helper()
	s, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write journals events, the first of them a Begun, and leaves the Log open.
func write(t testing.TB, s *Store, events []flow.Event) *Log {
	t.Helper()
	l, err := s.Create(t.Context(), someWhere, "v1.2.3", events[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for _, e := range events[1:] {
		if err := l.Append(e); err != nil {
			t.Fatalf("%T: %v", e.Fact, err)
		}
	}
	return l
}

func closeLog(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *Store, intent string) History {
	t.Helper()
	h, err := s.Load(intent)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func fold(events []flow.Event) (s flow.Signup) {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

func amount(number string) money.Amount {
	a, err := money.New(number, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			list = append(list, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// story is the way of one sign-up, both payments and all, as a desk lives it.
// Every secret in it holds the word canary.
func story(intent string) []flow.Event { return slowStory(intent, 0) }

// slowStory is a story whose member looks for the card that long.
func slowStory(intent string, pause time.Duration) []flow.Event {
	var (
		events []flow.Event
		s      flow.Signup
		late   bool
	)
	add := func(fact flow.Fact) {
		e := flow.Event{At: morning.Add(time.Duration(len(events)) * time.Second), Fact: fact}
		if p, ok := fact.(flow.PaymentAuthorised); late || ok && p.N == 2 {
			late = true
			e.At = e.At.Add(pause)
		}
		events, s = append(events, e), s.Apply(e)
	}
	add(flow.Begun{Intent: intent, Settings: flow.Settings{BaseURL: someWhere.BaseURL, Environment: "test", Country: "DE", Language: "de"}})
	values := map[flow.Field]secret.Value{
		flow.DateOfBirth: secret.New("1990-08-24"), flow.Email: secret.New("canary@example.invalid"),
	}
	for _, f := range []flow.Field{flow.FirstName, flow.LastName, flow.Street, flow.ZipCode, flow.City} {
		values[f] = secret.New("canary " + string(f))
	}
	opened := false
	for range 100 {
		switch fact := answer(s, &opened); {
		case fact != nil:
			add(fact)
		case s.Outcome != "":
			return events
		case s.OfferID == 0:
			add(flow.OfferChosen{ID: 1001})
		case s.Get(flow.LastName).IsZero():
			add(flow.FieldsEdited{Values: values})
		case s.Step < flow.StepPreview:
			add(flow.StepChosen{Step: flow.StepPreview})
		default:
			quote, _ := s.Quote()
			add(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		}
	}
	panic("the story has no end")
}

func answer(s flow.Signup, opened *bool) flow.Fact {
	for _, effect := range s.Wants() {
		switch e := effect.(type) {
		case flow.FetchStudio:
			return flow.StudioArrived{Studio: apiclient.Studio{StudioID: 1, Name: "Mitte", CountryCode: "DE"}}
		case flow.FetchOffers:
			return flow.OffersArrived{Offers: []apiclient.Offer{{ID: 1001, Name: "Flex"}}}
		case flow.FetchOffer:
			return flow.OfferArrived{Offer: apiclient.OfferDetail{ID: 1001, Name: "Flex", Terms: []apiclient.OfferTerm{{ID: 10011}}}}
		case flow.FetchPreview:
			return flow.PreviewArrived{Fingerprint: e.Fingerprint, Estimate: e.Estimate, Fresh: e.Fresh, Preview: apiclient.Preview{
				BasePrice: amount("29.90"),
				PaymentPreview: apiclient.PaymentPreview{
					DueOnSigningAmount: amount("44.670"),
					PaymentSchedule: []apiclient.PaymentScheduleEntry{
						{Description: "canary", Amount: amount("44.67"), MandatoryOnSigning: true},
						{DueDate: apiclient.Date{Year: 2026, Month: 4, Day: 1}, Amount: amount("29.90")},
					},
				},
			}}
		case flow.SearchDuplicates:
			return flow.DuplicatesArrived{Person: e.Person}
		case flow.OpenSession:
			return flow.SessionOpened{N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount, Session: apiclient.Session{
				Token: secret.New(fmt.Sprintf("canary session %d", e.N)), ValidUntil: s.At.Add(15 * time.Minute).UTC(), FinionPayCustomerID: "canary finion",
			}}
		case flow.ServePage:
			if !*opened {
				*opened = true
				return flow.PageListening{Link: secret.New("http://localhost:1/#canary"), Code: "AB-12"}
			}
			if e.View.Kind == flow.PagePay {
				return flow.PaymentAuthorised{N: e.View.N, Token: secret.New(fmt.Sprintf("canary token %d", e.View.N)), Instrument: flow.Instrument{Method: "SEPA", Last4: "4242"}}
			}
		case flow.Submit:
			if !s.Submission.Started {
				return flow.SubmitStarted{Attempt: e.Attempt}
			}
			return flow.SignupCreated{CustomerID: 77}
		}
	}
	return nil
}

// until is the story up to and including the n-th fact of type F.
func until[F flow.Fact](events []flow.Event, n int) []flow.Event {
	for i, e := range events {
		if _, ok := e.Fact.(F); ok {
			if n--; n == 0 {
				return events[:i+1]
			}
		}
	}
	panic("no such fact: " + reflect.TypeFor[F]().Name())
}
