package tui

import "strings"

// codeName is a country or a language: its code and what people call it.
type codeName struct {
	code, name string
	also       []string
}

// codeList is a list that a code or a name is looked up in.
type codeList struct {
	list []codeName
	fold func(string) string // how an unknown code is written
}

// find returns what a text may mean: the one of this code or name,
// otherwise all whose name begins with it.
func (p codeList) find(text string) []codeName {
	typed := strings.ToLower(strings.TrimSpace(text))
	if typed == "" {
		return nil
	}
	var starts []codeName
	for _, each := range p.list {
		names := append([]string{each.code, each.name}, each.also...)
		begins := false
		for i, name := range names {
			name = strings.ToLower(name)
			if name == typed {
				return []codeName{each}
			}
			begins = begins || i > 0 && strings.HasPrefix(name, typed)
		}
		if begins {
			starts = append(starts, each)
		}
	}
	return starts
}

// code is the code of what was typed, or the text itself when it could mean
// several or is not in the list. Any two letters may be a code.
func (p codeList) code(text string) string {
	if found := p.find(text); len(found) == 1 {
		return found[0].code
	}
	if len(text) == 2 {
		return p.fold(text)
	}
	return text
}

// name is what people call a code.
func (p codeList) name(code string) string {
	for _, each := range p.list {
		if each.code == code {
			return each.name
		}
	}
	return code
}

// guess says what a text will be taken for.
func (p codeList) guess(text string) string {
	var names []string
	for _, each := range p.find(text) {
		names = append(names, each.name)
	}
	if len(names) > 4 {
		names = append(names[:4], markEllipse)
	}
	return strings.Join(names, " · ")
}

var countries = codeList{fold: strings.ToUpper, list: []codeName{
	{"DE", "Germany", []string{"Deutschland"}},
	{"AT", "Austria", []string{"Österreich", "Oesterreich"}},
	{"CH", "Switzerland", []string{"Schweiz", "Suisse", "Svizzera"}},
	{"LI", "Liechtenstein", nil},
	{"LU", "Luxembourg", []string{"Luxemburg"}},
	{"FR", "France", []string{"Frankreich"}},
	{"BE", "Belgium", []string{"Belgien", "Belgique", "België"}},
	{"NL", "Netherlands", []string{"Niederlande", "Nederland", "Holland"}},
	{"IT", "Italy", []string{"Italia", "Italien"}},
	{"ES", "Spain", []string{"España", "Espana", "Spanien"}},
	{"PT", "Portugal", nil},
	{"GB", "United Kingdom", []string{"UK", "Great Britain", "England", "Scotland", "Wales"}},
	{"IE", "Ireland", []string{"Irland"}},
	{"DK", "Denmark", []string{"Danmark", "Dänemark"}},
	{"SE", "Sweden", []string{"Sverige", "Schweden"}},
	{"NO", "Norway", []string{"Norge", "Norwegen"}},
	{"FI", "Finland", []string{"Suomi", "Finnland"}},
	{"IS", "Iceland", []string{"Island"}},
	{"PL", "Poland", []string{"Polska", "Polen"}},
	{"CZ", "Czechia", []string{"Czech Republic", "Tschechien", "Česko"}},
	{"SK", "Slovakia", []string{"Slowakei"}},
	{"SI", "Slovenia", []string{"Slowenien"}},
	{"HU", "Hungary", []string{"Magyarország", "Ungarn"}},
	{"RO", "Romania", []string{"România", "Rumänien"}},
	{"BG", "Bulgaria", []string{"Bulgarien"}},
	{"HR", "Croatia", []string{"Hrvatska", "Kroatien"}},
	{"RS", "Serbia", []string{"Serbien"}},
	{"BA", "Bosnia and Herzegovina", []string{"Bosnien"}},
	{"AL", "Albania", []string{"Albanien"}},
	{"GR", "Greece", []string{"Griechenland"}},
	{"CY", "Cyprus", []string{"Zypern"}},
	{"MT", "Malta", nil},
	{"EE", "Estonia", []string{"Estland"}},
	{"LV", "Latvia", []string{"Lettland"}},
	{"LT", "Lithuania", []string{"Litauen"}},
	{"UA", "Ukraine", nil},
	{"TR", "Türkiye", []string{"Turkey", "Türkei"}},
	{"US", "United States", []string{"USA", "America"}},
	{"CA", "Canada", []string{"Kanada"}},
	{"AU", "Australia", nil},
	{"JP", "Japan", nil},
	{"CN", "China", nil},
	{"IN", "India", []string{"Indien"}},
	{"BR", "Brazil", []string{"Brasil", "Brasilien"}},
	{"SY", "Syria", []string{"Syrien"}},
}}

var languages = codeList{fold: strings.ToLower, list: []codeName{
	{"de", "German", []string{"Deutsch"}},
	{"en", "English", []string{"Englisch"}},
	{"fr", "French", []string{"Français", "Francais"}},
	{"it", "Italian", []string{"Italiano"}},
	{"es", "Spanish", []string{"Español", "Espanol"}},
	{"pt", "Portuguese", []string{"Português"}},
	{"nl", "Dutch", []string{"Nederlands"}},
	{"da", "Danish", []string{"Dansk"}},
	{"sv", "Swedish", []string{"Svenska"}},
	{"no", "Norwegian", []string{"Norsk"}},
	{"fi", "Finnish", []string{"Suomi"}},
	{"pl", "Polish", []string{"Polski"}},
	{"cs", "Czech", []string{"Čeština"}},
	{"hu", "Hungarian", []string{"Magyar"}},
	{"tr", "Turkish", []string{"Türkçe"}},
	{"uk", "Ukrainian", nil},
	{"ru", "Russian", nil},
	{"ja", "Japanese", nil},
}}
