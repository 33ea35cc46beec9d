package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// builtFor is the day on which the built-in offers' dates make sense.
var builtFor, _ = parseDate("2026-03-10")

// catalog is the list of offers, as computed with and as served.
type catalog struct {
	offers   []*offer
	raw      []map[string]any // the same, as read
	currency string           // one for the whole studio
}

type offer struct {
	ID            int64        `json:"id"`
	Name          string       `json:"name"`
	PreUseType    string       `json:"preUseType"`
	Period        *period      `json:"limitedOfferingPeriod"`
	Included      []*module    `json:"includedModules"`
	Selectable    []*module    `json:"selectableModules"`
	MaxSelectable int          `json:"maximumNumberOfSelectableModules"`
	SignContract  bool         `json:"contractSignaturesRequired"`
	TextBlocks    []*textBlock `json:"contractTextBlocks"`
	Terms         []*offerTerm `json:"terms"`
	RateCodes     []any        `json:"rateCodes"`
}

type period struct {
	Start date `json:"startDate"`
	End   date `json:"endDate"`
}

type offerTerm struct {
	ID            int64         `json:"id"`
	Term          term          `json:"term"`
	Frequency     frequency     `json:"paymentFrequency"`
	FlatFees      []*flatFee    `json:"flatFees"`
	Optional      []*module     `json:"optionalModules"`
	Bonus         []bonusPeriod `json:"rateBonusPeriods"`
	DefaultStart  date          `json:"defaultContractStartDate"`
	DefaultUse    date          `json:"defaultContractStartDateOfUse"`
	ExtensionTerm *term         `json:"extensionTerm"`
	CancelPeriod  *term         `json:"cancelationPeriod"`
}

type module struct {
	ID        int64      `json:"id"`
	Name      string     `json:"name"`
	Consent   *textBlock `json:"consentTextBlock"`
	Frequency frequency  `json:"paymentFrequency"`
}

type flatFee struct {
	Name      string     `json:"name"`
	ID        string     `json:"identifier"`
	Formatted string     `json:"formattedPaymentFrequency"`
	Delay     *term      `json:"firstBookingDelay"`
	Frequency *frequency `json:"paymentFrequency"`
	Starter   bool       `json:"starterPackage"`
}

type bonusPeriod struct {
	Term      term   `json:"term"`
	Strategy  string `json:"termStrategy"`
	Extension string `json:"runtimeExtensionType"`
	Separate  bool   `json:"displaySeparately"`
	Extends   bool   `json:"extendsCancellationPeriod"`
}

type textBlock struct {
	ID        int64 `json:"id"`
	Signature bool  `json:"hasSignature"`
	Confirm   bool  `json:"confirmationRequired"`
	raw       json.RawMessage
}

// UnmarshalJSON keeps the text block as it came: answers repeat it unchanged.
func (b *textBlock) UnmarshalJSON(data []byte) error {
	type bare textBlock
	b.raw = slices.Clone(data)
	return json.Unmarshal(data, (*bare)(b))
}

// MarshalJSON writes it as it came.
func (b *textBlock) MarshalJSON() ([]byte, error) { return b.raw, nil }

