package flow_test

import (
	"hash/maphash"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

var seed = maphash.MakeSeed()

// digest is a fingerprint of everything a sign-up holds or points to, so that
// a change behind somebody's back is seen.
func digest(s flow.Signup) uint64 { return deep(reflect.ValueOf(s)) }

func deep(v reflect.Value) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(v.Kind().String())
	add := func(n uint64) { maphash.WriteComparable(&h, n) }
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		// A time zone caches what it looked up.
		if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
			add(deep(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			add(deep(v.Field(i)))
		}
	case reflect.Slice, reflect.Array:
		add(uint64(v.Len()))
		for i := range v.Len() {
			add(deep(v.Index(i)))
		}
	case reflect.Map:
		sum := uint64(v.Len())
		for entries := v.MapRange(); entries.Next(); {
			sum += deep(entries.Key())*31 + deep(entries.Value())
		}
		add(sum)
	case reflect.String:
		h.WriteString(v.String())
	case reflect.Bool:
		maphash.WriteComparable(&h, v.Bool())
	default:
		if v.CanUint() {
			add(v.Uint())
		} else {
			add(uint64(v.Int()))
		}
	}
	return h.Sum64()
}

// sealed lists where in a sign-up secrets are.
func sealed(s flow.Signup) []string {
	var found []string
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if v.Type() == reflect.TypeFor[secret.Value]() {
			if !v.IsZero() {
				found = append(found, path)
			}
			return
		}
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() && v.Type() != reflect.TypeFor[*time.Location]() {
				walk(v.Elem(), path)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), path)
			}
		case reflect.Map:
			for entries := v.MapRange(); entries.Next(); {
				walk(entries.Value(), path)
			}
		default:
		}
	}
	walk(reflect.ValueOf(s), "")
	slices.Sort(found)
	return slices.Compact(found)
}

func TestRule35NoSecretIsLeftAnywhere(t *testing.T) {
	w := submitting(t, 1001, 10011).do(flow.PageListening{Link: secret.New("l"), Code: "K7Q2"})
	for _, path := range []string{".Payments.Token", ".Payments.Session", ".request.Customer.PaymentRequestToken", ".Member"} {
		if !slices.Contains(sealed(w.s), path) {
			t.Fatalf("%s is not looked at: %v", path, sealed(w.s))
		}
	}
	w.do(flow.SignupCreated{CustomerID: 1})
	for _, path := range sealed(w.s) {
		switch top, _, _ := strings.Cut(path[1:], "."); top {
		case "Member", "Duplicates", "Signature", "Page":
		default:
			t.Errorf("after success there is still %s", path)
		}
	}
	if left := sealed(w.do(flow.Left{}).s); len(left) > 0 {
		t.Errorf("forgotten, but for %v", left)
	}
	w = submitting(t, 1001, 10011).do(refusal(apiclient.Invalid), flow.Abandoned{}, flow.Left{})
	if left := sealed(w.s); len(left) > 0 {
		t.Errorf("abandoned and forgotten, but for %v", left)
	}
}

func TestDigestSeesEverything(t *testing.T) {
	w := submitting(t, 1001, 10011)
	sum := digest(w.s)
	if sum != digest(w.s) {
		t.Fatal("one sign-up has two digests")
	}
	w.s.Ticks[1] = true
	if digest(w.s) == sum {
		t.Error("a map that changed is not seen")
	}
	delete(w.s.Ticks, 1)
	w.s.Payments[1].Token = secret.New("x")
	if digest(w.s) == sum {
		t.Error("a slice that changed is not seen")
	}
}

// A sign-up that somebody holds stays as it is, whatever happens afterwards.
func TestApplyLeavesOlderValuesAlone(t *testing.T) {
	w := begin(t)
	type held struct {
		s   flow.Signup
		sum uint64
	}
	var all []held
	hold := func() { all = append(all, held{w.s, digest(w.s)}) }
	hold()
	w.choose(1001, 10011)
	hold()
	w.do(typed(peter)).tick()
	hold()
	w.preview()
	hold()
	w.accept().sign()
	hold()
	w.open().pay("a")
	hold()
	w.open()
	hold()
	w.pay("b")
	hold()
	w.do(flow.PaymentAuthorised{N: 2, Token: secret.New("c")}, lost)
	hold()
	w.looked()
	hold()
	w.do(flow.LookedAgain{}, flow.OwnFound{CustomerID: 1, HasContract: true})
	hold()
	w.do(flow.Left{})
	for i, h := range all {
		if digest(h.s) != h.sum {
			t.Errorf("value %d changed behind its holder's back", i)
		}
	}
}
