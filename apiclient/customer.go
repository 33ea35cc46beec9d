package apiclient

import (
	"encoding/json"
	"time"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// CustomerSearch finds customers that match all members that are set. Names
// match from their beginning.
type CustomerSearch struct {
	FirstName   secret.Value
	LastName    secret.Value
	Email       secret.Value
	DateOfBirth secret.Value // YYYY-MM-DD
}

// FoundCustomer is somebody the studio knows. Bank accounts, access media and
// the like are in the answer and are not kept.
type FoundCustomer struct {
	ID             int64
	CustomerNumber string
	Status         CustomerStatus
	AccessRefusal  bool
	StudioID       int64
	// ThirdPartyID is what the one who created the record chose.
	ThirdPartyID string
	// Created is zero where the answer does not say.
	Created time.Time

	FirstName         secret.Value
	SecondFirstName   secret.Value
	LastName          secret.Value
	SecondLastName    secret.Value
	DateOfBirth       secret.Value
	Email             secret.Value
	Street            secret.Value
	HouseNumber       secret.Value
	ZipCode           secret.Value
	City              secret.Value
	CountryCode       secret.Value
	PhoneNumber       secret.Value
	PhoneNumberMobile secret.Value
}

type wireCustomer struct {
	ID                 int64          `json:"id"`
	CustomerNumber     string         `json:"customerNumber"`
	Status             CustomerStatus `json:"status"`
	AccessRefusal      bool           `json:"accessRefusal"`
	StudioID           int64          `json:"studioId"`
	ThirdPartyID       string         `json:"thirdPartyId"`
	CreatedDateTime    Timestamp      `json:"createdDateTime"`
	FirstName          sealed         `json:"firstName"`
	SecondFirstName    sealed         `json:"secondFirstName"`
	LastName           sealed         `json:"lastName"`
	SecondLastName     sealed         `json:"secondLastName"`
	DateOfBirth        sealed         `json:"dateOfBirth"`
	Email              sealed         `json:"email"`
	Street             sealed         `json:"street"`
	HouseNumber        sealed         `json:"houseNumber"`
	ZipCode            sealed         `json:"zipCode"`
	City               sealed         `json:"city"`
	Country            sealed         `json:"country"`
	PhonePrivate       sealed         `json:"phonePrivate"`
	PhonePrivateMobile sealed         `json:"phonePrivateMobile"`
}

func (w wireCustomer) customer() FoundCustomer {
	return FoundCustomer{
		ID:                w.ID,
		CustomerNumber:    w.CustomerNumber,
		Status:            w.Status,
		AccessRefusal:     w.AccessRefusal,
		StudioID:          w.StudioID,
		ThirdPartyID:      w.ThirdPartyID,
		Created:           w.CreatedDateTime.Time,
		FirstName:         w.FirstName.Value,
		SecondFirstName:   w.SecondFirstName.Value,
		LastName:          w.LastName.Value,
		SecondLastName:    w.SecondLastName.Value,
		DateOfBirth:       w.DateOfBirth.Value,
		Email:             w.Email.Value,
		Street:            w.Street.Value,
		HouseNumber:       w.HouseNumber.Value,
		ZipCode:           w.ZipCode.Value,
		City:              w.City.Value,
		CountryCode:       w.Country.Value,
		PhoneNumber:       w.PhonePrivate.Value,
		PhoneNumberMobile: w.PhonePrivateMobile.Value,
	}
}

// sealed reads a text straight into a secret.Value, which by itself refuses
// every codec. Numbers and booleans are taken as their text.
type sealed struct{ secret.Value }

func (s *sealed) UnmarshalJSON(data []byte) error {
	var text string
	switch data[0] {
	case 'n':
		return nil
	case '{', '[':
		return errMissing("text")
	case '"':
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	default:
		text = string(data)
	}
	s.Value = secret.New(text)
	return nil
}

// FoundContract is a contract of a customer.
type FoundContract struct {
	ID       int64  `json:"id"`
	RateName string `json:"rateName"`
	// ContractStatus is ACTIVE or INACTIVE.
	ContractStatus string     `json:"contractStatus"`
	RateCodes      []RateCode `json:"rateCodes,omitzero"`

	CreatedDate Date       `json:"createdDate,omitzero"`
	StartDate   Date       `json:"startDate,omitzero"`
	EndDate     Date       `json:"endDate,omitzero"`
	Term        PeriodTerm `json:"term,omitzero"`

	ExtensionTerm                PeriodTerm `json:"extensionTerm,omitzero"`
	CancellationPeriod           PeriodTerm `json:"cancellationPeriod,omitzero"`
	Cancelled                    bool       `json:"cancelled,omitzero"`
	CancellationDate             Date       `json:"cancellationDate,omitzero"`
	LastPossibleCancellationDate Date       `json:"lastPossibleCancellationDate,omitzero"`

	PriceDetails PriceDetails `json:"priceDetails,omitzero"`
	ThirdPartyID string       `json:"thirdPartyId,omitzero"`
}

// PeriodTerm is a [Term] under the names it has in contracts.
type PeriodTerm struct {
	Value int      `json:"periodValue"`
	Unit  TermUnit `json:"periodUnit"`
}

// PriceDetails is what a contract costs.
type PriceDetails struct {
	BasePrice        money.Amount     `json:"basePrice"`
	CurrentPrice     money.Amount     `json:"currentPrice"`
	PaymentFrequency PaymentFrequency `json:"paymentFrequency,omitzero"`
}
