package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// kind is what a key holds: string, bool, []string or []int.
type kind int

const (
	text kind = iota
	yesNo
	list
	numbers
)

// place is where in the file a key may stand.
type place int

const (
	deskOnly   place                   = 1 << iota // at the top, for the desk
	studioOnly                                     // in a studio
	both       = deskOnly | studioOnly             // at the top, and overridden in a studio
)

// key is one thing that can be configured, under one name everywhere: in the
// file, as FRONTDESK_NAME, and as --name where a command has such a flag.
type key struct {
	name     string
	kind     kind
	place    place
	standard any                // nil: empty, or derived from other keys
	check    func(string) error // of a text or of each item of a list
}

var keys = []key{
	{"studio", text, deskOnly, nil, isStudioID},
	{"state_dir", text, deskOnly, nil, nil},
	{"journal_key_file", text, deskOnly, nil, nil},
	{"log_level", text, deskOnly, "info", oneOf("debug", "info", "warn", "error")},
	{"theme", text, deskOnly, "auto", oneOf("auto", "light", "dark")},
	{"language", text, both, "en", isLanguage},

	{"name", text, studioOnly, nil, nil},
	{"base_url", text, studioOnly, nil, isBaseURL},
	{"api_key_command", text, studioOnly, nil, isCommand},
	{"environment", text, studioOnly, nil, isEnvironment},
	{"time_zone", text, studioOnly, nil, isTimeZone},
	{"country", text, studioOnly, nil, isCountry},
	{"currency", text, studioOnly, nil, isCurrency},
	{"reference_text", text, studioOnly, "Signup {code}", isReferenceText},
	{"require_direct_debit_signature", yesNo, studioOnly, false, nil},
	{"show_existing_payment_instruments", yesNo, studioOnly, true, nil},
	{"allow_without_search", yesNo, studioOnly, false, nil},
	{"allow_till", yesNo, studioOnly, false, nil},

	{"widget.url", text, both, nil, isWidgetURL},
	{"widget.environment", text, both, nil, isEnvironment},
	{"widget.host", text, both, "localhost", isLoopbackName},
	{"widget.ports", numbers, both, nil, isPort},
	{"widget.open", text, both, "auto", oneOf("auto", "none")},
	{"widget.browser_command", text, both, nil, isCommand},
	{"widget.hosts", list, both, nil, isHost},
	{"widget.csp_extra", list, both, nil, isCSPSource},
	{"widget.locale", text, both, nil, isLanguage},
	{"widget.country", text, both, nil, isCountry},
	{"widget.shared_profile_ok", yesNo, both, false, nil},
	{"widget.styling.primary_color", text, both, nil, isColour},
	{"widget.styling.secondary_color", text, both, nil, isColour},
	{"widget.styling.text_color_main", text, both, nil, isColour},
	{"widget.styling.text_color_secondary", text, both, nil, isColour},
	{"widget.styling.border_color", text, both, nil, isColour},
	{"widget.styling.border_radius", text, both, nil, isRadius},
	{"widget.styling.box_shadow", text, both, nil, isShadow},
}

// envPrefix begins every variable that is ours.
const envPrefix = "FRONTDESK_"

func (k key) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_"))
}

func (k key) flag() string { return strings.NewReplacer(".", "-", "_", "-").Replace(k.name) }

// parse reads the text form that a variable has; lists are split at commas.
func (k key) parse(s string) (any, error) {
	switch k.kind {
	case text:
		return s, nil
	case list, numbers:
	case yesNo:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not true or false", s)
		}
		return b, nil
	}
	items := slices.DeleteFunc(strings.Split(s, ","), func(s string) bool { return strings.TrimSpace(s) == "" })
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	if k.kind == list {
		return items, nil
	}
	ns := make([]int, len(items))
	for i, item := range items {
		n, err := strconv.Atoi(item)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", item)
		}
		ns[i] = n
	}
	return ns, nil
}
