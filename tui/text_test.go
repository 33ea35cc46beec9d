package tui

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"pgregory.net/rapid"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

func TestCleanTakesTheTerminalOutOfText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"  two \t words\r\n":                    "two words",
		"\x1b[31mred\x1b[0m":                    "red",
		"\x1b]8;;https://evil\x07x\x1b]8;;\x07": "x",
		"\x1b]52;c;ZXZpbA==\x07":                "",
		"a\u202egpj.exe":                        "agpj.exe",
		"a\u2066b\u2069\u200f":                  "ab",
		"bell\a\x00\x7f\u0085":                  "bell",
		"\u009b31mcsi":                          "31mcsi",
		"bad\xff\xfeutf":                        "badutf",
		"山田 花子":                                 "山田 花子",
		"family 👨‍👩‍👧":                          "family 👨‍👩‍👧",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNothingCleanMovesTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		got := clean(text)
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("clean(%q) = %q holds %U", text, got, r)
			}
		}
		w := rapid.IntRange(0, 40).Draw(t, "w")
		if n := width(pad(got, w)); n != w {
			t.Fatalf("pad(%q, %d) has %d cells", got, w, n)
		}
		for _, line := range wrap(got, w) {
			if width(line) > w {
				t.Fatalf("wrap(%q, %d) has a line of %d cells", got, w, width(line))
			}
		}
	})
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"no markup":                                    "no markup",
		"line\nend":                                    "line\nend",
		"<p>One</p><p>Two &amp; three</p>":             "One\n\nTwo & three",
		"a<br>b<br/>c":                                 "a\nb\nc",
		"<ul><li>x</li><li><b>y</b> z</li></ul>":       "- x\n- y z",
		"<script>alert(1)</script>seen":                "seen",
		"<style>p{}</style><p>text</p>":                "text",
		"<a href='javascript:x'>link</a> after":        "link after",
		"<b>bold</b> and <i>more</i>.":                 "bold and more.",
		"&#27;[31mred":                                 "red",
		"<p>unclosed <b>tag":                           "unclosed tag",
		"5 < 6":                                        "5 < 6",
		"<img src=x onerror=y>":                        "",
		"<table><tr><td>a</td><td>b</td></tr></table>": "a b",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseDay(t *testing.T) {
	now := apiclient.Date{Year: 2026, Month: 3, Day: 10}
	for in, want := range map[string]string{
		"2026-08-24": "2026-08-24", "24.8.2026": "2026-08-24", "24/8/26": "2026-08-24", "24 Aug 2026": "2026-08-24", "24 aug": "2026-08-24",
		"today": "2026-03-10", " Tomorrow ": "2026-03-11", "+7": "2026-03-17", "+ 0": "2026-03-10", "1.2.": "2027-02-01", "10.3.": "2026-03-10",
		"31.2.2026": "", "soon": "", "": "", "24.13.2026": "", "1.2.3.4": "", "+x": "", "0": "",
	} {
		got, ok := parseDay(in, now)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("parseDay(%q) = %v %v, want %q", in, got, ok, want)
		}
	}
}

func TestHours(t *testing.T) {
	days := []apiclient.DayHours{
		{DayOfWeek: "MONDAY", TimeFrom: "08:00:00", TimeTo: "16:00:00"},
		{DayOfWeek: "TUESDAY", TimeFrom: "08:00:00", TimeTo: "16:00:00"},
		{DayOfWeek: "SATURDAY", TimeFrom: "10:00:00", TimeTo: "12:00:00"},
	}
	got := hoursText(&apiclient.TimeRestrictions{OpeningHoursCategory: apiclient.OpeningHoursCategory{Name: "Off-Peak"}, Availabilities: days})
	if want := "Off-Peak  Mon–Tue 08:00–16:00, Sat 10:00–12:00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := hoursText(nil); got != "" {
		t.Errorf("no restriction reads %q", got)
	}
}

func TestMaskedPersonTellsNoName(t *testing.T) {
	got := maskedPerson(foundCustomer("Zoë", "Łuczak", "1991-02-03"))
	if want := "member: Z. Ł., born 1991"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every code, warning, reason, stage and way of failing has its words.
func TestEveryStateHasWords(t *testing.T) {
	source := constants(t, "../flow", "../apiclient")
	for _, code := range source["ProblemCode"] {
		if problemTexts[flow.ProblemCode(code)] == "" {
			t.Errorf("no sentence for the problem %q", code)
		}
	}
	for _, warning := range source["Warning"] {
		if warningTexts[flow.Warning(warning)] == "" {
			t.Errorf("no sentence for the warning %q", warning)
		}
	}
	for _, reason := range source["NeedReason"] {
		if needTexts[flow.NeedReason(reason)] == "" {
			t.Errorf("no words for the need %q", reason)
		}
	}
	for _, choice := range source["PaymentChoice"] {
		if choiceNames[apiclient.PaymentChoice(choice)] == "" {
			t.Errorf("no name for the choice %q", choice)
		}
	}
	for _, kind := range source["Kind"] {
		known := failureTexts[apiclient.Kind(kind)] != "" || kind == string(apiclient.Cancelled)
		field := slices.ContainsFunc(flow.Fields, func(f flow.FieldSpec) bool { return string(f.Kind) == kind })
		if !known && !field {
			t.Errorf("no sentence for the failure %q", kind)
		}
	}
	for _, spec := range flow.Fields {
		if fieldLabels[spec.Field] == "" {
			t.Errorf("no label for the field %q", spec.Field)
		}
	}
	if len(source["ProblemCode"]) < 20 || len(source["Warning"]) < 5 || len(source["Kind"]) < 10 {
		t.Fatal("the constants were not found")
	}
}

var constantLine = regexp.MustCompile(`(?m)^\t\w+ +(\w+) += "([^"]+)"`)

// constants reads the typed string constants of packages, by type.
func constants(t *testing.T, folders ...string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		must(t, err)
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
				continue
			}
			source, err := os.ReadFile(folder + "/" + entry.Name())
			must(t, err)
			for _, m := range constantLine.FindAllStringSubmatch(string(source), -1) {
				found[m[1]] = append(found[m[1]], m[2])
			}
		}
	}
	return found
}

