package tui

import (
	"frontdesk/apiclient"
	"frontdesk/flow"
)

// stageTitles are what the payment screen is about, by stage.
var stageTitles = map[flow.Stage]string{
	flow.StageNone:       "Payment",
	flow.StageSigning:    "{name} signs in the browser",
	flow.StageChecking:   "One last look at the price",
	flow.StageOpening:    "The payment is being opened",
	flow.StagePaying:     "{name} pays in the browser",
	flow.StageExpired:    "The payment took too long",
	flow.StageSubmitting: "{name} is being signed up",
}

// stageTexts say what is awaited and what can be done meanwhile.
var stageTexts = map[flow.Stage]string{
	flow.StageSigning:    "The page shows what is to be signed. This screen goes on by itself.",
	flow.StageChecking:   "Asking for the price once more, before money moves",
	flow.StageOpening:    "Opening a payment session",
	flow.StagePaying:     "This screen goes on by itself as soon as the payment is through.",
	flow.StageExpired:    "The session is over. Nothing was taken. Press r for a new one.",
	flow.StageSubmitting: "Sending the sign-up. Please wait for the answer",
}

// pageNews is what is known of the page, in its place at the top.
var pageNews = map[flow.PageNews]string{
	flow.PageOpen:       "open",
	flow.PageVisible:    "open",
	flow.PageBack:       "open",
	flow.PageHidden:     "in the background",
	flow.PageLeft:       "at the bank",
	flow.PageLost:       "closed, or out of reach",
	flow.PageLinkReused: "opened twice",
	flow.PageFailed:     "open",
	flow.PageBusy:       "open",
	flow.PageStranger:   "opened in another tab: o opens it again",
	flow.PageNote:       "open",
}

// pageDoing is what the member does, beside a payment that is open.
var pageDoing = map[flow.PageNews]string{
	flow.PageHidden: "in another tab",
	flow.PageLeft:   "at the bank (3-D Secure)",
	flow.PageLost:   "the page is closed: o opens it again",
	flow.PageBusy:   "is being paid",
}

// momentTexts are the moments of the timeline.
var momentTexts = map[string]string{
	"page open":                 "page opened",
	"page left":                 "left for the bank",
	"page back":                 "back from the bank",
	"page lost":                 "page closed",
	"page declined":             "declined",
	"page link reused":          "link opened twice",
	"session MEMBER_ACCOUNT":    "regular payments asked for",
	"session ECOM":              "due amount asked for",
	"authorised MEMBER_ACCOUNT": "payment method given",
	"authorised ECOM":           "due amount authorised",
	"late payment":              "a payment came too late",
	"signed":                    "signed",
	"signing refused":           "did not want to sign",
}

const (
	textNothingNow       = "nothing now"
	textNothingInBrowser = "Nothing has to be done in the browser."
	textWaits            = "comes next"
	textOpening          = "being opened"
	textInBrowser        = "in the browser"
	textAuthorised       = "authorised"
	textSessionOver      = "the session is over"
	textDeclined         = "declined, the member can try again"
	textValidFor         = "session valid for {time}"
	textEndsSoon         = "session valid for {time}, ends soon"
	textLastMinute       = "session ends in {time}"
	textUseBefore        = "must be used before {time}"
	textSince            = "since {time}"
	textSigningNow       = "signing"
	textSigned           = "signed"
	textNotSigned        = "not signed"

	textPage        = "page {code}"
	textServePage   = "serve the page for the browser"
	textNotOpenAsk  = "Browser not open? The page is at"
	textNotOpened   = "The browser was not opened:"
	textOpenByHand  = "Open this address by hand, on this machine:"
	textOpenAgain   = "open again"
	textPageSaid    = "The page says: “{words}”"
	textLookingOwn  = "Somebody like this exists. Looking whether it is this very sign-up"
	textSignRefused = "{name} did not want to sign. o shows the page again, x ends the sign-up."

	textDeclinedHelp   = "The last try was declined. The member can try again or take another way to pay."
	textRenewSoon      = "Not yet: once the time is over, r opens a new session."
	textBeginNothing   = "Less than a minute is left. Let {name} begin nothing new; once the time is over, r opens a new session."
	textRedoRegular    = "Step {n}, the regular payments, has to be done once more: its time was over before the sign-up could be sent. Nothing was taken twice; the {amount} stay authorised and are used. Press r."
	textNoRenew        = "The session is not over; there is nothing to renew."
	textWaitSubmit     = "The sign-up is being sent. Wait for the answer; it takes a moment."
	textPaymentStays   = "The payment stays open. Enter takes you back to it."
	textNoPage         = "There is no page yet."
	textReopened       = "Opening the page again."
	textCopied         = "The link is copied."
	textNoPaste        = "A token can be pasted only while a payment is open."
	textNothingToPress = "Nothing to press: this goes on by itself."

	textTokenTitle = "Paste a payment request token"
	textTokenWhat  = "For the case that the page cannot hand it over by itself. It is not shown."
	textTokenYes   = "use it"
	textToken      = "Token"
)

// The refused sign-up.
const (
	textRefusedTitle   = "The sign-up was not accepted"
	textRefusedField   = "It is about the field “{field}”."
	textRefusedSafe    = "{name} is not a member yet and nothing was taken. What is authorised stays so until {time} and is used as soon as the sign-up goes through:"
	textRefusedOver    = "{name} is not a member yet and nothing was taken. What was authorised ran out at {time} and has to be paid anew:"
	textRefusedNothing = "{name} is not a member yet. No payment was involved."
	textAdviceField    = "Press Enter to mend “{field}”. What was paid and typed is kept."
	textAdviceOther    = "Press e to look through the data, or x to end the sign-up."
	textNotSendable    = "Sending the same once more would be refused again. Mend the data first."
	textPickOne        = "Press e to look through the data, or x to end the sign-up."
	textSendAgain      = "send again"
	textEditMember     = "look through the data"
	textMendField      = "mend {field}"
)

