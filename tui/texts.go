package tui

import (
	"strings"

	"frontdesk/flow"
)

// The sentences of the program stand in the files texts*.go, one table of each
// kind, so that another language is another set of tables.

var stepNames = map[flow.Step]string{
	flow.StepOffer:    "Offer",
	flow.StepTerm:     "Term",
	flow.StepExtras:   "Extras",
	flow.StepMember:   "Member",
	flow.StepConsents: "Consents",
	flow.StepPreview:  "Preview",
	flow.StepPayment:  "Payment",
	flow.StepDone:     "Done",
}

// problemTexts says what to do about each problem. {what} stands for the field
// or for what the problem names.
var problemTexts = map[flow.ProblemCode]string{
	flow.Missing:           "{what} is missing.",
	flow.TooLong:           "{what} is longer than the studio's system takes.",
	flow.NotADate:          "{what} is not a date. Write it as in 24.8.1990 or 1990-08-24.",
	flow.InTheFuture:       "{what} lies in the future.",
	flow.NotAnEmail:        "{what} is not an e-mail address. It looks like name@example.com.",
	flow.NotACode:          "{what} is not on the list. Choose one, or type its two letters.",
	flow.NotAChoice:        "{what} is not one of the choices.",
	flow.NotANumber:        "{what} is a number without letters.",
	flow.NoOffer:           "Choose a membership first.",
	flow.OfferLoading:      "The details of the membership are still on their way.",
	flow.OfferWithoutTerms: "{what} has no term that can be signed up for. Choose another membership.",
	flow.NoTerm:            "Choose a term first.",
	flow.StartInPast:       "The contract cannot start in the past.",
	flow.PreUseInPast:      "Training cannot start in the past.",
	flow.PreUseAfterStart:  "Training cannot start after the contract does.",
	flow.TooManyModules:    "More extras are chosen than are included. Take one away.",
	flow.NotTicked:         "{what} has to be confirmed by the member.",
	flow.PriceLoading:      "The price is still being worked out.",
	flow.PriceFailed:       "There is no price yet. Press r to ask again.",
	flow.Searching:         "Still looking whether the member is known already.",
	flow.SearchFailed:      "It is not known yet whether the member exists already. Press r to look again.",
	flow.SearchForbidden:   "This key may not look for members, so no money is taken. Ask for the scope CUSTOMER_READ, or set allow_without_search.",
	flow.DuplicatesFound:   "Somebody like this is known already. Press d if it is another person, x to stop.",
	flow.NoPaymentChoices:  "This membership allows no way to pay. Add one in the ERP: Settings → Offer Configuration.",
	flow.NegativeDue:       "The amount due is below zero. Check voucher and membership in the ERP.",
}

// problemText is the sentence for a problem.
func problemText(p flow.Problem) string {
	what := clean(p.Arg)
	if p.Field != "" {
		what = fieldLabel(p.Field)
	}
	if what == "" {
		what = "This"
	}
	text, ok := problemTexts[p.Code]
	if !ok {
		text = "{what}: " + string(p.Code) + "."
	}
	return strings.ReplaceAll(text, "{what}", what)
}
