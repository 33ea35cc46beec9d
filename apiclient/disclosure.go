package apiclient

import "strings"

// treatment says how a trace shows a value. Whatever the table below does not name
// is withheld.
type treatment string

const (
	withhold    treatment = ""         // type and length only
	kept        treatment = "keep"     // as it is, unless something known is in it
	enum        treatment = "code"     // as it is, if it looks like a value of an enum
	plainID     treatment = "id"       // as it is, if it looks like an identifier
	traceID     treatment = "trace"    // the same, and never taken for a card's number
	wording     treatment = "message"  // a sentence of the API: what is known, or looks personal, is replaced
	foreignID   treatment = "foreign"  // an id that others may have chosen: a UUID as it is, else as a token
	apiKey      treatment = "key"      // in no body, and looked for everywhere
	tokenText   treatment = "token"    // tok_ and a stable mask: equal tokens look equal
	sealText    treatment = "sealed"   // a signature: withheld, and looked for in the rest
	freeText    treatment = "freetext" // what somebody typed: the same
	personName  treatment = "name"     // Member A, Member B…
	mailAddress treatment = "mail"     // a1@example.invalid…
	birthDate   treatment = "birthday" // another day, with the same age at the start of the contract
	shaped      treatment = "shape"    // letters become x, digits 9
)

// class is what the gate calls a value that it found, never the value.
func (r treatment) class() string {
	switch r {
	case apiKey:
		return "the API key"
	case tokenText, foreignID:
		return "a token"
	case sealText:
		return "a signature"
	case personName:
		return "a name"
	case mailAddress:
		return "an e-mail address"
	case birthDate:
		return "a birth date"
	case freeText:
		return "a free text"
	}
	return "an address, number or place"
}

// shape is what a trace shows of a JSON value: its rule if it is a text, number
// or boolean, its members if it is an object. An array has the shape of its
// elements. A nil shape withholds everything below.
type shape struct {
	rule    treatment
	members map[string]*shape
	all     bool // members are like the whole
}

func (s *shape) member(name string) *shape {
	switch {
	case s == nil:
		return nil
	case s.all:
		return s
	}
	return s.members[name]
}

func (s *shape) own() treatment {
	if s == nil {
		return withhold
	}
	return s.rule
}

// everything keeps a text whose values were masked before.
var everything = &shape{rule: kept, all: true}

// disclosure is what a trace shows of the bodies of an endpoint.
type disclosure struct{ request, answer *shape }

