package flow

import (
	"cmp"
	"slices"

	"frontdesk/apiclient"
)

func (s Signup) chooseOffer(id int64) Signup {
	if !slices.ContainsFunc(s.Offers, func(o apiclient.Offer) bool { return o.ID == id }) {
		return s
	}
	if s.OfferID == id && s.Offer != nil {
		return s
	}
	s.OfferID, s.Offer, s.TermID = id, nil, 0
	s.Selectable, s.Optional, s.Voucher, s.VoucherRefused = nil, nil, "", nil
	s.Cash, s.Till, s.Mandate = false, false, false
	s.Price, s.Accepted, s.Drift, s.final = nil, nil, nil, nil
	return s.killPayments("")
}

func (s Signup) offerArrived(offer apiclient.OfferDetail) Signup {
	if offer.ID != s.OfferID || s.Offer != nil {
		return s
	}
	s.Offer = &offer
	if len(offer.Terms) == 1 {
		return s.chooseTerm(offer.Terms[0].ID)
	}
	return s
}

// Term is the chosen term of the chosen offer.
func (s Signup) Term() (apiclient.OfferTerm, bool) {
	if s.Offer == nil || s.TermID == 0 {
		return apiclient.OfferTerm{}, false
	}
	i := slices.IndexFunc(s.Offer.Terms, func(t apiclient.OfferTerm) bool { return t.ID == s.TermID })
	if i < 0 {
		return apiclient.OfferTerm{}, false
	}
	return s.Offer.Terms[i], true
}

// chooseTerm takes the term's dates; a default in the past becomes today. It
// drops optional modules that the new term does not have.
func (s Signup) chooseTerm(id int64) Signup {
	if s.TermID == id {
		return s
	}
	previous := s.TermID
	s.TermID = id
	term, ok := s.Term()
	if !ok {
		s.TermID = previous
		return s
	}
	s.changedAt = s.At
	s.Start = s.notBeforeToday(term.DefaultContractStartDate)
	s.PreUse = s.Start
	if use := term.DefaultContractStartDateOfUse; !use.IsZero() && s.PreUseAllowed() {
		if use = s.notBeforeToday(use); use.Before(s.Start) {
			s.PreUse = use
		}
	}
	s.Optional = slices.DeleteFunc(slices.Clone(s.Optional), func(id int64) bool { return !hasModule(term.OptionalModules, id) })
	s.Cash = s.Cash && s.CashAllowed()
	return s.killPayments("")
}

func (s Signup) notBeforeToday(d apiclient.Date) apiclient.Date {
	if today := s.Today(); d.IsZero() || d.Before(today) {
		return today
	}
	return d
}

// PreUseAllowed reports whether the member may train before the contract
// starts.
func (s Signup) PreUseAllowed() bool {
	return s.Offer != nil && s.Offer.PreUseType != apiclient.PreUseNotAvailable
}

func (s Signup) chooseDates(start, preUse apiclient.Date) Signup {
	if !s.PreUseAllowed() {
		preUse = start
	}
	if start == s.Start && preUse == s.PreUse {
		return s
	}
	s.Start, s.PreUse, s.changedAt = start, preUse, s.At
	return s
}

func (s Signup) chooseModules(selectable, optional []int64) Signup {
	term, ok := s.Term()
	if !ok {
		return s
	}
	selectable = known(s.Offer.SelectableModules, selectable)
	optional = known(term.OptionalModules, optional)
	if slices.Equal(selectable, s.Selectable) && slices.Equal(optional, s.Optional) {
		return s
	}
	s.Selectable, s.Optional, s.changedAt = selectable, optional, s.At
	return s
}

// known sorts ids and drops those that no module has.
func known(modules []apiclient.Module, ids []int64) []int64 {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !hasModule(modules, id) })
	slices.Sort(ids)
	return slices.Compact(ids)
}

func hasModule(modules []apiclient.Module, id int64) bool {
	return slices.ContainsFunc(modules, func(m apiclient.Module) bool { return m.ID == id })
}

// TextBlocks is every text the member has to know of, tick or sign: those of
// the offer, of its included and chosen modules, and those that the newest
// preview added for modules and voucher.
func (s Signup) TextBlocks() []apiclient.TextBlock {
	if s.Offer == nil {
		return nil
	}
	blocks := slices.Clone(s.Offer.ContractTextBlocks)
	slices.SortStableFunc(blocks, func(a, b apiclient.TextBlock) int { return cmp.Compare(a.Order, b.Order) })
	add := func(block apiclient.TextBlock) {
		if !slices.ContainsFunc(blocks, func(b apiclient.TextBlock) bool { return b.ID == block.ID }) {
			blocks = append(blocks, block)
		}
	}
	modules := slices.Clone(s.Offer.IncludedModules)
	for _, m := range s.Offer.SelectableModules {
		if slices.Contains(s.Selectable, m.ID) {
			modules = append(modules, m)
		}
	}
	if term, ok := s.Term(); ok {
		for _, m := range term.OptionalModules {
			if slices.Contains(s.Optional, m.ID) {
				modules = append(modules, m)
			}
		}
	}
	for _, m := range modules {
		if m.ConsentTextBlock != nil {
			add(*m.ConsentTextBlock)
		}
	}
	if s.Price != nil && s.Price.Fingerprint == s.priceKey() {
		for _, b := range s.Price.Preview.ModuleConsentTextBlocks {
			add(b)
		}
		for _, b := range s.Price.Preview.VoucherTextBlocks {
			add(b)
		}
	}
	return blocks
}

// Choices is what the member may choose from for the regular payments: the
// offer's list, or the guide's where the offer has none.
func (s Signup) Choices() []apiclient.PaymentChoice {
	switch {
	case s.Offer == nil:
		return nil
	case s.Offer.AllowedPaymentChoices == nil:
		return fallbackChoices
	}
	return s.Offer.AllowedPaymentChoices
}

// CashAllowed reports whether the regular payments may be made in cash.
func (s Signup) CashAllowed() bool {
	return slices.Contains(s.Choices(), apiclient.PaymentChoice("CASH"))
}

// Period says whether a day lies in the offer's limited period; an offer
// without one is always open.
func Period(period *apiclient.Period, day apiclient.Date) bool {
	return period == nil || !day.Before(period.StartDate) && (period.EndDate.IsZero() || !day.After(period.EndDate))
}
