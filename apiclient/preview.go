package apiclient

import (
	"encoding/json"

	"frontdesk/apiclient/money"
)

// Preview is the price of a sign-up. Only BasePrice is sure to be there.
//
// Three shapes are read: bare numbers without a currency (1.5.0), amounts with
// one (since 1.6), and voucher periods in a list (since 1.8). DiscountType and
// the four members after it repeat that list if it has exactly one entry.
type Preview struct {
	BasePrice money.Amount `json:"basePrice"`
	// AgeAdjustedPrice is unset if no age rule applies.
	AgeAdjustedPrice money.Amount `json:"ageAdjustedPrice"`
	// PreUseCharge is for the time between first use and start.
	PreUseCharge           money.Amount `json:"preUseCharge"`
	DiscountedPreUseCharge money.Amount `json:"discountedPreUseCharge"`

	// PaymentPreview is zero in answers of 1.5.0.
	PaymentPreview                  PaymentPreview   `json:"paymentPreview,omitzero"`
	ContractVolumeInformation       ContractVolume   `json:"contractVolumeInformation,omitzero"`
	FlatFeePreviews                 []FlatFeePreview `json:"flatFeePreviews,omitzero"`
	SelectedOptionalModulesPreviews []ModulePreview  `json:"selectedOptionalModulesPreviews,omitzero"`

	ModuleConsentTextBlocks []TextBlock `json:"moduleConsentTextBlocks,omitzero"`
	VoucherTextBlocks       []TextBlock `json:"voucherTextBlocks,omitzero"`

	// A voucher counts as applied only if there is a VoucherSuccessMessage and
	// no VoucherErrorCode: see VoucherApplied.
	VoucherType            VoucherType             `json:"voucherType,omitzero"`
	VoucherSuccessMessage  string                  `json:"voucherSuccessMessage,omitzero"`
	VoucherErrorCode       VoucherErrorCode        `json:"voucherErrorCode,omitzero"`
	VoucherRemarks         string                  `json:"voucherRemarks,omitzero"`
	VoucherBonusPeriod     *BonusPeriod            `json:"voucherBonusPeriod,omitzero"`
	VoucherDiscountPeriods []VoucherDiscountPeriod `json:"voucherDiscountPeriods,omitzero"`
	CreditValue            money.Amount            `json:"creditValue"`

	DiscountType                 AdjustmentType  `json:"discountType,omitzero"`
	DiscountValue                money.Amount    `json:"discountValue"`
	DiscountedBasePrice          money.Amount    `json:"discountedBasePrice"`
	VoucherEffectivePeriod       EffectivePeriod `json:"voucherEffectivePeriod,omitzero"`
	EffectivePeriodTimeBasedTerm Term            `json:"effectivePeriodTimeBasedTerm,omitzero"`

	CompanyName                  string         `json:"companyName,omitzero"`
	CompanyFeeSplitType          AdjustmentType `json:"companyFeeSplitType,omitzero"`
	CompanyFeeSplitValue         money.Amount   `json:"companyFeeSplitValue"`
	CompanyAmount                money.Amount   `json:"companyAmount"`
	MemberAmount                 money.Amount   `json:"memberAmount"`
	CompanyAmountWithoutDiscount money.Amount   `json:"companyAmountWithoutDiscount"`
	MemberAmountWithoutDiscount  money.Amount   `json:"memberAmountWithoutDiscount"`
	// The shares of the pre-use charge are gone since 1.8.3.
	CompanyAmountPreUseCharge money.Amount `json:"companyAmountPreUseCharge"`
	MemberAmountPreUseCharge  money.Amount `json:"memberAmountPreUseCharge"`
}

// VoucherApplied reports whether the voucher that was sent is in the price.
func (p Preview) VoucherApplied() bool {
	return p.VoucherSuccessMessage != "" && p.VoucherErrorCode == ""
}

