package sandbox

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// signupRequest is the body of preview and sign-up.
type signupRequest struct {
	Contract struct {
		TermID       int64       `json:"contractOfferTermId"`
		Start        date        `json:"startDate"`
		Preuse       date        `json:"preuseDate"`
		Voucher      string      `json:"voucherCode"`
		Selectable   []int64     `json:"selectedSelectableModuleIds"`
		Optional     []int64     `json:"selectedOptionalModuleIds"`
		InitialToken string      `json:"initialPaymentRequestToken"`
		Signature    *signature  `json:"contractSignature"`
		Blocks       []signature `json:"textBlockSignatures"`
		EmployeeID   int64       `json:"employeeId"`
		Referral     string      `json:"referralCode"`
		Notes        string      `json:"notes"`
		ThirdPartyID string      `json:"thirdPartyId"`
	} `json:"contract"`
	Customer struct {
		person
		Token  string `json:"paymentRequestToken"`
		Fields []struct {
			ID    int64  `json:"additionalInformationFieldId"`
			Value string `json:"value"`
		} `json:"additionalInformationFieldAssignments"`
	} `json:"customer"`
}

type signature struct {
	BlockID int64  `json:"textBlockId"`
	SVG     string `json:"base64SvgSignature"`
}

// order is a request whose every choice was found valid.
type order struct {
	request signupRequest
	quote   quote
	chosen  []*module // selectable and optional
	blocks  []*textBlock
	invalid bool // a voucher code was sent and is not accepted
}

// read validates preview and sign-up alike: the choices and dates, not the
// signatures and tokens.
func (x *exchange) read() (*order, *refusal) {
	s, d := x.s, deal{currency: x.s.catalog.currency}
	var r signupRequest
	if problem := x.decode(signupSchema, &r); problem != nil {
		return nil, problem
	}
	o := &order{request: r}
	c := &o.request.Contract
	if d.offer, d.term = s.catalog.find(c.TermID); d.term == nil {
		return nil, missing("TERM_NOT_FOUND", "contract.contractOfferTermId",
			"There is no such contract term.", "Diese Laufzeit gibt es nicht.")
	}
	if !s.offered(d.offer) {
		return nil, bad("OFFER_CLOSED", "contract.contractOfferTermId",
			"This offer is not available today.", "Dieses Angebot gilt heute nicht.")
	}
	if problem := o.checkDates(s, d.offer, d.term); problem != nil {
		return nil, problem
	}
	if problem := o.choose(s, d.offer, d.term); problem != nil {
		return nil, problem
	}
	if problem := o.checkPeople(s); problem != nil {
		return nil, problem
	}
	if c.Voucher != "" {
		d.voucher = vouchers[c.Voucher]
		o.invalid = d.voucher == nil
	}
	d.start, d.preuse, d.age = c.Start, c.Preuse, r.Customer.Born.ageOn(c.Start)
	for _, m := range o.chosen {
		if slices.Contains(c.Optional, m.ID) {
			d.modules = append(d.modules, m)
		}
	}
	s.mu.Lock()
	d.drift = s.drift
	s.mu.Unlock()
	o.quote = price(d)
	o.blocks = slices.Clone(d.offer.TextBlocks)
	for _, m := range slices.Concat(d.offer.Included, o.chosen) {
		if m.Consent != nil {
			o.blocks = append(o.blocks, m.Consent)
		}
	}
	if d.voucher != nil {
		o.blocks = append(o.blocks, d.voucher.blocks...)
	}
	return o, nil
}

// checkDates fills in the pre-use date that the offer proposes if none is sent.
func (o *order) checkDates(s *Sandbox, of *offer, t *offerTerm) *refusal {
	c, today := &o.request.Contract, s.today()
	switch {
	case c.Start.before(today):
		return bad("START_IN_PAST", "contract.startDate",
			"The contract cannot start before "+today.String()+".", "Der Vertrag kann nicht vor dem "+today.String()+" beginnen.")
	case today.addMonths(24).before(c.Start):
		return bad("START_TOO_LATE", "contract.startDate",
			"The contract must start within two years.", "Der Vertrag muss innerhalb von zwei Jahren beginnen.")
	}
	if c.Preuse.IsZero() {
		if _, use := s.defaults(t); of.PreUseType != "NOT_AVAILABLE" && !c.Start.before(use) {
			c.Preuse = use
		}
		return nil
	}
	switch {
	case c.Start.before(c.Preuse):
		return bad("PREUSE_AFTER_START", "contract.preuseDate",
			"Training cannot begin after the contract starts.", "Die Nutzung kann nicht nach dem Vertragsbeginn anfangen.")
	case c.Preuse.before(today):
		return bad("PREUSE_IN_PAST", "contract.preuseDate",
			"Training cannot begin in the past.", "Die Nutzung kann nicht in der Vergangenheit anfangen.")
	case of.PreUseType == "NOT_AVAILABLE" && c.Preuse.before(c.Start):
		return bad("PREUSE_NOT_AVAILABLE", "contract.preuseDate",
			"This offer allows no training before the contract starts.", "Dieses Angebot erlaubt keine Nutzung vor Vertragsbeginn.")
	}
	return nil
}

