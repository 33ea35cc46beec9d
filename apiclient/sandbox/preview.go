package sandbox

import "encoding/json"

// previewResponse is the current shape of a preview; only basePrice is always
// there.
type previewResponse struct {
	BasePrice        money           `json:"basePrice"`
	AgeAdjusted      *money          `json:"ageAdjustedPrice,omitempty"`
	PreUseCharge     *money          `json:"preUseCharge,omitempty"`
	PaymentPreview   *paymentPreview `json:"paymentPreview,omitempty"`
	Volume           volume          `json:"contractVolumeInformation"`
	FlatFees         []subPreview    `json:"flatFeePreviews"`
	OptionalModules  []subPreview    `json:"selectedOptionalModulesPreviews"`
	ModuleTextBlocks []*textBlock    `json:"moduleConsentTextBlocks"`
	voucherPreview
}

type paymentPreview struct {
	Schedule []entry `json:"paymentSchedule"`
	Due      money   `json:"dueOnSigningAmount"`
}

type entry struct {
	Due         date   `json:"dueDate"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Amount      money  `json:"amount"`
	Mandatory   bool   `json:"mandatoryOnSigning"`
}

// subPreview is a flat fee, named by identifier, or a module, named by id.
type subPreview struct {
	ID          int64     `json:"id,omitempty"`
	Name        string    `json:"name"`
	Identifier  string    `json:"identifier,omitempty"`
	Frequency   frequency `json:"paymentFrequency"`
	Formatted   string    `json:"formattedPaymentFrequency"`
	Calculation string    `json:"paidTimePeriodCalculationType"`
}

// voucherPreview is what a voucher code adds.
type voucherPreview struct {
	Type       string           `json:"voucherType,omitempty"`
	Success    string           `json:"voucherSuccessMessage,omitempty"`
	ErrorCode  string           `json:"voucherErrorCode,omitempty"`
	Remarks    string           `json:"voucherRemarks,omitempty"`
	Bonus      *bonusPeriod     `json:"voucherBonusPeriod,omitempty"`
	Credit     *money           `json:"creditValue,omitempty"`
	Periods    []discountPeriod `json:"voucherDiscountPeriods,omitempty"`
	TextBlocks []*textBlock     `json:"voucherTextBlocks,omitempty"`

	// The deprecated twins of Periods, filled with at most one period.
	DiscountType    string `json:"discountType,omitempty"`
	DiscountValue   *money `json:"discountValue,omitempty"`
	DiscountedBase  *money `json:"discountedBasePrice,omitempty"`
	EffectivePeriod string `json:"voucherEffectivePeriod,omitempty"`
	EffectiveTerm   *term  `json:"effectivePeriodTimeBasedTerm,omitempty"`

	Company        string `json:"companyName,omitempty"`
	SplitType      string `json:"companyFeeSplitType,omitempty"`
	SplitValue     *money `json:"companyFeeSplitValue,omitempty"`
	CompanyAmount  *money `json:"companyAmount,omitempty"`
	MemberAmount   *money `json:"memberAmount,omitempty"`
	CompanyWithout *money `json:"companyAmountWithoutDiscount,omitempty"`
	MemberWithout  *money `json:"memberAmountWithoutDiscount,omitempty"`
}

type discountPeriod struct {
	Type       string `json:"discountType"`
	Value      money  `json:"discountValue"` // of a percentage, its amount
	Effective  string `json:"effectivePeriod"`
	Term       *term  `json:"effectivePeriodTimeBasedTerm,omitempty"`
	Discounted money  `json:"discountedBasePrice"`
}

func postPreview(x *exchange) (any, *refusal) {
	o, problem := x.read()
	if problem != nil {
		return nil, problem
	}
	return o.preview(), nil
}

func (o *order) preview() previewResponse {
	q := o.quote
	d := q.deal
	r := previewResponse{
		BasePrice:        wire(q.base, d.currency),
		Volume:           q.volume(),
		PaymentPreview:   &paymentPreview{[]entry{}, wire(q.due, d.currency)},
		FlatFees:         []subPreview{},
		OptionalModules:  []subPreview{},
		ModuleTextBlocks: []*textBlock{},
		voucherPreview:   o.voucherPreview(),
	}
	if q.hasAged {
		r.AgeAdjusted = some(wire(q.aged, d.currency))
	}
	if q.preUse > 0 {
		r.PreUseCharge = some(wire(q.preUse, d.currency))
	}
	for _, c := range q.charges {
		r.PaymentPreview.Schedule = append(r.PaymentPreview.Schedule,
			entry{c.due, c.what, c.entry, wire(c.amount, d.currency), q.onSigning(c)})
	}
	for _, f := range d.term.FlatFees {
		sub := subPreview{Name: f.Name, Identifier: f.ID, Formatted: f.Formatted, Calculation: "REFERENCE_DATE"}
		if f.Frequency != nil {
			sub.Frequency = *f.Frequency
		}
		if sub.Identifier == "" {
			sub.Identifier = f.Name
		}
		r.FlatFees = append(r.FlatFees, sub)
	}
	for _, m := range d.modules {
		r.OptionalModules = append(r.OptionalModules, subPreview{
			ID: m.ID, Name: m.Name, Frequency: m.Frequency,
			Formatted: m.Frequency.Formatted, Calculation: "NORMALIZATION_ON_CALENDAR_UNIT",
		})
	}
	for _, m := range o.chosen {
		if m.Consent != nil {
			r.ModuleTextBlocks = append(r.ModuleTextBlocks, m.Consent)
		}
	}
	return r
}

func (o *order) voucherPreview() voucherPreview {
	q := o.quote
	currency, v := q.deal.currency, q.deal.voucher
	if o.invalid {
		p := voucherPreview{ErrorCode: "INVALID_CODE"}
		if o.request.Contract.Voucher == "GUEST1" {
			p.Type = "CHECKIN"
		}
		return p
	}
	if v == nil {
		return voucherPreview{}
	}
	price := q.base
	if q.hasAged {
		price = q.aged
	}
	p := voucherPreview{Type: v.kind, Success: v.message, Remarks: v.remarks, Bonus: v.bonus, TextBlocks: v.blocks, Company: v.company}
	if v.credit != "" {
		minor, _ := minorUnits(json.Number(v.credit), currency)
		p.Credit = some(wire(minor, currency))
	}
	for _, each := range v.discounts {
		p.Periods = append(p.Periods, discountPeriod{
			Type: each.kind, Value: money{json.Number(each.value), currency}, Effective: each.effective, Term: each.term,
			Discounted: wire(each.apply(price, currency), currency),
		})
	}
	if len(p.Periods) == 1 {
		only := &p.Periods[0]
		p.DiscountType, p.DiscountValue, p.DiscountedBase = only.Type, &only.Value, &only.Discounted
		p.EffectivePeriod, p.EffectiveTerm = only.Effective, only.Term
	}
	if v.split > 0 {
		member := v.member(price)
		p.SplitType, p.SplitValue = "PERCENTAGE", some(wire(v.split, "EUR"))
		p.SplitValue.Currency = currency
		p.CompanyAmount, p.MemberAmount = some(wire(price-member, currency)), some(wire(member, currency))
		p.CompanyWithout, p.MemberWithout = p.CompanyAmount, p.MemberAmount
	}
	return p
}

func some[T any](v T) *T { return &v }
