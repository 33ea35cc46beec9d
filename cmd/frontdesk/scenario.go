package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// scenario says what staff would do with one sign-up. Offer and member are
// required; what is left out keeps the default that a person would find.
type scenario struct {
	Offer        string            `yaml:"offer"`
	Term         string            `yaml:"term"`
	Modules      scenarioModules   `yaml:"modules"`
	Voucher      string            `yaml:"voucher"`
	Start        string            `yaml:"start"`
	PreUse       string            `yaml:"preuse"`
	Notes        string            `yaml:"notes"`
	ReferralCode string            `yaml:"referralCode"`
	EmployeeID   string            `yaml:"employeeId"`
	Member       scenarioMember    `yaml:"member"`
	Consents     names             `yaml:"consents"`
	Signature    string            `yaml:"signature"`
	Payments     scenarioPayments  `yaml:"payments"`
	Expect       scenarioExpecting `yaml:"expect"`

	file string
}

type scenarioModules struct {
	Selectable names `yaml:"selectable"`
	Optional   names `yaml:"optional"`
}

type scenarioPayments struct {
	Recurring payment `yaml:"recurring"`
	Upfront   payment `yaml:"upfront"`
}

// scenarioExpecting is what the run is compared with; empty members are not.
type scenarioExpecting struct {
	Outcome   string `yaml:"outcome"`
	Due       string `yaml:"due"`
	Total     string `yaml:"total"`
	Recurring string `yaml:"recurring"`
	Upfront   string `yaml:"upfront"`
}

// scenarioMember is the member's fields by the API's names.
type scenarioMember map[flow.Field]string

// UnmarshalYAML takes every field of the member, language and identity
// document in the API's own shape.
func (m *scenarioMember) UnmarshalYAML(node *yaml.Node) error {
	*m = scenarioMember{}
	return eachPair(node, func(name, value *yaml.Node) error {
		switch name.Value {
		case "language":
			return m.group(value, map[string]flow.Field{"languageCode": flow.LanguageCode, "countryCode": flow.LanguageCountry})
		case "documentIdentification":
			return m.group(value, map[string]flow.Field{"documentType": flow.DocumentType, "documentNumber": flow.DocumentNumber})
		}
		spec, ok := flow.Spec(flow.Field(name.Value))
		if !ok || spec.Section == flow.SectionContract || spec.Field == flow.LanguageCode || spec.Field == flow.LanguageCountry {
			return unknown(name, "member", memberNames())
		}
		(*m)[spec.Field] = value.Value
		return nil
	})
}

func (m scenarioMember) group(node *yaml.Node, fields map[string]flow.Field) error {
	return eachPair(node, func(name, value *yaml.Node) error {
		field, ok := fields[name.Value]
		if !ok {
			return unknown(name, "member", []string{"languageCode", "countryCode", "documentType", "documentNumber"})
		}
		m[field] = value.Value
		return nil
	})
}

func memberNames() []string {
	list := []string{"language", "documentIdentification"}
	for _, spec := range flow.Fields {
		if spec.Section != flow.SectionContract {
			list = append(list, string(spec.Field))
		}
	}
	return list
}

// names is a list of names, or one word such as all or none.
type names struct {
	Word string
	List []string
}

// UnmarshalYAML takes a word or a list.
func (n *names) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		n.Word = node.Value
		return nil
	}
	return node.Decode(&n.List)
}

// payment says how the member pays: approve, decline, abandon, redirect,
// browser, or {token: ...}; the regular amounts also in cash, the due amount
// also at the till.
type payment struct {
	How   string
	Token secret.Value
}

const (
	payApprove  = "approve"
	payDecline  = "decline"
	payAbandon  = "abandon"
	payRedirect = "redirect"
	payBrowser  = "browser"
	payToken    = "token"
	payCash     = "cash"
	payTill     = "till"
)

// UnmarshalYAML takes the word or the token.
func (p *payment) UnmarshalYAML(node *yaml.Node) error {
	words := []string{payApprove, payDecline, payAbandon, payRedirect, payBrowser, payCash, payTill}
	if node.Kind == yaml.ScalarNode {
		if !slices.Contains(words, node.Value) {
			return fmt.Errorf("line %d: payment %q is none of %s or {token: ...}%s", node.Line, node.Value, strings.Join(words, ", "), suggest(node.Value, words))
		}
		p.How = node.Value
		return nil
	}
	return eachPair(node, func(name, value *yaml.Node) error {
		if name.Value != payToken {
			return unknown(name, "a payment", []string{payToken})
		}
		p.How, p.Token = payToken, secret.New(value.Value)
		return nil
	})
}

