package desk_test

import (
	"slices"
	"testing"
	"time"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
)

// The five offers with the figures that hold on 2026-03-10, each signed up for
// from the list of offers to the customer id.
func TestWholeSignupOfEveryOffer(t *testing.T) {
	const member, upfront = "MEMBER_ACCOUNT", "ECOM"
	for _, c := range []struct {
		name        string
		offer, term int64
		facts       []flow.Fact
		due, total  string
		scopes      []string
		method      string // of the member's account
	}{
		{"Flex 12 months", 1001, 10011, nil, "41.12", "398.50", []string{member, upfront}, "SEPA"},
		{"Flex 12 months with drinks", 1001, 10011, []flow.Fact{flow.ModulesChosen{Optional: []int64{30011}}}, "44.67", "458.50", []string{member, upfront}, "SEPA"},
		{"Flex 12 months from 16 April", 1001, 10011, []flow.Fact{dates("2026-04-16")}, "34.85", "398.50", []string{member, upfront}, "SEPA"},
		{"Flex 12 months in cash", 1001, 10011, []flow.Fact{flow.CashChosen{On: true}}, "41.12", "398.50", []string{upfront}, "CASH"},
		{"Flex 24 months", 1001, 10012, nil, "19.90", "657.10", []string{member, upfront}, "SEPA"},
		{"Prepaid year", 1002, 10021, nil, "299.00", "299.00", []string{upfront}, "CASH"},
		{"Student quarter", 1003, 10031, nil, "0.00", "225.00", []string{member}, "SEPA"},
		{"Student quarter at 20", 1003, 10031, []flow.Fact{field(flow.DateOfBirth, "2006-01-02")}, "0.00", "180.00", []string{member}, "SEPA"},
		{"Free trial week", 1004, 10041, nil, "0.00", "0.00", nil, "CASH"},
		{"Ten-week course", 1005, 10051, nil, "186.00", "186.00", []string{upfront}, "CASH"},
		{"Ten-week course with SPRING10", 1005, 10051, []flow.Fact{flow.VoucherEntered{Code: "SPRING10"}}, "171.10", "186.00", []string{upfront}, "CASH"},
		{"Ten-week course with a mandate", 1005, 10051, []flow.Fact{flow.MandateChosen{On: true}}, "186.00", "186.00", []string{member, upfront}, "SEPA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(v *venue) {
				v.choose(c.offer, c.term).do(typed(peter)).do(c.facts...)
				s := v.preview()
				if due, _ := s.Price.Due(); !due.Equal(amount(c.due)) || !s.Price.Total().Equal(amount(c.total)) {
					v.Errorf("due %v, total %v", due, s.Price.Total())
				}
				v.accept()
				s = v.result(flow.Created)

				l, m := v.studio.Ledger(), v.member()
				if m.CustomerID != s.CustomerID || m.CustomerThirdPartyID != s.Intent || m.Contract == nil || m.Contract.ThirdPartyID != s.Intent {
					v.Fatalf("member %+v, sign-up %d %s", m, s.CustomerID, s.Intent)
				}
				k := m.Contract
				if k.DueOnSigning != c.due || k.Total != c.total || k.TermID != c.term || m.PaymentMethod != c.method {
					v.Errorf("contract %+v, pays by %s", k, m.PaymentMethod)
				}
				var scopes []string
				for i, each := range l.Sessions {
					scopes = append(scopes, each.Scope)
					token, sum := m.PaymentRequestToken, "0.00"
					if each.Scope == upfront {
						token, sum = k.InitialPaymentRequestToken, c.due
					}
					if a := l.Authorisations[i]; a.Token != token || a.Scope != each.Scope || each.Amount != sum {
						v.Errorf("session %d, %s over %s: its token is in another field", i, each.Scope, each.Amount)
					}
					if each.FinionPayCustomerID != l.Sessions[0].FinionPayCustomerID {
						v.Error("two payers")
					}
				}
				if !slices.Equal(scopes, c.scopes) {
					v.Errorf("sessions %v, want %v", scopes, c.scopes)
				}
				paid := "0.00"
				if slices.Contains(c.scopes, upfront) {
					paid = c.due
				}
				if l.Totals.Captured != paid || l.Totals.LeftOver != "0.00" || k.Paid != paid || k.Open != "0.00" {
					v.Errorf("totals %+v, contract %+v", l.Totals, k)
				}
				if calls := v.calls(); calls["signup"] != 1 || calls["session"] != len(c.scopes) {
					v.Errorf("calls %v", calls)
				}
				v.order(l.Calls)
				if s.Offer.ContractSignaturesRequired != k.ContractSigned {
					v.Errorf("signed: %v", k.ContractSigned)
				}
				// The page is over when the person is forgotten, without anybody's help.
				if page := v.page.last(); len(c.scopes) > 0 && page.Kind != flow.PageDone {
					v.Errorf("the page shows %q", page.Kind)
				}
				v.until("forgotten", func(s flow.Signup) bool { return s.Wiped() })
				if v.page.serving() != 0 {
					v.Error("the page goes on")
				}
			})
		})
	}
}

