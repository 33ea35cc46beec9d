package flow_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// drive takes the straight way to a stage, where the offer has one, so that
// the histories begin everywhere.
func (h *history) drive(to flow.Stage) {
	for range 60 {
		if s := h.s.Stage(); to == flow.StageNone || s == to {
			return
		}
		if fact, ok := h.walk.reply(); ok {
			h.do(fact)
			continue
		}
		if e, ok := want[flow.OpenSession](h.s); ok {
			h.do(flow.SessionOpened{N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount, Session: apiclient.Session{
				Token: secret.New("session"), FinionPayCustomerID: finion, ValidUntil: h.at.Add(20 * time.Minute),
			}})
			continue
		}
		_, submit := want[flow.Submit](h.s)
		switch {
		case submit && to == flow.StageRefused:
			h.do(refusal(apiclient.Invalid))
		case submit:
			h.do(lost)
		case h.s.Stage() == flow.StagePaying && to == flow.StageExpired:
			h.at = h.at.Add(21 * time.Minute)
			h.do(flow.Woke{})
		default:
			h.do(h.sensible())
		}
	}
}

// tick lets some time pass, rarely much.
func (h *history) tick() {
	h.at = h.at.Add(rapid.SampledFrom([]time.Duration{
		0, 0, 0, 0, time.Millisecond, time.Second, time.Second, 2 * time.Second, 15 * time.Second, time.Minute, -time.Second, 11 * time.Minute, 21 * time.Minute, 14 * time.Hour,
	}).Draw(h.rt, "pause"))
}

// next draws what happens: mostly what moves the sign-up on.
func (h *history) next() flow.Fact {
	switch n := rapid.IntRange(0, 19).Draw(h.rt, "who"); {
	case n < 7:
		return h.studio()
	case n < 14:
		return h.sensible()
	case n < 17:
		return h.staff()
	default:
		return h.world()
	}
}

// studio answers one of the wants, now and then with a failure.
func (h *history) studio() flow.Fact {
	wants := h.s.Wants()
	if len(wants) == 0 {
		return flow.Woke{}
	}
	e := rapid.SampledFrom(wants).Draw(h.rt, "want")
	if rapid.IntRange(0, 9).Draw(h.rt, "luck") == 0 {
		if _, submit := e.(flow.Submit); !submit {
			return flow.Failed{Key: e.Key(), Failure: flow.Failure{Kind: apiclient.Unavailable}}
		}
	}
	return h.reply(e)
}

