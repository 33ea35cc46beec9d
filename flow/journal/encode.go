package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

var (
	amountType = reflect.TypeFor[money.Amount]()
	timeType   = reflect.TypeFor[time.Time]()
)

// encode splits v into JSON that may stand in the clear and a JSON list of
// what may not. In the clear, the number n stands for the n-th of the list and
// 0 for nothing. The list is nil when there is nothing to hide.
//
// It goes by the Go types alone and asks no method, because those drop what
// matters here: the difference between no list and an empty one, the exact
// text of an amount, the zone of a time. Fields that are zero are left out.
func encode(v any, p policy) (shown, sealed []byte, err error) {
	var e encoder
	shown = e.put(nil, reflect.ValueOf(v), p)
	if e.err != nil {
		return nil, nil, e.err
	}
	if len(e.items) > 0 {
		sealed = append(append([]byte{'['}, bytes.Join(e.items, []byte{','})...), ']')
	}
	return shown, sealed, nil
}

type encoder struct {
	items [][]byte
	err   error
}

func (e *encoder) put(b []byte, v reflect.Value, p policy) []byte {
	t := v.Type()
	if p = p.of(t); p == hidden {
		if v.IsZero() {
			return append(b, '0')
		}
		e.items = append(e.items, e.put(nil, v, inside))
		return strconv.AppendInt(b, int64(len(e.items)), 10)
	}
	switch t {
	case secretType:
		return appendText(b, v.Interface().(secret.Value).Reveal())
	case amountType:
		return appendText(b, amountText(v.Interface().(money.Amount)))
	case timeType:
		return appendText(b, timeText(v.Interface().(time.Time)))
	}
	switch t.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...)
		}
		return e.put(b, v.Elem(), p)
	case reflect.Slice:
		return e.list(b, v, p)
	case reflect.Map:
		return e.pairs(b, v, p)
	case reflect.Struct:
		return e.fields(b, v, p)
	}
	e.fail(t)
	return b
}

func (e *encoder) fail(t reflect.Type) { e.err = fmt.Errorf("journal: a %s cannot be journaled", t) }

func (e *encoder) list(b []byte, v reflect.Value, p policy) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.put(b, v.Index(i), p)
	}
	return append(b, ']')
}

// pairs writes a map as a list of [key, value], so that keys of every kind
// come back, sorted by key.
func (e *encoder) pairs(b []byte, v reflect.Value, p policy) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	type pair struct {
		key   []byte
		value reflect.Value
	}
	var list []pair
	for key, value := range v.Seq2() {
		list = append(list, pair{e.put(nil, key, p), value})
	}
	slices.SortFunc(list, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	b = append(b, '[')
	for i, pair := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '['), pair.key...), ',')
		b = append(e.put(b, pair.value, p), ']')
	}
	return append(b, ']')
}

func (e *encoder) fields(b []byte, v reflect.Value, p policy) []byte {
	t := v.Type()
	b = append(b, '{')
	first := true
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			e.fail(t)
			return b
		}
		if v.Field(i).IsZero() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(strconv.AppendQuote(b, field.Name), ':')
		b = e.put(b, v.Field(i), p.field(t, field))
	}
	return append(b, '}')
}

// raw holds text that is not UTF-8, which no JSON text can.
type raw struct {
	Bytes []byte `json:"bytes"`
}

func appendText(b []byte, text string) []byte {
	var value any = text
	if !utf8.ValidString(text) {
		value = raw{[]byte(text)}
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // neither can fail
	return append(b, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}

func amountText(a money.Amount) string {
	if a.Currency() == "" {
		return a.Number()
	}
	return a.Number() + " " + a.Currency()
}

// timeText is RFC 3339 with the name of the zone behind it, as in
// "2026-03-10T10:00:00+01:00[Europe/Berlin]": the studio's day must be the same
// when the journal is read elsewhere.
func timeText(t time.Time) string {
	text := t.Format(time.RFC3339Nano)
	if loc := t.Location(); loc != time.UTC && loc != time.Local && loc.String() != "" {
		text += "[" + loc.String() + "]"
	}
	return text
}
