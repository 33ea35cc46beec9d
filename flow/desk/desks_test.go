package desk_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
	"frontdesk/flow/journal"
)

// another is one more desk on a machine of its own: nothing but the studio
// knows of both.
func (v *venue) another() *venue {
	v.Helper()
	client, err := apiclient.New(apiclient.Config{
		BaseURL: "http://localhost", Key: secret.New(v.studio.Key()), Transport: sandbox.Transport(v.studio.API()), Now: v.now,
	})
	if err != nil {
		v.Fatal(err)
	}
	other := &venue{
		T: v.T, now: v.now, studio: v.studio, client: client, api: &spy{API: client},
		page: &page{till: v.page.till}, journal: &journal.Memory{}, conf: v.conf,
	}
	other.conf.API, other.conf.Page, other.conf.Journal = other.api, other.page, other.journal
	other.begin()
	return other
}

func TestMoment08TwoDesksOnePerson(t *testing.T) {
	for _, turned := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := open(t)
			other := v.another()
			desks := []*venue{v, other}
			var let []func()
			for _, d := range desks {
				let = append(let, d.api.block("signup"))
				d.signup(1002, 10021)
			}
			for _, d := range desks {
				d.until("paid", func(s flow.Signup) bool { return s.Submission.Started })
			}
			if turned {
				slices.Reverse(desks)
				slices.Reverse(let)
			}
			let[0]()
			desks[0].result(flow.Created)
			let[1]()
			s := desks[1].result(flow.Duplicate)
			if s.Submission.Failure.Message == "" || len(s.Unused()) != 1 {
				v.Errorf("told %+v, left over %v", s.Submission.Failure, states(s))
			}
			desks[1].do(flow.Abandoned{Reason: flow.ReasonDuplicate}).result(flow.Duplicate)
			if l := v.studio.Ledger(); len(l.Members) != 1 || l.Totals.Captured != "299.00" || l.Totals.LeftOver != "299.00" {
				v.Errorf("%d members, totals %+v", len(l.Members), l.Totals)
			}
			for _, d := range desks {
				d.down()
				d.client.Close()
			}
		})
	}
}

// Every desk of a chain opens at once, and the studio answers thirty requests
// of a kind in a minute: all finish, and nobody is signed up twice.
func TestMoment09MondayStorm(t *testing.T) {
	const desks = 24
	bubble(t, func(v *venue) {
		var (
			all     sync.WaitGroup
			mu      sync.Mutex
			longest time.Duration
			others  []*venue
		)
		for n := range desks {
			other := v.another()
			all.Go(func() {
				took := other.storm(n)
				mu.Lock()
				defer mu.Unlock()
				longest = max(longest, took)
			})
			others = append(others, other)
		}
		all.Wait()
		for _, other := range others {
			other.down()
			other.client.Close()
		}
		l, busy := v.studio.Ledger(), 0
		for _, c := range l.Calls {
			if c.Status == http.StatusTooManyRequests {
				busy++
			}
		}
		if len(l.Members) != desks || l.Totals.LeftOver != "0.00" || busy == 0 {
			v.Errorf("%d members, left over %s, %d refused", len(l.Members), l.Totals.LeftOver, busy)
		}
		v.Logf("%d desks, %d of the last %d requests refused, the slowest took %v", desks, busy, len(l.Calls), longest.Round(time.Second))
	}, func(c *sandbox.Config, _ *desk.Config) { c.RateLimit = 30 })
}

// storm goes through a sign-up and asks again whatever is refused.
func (v *venue) storm(n int) time.Duration {
	began := v.now()
	person := map[flow.Field]string{
		flow.LastName: fmt.Sprintf("Sturm%c%c", 'a'+n/26, 'a'+n%26), flow.Email: fmt.Sprintf("sturm%d@example.invalid", n),
	}
	for range 1000 {
		switch s := v.desk.Snapshot(); {
		case s.Outcome == flow.Created:
			return v.now().Sub(began)
		case len(s.Failures) > 0:
			v.desk.Dispatch(flow.Retried{})
		case s.Stage() == flow.StageRefused:
			v.desk.Dispatch(flow.SubmitPressed{})
		case s.Offers != nil && s.OfferID == 0:
			v.desk.Dispatch(flow.OfferChosen{ID: 1002})
		case s.Offer != nil && s.Get(flow.LastName).IsZero():
			v.desk.Dispatch(typed(peter))
			v.desk.Dispatch(typed(person))
		case s.Offer != nil && s.Step < flow.StepPreview:
			for _, b := range s.TextBlocks() {
				if b.ConfirmationRequired && !b.HasSignature {
					v.desk.Dispatch(flow.Ticked{Block: b.ID, On: true})
				}
			}
			v.desk.Dispatch(flow.StepChosen{Step: flow.StepPreview})
		case s.Step == flow.StepPreview && len(s.Problems(flow.StepPreview)) == 0:
			quote, _ := s.Quote()
			v.desk.Dispatch(flow.PreviewAccepted{Fingerprint: quote.Fingerprint})
		}
		<-time.After(5 * time.Second)
	}
	v.Errorf("desk %d never finished: stage %q", n, v.desk.Snapshot().Stage())
	return 0
}
