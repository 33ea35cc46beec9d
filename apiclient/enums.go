package apiclient

// The enums of the API are strings, so that a value this program does not know
// is kept and can be shown.

// PaymentChoice is a way to pay.
type PaymentChoice string

// The payment choices.
const (
	ChoiceCash         PaymentChoice = "CASH"
	ChoiceBankTransfer PaymentChoice = "BANK_TRANSFER"
	ChoiceBACS         PaymentChoice = "BACS"
	ChoiceSEPA         PaymentChoice = "SEPA"
	ChoiceCHDD         PaymentChoice = "CH_DD"
	ChoiceLSV          PaymentChoice = "LSV"
	ChoiceCreditCard   PaymentChoice = "CREDIT_CARD"
	ChoiceTwint        PaymentChoice = "TWINT"
	ChoicePayPal       PaymentChoice = "PAYPAL"
	ChoiceBancontact   PaymentChoice = "BANCONTACT"
	ChoiceIDEAL        PaymentChoice = "IDEAL"
)

// Scope says what a payment session is for.
type Scope string

// The scopes of payment sessions.
const (
	// ScopeMemberAccount captures an instrument for payment runs.
	ScopeMemberAccount Scope = "MEMBER_ACCOUNT"
	// ScopeECOM pays now, and later payments that the member starts.
	ScopeECOM Scope = "ECOM"
)

// TermUnit is the unit of a [Term].
type TermUnit string

// The units of terms.
const (
	Day   TermUnit = "DAY"
	Week  TermUnit = "WEEK"
	Month TermUnit = "MONTH"
	Year  TermUnit = "YEAR"
)

// PreUseType says whether the member may train before the contract starts.
type PreUseType string

// The kinds of use before the start.
const (
	PreUseNotAvailable PreUseType = "NOT_AVAILABLE"
	PreUseChargeable   PreUseType = "CHARGEABLE"
	PreUseFree         PreUseType = "FREE"
)

// FrequencyType says when a [PaymentFrequency] makes payments due.
type FrequencyType string

// The types of payment frequencies.
const (
	FrequencyFree         FrequencyType = "FREE"
	FrequencyNonRecurring FrequencyType = "NON_RECURRING"
	FrequencyRecurring    FrequencyType = "RECURRING"
	FrequencyTermBased    FrequencyType = "TERM_BASED"
	FrequencyMonthDay     FrequencyType = "MONTH_DAY"
)

// ExtensionType says how a contract goes on after its term.
type ExtensionType string

// The kinds of extension.
const (
	ExtensionNone           ExtensionType = "NONE"
	ExtensionTerm           ExtensionType = "TERM_EXTENSION"
	ExtensionSubsequentRate ExtensionType = "SUBSEQUENT_RATE_DETAIL"
)

// CancelationStrategy says what a cancelation period counts to.
type CancelationStrategy string

// The strategies of cancelation.
const (
	CancelToTerm    CancelationStrategy = "TERM"
	CancelOnReceipt CancelationStrategy = "RECEIPT_DATE"
)

// AttachmentType says what hangs on a [TextBlock].
type AttachmentType string

// The kinds of attachment.
const (
	AttachmentNone       AttachmentType = "NONE"
	AttachmentFile       AttachmentType = "FILE"
	AttachmentURL        AttachmentType = "URL"
	AttachmentPDFPreview AttachmentType = "CONTRACT_PDF_PREVIEW"
)

// AdjustmentType says what the value of an [AgeBasedAdjustment] or a voucher
// discount is.
type AdjustmentType string

// The kinds of adjustment.
const (
	Absolute   AdjustmentType = "ABSOLUTE"
	Percentage AdjustmentType = "PERCENTAGE"
)

// VoucherType is what a voucher does.
type VoucherType string

// The types of vouchers. Sign-ups support credit and discount vouchers.
const (
	VoucherContract        VoucherType = "CONTRACT"
	VoucherCredit          VoucherType = "CREDIT"
	VoucherDiscount        VoucherType = "DISCOUNT"
	VoucherCompanyFeeSplit VoucherType = "COMPANY_FEE_SPLIT"
	VoucherCheckin         VoucherType = "CHECKIN"
)

// VoucherErrorCode says why a voucher was not applied.
type VoucherErrorCode string

// VoucherInvalidCode is the one documented refusal of a voucher. It arrives in
// a good answer, status 200.
const VoucherInvalidCode VoucherErrorCode = "INVALID_CODE"

// EffectivePeriod says how long a voucher discount lasts.
type EffectivePeriod string

// The periods of voucher discounts.
const (
	EffectiveUnlimited   EffectivePeriod = "UNLIMITED"
	EffectiveInitialTerm EffectivePeriod = "INITIAL_TERM"
	EffectiveTimeBased   EffectivePeriod = "TIME_BASED"
)

// ScheduleEntryType says what a [PaymentScheduleEntry] is for.
type ScheduleEntryType string

// The types of scheduled payments.
const (
	EntryContractFee    ScheduleEntryType = "CONTRACT_FEE"
	EntryStarterPackage ScheduleEntryType = "STARTER_PACKAGE"
	EntryFlatFee        ScheduleEntryType = "FLAT_FEE"
	EntryModuleFee      ScheduleEntryType = "MODULE_FEE"
	EntryBonusPeriod    ScheduleEntryType = "BONUS_PERIOD"
)

// CustomerStatus says what somebody is to the studio.
type CustomerStatus string

// The statuses of customers.
const (
	StatusMember       CustomerStatus = "MEMBER"
	StatusProspect     CustomerStatus = "PROSPECT"
	StatusFormerMember CustomerStatus = "FORMER_MEMBER"
)

// Gender of a customer.
type Gender string

// The genders.
const (
	Male   Gender = "MALE"
	Female Gender = "FEMALE"
	Unisex Gender = "UNISEX"
)

// DocumentType is the kind of an identity document.
type DocumentType string

// The types of identity documents.
const (
	DocumentIDCard           DocumentType = "ID_CARD"
	DocumentPassport         DocumentType = "PASSPORT"
	DocumentDriversLicence   DocumentType = "DRIVERS_LICENCE"
	DocumentResidencePermit  DocumentType = "RESIDENCE_PERMIT"
	DocumentNationalIDNumber DocumentType = "NATIONAL_ID_NUMBER"
	DocumentOther            DocumentType = "OTHERS"
)

// InformationType is the type of an [AdditionalInformationField].
type InformationType string

// The types of additional information.
const (
	InformationBoolean InformationType = "BOOLEAN"
	InformationDate    InformationType = "DATE"
	InformationList    InformationType = "LIST"
	InformationNumeric InformationType = "NUMERIC"
	InformationText    InformationType = "TEXT"
)
