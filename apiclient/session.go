package apiclient

import (
	"time"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// SessionRequest opens a payment session. CustomerID and FinionPayCustomerID
// exclude each other.
type SessionRequest struct {
	// Amount in major units of the studio's currency. 0 only captures an
	// instrument, and is sent like any other amount.
	Amount money.Amount
	Scope  Scope
	// ReferenceText appears on the member's bank statement.
	ReferenceText string
	// CustomerID is an existing customer's.
	CustomerID int64
	// FinionPayCustomerID is what an earlier session of the same person named.
	FinionPayCustomerID string
	// PermittedPaymentChoices narrows down what the scope offers.
	PermittedPaymentChoices []PaymentChoice
	// RequireDirectDebitSignature asks for a signature under SEPA, CH_DD and
	// LSV mandates. Since 1.6; sent only when true.
	RequireDirectDebitSignature bool
	// ShowExistingPaymentInstruments lets the payer choose a stored
	// instrument. Since 1.7; nil leaves it to the API, whose default is true.
	ShowExistingPaymentInstruments *bool
}

// Session is a payment session. It dies at ValidUntil, or when one of its
// payment request tokens is used.
type Session struct {
	Token      secret.Value
	ValidUntil time.Time
	// FinionPayCustomerID goes into the next session of the same person.
	FinionPayCustomerID string
	FinionPayRegion     string // since 1.13; has no use yet
}

type wireSession struct {
	Token               sealed    `json:"token"`
	TokenValidUntil     Timestamp `json:"tokenValidUntil"`
	FinionPayCustomerID string    `json:"finionPayCustomerId"`
	FinionPayRegion     string    `json:"finionPayRegion"`
}

func (w wireSession) session() (Session, error) {
	switch {
	case w.Token.IsZero():
		return Session{}, errMissing("token")
	case w.TokenValidUntil.IsZero():
		return Session{}, errMissing("tokenValidUntil")
	}
	return Session{w.Token.Value, w.TokenValidUntil.Time, w.FinionPayCustomerID, w.FinionPayRegion}, nil
}
