package journal

import "frontdesk/flow"

// durable reports whether a record must be on the disk before anything is done
// because of it: unless it is known that it need not.
//
// What staff choose and what is only read can be asked for again, but not in
// the payment step. A preview that arrives there is what makes the program send
// the sign-up. Were its record lost in a power cut, the next start would not
// know that something was sent, and send it again.
func durable(before, after flow.Signup, fact flow.Fact) bool {
	switch fact.(type) {
	case flow.Woke, flow.Retried, flow.Left,
		flow.OfferChosen, flow.TermChosen, flow.DatesChosen, flow.ModulesChosen, flow.VoucherEntered, flow.FieldsEdited,
		flow.Ticked, flow.CashChosen, flow.TillChosen, flow.MandateChosen, flow.StepChosen, flow.PageReopened, flow.LookedAgain,
		flow.StudioArrived, flow.OffersArrived, flow.OfferArrived, flow.PreviewArrived, flow.DuplicatesArrived,
		flow.PageListening, flow.PageReported, flow.Failed:
		return before.Step == flow.StepPayment || after.Step == flow.StepPayment
	default:
		return true
	}
}
