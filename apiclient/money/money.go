// Package money holds exact amounts. An [Amount] keeps the decimal text it
// came as, so what a preview said reaches a payment session unchanged; there
// is no float and no rounding except in what [Amount.Format] shows.
package money

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

// Amount is a decimal number in a currency. The zero Amount holds no number
// at all, which is not the same as an amount of 0: see [Amount.Set].
//
// Amounts compare with == as texts (49.9 is not 49.90); [Amount.Equal]
// compares values. Do not tag a field of this type with omitzero: IsZero is
// about the value, and an amount of 0 would be left out.
type Amount struct {
	number   string // a JSON number
	currency string // ISO 4217, or empty when the source named none
}

// ErrCurrencies is returned when amounts of different currencies meet.
var ErrCurrencies = errors.New("money: the amounts have different currencies")

// number is the grammar of a JSON number, RFC 8259 section 6.
var number = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?$`)

// Longer texts and larger exponents are no prices: they only cost memory.
const (
	maxText     = 64
	maxExponent = 40
)

// The formatter computes with 39 digits.
const maxFormatted = 36

// New makes an Amount of decimal text, such as "44.67", "1e2" or "-0.5", and
// an ISO 4217 code. The code may be empty when the source names none. It is
// an error if number is no JSON number, has more than 64 characters or an
// exponent beyond 40, or if the code is not three capital letters.
func New(number, currency string) (Amount, error) {
	if err := checkNumber(number); err != nil {
		return Amount{}, err
	}
	if err := checkCurrency(currency); err != nil {
		return Amount{}, err
	}
	return Amount{number, currency}, nil
}

func checkNumber(text string) error {
	if len(text) > maxText {
		return fmt.Errorf("money: a number of %d characters is no amount", len(text))
	}
	parts := number.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("money: %q is not a decimal number", text)
	}
	if exponent := parts[1]; exponent != "" {
		if e, err := strconv.Atoi(exponent); err != nil || e < -maxExponent || e > maxExponent {
			return fmt.Errorf("money: the exponent of %q is out of range", text)
		}
	}
	return nil
}

func checkCurrency(code string) error {
	if code == "" {
		return nil
	}
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fmt.Errorf("money: %q is not a currency code", code)
	}
	return nil
}

// Set reports whether a holds an amount.
func (a Amount) Set() bool { return a.number != "" }

// Number returns the exact text of the number.
func (a Amount) Number() string { return a.number }

// Currency returns the ISO 4217 code, or "" when the source named none.
func (a Amount) Currency() string { return a.currency }

// WithCurrency returns a in the given currency if it has none yet, and a
// itself otherwise. Answers of version 1.5.0 hold bare numbers.
func (a Amount) WithCurrency(code string) Amount {
	if a.Set() && a.currency == "" && checkCurrency(code) == nil {
		a.currency = code
	}
	return a
}

// Sign returns -1, 0 or 1. An Amount that holds nothing has the sign 0.
func (a Amount) Sign() int { return a.value().Sign() }

// IsZero reports whether the value is 0, however many digits say so. It is
// also true when a holds nothing.
func (a Amount) IsZero() bool { return a.Sign() == 0 }

// Cmp compares two amounts of one currency: -1 if a < b, 0, or 1 if a > b. An
// Amount that holds nothing counts as 0 of any currency.
func (a Amount) Cmp(b Amount) (int, error) {
	if _, err := common(a, b); err != nil {
		return 0, err
	}
	return a.value().Cmp(b.value()), nil
}

// Equal reports whether a and b are the same value in the same currency; 49.9
// and 49.90 are. An Amount that holds nothing equals only another such one.
func (a Amount) Equal(b Amount) bool {
	return a.Set() == b.Set() && a.currency == b.currency && a.value().Cmp(b.value()) == 0
}

// Add returns the exact sum. An Amount that holds nothing adds nothing, so
// sums may start from the zero Amount. The error is [ErrCurrencies], or says
// that the sum is out of range.
func (a Amount) Add(b Amount) (Amount, error) {
	code, err := common(a, b)
	if err != nil {
		return Amount{}, err
	}
	switch {
	case !b.Set():
		return a, nil
	case !a.Set():
		return b, nil
	}
	sum := new(big.Rat).Add(a.value(), b.value())
	return New(sum.FloatString(max(a.digits(), b.digits())), code)
}

// Sub returns the exact difference a - b, with the rules of Add.
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.negated()) }

func (a Amount) negated() Amount {
	switch {
	case !a.Set():
	case a.number[0] == '-':
		a.number = a.number[1:]
	default:
		a.number = "-" + a.number
	}
	return a
}

// FitsCurrency reports whether a has no more digits than its currency can pay:
// 44.670 EUR does, 44.675 EUR does not. Two digits where the currency is not
// known.
func (a Amount) FitsCurrency() bool {
	payable := Amount{number: a.rounded()}
	return payable.value().Cmp(a.value()) == 0
}

// String returns a form for plain terminals and logs, as in "44.67 EUR":
// ASCII, at least the digits of the currency, never rounded. It is empty when
// a holds nothing.
func (a Amount) String() string {
	if !a.Set() {
		return ""
	}
	text := a.value().FloatString(max(a.digits(), currencyDigits(a.currency)))
	return strings.TrimSpace(text + " " + a.currency)
}

// Format returns the amount as people of a locale such as "de-CH" write it,
// rounded half away from zero to the digits of the currency. The text may hold no-break
// spaces (U+00A0, U+202F). Without a known currency it is what String gives.
func (a Amount) Format(locale string) string {
	if !a.Set() || !currency.IsValid(a.currency) || len(a.rounded()) > maxFormatted {
		return a.String()
	}
	amount, err := currency.NewAmount(a.rounded(), a.currency)
	if err != nil {
		return a.String()
	}
	return currency.NewFormatter(currency.NewLocale(locale)).Format(amount)
}

// UnmarshalJSON takes a bare number, as version 1.5.0 sends them, or an object
// {"amount": number, "currency": code}; null and a null amount leave a unset.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var m struct {
		Amount   json.RawMessage `json:"amount"`
		Currency string          `json:"currency"`
	}
	data = bytes.TrimSpace(data)
	if bytes.HasPrefix(data, []byte("{")) {
		if err := json.Unmarshal(data, &m); err != nil {
			return err
		}
		data = m.Amount
	}
	*a = Amount{}
	if len(data) == 0 || string(data) == "null" {
		return nil
	}
	parsed, err := New(string(data), m.Currency)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// MarshalJSON writes {"amount":44.67,"currency":"EUR"} with the number exactly
// as it came, a bare number when there is no currency, null when a holds
// nothing.
func (a Amount) MarshalJSON() ([]byte, error) {
	switch {
	case !a.Set():
		return []byte("null"), nil
	case a.currency == "":
		return []byte(a.number), nil
	}
	return []byte(`{"amount":` + a.number + `,"currency":"` + a.currency + `"}`), nil
}

// common returns the currency of a sum, or ErrCurrencies.
func common(a, b Amount) (string, error) {
	switch {
	case !a.Set():
		return b.currency, nil
	case !b.Set() || a.currency == b.currency:
		return a.currency, nil
	}
	return "", fmt.Errorf("%w: %q and %q", ErrCurrencies, a.currency, b.currency)
}

func (a Amount) value() *big.Rat {
	value, ok := new(big.Rat).SetString(a.number)
	if !ok {
		return new(big.Rat)
	}
	return value
}

// rounded returns the number with the digits of the currency, halves away
// from zero.
func (a Amount) rounded() string { return a.value().FloatString(currencyDigits(a.currency)) }

// digits returns how many digits after the point the text needs.
func (a Amount) digits() int {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(a.number), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	shift, _ := strconv.Atoi(exponent)
	return max(0, len(fraction)-shift)
}

func currencyDigits(code string) int {
	if digits, ok := currency.GetDigits(code); ok {
		return int(digits)
	}
	return 2
}