// loadCatalog reads and checks an array of MembershipOfferExtended.
func loadCatalog(data []byte) (*catalog, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if f := firstFlaw(offersSchema, doc); f != nil {
		return nil, fmt.Errorf("%s: %s", describe(doc, f.path), f.what)
	}
	c := &catalog{currency: "EUR"}
	if err := json.Unmarshal(data, &c.offers); err != nil {
		return nil, err
	}
	for _, each := range doc.([]any) {
		c.raw = append(c.raw, each.(map[string]any))
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// describe turns a path into "offer 1001 (Flex), terms.0.id".
func describe(doc any, path []string) string {
	list, _ := doc.([]any)
	if len(path) == 0 || list == nil {
		return "the file must be an array of offers"
	}
	i, _ := strconv.Atoi(path[0])
	text := fmt.Sprintf("offer number %d", i+1)
	if object, _ := list[i].(map[string]any); object["id"] != nil && object["name"] != nil {
		text = fmt.Sprintf("offer %v (%v)", object["id"], object["name"])
	}
	if len(path) > 1 {
		text += ", " + flaw{path: path[1:]}.reference()
	}
	return text
}

// check looks at what a schema cannot say: unique ids, one currency, amounts
// that fit it, and prices where the frequency's type wants them.
func (c *catalog) check() error {
	currency := ""
	seen := map[string]bool{}
	unique := func(kind string, id int64) error {
		key := fmt.Sprint(kind, id)
		if seen[key] {
			return fmt.Errorf("the %s id %d occurs twice", kind, id)
		}
		seen[key] = true
		return nil
	}
	amount := func(m money) error {
		if currency == "" {
			currency = m.Currency
		}
		if m.Currency != currency {
			return fmt.Errorf("%s: all prices of a studio have one currency, the first one is in %s", m.Currency, currency)
		}
		_, err := minorUnits(m.Amount, m.Currency)
		return err
	}
	for _, o := range c.offers {
		fail := func(field string, err error) error {
			return fmt.Errorf("offer %d (%s), %s: %w", o.ID, o.Name, field, err)
		}
		if err := unique("offer", o.ID); err != nil {
			return fail("id", err)
		}
		if o.Period != nil && o.Period.End.before(o.Period.Start) {
			return fail("limitedOfferingPeriod", fmt.Errorf("it ends before it starts"))
		}
		modules := func(field string, list []*module) error {
			for i, m := range list {
				if err := m.Frequency.check(amount); err != nil {
					return fail(fmt.Sprintf("%s.%d.paymentFrequency", field, i), err)
				}
				if err := unique("module", m.ID); err != nil {
					return fail(fmt.Sprintf("%s.%d.id", field, i), err)
				}
			}
			return nil
		}
		if err := modules("selectableModules", o.Selectable); err != nil {
			return err
		}
		for i, t := range o.Terms {
			at := fmt.Sprintf("terms.%d.", i)
			if err := unique("term", t.ID); err != nil {
				return fail(at+"id", err)
			}
			if t.Term.Value < 1 {
				return fail(at+"term.value", fmt.Errorf("a contract lasts at least 1 %s", t.Term.Unit))
			}
			if err := t.Frequency.check(amount); err != nil {
				return fail(at+"paymentFrequency", err)
			}
			for j, f := range t.FlatFees {
				if f.Frequency == nil {
					continue
				}
				if err := f.Frequency.check(amount); err != nil {
					return fail(fmt.Sprintf("%sflatFees.%d.paymentFrequency", at, j), err)
				}
			}
			if err := modules(at+"optionalModules", t.Optional); err != nil {
				return err
			}
			if !t.DefaultStart.IsZero() && t.DefaultStart.before(t.DefaultUse) {
				return fail(at+"defaultContractStartDateOfUse", fmt.Errorf("it lies after defaultContractStartDate"))
			}
		}
	}
	if currency != "" {
		c.currency = currency
	}
	return nil
}

// find returns the term and its offer.
func (c *catalog) find(termID int64) (*offer, *offerTerm) {
	for _, o := range c.offers {
		for _, t := range o.Terms {
			if t.ID == termID {
				return o, t
			}
		}
	}
	return nil, nil
}

// hasModule tells whether any offer has the module.
func (c *catalog) hasModule(id int64) bool {
	is := func(m *module) bool { return m.ID == id }
	for _, o := range c.offers {
		if slices.ContainsFunc(o.Selectable, is) || slices.ContainsFunc(o.Included, is) {
			return true
		}
		for _, t := range o.Terms {
			if slices.ContainsFunc(t.Optional, is) {
				return true
			}
		}
	}
	return false
}

// shift is how far the offers' dates are moved: all of them by the days since
// builtFor if the studio rebases.
func (s *Sandbox) shift() int {
	if !s.rebase {
		return 0
	}
	return int(builtFor.daysUntil(s.today()))
}

// defaults are the term's start and first use as a customer gets them today: a
// studio never proposes a day that is over, so both move on with the calendar.
func (s *Sandbox) defaults(t *offerTerm) (start, use date) {
	shift := s.shift()
	start, use = t.DefaultStart, t.DefaultUse
	if start.IsZero() {
		return start, use
	}
	start = start.addDays(shift)
	if use.IsZero() {
		use = start
	} else {
		use = use.addDays(shift)
	}
	if late := use.daysUntil(s.today()); late > 0 {
		start, use = start.addDays(int(late)), use.addDays(int(late))
	}
	if t.DefaultUse.IsZero() {
		use = date{}
	}
	return start, use
}

// offered tells whether the offer may be taken today.
func (s *Sandbox) offered(o *offer) bool {
	if o.Period == nil {
		return true
	}
	shift, today := s.shift(), s.today()
	return !today.before(o.Period.Start.addDays(shift)) && !o.Period.End.addDays(shift).before(today)
}
