package tui

import "frontdesk/flow"

const (
	textPleaseCheck  = "Please check with {name}"
	textTrainFrom    = "training from {day}"
	textWith         = "with"
	textBorn         = "born {day}"
	textThen         = "Then"
	textThenNothing  = "nothing regular"
	textPayments     = "All payments of the first term"
	textStudioFigure = "(the studio's figure)"

	textDrift        = "The price has changed since it was accepted. Nothing was taken."
	textDriftOld     = "before"
	textDriftNew     = "now"
	textDriftChanged = "changed"
	textTakeNew      = "take the new price"
	textTakePayment  = "take payment"
	textSignUp       = "sign up"

	textVoucherTitle   = "Voucher"
	textVoucherWhat    = "One code, as it is printed. Empty takes the code away."
	textVoucherYes     = "use it"
	textVoucherNo      = "leave it as it is"
	textVoucherFine    = "applied"
	textVoucherRefused = "{code} is not accepted for this membership. It was taken away again."

	textNeedBoth      = "In the browser: {amount} now, and a payment method, as {why}."
	textNeedUpfront   = "In the browser: {amount} now. No payment method is kept, as {why}."
	textNeedRecurring = "In the browser: a payment method, as {why}. Nothing is paid now."
	textNeedNothing   = "Nothing is asked for in the browser, as {why}."

	textSearching   = "Looking whether the member is known already …"
	textNoDuplicate = "No one else with this e-mail, or with this name and birth date."
	textOtherPerson = "Somebody similar is known; you said that it is another person."
	textDuplicate   = "Somebody like this is known already:"
	textMoreFound   = "and {n} more"
	textDismiss     = "another person, go on"
	textStopHere    = "stop here"
	textNobodyFound = "Nobody was found who could be the same person."
	textStopTitle   = "Stop, because the member is known already?"
	textStopWhat    = "No contract is made. Open the member in the ERP and add the membership there."
	textStopYes     = "stop"

	textMandate   = "collect a payment method for later, although nothing is scheduled"
	textCash      = "pays the regular amounts in cash"
	textTill      = "the due amount is taken at the till"
	textNoMandate = "A payment method is collected anyway, or this contract does not go on."
	textNoCash    = "This membership cannot be paid in cash."
	textNoTill    = "Taking the due amount at the till is not switched on (allow_till)."

	textNewTexts = "The price brought a text that has to be confirmed."
)

// needTexts say why a payment method is, or is not, asked for.
var needTexts = map[flow.NeedReason]string{
	flow.NothingToPay:     "there is nothing to pay",
	flow.AllAtSigning:     "everything is paid now",
	flow.VoucherExplains:  "the voucher covers the rest",
	flow.LaterPayments:    "more payments follow",
	flow.ScheduleUnclear:  "more may follow",
	flow.GoesOnByItself:   "the contract goes on by itself",
	flow.MemberPaysInCash: "the rest is paid in cash",
}

// warningTexts say what staff should know and may ignore.
var warningTexts = map[flow.Warning]string{
	flow.DueMissing:       "The studio's system names no amount due today; it is taken as nothing.",
	flow.StarterFeeNotDue: "There is a starter fee, but nothing is due today. In the ERP, “Require Initial Payment for Open API sign-ups” may be off.",
	flow.OutOfPeriod:      "This membership is not offered today.",
	flow.BecomesCashPayer: "Without a payment method the studio's system makes the member a cash payer.",
	flow.Underage:         "Under 18 when the contract starts: a parent has to agree.",
	flow.TillOpen:         "The due amount stays open until it is booked in the ERP.",
	flow.SearchImpossible: "This key may not look for members, so nobody knows whether this one exists already.",
}