// order checks that the search and a preview come before any session.
func (v *venue) order(calls []sandbox.Call) {
	v.Helper()
	first := map[string]int{}
	lastPreview, firstSession := 0, len(calls)
	for i, c := range calls {
		if _, ok := first[c.Call]; !ok {
			first[c.Call] = i
		}
		if c.Call == "session" && firstSession == len(calls) {
			firstSession = i
		}
		if c.Call == "preview" && i < firstSession {
			lastPreview = i
		}
	}
	if _, paid := first["session"]; !paid {
		return
	}
	if first["search"] > firstSession {
		v.Error("money moves before the search for duplicates")
	}
	if lastPreview != firstSession-1 {
		v.Error("the last preview is not right before the first session")
	}
}

func TestSecondSignupOfTheSameDesk(t *testing.T) {
	bubble(t, func(v *venue) {
		v.signup(1002, 10021)
		first := v.result(flow.Created)
		v.desk.Next()
		v.do()
		s := v.until("the next one", func(s flow.Signup) bool { return s.Intent != first.Intent && s.Offers != nil })
		if s.Outcome != "" || s.CustomerID != 0 || !s.Get(flow.FirstName).IsZero() {
			v.Errorf("the next sign-up knows the former: %+v", s.Outcome)
		}
		v.choose(1004, 10041).do(typed(peter), field(flow.LastName, "Other"), field(flow.Email, "other@example.invalid"))
		v.preview()
		v.accept()
		if second := v.result(flow.Created); second.CustomerID == first.CustomerID || second.Intent == first.Intent {
			v.Error("one member twice")
		}
		// Studio and offers are kept from the first.
		if calls := v.calls(); calls["offers"] != 1 || calls["studio"] != 1 {
			v.Errorf("calls %v", calls)
		}
	})
}

func TestTodayIsTheStudios(t *testing.T) {
	for country, want := range map[string]string{"DE": "Europe/Berlin", "JP": "Asia/Tokyo", "XX": time.Local.String()} {
		bubble(t, func(v *venue) {
			v.until("the studio", func(s flow.Signup) bool { return s.Studio != nil })
			if zone := v.journal.Events()[0].At.Location().String(); zone != want {
				v.Errorf("%s: %s", country, zone)
			}
			// The sandbox's studio is in Hamburg, and says so.
			events := v.journal.Events()
			if zone := events[len(events)-1].At.Location().String(); zone != "Europe/Berlin" {
				v.Errorf("after the studio arrived: %s", zone)
			}
		}, settings(func(s *flow.Settings) { s.Country = country }))
	}
}

func amount(text string) money.Amount {
	a, err := money.New(text, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}