// choose looks the modules up: unknown anywhere is 404, of another offer or
// term is 400.
func (o *order) choose(s *Sandbox, of *offer, t *offerTerm) *refusal {
	c := &o.request.Contract
	take := func(field string, ids []int64, from []*module) *refusal {
		for i, id := range ids {
			where := fmt.Sprintf("contract.%s.%d", field, i)
			at := slices.IndexFunc(from, func(m *module) bool { return m.ID == id })
			if at >= 0 {
				o.chosen = append(o.chosen, from[at])
				continue
			}
			if !s.catalog.hasModule(id) {
				return missing("MODULE_NOT_FOUND", where, "There is no such module.", "Dieses Zusatzmodul gibt es nicht.")
			}
			return bad("MODULE_NOT_AVAILABLE", where,
				"This module does not belong to the chosen offer and term.", "Dieses Zusatzmodul gehört nicht zu Angebot und Laufzeit.")
		}
		return nil
	}
	if problem := take("selectedSelectableModuleIds", c.Selectable, of.Selectable); problem != nil {
		return problem
	}
	if len(c.Selectable) > of.MaxSelectable {
		return bad("TOO_MANY_MODULES", "contract.selectedSelectableModuleIds",
			fmt.Sprintf("At most %d modules may be chosen.", of.MaxSelectable),
			fmt.Sprintf("Höchstens %d Module sind wählbar.", of.MaxSelectable))
	}
	return take("selectedOptionalModuleIds", c.Optional, t.Optional)
}

// checkPeople looks at the member's age, the employee and the extra fields.
func (o *order) checkPeople(s *Sandbox) *refusal {
	if !o.request.Customer.Born.before(s.today()) || o.request.Customer.Born.Year() < 1900 {
		return bad("BIRTH_DATE", "customer.dateOfBirth",
			"The date of birth is not plausible.", "Das Geburtsdatum ist nicht plausibel.")
	}
	if id := o.request.Contract.EmployeeID; id != 0 {
		if !slices.ContainsFunc(staff, func(e employee) bool { return e.ID == id }) {
			return missing("EMPLOYEE_NOT_FOUND", "contract.employeeId", "There is no such employee.", "Diesen Mitarbeiter gibt es nicht.")
		}
	}
	for i, f := range o.request.Customer.Fields {
		where := fmt.Sprintf("customer.additionalInformationFieldAssignments.%d", i)
		at := slices.IndexFunc(extraFields, func(e extraField) bool { return e.ID == f.ID })
		if at < 0 {
			return missing("FIELD_NOT_FOUND", where+".additionalInformationFieldId", "There is no such field.", "Dieses Zusatzfeld gibt es nicht.")
		}
		if !extraFields[at].accepts(f.Value) {
			return bad("FIELD_VALUE", where+".value", "The value does not fit the field's type.", "Der Wert passt nicht zum Typ des Feldes.")
		}
	}
	return nil
}

// checkSignatures asks for what only a sign-up needs.
func (o *order) checkSignatures() *refusal {
	c := &o.request.Contract
	if o.quote.deal.offer.SignContract && c.Signature == nil {
		return bad("SIGNATURE_MISSING", "contract.contractSignature",
			"The contract must be signed.", "Der Vertrag muss unterschrieben werden.")
	}
	if c.Signature != nil && !isSVG(c.Signature.SVG) {
		return bad("SIGNATURE", "contract.contractSignature.base64SvgSignature",
			"The signature is no SVG in base64.", "Die Unterschrift ist kein SVG in Base64.")
	}
	for i, given := range c.Blocks {
		where := fmt.Sprintf("contract.textBlockSignatures.%d", i)
		if !slices.ContainsFunc(o.blocks, func(b *textBlock) bool { return b.ID == given.BlockID && b.Signature }) {
			return bad("TEXT_BLOCK", where+".textBlockId",
				"This contract has no such text block to sign.", "Zu diesem Vertrag gehört kein solcher Text mit Unterschrift.")
		}
		if !isSVG(given.SVG) {
			return bad("SIGNATURE", where+".base64SvgSignature",
				"The signature is no SVG in base64.", "Die Unterschrift ist kein SVG in Base64.")
		}
	}
	for _, b := range o.blocks {
		signed := slices.ContainsFunc(c.Blocks, func(given signature) bool { return given.BlockID == b.ID })
		if b.Signature && b.Confirm && !signed {
			return bad("SIGNATURE_MISSING", "contract.textBlockSignatures",
				"Text block "+strconv.FormatInt(b.ID, 10)+" must be signed.",
				"Text "+strconv.FormatInt(b.ID, 10)+" muss unterschrieben werden.")
		}
	}
	return nil
}

// isSVG accepts the data URL prefix, as the service does.
func isSVG(text string) bool {
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "data:image/svg+xml;base64,"))
	return err == nil && strings.Contains(string(data), "<svg")
}
