package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
)

// decode reads into the pointer v what encode wrote. Without the sealed list,
// all that was sealed is zero. A member that the type does not have is an
// error: a newer program wrote it, and to drop it would be to forget it.
func decode(shown, sealed []byte, v any) error {
	tree, err := parse(shown)
	if err != nil {
		return err
	}
	var d decoder
	if sealed != nil {
		list, err := parse(sealed)
		if err != nil {
			return err
		}
		d.open = true
		if d.items, d.open = list.([]any); !d.open {
			return errShape
		}
	}
	return d.get(tree, reflect.ValueOf(v).Elem(), guarded)
}

var errShape = errors.New("its parts are not what they should be")

func parse(data []byte) (tree any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, errShape // the error of json may quote what it read
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errShape
	}
	return tree, nil
}

type decoder struct {
	items []any
	open  bool
}

func (d *decoder) get(x any, v reflect.Value, p policy) error {
	t := v.Type()
	if p = p.of(t); p == hidden {
		return d.unseal(x, v)
	}
	switch t {
	case secretType, amountType, timeType:
		return leaf(x, v)
	}
	switch t.Kind() {
	case reflect.Bool:
		on, ok := x.(bool)
		v.SetBool(on)
		return shape(ok)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := integer(x)
		if err != nil || v.OverflowInt(n) {
			return errShape
		}
		v.SetInt(n)
		return nil
	case reflect.String:
		text, err := stringOf(x)
		v.SetString(text)
		return err
	case reflect.Pointer:
		if x == nil {
			return nil
		}
		v.Set(reflect.New(t.Elem()))
		return d.get(x, v.Elem(), p)
	case reflect.Slice:
		return d.list(x, v, p)
	case reflect.Map:
		return d.pairs(x, v, p)
	case reflect.Struct:
		return d.fields(x, v, p)
	}
	return errShape
}

func shape(ok bool) error {
	if !ok {
		return errShape
	}
	return nil
}

func (d *decoder) unseal(x any, v reflect.Value) error {
	n, err := integer(x)
	switch {
	case err != nil || n < 0 || d.open && n > int64(len(d.items)):
		return errShape
	case n == 0 || !d.open:
		return nil
	}
	return d.get(d.items[n-1], v, inside)
}

func (d *decoder) list(x any, v reflect.Value, p policy) error {
	if x == nil {
		return nil
	}
	list, ok := x.([]any)
	if !ok {
		return errShape
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, x := range list {
		if err := d.get(x, v.Index(i), p); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) pairs(x any, v reflect.Value, p policy) error {
	if x == nil {
		return nil
	}
	list, ok := x.([]any)
	if !ok {
		return errShape
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(list)))
	for _, x := range list {
		pair, ok := x.([]any)
		if !ok || len(pair) != 2 {
			return errShape
		}
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if err := errors.Join(d.get(pair[0], key, p), d.get(pair[1], value, p)); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

func (d *decoder) fields(x any, v reflect.Value, p policy) error {
	members, ok := x.(map[string]any)
	if !ok {
		return errShape
	}
	t := v.Type()
	for name, x := range members {
		field, ok := t.FieldByName(name)
		if !ok || !field.IsExported() || len(field.Index) != 1 {
			return fmt.Errorf("a %s has no %q here", t.Name(), name)
		}
		if err := d.get(x, v.FieldByIndex(field.Index), p.field(t, field)); err != nil {
			return err
		}
	}
	return nil
}

// leaf reads the three types that are written as one text.
func leaf(x any, v reflect.Value) error {
	text, err := stringOf(x)
	if err != nil {
		return err
	}
	switch v.Type() {
	case secretType:
		v.Set(reflect.ValueOf(secret.New(text)))
	case amountType:
		a, err := parseAmount(text)
		if err != nil {
			return errShape
		}
		v.Set(reflect.ValueOf(a))
	case timeType:
		t, err := parseTime(text)
		if err != nil {
			return errShape
		}
		v.Set(reflect.ValueOf(t))
	}
	return nil
}

func integer(x any) (int64, error) {
	n, ok := x.(json.Number)
	if !ok {
		return 0, errShape
	}
	return strconv.ParseInt(n.String(), 10, 64)
}

func stringOf(x any) (string, error) {
	switch x := x.(type) {
	case string:
		return x, nil
	case map[string]any:
		encoded, ok := x["bytes"].(string)
		bytes, err := base64.StdEncoding.DecodeString(encoded)
		if ok && err == nil && len(x) == 1 {
			return string(bytes), nil
		}
	}
	return "", errShape
}

func parseAmount(text string) (money.Amount, error) {
	if text == "" {
		return money.Amount{}, nil
	}
	number, currency, _ := strings.Cut(text, " ")
	return money.New(number, currency)
}

func parseTime(text string) (time.Time, error) {
	instant, name, _ := strings.Cut(text, "[")
	name = strings.TrimSuffix(name, "]")
	t, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		return time.Time{}, err
	}
	_, offset := t.Zone()
	if name == "" && offset == 0 {
		return t.UTC(), nil
	}
	if name != "" && name != "Local" {
		if zone, err := time.LoadLocation(name); err == nil {
			if _, now := t.In(zone).Zone(); now == offset {
				return t.In(zone), nil
			}
		}
	}
	// A zone that this machine does not know, or knows differently.
	return t.In(time.FixedZone(name, offset)), nil
}
