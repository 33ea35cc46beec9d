package sandbox

// volume is the API's ContractVolume.
type volume struct {
	Total    money `json:"totalContractVolume"`
	PerMonth money `json:"averagePaymentVolumePerMonth"`
	PerTerm  money `json:"averagePaymentVolumePerPaymentFrequencyTerm"`
}

func (q quote) volume() volume {
	c := q.deal.currency
	return volume{wire(q.total, c), wire(q.perMonth, c), wire(q.perTerm, c)}
}

// termVolume is the volume that an offer shows: at the proposed dates, for
// nobody in particular, without extras.
func (s *Sandbox) termVolume(o *offer, t *offerTerm) volume {
	start, use := s.defaults(t)
	if start.IsZero() {
		start = s.today()
	}
	return price(deal{offer: o, term: t, start: start, preuse: use, age: -1, currency: s.catalog.currency}).volume()
}
