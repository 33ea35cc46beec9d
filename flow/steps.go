package flow

import (
	"slices"

	"frontdesk/apiclient"
)

// Step is where staff are. Signing, both payments and the submit happen
// within StepPayment; [Signup.Stage] says which of them it is.
type Step int

// The steps, in their order.
const (
	StepOffer Step = iota
	StepTerm
	StepExtras
	StepMember
	StepConsents
	StepPreview
	StepPayment
	StepDone
)

// Steps is every step in its order.
var Steps = []Step{StepOffer, StepTerm, StepExtras, StepMember, StepConsents, StepPreview, StepPayment, StepDone}

// Skipped reports whether a step has nothing to ask.
func (s Signup) Skipped(step Step) bool {
	switch step {
	case StepExtras:
		term, ok := s.Term()
		return s.Offer != nil && ok && len(term.OptionalModules) == 0 &&
			(len(s.Offer.SelectableModules) == 0 || s.Offer.MaximumNumberOfSelectableModules == 0)
	case StepConsents:
		return s.Offer != nil && len(s.TextBlocks()) == 0
	}
	return false
}

// Next is the step that follows the present one.
func (s Signup) Next() Step {
	for step := s.Step + 1; step < StepPreview; step++ {
		if !s.Skipped(step) {
			return step
		}
	}
	return StepPreview
}

// Back is the step before the present one; the first has none before it.
func (s Signup) Back() Step {
	for step := s.Step - 1; step > StepOffer; step-- {
		if !s.Skipped(step) {
			return step
		}
	}
	return StepOffer
}

// goTo goes back freely and forward as far as nothing is missing. Payment is
// entered by accepting a preview, Done by being created.
func (s Signup) goTo(target Step) Signup {
	target = max(StepOffer, min(target, StepPreview))
	if s.Committed() {
		return s
	}
	if target == StepPreview && s.Step == StepPreview {
		return s
	}
	for step := StepOffer; step < target; step++ {
		if !s.Skipped(step) && len(s.Problems(step)) > 0 {
			target = step
			break
		}
	}
	if target < StepPayment {
		s.Accepted, s.final = nil, nil // what is accepted next is compared anew
	}
	s.Step = target
	return s
}

// ProblemCode names what is wrong; screens have a sentence for each.
type ProblemCode string

// The problems.
const (
	Missing           ProblemCode = "missing"
	TooLong           ProblemCode = "too long"
	NotADate          ProblemCode = "not a date"
	InTheFuture       ProblemCode = "in the future"
	NotAnEmail        ProblemCode = "not an e-mail"
	NotACode          ProblemCode = "not a code"
	NotAChoice        ProblemCode = "not a choice"
	NotANumber        ProblemCode = "not a number"
	NoOffer           ProblemCode = "no offer"
	NoTerm            ProblemCode = "no term"
	OfferLoading      ProblemCode = "offer loading"
	OfferWithoutTerms ProblemCode = "offer without terms"
	StartInPast       ProblemCode = "start in the past"
	PreUseInPast      ProblemCode = "pre-use in the past"
	PreUseAfterStart  ProblemCode = "pre-use after start"
	TooManyModules    ProblemCode = "too many modules"
	NotTicked         ProblemCode = "not ticked"
	PriceLoading      ProblemCode = "price loading"
	PriceFailed       ProblemCode = "price failed"
	Searching         ProblemCode = "searching"
	SearchFailed      ProblemCode = "search failed"
	SearchForbidden   ProblemCode = "search forbidden"
	DuplicatesFound   ProblemCode = "duplicates found"
	NoPaymentChoices  ProblemCode = "no payment choices"
	NegativeDue       ProblemCode = "negative due"
)

// Problem is one thing that keeps a step from being done. Field is set where
// the cursor can go, Arg where the sentence wants a name.
type Problem struct {
	Step  Step
	Code  ProblemCode
	Field Field
	Arg   string
}