// UnmarshalJSON also takes the term of 1.5.0, a number with its unit in the
// member effectivePeriodTimeBasedTermUnit.
func (p *Preview) UnmarshalJSON(data []byte) error {
	type plain Preview
	m := struct {
		*plain
		Term json.RawMessage `json:"effectivePeriodTimeBasedTerm"`
		Unit TermUnit        `json:"effectivePeriodTimeBasedTermUnit"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	switch {
	case len(m.Term) == 0:
		return nil
	case m.Term[0] == '{':
		return json.Unmarshal(m.Term, &p.EffectivePeriodTimeBasedTerm)
	}
	p.EffectivePeriodTimeBasedTerm.Unit = m.Unit
	return json.Unmarshal(m.Term, &p.EffectivePeriodTimeBasedTerm.Value)
}

// PaymentPreview is what falls due when.
type PaymentPreview struct {
	// PaymentSchedule is in the order of time.
	PaymentSchedule []PaymentScheduleEntry `json:"paymentSchedule,omitzero"`
	// DueOnSigningAmount is the only authority for what is paid at sign-up. It
	// is unset where the answer has none.
	DueOnSigningAmount money.Amount `json:"dueOnSigningAmount"`
}

// IsZero reports whether the answer had no payment preview.
func (p PaymentPreview) IsZero() bool {
	return p.PaymentSchedule == nil && !p.DueOnSigningAmount.Set()
}

// PaymentScheduleEntry is one payment to come; every member is optional.
type PaymentScheduleEntry struct {
	DueDate            Date              `json:"dueDate,omitzero"`
	Description        string            `json:"description,omitzero"`
	Type               ScheduleEntryType `json:"type,omitzero"`
	Amount             money.Amount      `json:"amount"`
	MandatoryOnSigning bool              `json:"mandatoryOnSigning,omitzero"`
}

// PricePreview is what the previews of fees and modules have in common.
type PricePreview struct {
	Name                      string           `json:"name"`
	PaymentFrequency          PaymentFrequency `json:"paymentFrequency"`
	FormattedPaymentFrequency string           `json:"formattedPaymentFrequency"`
	// PaidTimePeriodCalculationType is REFERENCE_DATE or
	// NORMALIZATION_ON_CALENDAR_UNIT.
	PaidTimePeriodCalculationType string `json:"paidTimePeriodCalculationType,omitzero"`
	// DiscountedPrice is deprecated in favour of DiscountPeriods.
	DiscountedPrice    money.Amount            `json:"discountedPrice"`
	DiscountPeriods    []VoucherDiscountPeriod `json:"discountPeriods,omitzero"`
	CompanyAmount      money.Amount            `json:"companyAmount"`
	MemberAmount       money.Amount            `json:"memberAmount"`
	CreditValue        money.Amount            `json:"creditValue"`
	VoucherBonusPeriod *BonusPeriod            `json:"voucherBonusPeriod,omitzero"`
}

// FlatFeePreview is the price of a fee in this sign-up.
type FlatFeePreview struct {
	Identifier string `json:"identifier"`
	PricePreview
}

// ModulePreview is the price of an optional module in this sign-up.
type ModulePreview struct {
	ID int64 `json:"id"` // 0 in answers of 1.5.0
	PricePreview
}

// VoucherDiscountPeriod is a time in which a voucher lowers a price.
type VoucherDiscountPeriod struct {
	DiscountType AdjustmentType `json:"discountType"`
	// DiscountValue is an amount, or a percentage whose currency means nothing.
	DiscountValue                money.Amount    `json:"discountValue"`
	EffectivePeriod              EffectivePeriod `json:"effectivePeriod"`
	EffectivePeriodTimeBasedTerm Term            `json:"effectivePeriodTimeBasedTerm,omitzero"`
	DiscountedBasePrice          money.Amount    `json:"discountedBasePrice"`
	CompanyAmount                money.Amount    `json:"companyAmount"`
	MemberAmount                 money.Amount    `json:"memberAmount"`
}
