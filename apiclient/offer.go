package apiclient

import "frontdesk/apiclient/money"

// Offer is an entry of the list of membership offers. Its terms are short: no
// fees, modules or dates; those stand in the [OfferDetail].
type Offer struct {
	ID             int64  `json:"id"`
	Name           string `json:"name"`
	Description    string `json:"description"`
	SubDescription string `json:"subDescription,omitzero"`
	// Footnote is a legal remark, to be shown below the offer.
	Footnote string `json:"footnote,omitzero"`
	// ImageURL expires after two hours.
	ImageURL   string     `json:"imageUrl,omitzero"`
	PreUseType PreUseType `json:"preUseType"`
	// LimitedOfferingPeriod is nil when the offer is always open.
	LimitedOfferingPeriod *Period     `json:"limitedOfferingPeriod,omitzero"`
	RateCodes             []RateCode  `json:"rateCodes,omitzero"`
	Terms                 []ShortTerm `json:"terms,omitzero"`
}

// OfferDetail is an offer with everything a sign-up needs to know
// (MembershipOfferExtended).
type OfferDetail struct {
	ID             int64      `json:"id"`
	Name           string     `json:"name"`
	Description    string     `json:"description"`
	SubDescription string     `json:"subDescription,omitzero"`
	Footnote       string     `json:"footnote,omitzero"`
	ImageURL       string     `json:"imageUrl,omitzero"`
	PreUseType     PreUseType `json:"preUseType"`

	LimitedOfferingPeriod *Period    `json:"limitedOfferingPeriod,omitzero"`
	RateCodes             []RateCode `json:"rateCodes,omitzero"`

	// IncludedModules are free and always part of the offer.
	IncludedModules []Module `json:"includedModules,omitzero"`
	// SelectableModules are free; the member picks at most
	// MaximumNumberOfSelectableModules of them.
	SelectableModules                []Module `json:"selectableModules,omitzero"`
	MaximumNumberOfSelectableModules int      `json:"maximumNumberOfSelectableModules,omitzero"`

	// AllowedPaymentChoices is nil when the answer does not name the member
	// and empty when it names an empty list: no way to pay at all.
	AllowedPaymentChoices []PaymentChoice `json:"allowedPaymentChoices,omitzero"`

	ContractSignaturesRequired bool        `json:"contractSignaturesRequired,omitzero"`
	ContractTextBlocks         []TextBlock `json:"contractTextBlocks,omitzero"`
	// Terms may be empty: the schema does not require it.
	Terms []OfferTerm `json:"terms,omitzero"`
	// TimeRestrictions is nil when the member may train at any time. Since 1.7.
	TimeRestrictions *TimeRestrictions `json:"timeRestrictions,omitzero"`
}

// ShortTerm is a term as the list of offers shows it.
type ShortTerm struct {
	ID                        int64            `json:"id"`
	Term                      Term             `json:"term,omitzero"`
	ContractVolumeInformation ContractVolume   `json:"contractVolumeInformation,omitzero"`
	PaymentFrequency          PaymentFrequency `json:"paymentFrequency"`
	ExtensionTerm             Term             `json:"extensionTerm,omitzero"`
}

