package journal

import (
	"reflect"

	"frontdesk/flow"
)

// factTypes is every fact there is, by the name it has in the file.
var factTypes = func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, fact := range []flow.Fact{
		flow.Begun{},
		flow.Resumed{},
		flow.Woke{},
		flow.Retried{},
		flow.Abandoned{},
		flow.Left{},
		flow.OfferChosen{},
		flow.TermChosen{},
		flow.DatesChosen{},
		flow.ModulesChosen{},
		flow.VoucherEntered{},
		flow.FieldsEdited{},
		flow.Ticked{},
		flow.CashChosen{},
		flow.TillChosen{},
		flow.MandateChosen{},
		flow.DuplicatesDismissed{},
		flow.StepChosen{},
		flow.PreviewAccepted{},
		flow.SessionRenewed{},
		flow.PageReopened{},
		flow.TokenPasted{},
		flow.SubmitPressed{},
		flow.SentOnceMore{},
		flow.LookedAgain{},
		flow.StudioArrived{},
		flow.OffersArrived{},
		flow.OfferArrived{},
		flow.PreviewArrived{},
		flow.DuplicatesArrived{},
		flow.SessionOpened{},
		flow.PageListening{},
		flow.PageReported{},
		flow.Signed{},
		flow.SigningRefused{},
		flow.PaymentAuthorised{},
		flow.SubmitStarted{},
		flow.SignupCreated{},
		flow.SignupRefused{},
		flow.OutcomeUnknown{},
		flow.OwnFound{},
		flow.OwnNotFound{},
		flow.TwinsFound{},
		flow.Failed{},
	} {
		t := reflect.TypeOf(fact)
		types[t.Name()] = t
	}
	return types
}()

// newFact returns a pointer to an empty fact of this name, nil when there is
// no such fact.
func newFact(name string) any {
	if t, ok := factTypes[name]; ok {
		return reflect.New(t).Interface()
	}
	return nil
}

// factName is the name of a fact in the file, "" when it is none that can be
// journaled.
func factName(fact flow.Fact) string {
	t := reflect.TypeOf(fact)
	if t == nil || factTypes[t.Name()] != t {
		return ""
	}
	return t.Name()
}

func factOf(pointer any) flow.Fact {
	fact, _ := reflect.ValueOf(pointer).Elem().Interface().(flow.Fact)
	return fact
}