// The table, written as names of members: {} encloses the members of an object,
// :rule follows a name that is not simply kept. Web addresses of images and
// documents are not in it, since those of the API are keys to the file.
const (
	ofCash      = `:keep{amount currency}` // bare numbers in 1.5.0
	ofSpan      = `:keep{value unit}`
	ofPeriod    = `{periodValue periodUnit}`
	ofTimeOfDay = `:keep{hour minute second}`
	ofCodes     = `{name identifier}`
	ofVolume    = `{totalContractVolume` + ofCash + ` averagePaymentVolumePerMonth` + ofCash + ` averagePaymentVolumePerPaymentFrequencyTerm` + ofCash + `}`
	ofFrequency = `{id type term` + ofSpan + ` price` + ofCash + ` termsToPrices{term` + ofSpan + ` price` + ofCash + `}
		monthDaysToPrices{monthDay{month monthValue dayOfMonth} price` + ofCash + `} recurring
		ageBasedAdjustments{ageRange{startAge endAge} value type} formattedPaymentFrequency}`
	ofBlock = `{id title text order hasSignature confirmationRequired showCommunicationPrivacyOptions attachmentType
		attachedExternalUrlDto{title} attachedDocument{fileName} rateBundleModuleId}`
	ofBonus  = `{term` + ofSpan + ` termStrategy runtimeExtensionType displaySeparately extendsCancellationPeriod}`
	ofModule = `{id name description term{extensionType term` + ofSpan + ` termExtension` + ofSpan + ` cancelationPeriod` + ofSpan + `
		extensionCancelationPeriod` + ofSpan + `} trialPeriod{trialPeriod` + ofSpan + ` description} consentTextBlock` + ofBlock + `
		rateCodes` + ofCodes + ` paymentFrequency` + ofFrequency + `}`
	ofHours = `{dayOfWeek dayOfWeekFrom dayOfWeekTo timeFrom` + ofTimeOfDay + ` timeTo` + ofTimeOfDay + `}`

	// offers is the list as well as the detail.
	offersMembers = `id name description subDescription footnote preUseType limitedOfferingPeriod{startDate endDate} rateCodes` + ofCodes + `
		includedModules` + ofModule + ` selectableModules` + ofModule + ` maximumNumberOfSelectableModules allowedPaymentChoices
		contractSignaturesRequired contractTextBlocks` + ofBlock + ` timeRestrictions{openingHoursCategory{categoryId name} availabilities` + ofHours + `}
		terms{id term` + ofSpan + ` paymentFrequency` + ofFrequency + ` contractVolumeInformation` + ofVolume + ` rateStartPrice` + ofCash + `
			flatFees{name identifier formattedPaymentFrequency firstBookingDelay` + ofSpan + ` paymentFrequency` + ofFrequency + ` starterPackage}
			optionalModules` + ofModule + ` rateBonusPeriods` + ofBonus + `
			priceAdjustmentRules{defaultDescription value recurrenceFrequency type chargeAdjustmentType}
			defaultContractStartDate defaultContractStartDateOfUse extensionType extensionTerm` + ofSpan + ` extensionFixedTerm` + ofSpan + `
			subsequentRate{name paymentFrequency` + ofFrequency + `} termAfterExtension` + ofSpan + ` priceAfterExtension` + ofCash + `
			cancelationStrategy cancelationPeriod` + ofSpan + ` extensionCancelationPeriod` + ofSpan + `}`

	signupMembers = `contract{contractOfferTermId startDate preuseDate voucherCode selectedSelectableModuleIds selectedOptionalModuleIds
			initialPaymentRequestToken:token contractSignature{base64SvgSignature:sealed}
			textBlockSignatures{textBlockId base64SvgSignature:sealed} employeeId referralCode:freetext notes:freetext thirdPartyId:foreign}
		customer{thirdPartyId:foreign firstName:name lastName:name secondFirstName:name secondLastName:name dateOfBirth:birthday gender:code
			email:mail phoneNumberPrivate:shape phoneNumberMobile:shape street:shape houseNumber:shape secondStreet:shape cityPart:shape
			district:shape streetType:shape streetBlock:shape portal:shape stairway:shape door:shape floor:shape buildingName:shape
			additionalAddressInformation:freetext zipCode:shape city:shape province:shape countryCode:code
			language{languageCode:code countryCode:code} placeOfBirth:shape countryOfBirth:code taxId:shape
			documentIdentification{documentType:code documentNumber:shape}
			communicationPreferences{messageCategory:code channels{communicationChannel:code active customerOverridable}}
			additionalInformationFieldAssignments{additionalInformationFieldId value:freetext} paymentRequestToken:token}`

	ofDiscount = `{discountType discountValue` + ofCash + ` effectivePeriod effectivePeriodTimeBasedTerm` + ofSpan + ` discountedBasePrice` + ofCash + `
		companyAmount` + ofCash + ` memberAmount` + ofCash + `}`
	ofFeePreview = `{id identifier name paymentFrequency` + ofFrequency + ` formattedPaymentFrequency paidTimePeriodCalculationType
		discountedPrice` + ofCash + ` discountPeriods` + ofDiscount + ` companyAmount` + ofCash + ` memberAmount` + ofCash + ` creditValue` + ofCash + `
		voucherBonusPeriod` + ofBonus + `}`
	previewMembers = `basePrice` + ofCash + ` ageAdjustedPrice` + ofCash + ` preUseCharge` + ofCash + ` discountedPreUseCharge` + ofCash + `
		paymentPreview{paymentSchedule{dueDate description type amount` + ofCash + ` mandatoryOnSigning} dueOnSigningAmount` + ofCash + `}
		contractVolumeInformation` + ofVolume + ` flatFeePreviews` + ofFeePreview + ` selectedOptionalModulesPreviews` + ofFeePreview + `
		moduleConsentTextBlocks` + ofBlock + ` voucherTextBlocks` + ofBlock + `
		voucherType voucherSuccessMessage voucherErrorCode voucherRemarks voucherBonusPeriod` + ofBonus + ` voucherDiscountPeriods` + ofDiscount + `
		creditValue` + ofCash + ` discountType discountValue` + ofCash + ` discountedBasePrice` + ofCash + ` voucherEffectivePeriod
		effectivePeriodTimeBasedTerm` + ofSpan + ` effectivePeriodTimeBasedTermUnit companyName companyFeeSplitType companyFeeSplitValue` + ofCash + `
		companyAmount` + ofCash + ` memberAmount` + ofCash + ` companyAmountWithoutDiscount` + ofCash + ` memberAmountWithoutDiscount` + ofCash + `
		companyAmountPreUseCharge` + ofCash + ` memberAmountPreUseCharge` + ofCash

	sessionRequestMembers = `amount scope:code referenceText customerId finionPayCustomerId:token permittedPaymentChoices:code
		requireDirectDebitSignature showExistingPaymentInstruments`
	sessionAnswerMembers = `token:token tokenValidUntil finionPayCustomerId:token finionPayRegion:id`

	searchRequestMembers = `firstName:name lastName:name email:mail dateOfBirth:birthday`
	customersMembers     = `id customerNumber:shape status:code accessRefusal studioId thirdPartyId:foreign createdDateTime firstName:name
		secondFirstName:name lastName:name secondLastName:name dateOfBirth:birthday gender:code email:mail street:shape houseNumber:shape
		zipCode:shape city:shape country:code phonePrivate:shape phonePrivateMobile:shape`
	contractsMembers = `id rateName contractStatus rateCodes` + ofCodes + ` createdDate startDate endDate term` + ofPeriod + ` extensionTerm` + ofPeriod + `
		cancellationPeriod` + ofPeriod + ` cancelled cancellationDate lastPossibleCancellationDate
		priceDetails{basePrice` + ofCash + ` currentPrice` + ofCash + ` paymentFrequency` + ofFrequency + `} thirdPartyId:foreign`

	// studio leaves out how to reach it: often that is where the owner lives.
	studioMembers = `studioId name description country countryCode openingDate closingDate openingHours` + ofHours + ` publicOpeningHours` + ofHours + `
		closingHours{reason dateTimeFrom dateTimeTo} openingHoursCategories{categoryId name openingHours` + ofHours + `}
		accessCodeConfiguration{enabled} studioTags{name}`
	employeesMembers = `result{id firstName:name lastName:name publicName:name employeeInitials:shape employeeNumber:shape gender:code businessRole:code}
		hasNext offset:id`
	fieldsMembers = `id name abbreviation type listItems{id name}`

	refusalsMembers = `errorMessage:message message:message errorCode:id traceId:trace reference:id status
		validationErrors{reference:id field:id path:id errorMessage:message message:message}`
)