// Problems lists what keeps a step from being done, in the order of the
// screen.
func (s Signup) Problems(step Step) []Problem {
	var found []Problem
	add := func(code ProblemCode, field Field, arg string) {
		found = append(found, Problem{Step: step, Code: code, Field: field, Arg: arg})
	}
	switch step {
	case StepOffer:
		switch {
		case s.OfferID == 0:
			add(NoOffer, "", "")
		case s.Offer == nil:
			add(OfferLoading, "", "")
		case len(s.Offer.Terms) == 0:
			add(OfferWithoutTerms, "", s.Offer.Name)
		}
	case StepTerm:
		if _, ok := s.Term(); !ok {
			add(NoTerm, "", "")
			break
		}
		switch today := s.Today(); {
		case s.Start.IsZero() || s.Start.Before(today):
			add(StartInPast, "", "")
		case s.PreUse.IsZero() || s.PreUse.Before(today):
			add(PreUseInPast, "", "")
		case s.PreUse.After(s.Start):
			add(PreUseAfterStart, "", "")
		}
	case StepExtras:
		if s.Offer != nil && len(s.Selectable) > s.Offer.MaximumNumberOfSelectableModules {
			add(TooManyModules, "", "")
		}
	case StepMember:
		for _, spec := range Fields {
			text := s.text(spec.Field)
			switch code := spec.Check(text); {
			case text == "" && s.Requires(spec.Field):
				add(Missing, spec.Field, "")
			case code != "":
				add(code, spec.Field, "")
			case spec.Field == DateOfBirth && text != "" && s.birth().After(s.Today()):
				add(InTheFuture, spec.Field, "")
			}
		}
	case StepConsents:
		for _, block := range s.TextBlocks() {
			if block.ConfirmationRequired && !block.HasSignature && !s.Ticks[block.ID] {
				add(NotTicked, "", block.Title)
			}
		}
	case StepPreview:
		found = s.previewProblems()
	}
	return found
}

// Requires reports whether a field must be filled in: those that the API
// asks of everybody, and those that a Spanish or Italian studio needs (tax id
// or a document, and in Italy the place of birth; Open API 1.8).
func (s Signup) Requires(f Field) bool {
	spec, _ := Spec(f)
	if spec.Required {
		return true
	}
	country := ""
	if s.Studio != nil {
		country = s.Studio.CountryCode
	}
	switch f {
	case TaxID:
		return (country == "ES" || country == "IT") && s.text(DocumentNumber) == ""
	case PlaceOfBirth:
		return country == "IT"
	case CountryOfBirth:
		return country == "IT" && s.text(CountryCode) != "IT"
	case DocumentType:
		return s.text(DocumentNumber) != ""
	case DocumentNumber:
		return s.text(DocumentType) != ""
	}
	return false
}

func (s Signup) previewProblems() []Problem {
	var found []Problem
	add := func(code ProblemCode) { found = append(found, Problem{Step: StepPreview, Code: code}) }
	price, ok := s.Quote()
	switch _, failed := s.PriceFailure(); {
	case !ok && failed:
		add(PriceFailed)
	case !ok:
		add(PriceLoading)
	}
	if ok {
		if due, _ := price.Due(); due.Sign() < 0 {
			add(NegativeDue)
		}
		if s.Needs().Recurring && len(s.Choices()) == 0 {
			add(NoPaymentChoices)
		}
	}
	if code := s.duplicateProblem(); code != "" {
		add(code)
	}
	return found
}

// duplicateProblem says why nobody knows yet that this person is new, "" when
// that is known or may stay unknown.
func (s Signup) duplicateProblem() ProblemCode {
	switch d := s.Duplicates; {
	case d == nil || d.Person != s.person():
		if _, failed := s.SearchFailure(); failed {
			return SearchFailed
		}
		return Searching
	case d.Forbidden && !s.Settings.AllowWithoutSearch && s.Needs().Any():
		return SearchForbidden
	case len(d.Found) > 0 && !d.Dismissed:
		return DuplicatesFound
	}
	return ""
}

// searchValid reports whether the search for duplicates may still be relied
// on: somebody may have come to another desk since.
func (s Signup) searchValid() bool {
	d := s.Duplicates
	return d != nil && d.Person == s.person() && !s.At.Before(d.At) && s.At.Sub(d.At) < freshSearch
}

// searched is the answer of a search. Who was said to be somebody else stays
// that when the same people are found again.
func (s Signup) searched(f DuplicatesArrived) *Duplicates {
	d := Duplicates{Person: f.Person, Found: f.Found, Forbidden: f.Forbidden, At: s.At}
	if old := s.Duplicates; old != nil && old.Person == f.Person && old.Dismissed {
		d.Dismissed = !slices.ContainsFunc(f.Found, func(c apiclient.FoundCustomer) bool {
			return !slices.ContainsFunc(old.Found, func(o apiclient.FoundCustomer) bool { return o.ID == c.ID })
		})
	}
	return &d
}

// Ready reports whether a step can be left forward.
func (s Signup) Ready(step Step) bool { return s.Skipped(step) || len(s.Problems(step)) == 0 }

// MissingBefore returns the first step before this one that is not done.
func (s Signup) MissingBefore(step Step) (Step, bool) {
	i := slices.IndexFunc(Steps, func(x Step) bool { return x < step && !s.Ready(x) })
	if i < 0 {
		return 0, false
	}
	return Steps[i], true
}
