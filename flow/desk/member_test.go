package desk_test

import (
	"slices"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

var secretOf = secret.New

// member is what the member does at the page. Where the page does not ask for
// it, nothing happens.
func (p *player) member(st step) error {
	v, ok := p.view()
	if !ok {
		return nil
	}
	switch {
	case st.Do == "walk away":
		_ = p.deliver(flow.PageReported{Kind: flow.PageLeft})
	case st.Do == "sign" && v.Kind == flow.PageSign:
		signed := flow.Signed{Blocks: map[int64]secret.Value{}}
		if v.SignContract {
			signed.Contract = stroke
		}
		for _, b := range v.Texts {
			signed.Blocks[b.ID] = stroke
		}
		_ = p.deliver(signed)
	case st.Do == "refuse" && v.Kind == flow.PageSign:
		_ = p.deliver(flow.SigningRefused{})
	case st.Do == "decline" && v.Kind == flow.PagePay:
		_ = p.deliver(flow.PageReported{Kind: flow.PageFailed, Text: "declined"})
	case st.Do == "pay" && v.Kind == flow.PagePay:
		if t := p.buy(v); t != nil {
			p.hand(t, false)
		}
	case st.Do == "hold" && v.Kind == flow.PagePay:
		p.buy(v)
	case st.Do == "paste" && v.Kind == flow.PagePay:
		p.paste(v)
	case st.Do == "deliver" || st.Do == "late":
		if t := p.pending(st.N); t != nil {
			p.hand(t, st.Do == "late" || v.Kind != flow.PagePay || v.N != t.n)
		}
	case st.Do == "again":
		if mine := p.mine(); len(mine) > 0 {
			p.hand(mine[st.N%len(mine)], v.Kind != flow.PagePay)
		}
	}
	return nil
}

// buy pays at the till; the desk does not know yet. It is nil when the till
// does not take it, as when the session is over.
func (p *player) buy(v flow.PageView) *token {
	text, err := p.authorise(v.Session)
	if err != nil {
		return nil
	}
	for _, t := range p.tokens {
		if t.text == text {
			return t // a session has one
		}
	}
	t := &token{intent: p.signup().Intent, n: v.N, session: v.Session.Reveal(), text: text}
	p.tokens = append(p.tokens, t)
	return t
}

// hand brings a token to the desk, as the page does.
func (p *player) hand(t *token, late bool) {
	err := p.deliver(flow.PaymentAuthorised{
		N: t.n, Token: secret.New(t.text), Late: late, Instrument: flow.Instrument{Method: "CREDIT_CARD", Last4: "1111"},
	})
	t.acked = t.acked || err == nil
}

// paste is how the page of a dead program hands its token over.
func (p *player) paste(v flow.PageView) {
	i := slices.IndexFunc(p.tokens, func(t *token) bool { return !t.acked && t.session == v.Session.Reveal() })
	if i < 0 {
		return
	}
	before := len(p.events())
	p.do(flow.TokenPasted{Token: secret.New(p.tokens[i].text)})
	p.tokens[i].acked = len(p.events()) > before
}

// mine are the tokens of the present sign-up.
func (p *player) mine() []*token {
	intent := p.signup().Intent
	return slices.DeleteFunc(slices.Clone(p.tokens), func(t *token) bool { return t.intent != intent })
}

// pending is one that the desk does not know of.
func (p *player) pending(n int) *token {
	mine := slices.DeleteFunc(p.mine(), func(t *token) bool { return t.acked })
	if len(mine) == 0 {
		return nil
	}
	return mine[n%len(mine)]
}