// OfferTerm is one of the terms an offer can be signed up for
// (MembershipOfferTermExtended). Its id is the contractOfferTermId.
type OfferTerm struct {
	ID int64 `json:"id"`
	// Term is the minimum duration.
	Term                      Term             `json:"term,omitzero"`
	PaymentFrequency          PaymentFrequency `json:"paymentFrequency"`
	ContractVolumeInformation ContractVolume   `json:"contractVolumeInformation,omitzero"`
	// RateStartPrice is the price of the first period; 0 when a bonus period
	// opens the contract.
	RateStartPrice money.Amount `json:"rateStartPrice"`
	FlatFees       []FlatFee    `json:"flatFees,omitzero"`
	// OptionalModules are paid for and belong to this term only.
	OptionalModules      []Module              `json:"optionalModules,omitzero"`
	RateBonusPeriods     []BonusPeriod         `json:"rateBonusPeriods,omitzero"`
	PriceAdjustmentRules []PriceAdjustmentRule `json:"priceAdjustmentRules,omitzero"`

	// The default dates are to be sent as startDate and preuseDate; the API
	// fills nothing in.
	DefaultContractStartDate      Date `json:"defaultContractStartDate,omitzero"`
	DefaultContractStartDateOfUse Date `json:"defaultContractStartDateOfUse,omitzero"`

	ExtensionType      ExtensionType `json:"extensionType"`
	ExtensionTerm      Term          `json:"extensionTerm,omitzero"`
	ExtensionFixedTerm Term          `json:"extensionFixedTerm,omitzero"`
	// SubsequentRate comes with ExtensionSubsequentRate.
	SubsequentRate      *SubsequentRate `json:"subsequentRate,omitzero"`
	TermAfterExtension  Term            `json:"termAfterExtension,omitzero"`
	PriceAfterExtension money.Amount    `json:"priceAfterExtension"`

	CancelationStrategy        CancelationStrategy `json:"cancelationStrategy"`
	CancelationPeriod          Term                `json:"cancelationPeriod,omitzero"`
	ExtensionCancelationPeriod Term                `json:"extensionCancelationPeriod,omitzero"`
}

// Term is a span of time, as in 12 months. The zero Term is unset.
type Term struct {
	Value int      `json:"value"`
	Unit  TermUnit `json:"unit"`
}

// IsZero reports whether t is unset.
func (t Term) IsZero() bool { return t == Term{} }

// Period is the span of dates of an offer; both ends belong to it.
type Period struct {
	StartDate Date `json:"startDate,omitzero"`
	EndDate   Date `json:"endDate,omitzero"`
}

// RateCode tags an offer or a module.
type RateCode struct {
	Name       string `json:"name,omitzero"`
	Identifier string `json:"identifier,omitzero"`
}

// FlatFee is a fee beside the rate. Its price stands in PaymentFrequency.
type FlatFee struct {
	Name                      string           `json:"name"`
	Identifier                string           `json:"identifier,omitzero"`
	FormattedPaymentFrequency string           `json:"formattedPaymentFrequency"`
	FirstBookingDelay         Term             `json:"firstBookingDelay,omitzero"`
	PaymentFrequency          PaymentFrequency `json:"paymentFrequency,omitzero"`
	// StarterPackage says that the fee is due at sign-up.
	StarterPackage bool `json:"starterPackage,omitzero"`
}

