package journal

import (
	"reflect"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// policy says what of a value may stand in the file in the clear. Numbers,
// days, amounts and named words (enums) always may; text may not, unless it is
// named here. So a field that is added later is sealed until somebody thinks
// about it.
type policy int

const (
	guarded policy = iota // text is sealed
	public                // text is clear; a secret.Value still is not
	hidden                // all of it is sealed
	inside                // written under the seal, where everything is plain
)

var (
	secretType = reflect.TypeFor[secret.Value]()

	// What the studio tells everybody.
	publicTypes = map[reflect.Type]bool{
		reflect.TypeFor[apiclient.Studio]():      true,
		reflect.TypeFor[apiclient.Offer]():       true,
		reflect.TypeFor[apiclient.OfferDetail](): true,
		reflect.TypeFor[flow.Settings]():         true,
		reflect.TypeFor[State]():                 true,
	}

	// Somebody else's data, to the last number.
	hiddenTypes = map[reflect.Type]bool{
		reflect.TypeFor[apiclient.FoundCustomer](): true,
	}

	// Text that says nothing of the person. What is missing on purpose: a
	// fingerprint, because that of an estimate holds nothing unknown but the
	// birth date, and the key of a failed effect, which may hold one; the API's
	// message, which may quote what was typed; the payment provider's customer
	// id; the last digits of an instrument; a voucher code, which is worth money.
	publicFields = map[string]bool{
		"flow.Begun.Intent":       true,
		"flow.Failure.Code":       true,
		"flow.Failure.Op":         true,
		"flow.Failure.Reference":  true,
		"flow.Failure.TraceID":    true,
		"flow.Instrument.Brand":   true,
		"flow.Instrument.Method":  true,
		"flow.PageListening.Code": true,
		"flow.SentOnceMore.Code":  true,
	}
)

// of is the policy for a value of type t that stands where p holds.
func (p policy) of(t reflect.Type) policy {
	switch {
	case p == inside:
		return inside
	case t == secretType || hiddenTypes[t]:
		return hidden
	case p == public || publicTypes[t]:
		return public
	case t.Kind() == reflect.String && t.PkgPath() == "":
		return hidden
	}
	return guarded
}

// field is the policy that holds in a field of struct type t.
func (p policy) field(t reflect.Type, f reflect.StructField) policy {
	if p == guarded && publicFields[t.String()+"."+f.Name] {
		return public
	}
	return p
}
