package tui

import (
	"time"

	"frontdesk/apiclient"
)

var monthNames = map[time.Month]string{
	time.January: "Jan", time.February: "Feb", time.March: "Mar", time.April: "Apr", time.May: "May", time.June: "Jun",
	time.July: "Jul", time.August: "Aug", time.September: "Sep", time.October: "Oct", time.November: "Nov", time.December: "Dec",
}

var weekdayNames = map[time.Weekday]string{
	time.Monday: "Mon", time.Tuesday: "Tue", time.Wednesday: "Wed", time.Thursday: "Thu",
	time.Friday: "Fri", time.Saturday: "Sat", time.Sunday: "Sun",
}

// weekdayShort is for the API's words for days.
var weekdayShort = map[string]string{
	"MONDAY": "Mon", "TUESDAY": "Tue", "WEDNESDAY": "Wed", "THURSDAY": "Thu",
	"FRIDAY": "Fri", "SATURDAY": "Sat", "SUNDAY": "Sun",
}

var unitNames = map[apiclient.TermUnit]struct{ one, many string }{
	apiclient.Day:   {"day", "days"},
	apiclient.Week:  {"week", "weeks"},
	apiclient.Month: {"month", "months"},
	apiclient.Year:  {"year", "years"},
}

var choiceNames = map[apiclient.PaymentChoice]string{
	apiclient.ChoiceCash:         "cash",
	apiclient.ChoiceBankTransfer: "bank transfer",
	apiclient.ChoiceBACS:         "BACS",
	apiclient.ChoiceSEPA:         "SEPA",
	apiclient.ChoiceCHDD:         "CH-DD",
	apiclient.ChoiceLSV:          "LSV",
	apiclient.ChoiceCreditCard:   "card",
	apiclient.ChoiceTwint:        "TWINT",
	apiclient.ChoicePayPal:       "PayPal",
	apiclient.ChoiceBancontact:   "Bancontact",
	apiclient.ChoiceIDEAL:        "iDEAL",
}

var brandNames = map[string]string{
	"visa": "Visa", "mc": "Mastercard", "mastercard": "Mastercard", "amex": "American Express", "maestro": "Maestro",
}

var customerStatus = map[apiclient.CustomerStatus]string{
	apiclient.StatusMember:       "member",
	apiclient.StatusProspect:     "prospect",
	apiclient.StatusFormerMember: "former member",
}

// Single words that sentences are put together from.
const (
	wordToday    = "today"
	wordTomorrow = "tomorrow"
	wordFree     = "free"
	wordOnce     = "once"
	wordQuarter  = "quarter"
	wordAtStart  = "at the start"
	wordAgain    = ", again and again"
	wordMember   = "The member"
	wordTheirs   = "the member"
	wordThis     = "do this"
	wordNone     = "none"

	textAfter         = "after {term}"
	textOn            = "on {day}"
	textEnding        = " ending {last}"
	textAccountEnding = ", account ending {last}"
	textSeePreview    = "see preview"
)

// failureTexts say what went wrong and what to do. {op} is what was being done.
var failureTexts = map[apiclient.Kind]string{
	apiclient.Invalid:      "The studio's system did not accept this.",
	apiclient.Unauthorized: "The key of this studio is missing or wrong. Check it in the configuration.",
	apiclient.Forbidden:    "The key of this studio lacks a permission. Add its scope in the ERP.",
	apiclient.NotFound:     "This is not there any more. Load it again.",
	apiclient.Conflict:     "There is somebody like this already, or somebody changed it just now.",
	apiclient.RateLimited:  "Too many requests. Wait a minute, then try again.",
	apiclient.Unavailable:  "The studio's system is busy. Try again in a moment.",
	apiclient.Server:       "The studio's system had an error of its own.",
	apiclient.Unreachable:  "The studio's system cannot be reached. Check the network.",
	apiclient.Lost:         "The studio's system did not answer.",
	apiclient.Redirect:     "The studio's system points elsewhere. Check the address in the configuration.",
}

const (
	textFailed        = "It did not work to {op}."
	textSaid          = "It says: “{words}”"
	textOtherCustomer = "The second payment session belongs to somebody else. Cancel, and start over."
	textPersonNotHeld = "This desk could not make sure that it alone signs this person up."
	textTrace         = "For support: trace {id}"
)
