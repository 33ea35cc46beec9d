package sandbox

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// money is the API's amount: major units as a JSON number, and a currency.
type money struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

// digits is the number of decimals of a currency.
func digits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// minorUnits reads a JSON number exactly; finer amounts than the currency has
// are an error, so are negative and absurdly large ones.
func minorUnits(number json.Number, currency string) (int64, error) {
	// A huge exponent would make big.Rat allocate without end.
	if len(number) > 30 || strings.ContainsAny(string(number), "eE") {
		return 0, fmt.Errorf("%s is not a plain decimal", number)
	}
	value, ok := new(big.Rat).SetString(string(number))
	if !ok {
		return 0, fmt.Errorf("%q is not a number", number)
	}
	value.Mul(value, big.NewRat(pow10(digits(currency)), 1))
	switch {
	case !value.IsInt():
		return 0, fmt.Errorf("%s has more decimals than %s", number, currency)
	case value.Sign() < 0:
		return 0, fmt.Errorf("%s is negative", number)
	case value.Num().BitLen() > 40:
		return 0, fmt.Errorf("%s is too large", number)
	}
	return value.Num().Int64(), nil
}

// decimal writes minor units with all the currency's digits: "44.60".
func decimal(minor int64, currency string) string {
	n := digits(currency)
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	if n == 0 {
		return fmt.Sprintf("%s%d", sign, minor)
	}
	unit := pow10(n)
	return fmt.Sprintf("%s%d.%0*d", sign, minor/unit, n, minor%unit)
}

// wire writes minor units as the service does: without trailing zeros.
func wire(minor int64, currency string) money {
	text := decimal(minor, currency)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return money{json.Number(text), currency}
}

// share is amount × num ÷ den, rounded half up; amount and num are not negative.
func share(amount, num, den int64) int64 {
	product := new(big.Int).Mul(big.NewInt(amount), big.NewInt(num))
	product.Mul(product, big.NewInt(2)).Add(product, big.NewInt(den))
	return product.Quo(product, big.NewInt(2*den)).Int64()
}
