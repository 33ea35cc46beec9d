package tui

import "frontdesk/apiclient"

// The texts of offer, term, extras and consents.
const (
	textWhichOffer     = "Which membership?"
	textFilterHint     = "/ type to filter"
	textOffersLoading  = "Loading the memberships …"
	textNoMatch        = "No membership is called like that. Esc shows all."
	textNoOfferHere    = "There is no membership to take."
	textDetailsLoading = "Loading the details …"
	textDetailsOnEnter = "Enter shows the details and gives up what was chosen before."
	textTakeIt         = "take it"
	textChoose         = "choose"
	textClearFilter    = "show all"
	textIncluded       = "Included"
	textChooseN        = "Choose {n}"
	textPayBy          = "Pay by"
	textNoWayToPay     = "no way to pay is allowed"
	textBeforeStart    = "Before start"
	textTraining       = "Training"
	textSigning        = "Signature"
	textOnPage         = "in the browser"
	textTerms          = "Terms"
	textNoTerms        = "none: it cannot be signed up for"
	textOffered        = "Offered"
	textNotToday       = "not today"
	textFromDay        = "from {day}"
	textUntil          = "until {day}"
	textPeriodOver     = "over"
	wordFrom           = "from"
	textTimesAYear     = "{n} a year"

	textWhichTerm    = "Which term?"
	textStartDate    = "Contract starts"
	textTrainingFrom = "Training from"
	textWithStart    = "with the contract"
	textNotADay      = "Not a date. Write 24.8.2026, 2026-08-24, today, tomorrow or +7."
	textSame         = "same"
	textTermOf       = "{n} of {all}  ←→"
	textTakeTerm     = "Enter takes the term under the cursor and shows its dates."
	textCheckDates   = "Are these dates right? Enter goes on."
	textPriceRow     = "price"
	textRowFirst     = "first period"
	textRowStart     = "once at start"
	textRowFree      = "free time"
	textRowAfter     = "after the term"
	textRowLeave     = "to leave"
	textRowAverage   = "average / month"
	textRowTotal     = "whole term"
	textEnds         = "ends by itself"
	textGoesOn       = "goes on by {term}"
	textGoesOnEach   = "goes on each {term}"
	textGoesOver     = "goes over to {name}"
	textBeforeEnd    = "{term} before the end"
	textAnyTime      = "any time, {term} ahead"
	textAtTheEnd     = "at the end"
	textBonusStart   = "{term} at the start"
	textBonusEnd     = "{term} at the end"
	textBonus        = "{term}"
	textChangeDate   = "change the date"
	textAgePrice     = "The price depends on age: {ages}."
	textAgeTotal     = "{from} to {to}: {price}"
	textAgeFrom      = "from {from}: {price}"
	textAgeLess      = "{value} % less"

	textWhichExtras    = "Which extras?"
	textFreeExtras     = "Included: choose up to {n}"
	textLeft           = "{n} left"
	textPaidExtras     = "For a price"
	textLimit          = "Only {n} can be chosen. Take another one away first."
	textNoneSelectable = "None of these can be chosen with this membership."
	textTrial          = "Can be given back within {term}."
	textModuleTerm     = "Runs {term}."
	textModuleGoesOn   = "Then goes on by {term}."
	textModuleLeave    = "To leave it: {term} before the end."
	textHasConsent     = "A text to confirm comes with it."
	textSpaceTicks     = "choose"

	textWhichConsents   = "Please read with {name}"
	textMustTick        = "to be confirmed"
	textTicked          = "confirmed"
	textMustSign        = "will be signed in the browser"
	textMaySign         = "may be signed in the browser"
	textInformation     = "for information"
	textContact         = "How the member may be contacted is asked with the contract."
	textNoText          = "There is no text; the document says it all."
	textContractPreview = "The contract itself is shown for signing."
	textLinkO           = "o opens it"
	textNoLink          = "There is no link here."
	textCannotOpen      = "The browser cannot be opened from here. The link is on the screen."
	textOpened          = "Opened in the browser."
	textOpenSoon        = "Files stay reachable for a few hours only."
	textNoTick          = "There is nothing to confirm here: it is for information."
	textTickOnPage      = "This is signed in the browser, before paying."
	textMoreBelow       = "more below"
	textScroll          = "scroll"
	textConfirm         = "confirm"
	textNextText        = "next text"
	textUntitled        = "Untitled text"
)

// textNoOffers is shown when the studio has none to sell here.
var textNoOffers = []string{
	"This studio has no membership that can be sold here.",
	"",
	"In the ERP, open “Settings → Offer Configuration → Open API” and release at least one.",
	"Then press r to load them again.",
}

// preUseWords stand behind the first day of training.
var preUseWords = map[apiclient.PreUseType]string{
	apiclient.PreUseFree:       "free until then",
	apiclient.PreUseChargeable: "costs extra until then",
}

var preUseTexts = map[apiclient.PreUseType]string{
	apiclient.PreUseFree:         "training is free",
	apiclient.PreUseChargeable:   "training costs extra",
	apiclient.PreUseNotAvailable: "no training",
}