var refusedAdvice = map[apiclient.Kind]string{
	apiclient.Unauthorized: "Put the key right, then press s to send the sign-up again.",
	apiclient.Forbidden:    "Give the key its scope in the ERP, then press s to send the sign-up again.",
	apiclient.NotFound:     "Something that was chosen is not there any more. Press e and check term and extras, or s to send it again.",
	apiclient.Conflict:     "Look the person up in the ERP. Press x to end this sign-up, or e if the data has a mistake. A changed e-mail address is no way round.",
	apiclient.RateLimited:  "Wait a minute, then press s to send the sign-up again.",
	apiclient.Unavailable:  "Press s to send the sign-up again in a moment.",
	apiclient.Unreachable:  "Nothing was sent. Check the network, then press s.",
}

// The sign-up of which nobody knows.
const (
	textUnknownTitle = "We do not know yet whether the sign-up went through"
	textUnknownWhat  = "The studio's system took the request and gave no answer at {time}. {name} may already be a member."
	textUnknownPaid  = "The payment is authorised, not lost, and will not be taken twice."
	textHalfCreated  = "{name} is in the studio's system as customer {customer}, without a contract. Sending it again could make a second member: hand this over to support, who can add the contract."

	textLookedOnce  = "Looking for the member: checked once,"
	textLookedTimes = "Looking for the member: checked {n} times,"
	textLookingNow  = "looking now."
	textNextLook    = "next in {time}"
	textLookUntil   = ", until {time}"
	textLookedOver  = "not found. Enter looks again."

	textHalfTitle       = "The member is there, but no contract"
	textHalfPaid        = "The payment is authorised and not used."
	textNoContract      = "The member was found, the contract was not."
	textLookingContract = "Looking for the contract now."
	textLookContract    = "look for the contract again"

	textKeepLooking     = "keep looking"
	textRecommended     = " (recommended)"
	textLookAgain       = "look again now"
	textHandOver        = "hand over to support: code {code}"
	textHandOverTitle   = "Code {code}"
	textHandOverWhat    = "Write the code down, with the time. Support finds this sign-up by it."
	textHandOverPath    = "The file for support, without the member's data:"
	textHandOverNot     = "Do not sign {name} up a second time."
	textHandOverNotPaid = "Do not sign {name} up a second time, and do not take the payment again."
	textHandOverFile    = "Write a file for support"
	textWritingFile     = "Writing the file for support …"
	textCopyPath        = "copy the path"
	textPathCopied      = "The path is copied."
	textGoOn            = "go on"
	textGoOnLooking     = "go on looking"
	textSendOnce        = "send once more"
	textNotOnceHalf     = ": not possible, the member exists already"
	textNotOnceBlind    = ": not possible, this key may not look for members"
	textNotOnceYet      = ": possible when the search is over"
	textOnceTitle       = "Send the sign-up once more?"
	textOnceWhat        = "If the first one went through after all, this can make a second member. The search has found nobody."
	textOnceType        = "To send it, type the code {code}."
	textOnceYes         = "send it"
	textCode            = "Code"
	textWrongCode       = "That is not the code. Nothing was sent."
	textNoWayBack       = "There is no way back: the sign-up was sent. Keep looking, or hand it over."
)

// The end.
const (
	textWelcome       = "Welcome, {name}!"
	textWelcomeNobody = "Signed up"
	textCustomer      = "Customer"
	textTakenToday    = "Taken today"
	textOpenToday     = "Open today"
	textAtTill        = "at the till"
	textInCash        = "in cash"
	textNextPayment   = "Next payment"
	textLaterPayments = "Later payments"
	textWillWipe      = "Everything personal is wiped when you go on to the next member, or in two minutes."
	textWiped         = "Everything personal is wiped."
	textWipedOnNext   = "Everything personal is wiped when you go on to the next member (n)."
	textNothingTaken  = "Nothing was taken."

	textBookTill   = "Book {amount} in the ERP: it was taken at the till, or is still open."
	textBookCash   = "The member is a cash payer now: the regular amounts are collected at the desk."
	textBookParent = "The member is under 18: file the parents' agreement."
	textTwin       = "Another desk signed up the same e-mail, or the same name and birth date, just now: {customer}. Cancel one of the two in the ERP today."
	textLeftOver   = "Authorised and not used: {payment}. It lapses by itself; if it does not, tell support the code {code}."
	textExtra      = "{payment}: {n} more came too late or twice and were not used. Tell support the code {code}."

	textNoBackOffice   = "There is no back office for this studio."
	textSummaryCopied  = "The summary is copied. There is no name in it."
	textNextIsN        = "Press n for the next member."
	textNoBackFromDone = "The sign-up is over. Press n for the next member."
	textReference      = "Reference {code}"
)

var outcomeTexts = map[flow.Outcome]struct{ title, what string }{
	flow.GivenUp:   {"This sign-up was given up", "No contract was made."},
	flow.Declined:  {"The payment was declined", "No contract was made."},
	flow.Duplicate: {"Known already", "No contract was made. Open the member in the ERP and add the membership there."},
}
