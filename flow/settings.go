package flow

import "frontdesk/apiclient"

// Settings is what the configuration says about the studio that signs the
// member up. The zero value is the careful choice everywhere.
type Settings struct {
	BaseURL     string
	Environment string // test, sandbox or live
	Country     string // ISO 3166-1, prefills the member's country before the studio is known
	Language    string // ISO 639-1, the member's where the studio's country tells none

	// AllowWithoutSearch lets money be taken although the key may not search
	// for duplicates.
	AllowWithoutSearch bool
	// AllowTill lets staff take the due amount in cash at the till.
	AllowTill bool

	// ReferenceText is what the bank statement says; {code} stands for the
	// intent code, {offer} for the offer's name. Empty means "Signup {code}".
	ReferenceText                  string
	RequireDirectDebitSignature    bool
	ShowExistingPaymentInstruments *bool // nil leaves it to the API
}

// fallbackChoices is what the sign-up guide offers for regular payments when
// an offer does not say (guide, "Payment Choice Restrictions").
var fallbackChoices = []apiclient.PaymentChoice{"SEPA", "BACS", "CREDIT_CARD", "CASH", "BANK_TRANSFER"}
