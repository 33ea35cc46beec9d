package tui

// What stands around the screens, and the questions.
const (
	textTooSmall = "This window is too small. frontdesk needs at least 60 columns and 16 rows. Nothing is lost: make it larger."

	textLeaveTitle      = "Leave frontdesk?"
	textLeaveUnknown    = "The sign-up was sent and nobody knows yet what became of it."
	textLeaveOpen       = " is being paid in the browser."
	textLeaveAuthorised = " is authorised and would not be used."
	textLeaveKept       = "It is kept for 24 hours. The next start offers to go on with it."
	textLeaveHeld       = "It is kept until it is settled, 7 days at most. The next start offers to go on with it."
	textLeaveLost       = "What was typed will be gone."

	textFirstStep = "This is the first step. Ctrl+C leaves the program."

	textPrice         = "Price"
	textPriceFirst    = "known as soon as a term is chosen"
	textDueToday      = "Due today"
	textWholeTerm     = "Whole term"
	textNoPrice       = "No price:"
	textNoStudio      = "The studio's name and country are not known."
	textF5            = "F5 tries again."
	textEstimate      = "an estimate; the exact price comes with the preview"
	textWorkingOut    = "being worked out …"
	textUpdating      = "changing …"
	textAsOf          = "as of {time}"
	textPriceFailed   = "not known: F5 asks again"
	textNothing       = "nothing"
	textVoucher       = "Voucher"
	textVoucherBad    = "not accepted"
	textEstimateMark  = "about"
	textHelpTitle     = "Keys here"
	textHelpClose     = "esc closes this"
	textHelpEverybody = "Everywhere"
	textDetailsTitle  = "For support"
	textDetailsNote   = "None of this is about the member."
	textFindTitle     = "What would you like to do?"
	textFindNothing   = "Nothing is called like that."
	textGoToStep      = "Go to {step}"
	textRetryAll      = "Try again what failed"
	textNothingFailed = "Nothing has failed."
	textStartOver     = "Give this sign-up up"
	textLeaveProgram  = "Leave frontdesk"

	textExtrasN = "{n} extras"

	textLaneRecurring = "Regular payments"
	textLaneUpfront   = "Due today"
)

// stepHelp is what F1 says about each step.
var stepHelp = [...]string{
	"Choose a membership. Its details stand beside the list.",
	"Compare the terms and choose one. The dates can be changed: 24.8.2026, 2026-08-24, today, tomorrow or +7.",
	"Extras that are included can be chosen up to their limit; the others cost what stands beside them.",
	"Who is signing up. What is typed is kept, wherever you go.",
	"What the member has to know, confirm or sign. Confirm a text only when the member said yes to it.",
	"Check everything together with the member. Nothing is paid before you press Enter here.",
	"The member pays in the browser. This screen follows by itself.",
	"The sign-up is over. Personal data is wiped when you go on.",
}