func TestNoKeyThatTerminalsKeepForThemselves(t *testing.T) {
	forbidden := []string{"ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+[", "ctrl+s", "ctrl+q", "ctrl+a", "ctrl+b", "ctrl+e", "f3"}
	all := reflect.ValueOf(newKeyMap())
	for i := range all.NumField() {
		binding := all.Field(i).Interface().(key.Binding)
		for _, name := range binding.Keys() {
			if slices.Contains(forbidden, name) || strings.Contains(name, "ctrl+alt") {
				t.Errorf("%s is bound to %s", all.Type().Field(i).Name, name)
			}
		}
		if binding.Help().Desc == "" {
			t.Errorf("%s says nothing of itself", all.Type().Field(i).Name)
		}
	}
}

func TestContrast(t *testing.T) {
	backgrounds := map[string][]color.Color{
		"any": {color.White, color.Black}, "dark": {color.Black}, "light": {color.White},
	}
	for name, p := range map[string]palette{"any": anyBackground, "dark": darkBackground, "light": lightBackground} {
		for what, c := range map[string]color.Color{"accent": p.accent, "warn": p.warn, "danger": p.danger, "faint": p.faint} {
			for _, background := range backgrounds[name] {
				if got := contrast(c, background); got < 4.5 {
					t.Errorf("%s of the %s palette has a contrast of %.2f", what, name, got)
				}
			}
		}
		if got := contrast(p.onLive, p.danger); got < 4.5 {
			t.Errorf("LIVE of the %s palette has a contrast of %.2f", name, got)
		}
	}
}

// A terminal of 256 or 16 colours shows the nearest that it has: what warns of
// money must not become grey, nor what is quiet get a colour.
func TestColoursSurviveFewerColours(t *testing.T) {
	rgb := func(c color.Color) (r, g, b int) {
		r32, g32, b32, _ := c.RGBA()
		return int(r32 >> 8), int(g32 >> 8), int(b32 >> 8)
	}
	for name, p := range map[string]palette{"any": anyBackground, "dark": darkBackground, "light": lightBackground} {
		for depth, profile := range map[int]colorprofile.Profile{256: colorprofile.ANSI256, 16: colorprofile.ANSI} {
			if r, g, b := rgb(profile.Convert(p.danger)); r < g+100 || r < b+100 {
				t.Errorf("danger of the %s palette is #%02x%02x%02x of %d colours", name, r, g, b, depth)
			}
			if r, g, b := rgb(profile.Convert(p.faint)); r != g || g != b {
				t.Errorf("what is quiet is #%02x%02x%02x of %d colours in the %s palette", r, g, b, depth, name)
			}
		}
	}
}

// contrast is the ratio that WCAG 2 defines.
func contrast(a, b color.Color) float64 {
	light := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		channel := func(v uint32) float64 {
			x := float64(v) / 0xffff
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*channel(r) + 0.7152*channel(g) + 0.0722*channel(b)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// The goldens hold nothing but letters, box drawing and shapes that are one
// cell wide in every font.
func TestGlyphs(t *testing.T) {
	const allowed = "●○◐▸✓▌▐█░▕▏━─═│┌┐└┘├┤↑↓←→·…–€§“”"
	files, err := os.ReadDir("testdata")
	must(t, err)
	seen := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".golden") {
			continue
		}
		seen++
		text, err := os.ReadFile("testdata/" + file.Name())
		must(t, err)
		for _, r := range string(text) {
			if r > 0x24f && !strings.ContainsRune(allowed, r) {
				t.Errorf("%s holds %s", file.Name(), fmt.Sprintf("%c %U", r, r))
			}
		}
	}
	if seen == 0 {
		t.Fatal("no goldens")
	}
}

func TestStylesNeverChangeTheText(t *testing.T) {
	s := reflect.ValueOf(*darkBackground.styles())
	for i := range s.NumField() {
		if got := width(s.Field(i).Interface().(lipgloss.Style).Render("text")); got != 4 {
			t.Errorf("%s makes 4 cells %d", s.Type().Field(i).Name, got)
		}
	}
}

func foundCustomer(first, last, born string) apiclient.FoundCustomer {
	return apiclient.FoundCustomer{
		Status: apiclient.StatusMember, FirstName: secret.New(first), LastName: secret.New(last), DateOfBirth: secret.New(born),
	}
}
