package money_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/apiclient/money"
)

func amount(t testing.TB, number, currency string) money.Amount {
	t.Helper()
	a, err := money.New(number, currency)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNewTakesDecimalTextAsItCame(t *testing.T) {
	for _, text := range []string{"0", "0.00", "44.67", "-5", "49.90", "2E+1", "1e-2", "32.75342465753424657534246575342466"} {
		a, err := money.New(text, "EUR")
		if err != nil || a.Number() != text || a.Currency() != "EUR" || !a.Set() {
			t.Errorf("New(%q) = %v, %v", text, a, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct{ number, currency string }{
		{"", "EUR"},
		{"1,5", "EUR"},
		{"+1", "EUR"},
		{".5", "EUR"},
		{"1.", "EUR"},
		{"01", "EUR"},
		{"0x10", "EUR"},
		{"1/2", "EUR"},
		{"NaN", "EUR"},
		{"Infinity", "EUR"},
		{"1 ", "EUR"},
		{"1_000", "EUR"},
		{"1e999999999", "EUR"},
		{"1e-41", "EUR"},
		{"1e41", "EUR"},
		{"1e99999999999999999999", "EUR"},
		{strings.Repeat("9", 65), "EUR"},
		{"1", "eur"},
		{"1", "EURO"},
		{"1", "E1R"},
		{"1", `E"R`},
	} {
		if a, err := money.New(c.number, c.currency); err == nil || a != (money.Amount{}) {
			t.Errorf("New(%q, %q) = %v, want an error", c.number, c.currency, a)
		}
	}
}

func TestZeroAmountIsNoAmount(t *testing.T) {
	var none money.Amount
	zero := amount(t, "0.00", "EUR")
	if none.Set() || !zero.Set() {
		t.Error("Set confuses nothing and 0")
	}
	if none.Equal(zero) || none.Equal(amount(t, "0", "")) || !none.Equal(money.Amount{}) {
		t.Error("Equal confuses nothing and 0")
	}
	if !none.IsZero() || !zero.IsZero() || none.String() != "" || none.Format("de-DE") != "" {
		t.Error("nothing is neither 0 nor blank")
	}
}

func TestComparison(t *testing.T) {
	if !amount(t, "49.9", "EUR").Equal(amount(t, "49.90", "EUR")) || !amount(t, "2E+1", "EUR").Equal(amount(t, "20", "EUR")) {
		t.Error("equal values are not Equal")
	}
	if amount(t, "49.90", "EUR").Equal(amount(t, "49.90", "CHF")) {
		t.Error("Equal ignores the currency")
	}
	if c, err := amount(t, "41.12", "EUR").Cmp(amount(t, "398.50", "EUR")); c != -1 || err != nil {
		t.Errorf("Cmp = %d, %v", c, err)
	}
	if _, err := amount(t, "1", "EUR").Cmp(amount(t, "1", "CHF")); !errors.Is(err, money.ErrCurrencies) {
		t.Errorf("Cmp of two currencies: %v", err)
	}
	if _, err := amount(t, "1", "EUR").Cmp(amount(t, "1", "")); !errors.Is(err, money.ErrCurrencies) {
		t.Errorf("Cmp with an unknown currency: %v", err)
	}
	if s := amount(t, "-0.01", "EUR").Sign(); s != -1 {
		t.Errorf("Sign = %d", s)
	}
}

func TestArithmeticIsExact(t *testing.T) {
	for _, c := range []struct{ a, b, sum, difference string }{
		{"0.1", "0.2", "0.3", "-0.1"},
		{"19.90", "21.22", "41.12", "-1.32"},
		{"1e2", "0.50", "100.50", "99.50"},
		{"2147483647", "0.000000000001", "2147483647.000000000001", "2147483646.999999999999"},
	} {
		a, b := amount(t, c.a, "EUR"), amount(t, c.b, "EUR")
		sum, err := a.Add(b)
		if err != nil || sum.Number() != c.sum || sum.Currency() != "EUR" {
			t.Errorf("%s + %s = %v, %v; want %s", a, b, sum, err, c.sum)
		}
		difference, err := a.Sub(b)
		if err != nil || difference.Number() != c.difference {
			t.Errorf("%s - %s = %v, %v; want %s", a, b, difference, err, c.difference)
		}
	}
	if _, err := amount(t, "1", "EUR").Add(amount(t, "1", "PLN")); !errors.Is(err, money.ErrCurrencies) {
		t.Errorf("a sum of two currencies: %v", err)
	}
	if _, err := amount(t, "1e40", "EUR").Add(amount(t, "1e-40", "EUR")); err == nil {
		t.Error("a sum of 81 digits is accepted")
	}
}

func TestSumsStartFromNothing(t *testing.T) {
	var sum money.Amount
	for _, text := range []string{"19.90", "21.22", "3.55"} {
		var err error
		if sum, err = sum.Add(amount(t, text, "EUR")); err != nil {
			t.Fatal(err)
		}
	}
	if sum.String() != "44.67 EUR" {
		t.Errorf("sum = %s", sum)
	}
	if d, err := (money.Amount{}).Sub(sum); err != nil || d.Number() != "-44.67" {
		t.Errorf("nothing minus the sum = %v, %v", d, err)
	}
}

func TestWithCurrencyFillsOnlyAGap(t *testing.T) {
	if got := amount(t, "5", "").WithCurrency("EUR"); got != amount(t, "5", "EUR") {
		t.Errorf("got %v", got)
	}
	if got := amount(t, "5", "CHF").WithCurrency("EUR"); got.Currency() != "CHF" {
		t.Errorf("the currency was replaced: %v", got)
	}
	if got := (money.Amount{}).WithCurrency("EUR"); got.Set() || got.Currency() != "" {
		t.Errorf("nothing got a currency: %#v", got)
	}
}

func TestFitsCurrency(t *testing.T) {
	for _, c := range []struct {
		number, currency string
		want             bool
	}{
		{"44.67", "EUR", true},
		{"44.670", "EUR", true},
		{"44.675", "EUR", false},
		{"4.467e1", "EUR", true},
		{"5", "JPY", true},
		{"5.5", "JPY", false},
		{"1.005", "", false},
		{"1.05", "", true},
	} {
		if got := amount(t, c.number, c.currency).FitsCurrency(); got != c.want {
			t.Errorf("%s %s fits: %v", c.number, c.currency, got)
		}
	}
}

func TestString(t *testing.T) {
	for _, c := range []struct{ number, currency, want string }{
		{"44.67", "EUR", "44.67 EUR"},
		{"299", "EUR", "299.00 EUR"},
		{"49.9", "EUR", "49.90 EUR"},
		{"1e2", "JPY", "100 JPY"},
		{"44.675", "EUR", "44.675 EUR"},
		{"-0.5", "CHF", "-0.50 CHF"},
		{"5", "", "5.00"},
		{"5", "ZZZ", "5.00 ZZZ"},
	} {
		if got := amount(t, c.number, c.currency).String(); got != c.want {
			t.Errorf("String() = %q, want %q", got, c.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ locale, number, currency, want string }{
		{"de-DE", "1234.5", "EUR", "1.234,50\u00a0€"},
		{"de-DE", "-5", "EUR", "-5,00\u00a0€"},
		{"de-CH", "1234.5", "CHF", "CHF\u00a01’234.50"},
		{"de-AT", "1234.5", "EUR", "€\u00a01.234,50"},
		{"fr-FR", "1234.5", "EUR", "1\u202f234,50\u00a0€"},
		{"it-IT", "12345.5", "EUR", "12.345,50\u00a0€"},
		{"es-ES", "1234.5", "EUR", "1234,50\u00a0€"},
		{"nl-NL", "1234.5", "EUR", "€\u00a01.234,50"},
		{"pl-PL", "1234.5", "PLN", "1234,50\u00a0zł"},
		{"pl-PL", "12345.5", "PLN", "12\u00a0345,50\u00a0zł"},
		{"en-GB", "1234.5", "GBP", "£1,234.50"},
		{"ja-JP", "1234.5", "JPY", "￥1,235"},
		{"de-DE", "32.7534246575", "EUR", "32,75\u00a0€"},
		{"de-DE", "44.675", "EUR", "44,68\u00a0€"},
		{"de-DE", "5", "", "5.00"},
		{"de-DE", "1e40", "EUR", "1" + strings.Repeat("0", 40) + ".00 EUR"},
	} {
		if got := amount(t, c.number, c.currency).Format(c.locale); got != c.want {
			t.Errorf("%s: %s %s is %q, want %q", c.locale, c.number, c.currency, got, c.want)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{`44.67`, `44.67`},
		{`2E+1`, `2E+1`},
		{` {"amount" : 44.670, "currency": "EUR", "new": 1} `, `{"amount":44.670,"currency":"EUR"}`},
		{`{"currency":"EUR","amount":0}`, `{"amount":0,"currency":"EUR"}`},
		{`{"amount":5}`, `5`},
		{`null`, `null`},
		{`{"amount":null,"currency":"EUR"}`, `null`},
		{`{}`, `null`},
	} {
		a := amount(t, "9", "CHF")
		if err := json.Unmarshal([]byte(c.in), &a); err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if out, err := json.Marshal(a); err != nil || string(out) != c.out {
			t.Errorf("%s came out as %s, %v; want %s", c.in, out, err, c.out)
		}
	}
	for _, in := range []string{`"44.67"`, `[]`, `true`, `{"amount":"5","currency":"EUR"}`, `{"amount":5,"currency":"euro"}`, `1e400`} {
		var a money.Amount
		if err := json.Unmarshal([]byte(in), &a); err == nil {
			t.Errorf("%s was taken as %v", in, a)
		}
	}
}

func TestSumAndDifferenceCancel(t *testing.T) {
	digits := rapid.StringMatching(`-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?(e-?[0-5])?`)
	rapid.Check(t, func(r *rapid.T) {
		a, b := amount(t, digits.Draw(r, "a"), "EUR"), amount(t, digits.Draw(r, "b"), "EUR")
		sum, err := a.Add(b)
		if err != nil {
			r.Fatal(err)
		}
		back, err := sum.Sub(b)
		if err != nil || !back.Equal(a) {
			r.Fatalf("%s + %s - %s = %s, %v", a, b, b, back, err)
		}
	})
}

func FuzzParseEncodeParse(f *testing.F) {
	for _, seed := range []string{"44.67", `{"amount":44.670,"currency":"EUR"}`, "1e-40", "-0", "null", `{"amount":1E5}`, "1e999999999"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b money.Amount
		if json.Unmarshal(data, &a) != nil {
			return
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatalf("%q was read as %v and cannot be written: %v", data, a, err)
		}
		if err := json.Unmarshal(text, &b); err != nil || a != b {
			t.Fatalf("%q was read as %v, written as %s and read as %v, %v", data, a, text, b, err)
		}
		_ = a.Format("de-DE") + a.String()
		if a.Set() && !a.Equal(b) {
			t.Fatalf("%v does not equal itself", a)
		}
	})
}
