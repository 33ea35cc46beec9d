package journal

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"frontdesk/apiclient/money"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// A fact that flow has and the journal does not know could be chosen by staff
// and lost.
func TestEveryFactOfFlowIsKnown(t *testing.T) {
	declared := map[string]bool{}
	sources, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "fact" {
				declared[f.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	if len(declared) < 40 {
		t.Fatalf("only %d facts were found in the source of flow", len(declared))
	}
	for name := range declared {
		if newFact(name) == nil {
			t.Errorf("flow.%s is a fact that the journal does not know: add it to factTypes", name)
		}
	}
	for name := range factTypes {
		if !declared[name] {
			t.Errorf("%s is no fact of flow: its journals need an upcast", name)
		}
	}
}

// The golden file is the form of the journal. Whoever changes a type that is
// journaled sees it here: what is new may be added, with a look at what of it
// is clear; a change of what is there needs a new version and an upcast.
func TestFormIsPinned(t *testing.T) {
	golden(t, "form", "testdata/v1.form", strings.Join(form(), "\n")+"\n")
}

func form() []string {
	var lines []string
	seen := map[string]bool{}
	var visit func(t reflect.Type, p policy)
	visit = func(t reflect.Type, p policy) {
		p = p.of(t)
		if p == hidden {
			p = inside
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(t.Elem(), p)
			return
		case reflect.Map:
			visit(t.Key(), p)
			visit(t.Elem(), p)
			return
		case reflect.Struct:
		default:
			return
		}
		key := fmt.Sprint(t, p)
		if t == secretType || t == amountType || t == timeType || seen[key] {
			return
		}
		seen[key] = true
		for i := range t.NumField() {
			field := t.Field(i)
			at := p.field(t, field)
			word := map[policy]string{guarded: "", public: " clear", hidden: " sealed", inside: " sealed"}[at.of(elem(field.Type))]
			lines = append(lines, fmt.Sprintf("%s.%s %s%s", t, field.Name, field.Type, word))
			visit(field.Type, at)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(factTypes)) {
		lines = append(lines, name)
		visit(factTypes[name], guarded)
	}
	visit(reflect.TypeFor[State](), guarded)
	return lines
}

func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

func TestEventsComeBackAsTheyWere(t *testing.T) {
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	everyFact(t, func(r *rapid.T, e flow.Event) {
		rec, err := newRecord(key, someIntent, 1, e, nil)
		if err != nil {
			r.Fatal(err)
		}
		back, opened, err := rec.event(key, someIntent)
		if err != nil || !opened {
			r.Fatalf("%s: opened %t, %v", rec.Fact, opened, err)
		}
		if diff := cmp.Diff(e, back, same); diff != "" {
			r.Fatalf("%s (-want +got):\n%s", rec.Fact, diff)
		}
	})
}

// Without the key the facts are the same, but for what was sealed.
func TestEventsWithoutTheKey(t *testing.T) {
	key, _ := newKey()
	other, _ := newKey()
	everyFact(t, func(r *rapid.T, e flow.Event) {
		rec, err := newRecord(key, someIntent, 1, e, nil)
		if err != nil {
			r.Fatal(err)
		}
		want := reflect.New(reflect.TypeOf(e.Fact)).Elem()
		want.Set(reflect.ValueOf(e.Fact))
		want.Set(blanked(want, guarded))
		for _, wrong := range []secret.Value{{}, other} {
			back, opened, err := rec.event(wrong, someIntent)
			if err != nil || opened != (len(rec.Sealed) == 0) {
				r.Fatalf("opened %t, %v", opened, err)
			}
			if diff := cmp.Diff(want.Interface(), back.Fact, same); diff != "" {
				r.Fatalf("%s (-want +got):\n%s", rec.Fact, diff)
			}
		}
	})
}

// blanked is v without what is sealed.
func blanked(v reflect.Value, p policy) reflect.Value {
	t := v.Type()
	out := reflect.New(t).Elem()
	p = p.of(t)
	switch {
	case p == hidden:
		return out
	case t == amountType || t == timeType:
		return v
	}
	switch t.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(t.Elem()))
			out.Elem().Set(blanked(v.Elem(), p))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(t, v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(blanked(v.Index(i), p))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(t))
			for key, value := range v.Seq2() {
				out.SetMapIndex(key, blanked(value, p))
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			out.Field(i).Set(blanked(v.Field(i), p.field(t, t.Field(i))))
		}
	default:
		return v
	}
	return out
}

func everyFact(t *testing.T, check func(*rapid.T, flow.Event)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(factTypes)) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				check(r, flow.Event{At: drawTime(r), Fact: draw(r, factTypes[name]).Interface().(flow.Fact)})
			})
		})
	}
}

