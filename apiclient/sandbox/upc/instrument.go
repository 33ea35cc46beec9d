package upc

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Payment is the body of POST /api/v1/payment-requests: a method with what it
// needs, or redirectResult alone, or collect alone (for a payment that was
// approved but whose result got lost on the way back). Names and expiry may be
// left out by programs.
type Payment struct {
	Method         string `json:"method,omitempty"`
	IBAN           string `json:"iban,omitempty"`          // SEPA, CH_DD, LSV
	AccountHolder  string `json:"accountHolder,omitempty"` // and BACS
	Signature      string `json:"signature,omitempty"`     // where the session asks for one
	Account        string `json:"account,omitempty"`       // BACS, 8 digits
	SortCode       string `json:"sortCode,omitempty"`      // BACS, 6 digits
	Card           string `json:"card,omitempty"`          // CREDIT_CARD, BANCONTACT; blanks are ignored
	Expiry         string `json:"expiry,omitempty"`        // MM/YY
	CVC            string `json:"cvc,omitempty"`
	CardHolder     string `json:"cardHolder,omitempty"`
	Issuer         string `json:"issuer,omitempty"` // IDEAL
	Email          string `json:"email,omitempty"`
	ReturnURL      string `json:"returnUrl,omitempty"`
	RedirectResult string `json:"redirectResult,omitempty"`
	Collect        bool   `json:"collect,omitempty"`
}

// fate is what becomes of a payment that is filled in correctly.
type fate int

const (
	accepted fate = iota
	bankGET       // 3-D Secure, the payer comes back by GET
	bankPOST      // the same by POST
	silent        // no answer, ever
)

const (
	visa3DS       = "4917610000000000"
	mastercard3DS = "5454545454545454"
	bancontact3DS = "6703444444444449"
	declinedCard  = "4000000000000002"
	silentCard    = "4000000000003220"
	declinedIBAN  = "DE62370400440532013001"
)

var (
	expiryForm = regexp.MustCompile(`^(0[1-9]|1[0-2])/[0-9]{2}$`)
	cvcForm    = regexp.MustCompile(`^[0-9]{3,4}$`)
	bacsForm   = regexp.MustCompile(`^[0-9]{8}$`)
	sortForm   = regexp.MustCompile(`^[0-9]{6}$`)
)

// assess checks the instrument. An error without a field is a decline.
func (p Payment) assess(known Session) (done Result, f fate, field string, err error) {
	done.Method = p.Method
	switch p.Method {
	case "SEPA", "CH_DD", "LSV":
		return p.account(known)
	case "BACS":
		switch {
		case !bacsForm.MatchString(p.Account):
			return done, 0, "account", errors.New("an account number has 8 digits")
		case !sortForm.MatchString(strings.ReplaceAll(p.SortCode, "-", "")):
			return done, 0, "sortCode", errors.New("a sort code has 6 digits")
		}
		done.Last4 = p.Account[4:]
		done.Details = map[string]any{"bacs": map[string]any{
			"accountHolder": p.AccountHolder, "bankAccountNumber": p.Account, "bankLocationId": p.SortCode,
			"directDebitPdfFormUrl": "https://files.example.com/bacs.pdf", "mandateId": "BACS-1", "shopperEmail": p.Email,
		}}
	case "CREDIT_CARD", "BANCONTACT":
		return p.card()
	case "PAYPAL", "TWINT":
		done.Details, f = map[string]any{strings.ToLower(p.Method): map[string]any{}}, bankGET
	case "IDEAL":
		done.Details, f = map[string]any{"ideal": map[string]any{"issuer": p.Issuer}}, bankGET
	case "CASH":
		done.Details = map[string]any{"cash": map[string]any{}}
	case "BANK_TRANSFER":
		done.Details = map[string]any{"bankTransfer": map[string]any{}}
	default:
		return done, 0, "method", errors.New("this payment method is not known")
	}
	return done, f, "", nil
}

func (p Payment) account(known Session) (done Result, f fate, field string, err error) {
	done.Method = p.Method
	iban := strings.ToUpper(compact(p.IBAN))
	if !validIBAN(iban) {
		return done, 0, "iban", errors.New("this is no valid IBAN")
	}
	if known.RequireSignature && p.Signature == "" {
		return done, 0, "signature", errors.New("the mandate must be signed")
	}
	if iban == declinedIBAN {
		return done, 0, "", errors.New("the bank declined the direct debit")
	}
	bank := banks[iban]
	details := map[string]any{"accountHolder": p.AccountHolder, "bankName": bank.name, "bic": bank.bic, "iban": iban}
	if p.Signature != "" {
		details["signature"] = p.Signature
	}
	name := map[string]string{"SEPA": "sepa", "CH_DD": "chDD", "LSV": "lsvDD"}[p.Method]
	done.Last4 = iban[len(iban)-4:]
	done.Details = map[string]any{name: map[string]any{"bankAccountDetails": details}}
	return done, accepted, "", nil
}

// banks are those of the public test accounts.
var banks = map[string]struct{ name, bic string }{
	"DE02120300000000202051": {"Deutsche Kreditbank", "BYLADEM1001"},
	"DE02500105170137075030": {"ING-DiBa", "INGDDEFF"},
	"DE02100100100006820101": {"Postbank", "PBNKDEFF"},
}

func (p Payment) card() (done Result, f fate, field string, err error) {
	done.Method = p.Method
	number := compact(p.Card)
	switch {
	case !validCard(number):
		return done, 0, "card", errors.New("this is no valid card number")
	case p.Expiry != "" && !expiryForm.MatchString(p.Expiry):
		return done, 0, "expiry", errors.New("write the expiry date as MM/YY")
	case p.CVC != "" && !cvcForm.MatchString(p.CVC):
		return done, 0, "cvc", errors.New("a security code has 3 or 4 digits")
	case number == declinedCard:
		return done, 0, "", errors.New("the card was declined")
	}
	done.Brand, done.Last4 = brand(number), number[len(number)-4:]
	masked := strings.Repeat("*", len(number)-4) + done.Last4
	if p.Method == "BANCONTACT" {
		done.Details = map[string]any{"banContactCard": map[string]any{
			"cardHolder": p.CardHolder, "cardNumber": masked, "expiry": p.Expiry,
		}}
	} else {
		done.Details = map[string]any{"creditCard": map[string]any{
			"brand": done.Brand, "cardHolder": p.CardHolder, "cardNumber": masked, "expiry": p.Expiry, "issuerCountry": "DE",
		}}
	}
	switch number {
	case visa3DS, bancontact3DS:
		f = bankGET
	case mastercard3DS:
		f = bankPOST
	case silentCard:
		f = silent
	}
	return done, f, "", nil
}

func brand(number string) string {
	switch {
	case strings.HasPrefix(number, "4"):
		return "visa"
	case strings.HasPrefix(number, "34"), strings.HasPrefix(number, "37"):
		return "amex"
	case strings.HasPrefix(number, "6703"):
		return "bcmc"
	case slices.Contains([]byte("25"), number[0]):
		return "mc"
	}
	return "card"
}

func compact(text string) string { return strings.Join(strings.Fields(text), "") }

// validIBAN is ISO 13616: letters count from 10, the whole modulo 97 is 1.
func validIBAN(iban string) bool {
	if len(iban) < 15 || len(iban) > 34 {
		return false
	}
	rest := 0
	for _, c := range iban[4:] + iban[:4] {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// validCard is the Luhn check.
func validCard(number string) bool {
	if len(number) < 12 || len(number) > 19 {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// String keeps an instrument out of logs.
func (p Payment) String() string { return fmt.Sprintf("payment by %s", p.Method) }