// reply is an answer to a want of any age.
func (h *history) reply(e flow.Effect) flow.Fact {
	switch e := e.(type) {
	case flow.FetchStudio:
		return flow.StudioArrived{Studio: apiclient.Studio{CountryCode: rapid.SampledFrom([]string{"", "DE", "DE", "DE", "IT"}).Draw(h.rt, "country")}}
	case flow.FetchOffers:
		var list []apiclient.Offer
		for _, o := range h.offers {
			list = append(list, short(o))
		}
		return flow.OffersArrived{Offers: list}
	case flow.FetchOffer:
		return flow.OfferArrived{Offer: h.offer(e.ID)}
	case flow.FetchPreview:
		p := figures(e.Request)
		if rapid.IntRange(0, 14).Draw(h.rt, "drift") == 0 {
			p = bill("12.34", "345.60", now("12.34"), later("1"))
		}
		return flow.PreviewArrived{Fingerprint: e.Fingerprint, Estimate: e.Estimate, Fresh: e.Fresh, Preview: p}
	case flow.SearchDuplicates:
		f := flow.DuplicatesArrived{Person: e.Person}
		switch rapid.IntRange(0, 9).Draw(h.rt, "found") {
		case 0:
			f.Forbidden = true
		case 1:
			f.Found = []apiclient.FoundCustomer{{ID: 1}}
		}
		return f
	case flow.OpenSession:
		payer := finion
		if rapid.IntRange(0, 14).Draw(h.rt, "payer") == 0 {
			payer = "other"
		}
		return flow.SessionOpened{
			N: e.N, Scope: e.Request.Scope, Amount: e.Request.Amount,
			Skew: rapid.SampledFrom([]time.Duration{0, 0, time.Minute, -time.Minute}).Draw(h.rt, "skew"),
			Session: apiclient.Session{
				Token: secret.New("session"), FinionPayCustomerID: payer,
				ValidUntil: h.at.Add(rapid.SampledFrom([]time.Duration{20 * time.Minute, time.Minute, 0}).Draw(h.rt, "life")),
			},
		}
	case flow.Submit:
		return rapid.SampledFrom([]flow.Fact{
			flow.SignupCreated{CustomerID: 4711},
			refusal(apiclient.Invalid), refusal(apiclient.Conflict), refusal(apiclient.Unavailable), lost, lost,
			flow.SubmitStarted{Attempt: e.Attempt},
			flow.SubmitStarted{Attempt: e.Attempt},
			flow.SubmitStarted{Attempt: e.Attempt + 1},
		}).Draw(h.rt, "answer")
	case flow.FindOwn:
		found := flow.OwnFound{CustomerID: 4711, HasContract: rapid.Bool().Draw(h.rt, "contract")}
		if rapid.IntRange(0, 5).Draw(h.rt, "own") > 0 {
			return flow.OwnNotFound{}
		}
		return found
	case flow.ServePage:
		return flow.PageListening{Link: secret.New("link"), Code: "K7Q2"}
	case flow.Wake:
		if e.At.After(h.at) && e.At.Sub(h.at) < 3*time.Minute {
			h.at = e.At
		}
	}
	return flow.Woke{}
}

// sensible is what good staff and a willing member would do next.
func (h *history) sensible() flow.Fact {
	s := h.s
	switch {
	case s.OfferID == 0:
		return flow.OfferChosen{ID: h.offerID()}
	case s.TermID == 0:
		return flow.TermChosen{ID: h.termID()}
	case s.Step < flow.StepPreview && len(s.Problems(flow.StepMember)) > 0:
		return typed(peter)
	case s.Step < flow.StepPreview && len(s.Problems(flow.StepTerm)) > 0:
		today := apiclient.DateOf(h.at)
		return flow.DatesChosen{Start: today, PreUse: today}
	case s.Step < flow.StepPreview:
		for _, b := range s.TextBlocks() {
			if b.ConfirmationRequired && !b.HasSignature && !s.Ticks[b.ID] {
				return flow.Ticked{Block: b.ID, On: true}
			}
		}
		return flow.StepChosen{Step: flow.StepPreview}
	case s.Step == flow.StepPreview:
		quote, _ := s.Quote()
		return flow.PreviewAccepted{Fingerprint: quote.Fingerprint}
	}
	switch s.Stage() {
	case flow.StageSigning:
		signed := flow.Signed{Contract: stroke, Blocks: map[int64]secret.Value{}}
		for _, b := range s.ToSign() {
			signed.Blocks[b.ID] = stroke
		}
		return signed
	case flow.StagePaying:
		view, _ := s.PageView()
		return flow.PaymentAuthorised{N: view.N, Token: h.token()}
	case flow.StageExpired:
		return flow.SessionRenewed{}
	case flow.StageRefused:
		return flow.SubmitPressed{}
	case flow.StageUnknown:
		return flow.SentOnceMore{Code: s.Code()}
	}
	return flow.Retried{}
}

func (h *history) token() secret.Value {
	h.serial++
	return secret.New(fmt.Sprintf("token-%d", h.serial))
}

func (h *history) offerID() int64 {
	return rapid.SampledFrom([]int64{1001, 1001, 1002, 1003, 1004, 1005, 1}).Draw(h.rt, "offer")
}

func (h *history) termID() int64 {
	return rapid.SampledFrom([]int64{10011, 10012, 10021, 10031, 10041, 10051, 1}).Draw(h.rt, "term")
}

