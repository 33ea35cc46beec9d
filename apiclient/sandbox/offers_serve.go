package sandbox

import (
	"maps"
	"strconv"
)

// The members of the short forms in the list of offers.
var (
	listedOffer = []string{
		"id", "name", "description", "subDescription", "footnote", "imageUrl", "preUseType",
		"limitedOfferingPeriod", "rateCodes",
	}
	listedTerm = []string{"id", "term", "paymentFrequency", "extensionTerm", "contractVolumeInformation"}
)

func getOffers(x *exchange) (any, *refusal) {
	list := []any{}
	for i := range x.s.catalog.offers {
		full := x.s.present(i)
		short := pick(full, listedOffer)
		terms := []any{}
		for _, t := range asList(full["terms"]) {
			terms = append(terms, pick(t.(map[string]any), listedTerm))
		}
		short["terms"] = terms
		list = append(list, short)
	}
	return list, nil
}

func getOffer(x *exchange) (any, *refusal) {
	id, _ := strconv.ParseInt(x.r.PathValue("id"), 10, 64)
	for i, o := range x.s.catalog.offers {
		if o.ID == id {
			return x.s.present(i), nil
		}
	}
	return nil, missing("OFFER_NOT_FOUND", "membershipOfferId", "There is no such offer.", "Dieses Angebot gibt es nicht.")
}

// present is an offer as it stands today: the file's object with its dates
// moved and its volumes computed from its prices.
func (s *Sandbox) present(i int) map[string]any {
	o, shown := s.catalog.offers[i], maps.Clone(s.catalog.raw[i])
	shift := s.shift()
	if o.Period != nil {
		shown["limitedOfferingPeriod"] = period{o.Period.Start.addDays(shift), o.Period.End.addDays(shift)}
	}
	if shown["terms"] == nil {
		return shown
	}
	terms := []any{}
	for j, each := range asList(shown["terms"]) {
		t := maps.Clone(each.(map[string]any))
		t["contractVolumeInformation"] = s.termVolume(o, o.Terms[j])
		start, use := s.defaults(o.Terms[j])
		if !start.IsZero() {
			t["defaultContractStartDate"] = start
		}
		if !use.IsZero() {
			t["defaultContractStartDateOfUse"] = use
		}
		terms = append(terms, t)
	}
	shown["terms"] = terms
	return shown
}

func pick(object map[string]any, names []string) map[string]any {
	short := map[string]any{}
	for _, name := range names {
		if value, ok := object[name]; ok {
			short[name] = value
		}
	}
	return short
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}