var (
	texts   = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "<a href=\"x\">&", "\xff\x00", "ü\u2028", `","hash":"`}))
	numbers = rapid.StringMatching(`-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?([eE][+-]?[0-9])?`)
	zones   = rapid.SampledFrom([]*time.Location{time.UTC, berlin, zone("America/St_Johns"), time.FixedZone("", 5400), time.FixedZone("Nowhere/At All", -10800)})
)

func drawTime(r *rapid.T) time.Time {
	at := time.Unix(rapid.Int64Range(0, 4e9).Draw(r, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(r, "nanoseconds"))
	return at.In(zones.Draw(r, "zone"))
}

// draw fills any type that a fact may hold.
func draw(r *rapid.T, t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t {
	case secretType:
		v.Set(reflect.ValueOf(secret.New(texts.Draw(r, "secret"))))
		return v
	case amountType:
		if rapid.Bool().Draw(r, "set") {
			a, err := money.New(numbers.Draw(r, "number"), rapid.SampledFrom([]string{"", "EUR", "JPY"}).Draw(r, "currency"))
			if err != nil {
				r.Fatal(err)
			}
			v.Set(reflect.ValueOf(a))
		}
		return v
	case timeType:
		if rapid.Bool().Draw(r, "set") {
			v.Set(reflect.ValueOf(drawTime(r)))
		}
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(r, "int"))
	case reflect.String:
		v.SetString(texts.Draw(r, "text"))
	case reflect.Pointer:
		if rapid.Bool().Draw(r, "there") {
			v.Set(reflect.New(t.Elem()))
			v.Elem().Set(draw(r, t.Elem()))
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(r, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(t, n, n))
			for i := range n {
				v.Index(i).Set(draw(r, t.Elem()))
			}
		}
	case reflect.Map:
		if n := rapid.IntRange(-1, 3).Draw(r, "length"); n >= 0 {
			v.Set(reflect.MakeMap(t))
			for range n {
				v.SetMapIndex(draw(r, t.Key()), draw(r, t.Elem()))
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(draw(r, t.Field(i).Type))
		}
	default:
		r.Fatalf("a %s cannot be journaled", t)
	}
	return v
}

func TestTimeKeepsTheStudiosDay(t *testing.T) {
	// 23:30 in Berlin on the night when the clock goes forward.
	at := time.Date(2026, 3, 28, 23, 30, 0, 1, berlin)
	text := timeText(at)
	if text != "2026-03-28T23:30:00.000000001+01:00[Europe/Berlin]" {
		t.Errorf("written as %s", text)
	}
	back, err := parseTime(text)
	if err != nil || back.AddDate(0, 0, 1).Format(time.RFC3339) != "2026-03-29T23:30:00+02:00" {
		t.Errorf("read as %v, %v", back, err)
	}
	for text, want := range map[string]string{
		"2026-03-10T09:00:00Z":                     "UTC",
		"2026-03-10T09:00:00+05:00[Europe/Berlin]": "Europe/Berlin", // rules that changed since: the offset stays
		"2026-03-10T09:00:00-03:00":                "",
	} {
		back, err := parseTime(text)
		if err != nil || back.Location().String() != want || back.Hour() != 9 {
			t.Errorf("%s is read as %v in %q, %v", text, back, back.Location(), err)
		}
	}
}

// golden compares with a file, which UPDATE_GOLDEN=kind writes anew.
func golden(t *testing.T, kind, name, got string) {
	t.Helper()
	want, err := os.ReadFile(name)
	if os.Getenv("UPDATE_GOLDEN") == kind {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-file +now; UPDATE_GOLDEN=%s writes it anew):\n%s", name, kind, diff)
	}
}