var disclosures = map[string]disclosure{
	offersEndpoint.op:    {nil, shapeOf(offersMembers)},
	offerEndpoint.op:     {nil, shapeOf(offersMembers)},
	previewEndpoint.op:   {shapeOf(signupMembers), shapeOf(previewMembers)},
	sessionEndpoint.op:   {shapeOf(sessionRequestMembers), shapeOf(sessionAnswerMembers)},
	signupEndpoint.op:    {shapeOf(signupMembers), shapeOf(`customerId`)},
	studioEndpoint.op:    {nil, shapeOf(studioMembers)},
	searchEndpoint.op:    {shapeOf(searchRequestMembers), shapeOf(customersMembers)},
	contractsEndpoint.op: {nil, shapeOf(contractsMembers)},
	employeesEndpoint.op: {nil, shapeOf(employeesMembers)},
	fieldsEndpoint.op:    {nil, shapeOf(fieldsMembers)},
	keyEndpoint.op:       {},
}

var refusalShape = shapeOf(refusalsMembers)

// shapeOf reads the members of an object from the table.
func shapeOf(text string) *shape {
	root := &shape{members: map[string]*shape{}}
	open := []*shape{root}
	last, ruled := root, true
	for _, word := range strings.Fields(strings.NewReplacer("{", " { ", "}", " } ").Replace(text)) {
		switch word {
		case "{":
			if !ruled {
				last.rule = withhold
			}
			last.members = map[string]*shape{}
			open = append(open, last)
		case "}":
			open = open[:len(open)-1]
		default:
			name, how, given := strings.Cut(word, ":")
			last, ruled = &shape{rule: treatment(how)}, given
			if !given {
				last.rule = kept
			}
			open[len(open)-1].members[name] = last
		}
	}
	return root
}