func eachPair(node *yaml.Node, do func(name, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: expected names with values", node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if err := do(node.Content[i], node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func unknown(name *yaml.Node, where string, known []string) error {
	return fmt.Errorf("line %d: unknown key %q in %s%s", name.Line, name.Value, where, suggest(name.Value, known))
}

// readScenario reads a scenario file strictly. Its errors name file and line.
func readScenario(path string) (scenario, error) {
	var s scenario
	data, err := os.ReadFile(path)
	if err != nil {
		return s, fail(exitInput, fmt.Errorf("the scenario cannot be read: %w", err), "check the path")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty; offer and member are required")
		}
		return s, fail(exitInput, fmt.Errorf("%s: %s", path, scenarioError(err)), "see the scenario format in README.md")
	}
	s.file = path
	if err := s.check(); err != nil {
		return s, fail(exitInput, fmt.Errorf("%s: %w", path, err), "see the scenario format in README.md")
	}
	return s, nil
}

var unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type main\.(\w+)`)

// scenarioError puts the decoder's words into ours.
func scenarioError(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("line %s: unknown key %q%s", m[1], m[2], suggest(m[2], scenarioKeys(m[3])))
	}
	return strings.Join(strings.Fields(strings.TrimPrefix(text, "unmarshal errors:")), " ")
}

// scenarioKeys lists the keys that the named part of a scenario knows.
func scenarioKeys(part string) []string {
	var keys []string
	for _, v := range []any{scenario{}, scenarioModules{}, scenarioPayments{}, scenarioExpecting{}} {
		if t := reflect.TypeOf(v); t.Name() == part {
			for f := range t.Fields() {
				if tag := f.Tag.Get("yaml"); tag != "" {
					keys = append(keys, tag)
				}
			}
		}
	}
	return keys
}

func (s scenario) check() error {
	switch {
	case s.Offer == "":
		return errors.New("offer is missing")
	case len(s.Member) == 0:
		return errors.New("member is missing")
	}
	if s.Payments.Recurring.How == payTill || s.Payments.Upfront.How == payCash {
		return errors.New("payments: cash is for recurring, till is for upfront")
	}
	outcomes := []string{"", "created", "refused", "unknown", "duplicate", "declined", "abandoned", "pending"}
	if !slices.Contains(outcomes, s.Expect.Outcome) {
		return fmt.Errorf("expect.outcome %q is none of %s%s", s.Expect.Outcome, strings.Join(outcomes[1:], ", "), suggest(s.Expect.Outcome, outcomes[1:]))
	}
	if !slices.Contains([]string{"", "all", "none"}, s.Consents.Word) {
		return fmt.Errorf("consents %q is neither all, none nor a list of titles", s.Consents.Word)
	}
	for key, text := range map[string]string{"start": s.Start, "preuse": s.PreUse} {
		if _, err := scenarioDate(text, apiclient.Date{Year: 2026, Month: 1, Day: 1}); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

var relativeDate = regexp.MustCompile(`^today(?:([+-]\d{1,5})d)?$`)

// scenarioDate reads a date, today, or today+7d; empty is the zero date.
func scenarioDate(text string, today apiclient.Date) (apiclient.Date, error) {
	if text == "" {
		return apiclient.Date{}, nil
	}
	if m := relativeDate.FindStringSubmatch(text); m != nil {
		days, _ := strconv.Atoi(m[1])
		return today.AddDays(days), nil
	}
	d, err := apiclient.ParseDate(text)
	if err != nil {
		return d, fmt.Errorf("%q is no date; write 2026-12-01, today or today+7d", text)
	}
	return d, nil
}

// match finds the one item that a name stands for: by id, exact text, or a
// beginning that only one has.
func match[T any](what, name string, items []T, id func(T) int64, text func(T) string) (T, error) {
	var none T
	var begins []T
	var known []string
	for _, item := range items {
		label := text(item)
		known = append(known, label)
		if name == strconv.FormatInt(id(item), 10) || strings.EqualFold(name, label) {
			return item, nil
		}
		if len(label) >= len(name) && strings.EqualFold(label[:len(name)], name) {
			begins = append(begins, item)
		}
	}
	if len(begins) == 1 {
		return begins[0], nil
	}
	list := strings.Join(known, ", ")
	if len(begins) > 1 {
		return none, fmt.Errorf("%s %q stands for several; there are %s", what, name, list)
	}
	if list == "" {
		return none, fmt.Errorf("%s %q does not exist; there are none", what, name)
	}
	return none, fmt.Errorf("%s %q does not exist; there are %s", what, name, list)
}

func offerIn(offers []apiclient.Offer, name string) (apiclient.Offer, error) {
	return match("offer", name, offers, func(o apiclient.Offer) int64 { return o.ID }, func(o apiclient.Offer) string { return o.Name })
}

// termIn finds a term by id or duration; the only one may be left out.
func termIn(offer apiclient.OfferDetail, name string) (apiclient.OfferTerm, error) {
	if name == "" && len(offer.Terms) == 1 {
		return offer.Terms[0], nil
	}
	if name == "" {
		return apiclient.OfferTerm{}, fmt.Errorf("offer %q has %d terms; name one", offer.Name, len(offer.Terms))
	}
	return match("term", name, offer.Terms, func(t apiclient.OfferTerm) int64 { return t.ID }, func(t apiclient.OfferTerm) string { return duration(t.Term) })
}

// duration says a term as people do: 12 months.
func duration(t apiclient.Term) string {
	unit := strings.ToLower(string(t.Unit))
	if t.Value != 1 {
		unit += "s"
	}
	return strconv.Itoa(t.Value) + " " + unit
}

func moduleIDs(what string, modules []apiclient.Module, wanted names) ([]int64, error) {
	var ids []int64
	list := wanted.List
	if wanted.Word != "" {
		list = []string{wanted.Word}
	}
	for _, name := range list {
		m, err := match(what, name, modules, func(m apiclient.Module) int64 { return m.ID }, func(m apiclient.Module) string { return m.Name })
		if err != nil {
			return nil, err
		}
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// fields is everything that staff would type.
func (s scenario) fields() map[flow.Field]secret.Value {
	values := map[flow.Field]secret.Value{}
	for f, text := range s.Member {
		values[f] = secret.New(text)
	}
	for f, text := range map[flow.Field]string{flow.Notes: s.Notes, flow.ReferralCode: s.ReferralCode, flow.EmployeeID: s.EmployeeID} {
		if text != "" {
			values[f] = secret.New(text)
		}
	}
	return values
}

// agrees reports whether the member ticks or signs a text block.
func (s scenario) agrees(block apiclient.TextBlock) bool {
	switch s.Consents.Word {
	case "none":
		return false
	case "all":
		return true
	}
	return s.Consents.List == nil || slices.ContainsFunc(s.Consents.List, func(title string) bool { return strings.EqualFold(title, block.Title) })
}

// plainStroke is the signature that a simulated member gives.
const plainStroke = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><path d="M20 70 Q60 10 90 60 T160 50 T280 40" fill="none" stroke="#000" stroke-width="2"/></svg>`

// mark is the signature as it goes to the API; the file's path is relative to
// the scenario.
func (s scenario) mark(simulated bool) (secret.Value, error) {
	switch s.Signature {
	case "", "all":
		if !simulated {
			return secret.Value{}, fail(exitInput, fmt.Errorf("%s: the offer must be signed and signature names no file", s.file), "name an SVG file; a plain stroke is for the sandbox alone")
		}
		return secret.New(base64.StdEncoding.EncodeToString([]byte(plainStroke))), nil
	}
	path := s.Signature
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(s.file), path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return secret.Value{}, fail(exitInput, fmt.Errorf("the signature cannot be read: %w", err), "check signature in "+s.file)
	}
	if !bytes.Contains(data, []byte("<svg")) {
		return secret.Value{}, fail(exitInput, fmt.Errorf("%s is no SVG", path), "name an SVG file")
	}
	return secret.New(base64.StdEncoding.EncodeToString(data)), nil
}