func (h *history) date() apiclient.Date {
	return apiclient.DateOf(h.at).AddDays(rapid.SampledFrom([]int{0, 0, 1, 40, -1}).Draw(h.rt, "days"))
}

// staff is anything that staff can do, at any time.
func (h *history) staff() flow.Fact {
	pick := func(facts ...flow.Fact) flow.Fact { return rapid.SampledFrom(facts).Draw(h.rt, "staff") }
	ids := rapid.SliceOfN(rapid.SampledFrom([]int64{30011, 30012, 30021, 30101, 30102, 30511, 30521, 7}), 0, 3).Draw(h.rt, "ids")
	text := rapid.SampledFrom([]string{"", "x", "2001-02-03", "peter@example.invalid", "DE", "Zoë", " "}).Draw(h.rt, "text")
	on := rapid.Bool().Draw(h.rt, "on")
	spec := rapid.SampledFrom(flow.Fields).Draw(h.rt, "field")
	return pick(
		flow.OfferChosen{ID: h.offerID()}, flow.TermChosen{ID: h.termID()}, flow.DatesChosen{Start: h.date(), PreUse: h.date()},
		flow.ModulesChosen{Selectable: ids, Optional: ids}, flow.VoucherEntered{Code: rapid.SampledFrom([]string{"", "SPRING10", "NO"}).Draw(h.rt, "code")},
		field(spec.Field, text), typed(peter), flow.Ticked{Block: 70001, On: on}, flow.CashChosen{On: on}, flow.TillChosen{On: on},
		flow.MandateChosen{On: on}, flow.DuplicatesDismissed{}, flow.StepChosen{Step: flow.Step(rapid.IntRange(-1, 8).Draw(h.rt, "step"))},
		flow.PreviewAccepted{Fingerprint: text}, flow.SessionRenewed{}, flow.PageReopened{}, flow.TokenPasted{Token: h.token()},
		flow.SubmitPressed{}, flow.SentOnceMore{Code: h.s.Code()}, flow.LookedAgain{}, flow.Retried{}, flow.Resumed{}, flow.Woke{},
		rapid.SampledFrom([]flow.Fact{flow.Woke{}, flow.Woke{}, flow.Abandoned{}, flow.Abandoned{Reason: flow.ReasonDeclined}, flow.Left{}}).Draw(h.rt, "leave"),
	)
}

// world is an answer to something old, or to nothing at all.
func (h *history) world() flow.Fact {
	if len(h.asked) > 0 && rapid.Bool().Draw(h.rt, "old") {
		e := rapid.SampledFrom(h.asked).Draw(h.rt, "asked")
		if submit, is := e.(flow.Submit); !is || h.sent == nil || h.sent.Attempt == submit.Attempt {
			return h.reply(e)
		}
	}
	n := rapid.IntRange(-1, 4).Draw(h.rt, "n")
	token := h.token()
	if n >= 1 && n <= len(h.s.Payments) && rapid.Bool().Draw(h.rt, "replay") {
		token = h.s.Payments[n-1].Token
	}
	return rapid.SampledFrom([]flow.Fact{
		flow.PaymentAuthorised{N: n, Token: token, Late: rapid.Bool().Draw(h.rt, "late")},
		flow.SessionOpened{N: n, Scope: apiclient.ScopeECOM, Amount: eur("41.12"), Session: apiclient.Session{ValidUntil: h.at.Add(time.Hour)}},
		flow.PreviewArrived{Fingerprint: "x", Fresh: true, Preview: bill("1", "1")},
		flow.PreviewArrived{Preview: bill("1", "1")},
		flow.DuplicatesArrived{},
		flow.OfferArrived{},
		flow.OffersArrived{},
		flow.Signed{},
		flow.SigningRefused{},
		flow.PageReported{Kind: flow.PageLost},
		flow.PageListening{},
		flow.OwnNotFound{},
		flow.Failed{Key: "find/0"},
		flow.Failed{Key: "x"},
	}).Draw(h.rt, "noise")
}