// Module is an extra of an offer: included, selectable or optional. Included
// modules have no PaymentFrequency.
type Module struct {
	ID          int64      `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Term        ModuleTerm `json:"term"`
	// ImageURL expires after five hours.
	ImageURL         string           `json:"imageUrl,omitzero"`
	TrialPeriod      *TrialPeriod     `json:"trialPeriod,omitzero"`
	ConsentTextBlock *TextBlock       `json:"consentTextBlock,omitzero"`
	RateCodes        []RateCode       `json:"rateCodes,omitzero"`
	PaymentFrequency PaymentFrequency `json:"paymentFrequency,omitzero"`
}

// ModuleTerm says how long a module runs.
type ModuleTerm struct {
	ExtensionType              ExtensionType `json:"extensionType"`
	Term                       Term          `json:"term,omitzero"`
	TermExtension              Term          `json:"termExtension,omitzero"`
	CancelationPeriod          Term          `json:"cancelationPeriod,omitzero"`
	ExtensionCancelationPeriod Term          `json:"extensionCancelationPeriod,omitzero"`
}

// TrialPeriod is the time in which a module may be given back.
type TrialPeriod struct {
	TrialPeriod Term   `json:"trialPeriod"`
	Description string `json:"description"`
}

// TextBlock is a text the member reads, ticks or signs. All of it is optional,
// and the text may hold HTML.
//
// Confirmation and signature together mean that it must be signed, a
// confirmation alone that it must be ticked, a signature alone that it may be
// signed, neither that it is information.
type TextBlock struct {
	ID                   int64  `json:"id,omitzero"`
	Title                string `json:"title,omitzero"`
	Text                 string `json:"text,omitzero"`
	Order                int    `json:"order,omitzero"`
	HasSignature         bool   `json:"hasSignature,omitzero"`
	ConfirmationRequired bool   `json:"confirmationRequired,omitzero"`
	// ShowCommunicationPrivacyOptions asks for the matrix of communication
	// preferences beside the text.
	ShowCommunicationPrivacyOptions bool             `json:"showCommunicationPrivacyOptions,omitzero"`
	AttachmentType                  AttachmentType   `json:"attachmentType,omitzero"`
	AttachedExternalURL             AttachedURL      `json:"attachedExternalUrlDto,omitzero"`
	AttachedDocument                AttachedDocument `json:"attachedDocument,omitzero"`
	// RateBundleModuleID is set on consents of modules only.
	RateBundleModuleID int64 `json:"rateBundleModuleId,omitzero"`
}

// AttachedURL is a link of a text block.
type AttachedURL struct {
	Title string `json:"title,omitzero"`
	URL   string `json:"url,omitzero"`
}

// AttachedDocument is a file of a text block; its URL expires after five hours.
type AttachedDocument struct {
	FileName string `json:"fileName,omitzero"`
	URL      string `json:"url,omitzero"`
}

// BonusPeriod is time the member does not pay for.
type BonusPeriod struct {
	Term Term `json:"term"`
	// TermStrategy is CONTRACT_START, FIXED, END_OF_CURRENT_TERM or
	// START_OF_NEXT_TERM.
	TermStrategy string `json:"termStrategy"`
	// RuntimeExtensionType is WITH_EXTENSION or WITHOUT_EXTENSION.
	RuntimeExtensionType      string `json:"runtimeExtensionType"`
	DisplaySeparately         bool   `json:"displaySeparately,omitzero"`
	ExtendsCancellationPeriod bool   `json:"extendsCancellationPeriod,omitzero"`
}

// PriceAdjustmentRule announces a later price. DefaultDescription is the text
// to show; the rest says the same in parts.
type PriceAdjustmentRule struct {
	DefaultDescription  string `json:"defaultDescription"`
	Value               string `json:"value"` // as in "5%"
	RecurrenceFrequency string `json:"recurrenceFrequency"`
	// Type is RAISE, REDUCTION or NEW_BASIC_AMOUNT.
	Type string `json:"type"`
	// ChargeAdjustmentType is RELATIVE, ABSOLUTE or BASIC_AMOUNT.
	ChargeAdjustmentType string `json:"chargeAdjustmentType"`
}

// ContractVolume is what the contract comes to over its first term. It knows
// neither vouchers nor the part of the first month.
type ContractVolume struct {
	TotalContractVolume                         money.Amount `json:"totalContractVolume"`
	AveragePaymentVolumePerMonth                money.Amount `json:"averagePaymentVolumePerMonth"`
	AveragePaymentVolumePerPaymentFrequencyTerm money.Amount `json:"averagePaymentVolumePerPaymentFrequencyTerm"`
}

// SubsequentRate is the rate a contract goes over to after its term.
type SubsequentRate struct {
	Name             string           `json:"name"`
	PaymentFrequency PaymentFrequency `json:"paymentFrequency"`
}

// TimeRestrictions are the hours an offer is good for.
type TimeRestrictions struct {
	OpeningHoursCategory OpeningHoursCategory `json:"openingHoursCategory,omitzero"`
	Availabilities       []DayHours           `json:"availabilities,omitzero"`
}
