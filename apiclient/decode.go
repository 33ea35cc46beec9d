package apiclient

import (
	"encoding/json"
	"errors"
	"fmt"
)

// decode reads a JSON answer.
func decode[T any](body []byte) (T, error) {
	var into T
	err := json.Unmarshal(body, &into)
	return into, err
}

// decodeList reads a JSON array; null is none.
func decodeList[T any](body []byte) ([]T, error) {
	list, err := decode[[]T](body)
	return list, require(err, list != nil, "list")
}

func convert[W, T any](from []W, one func(W) T) []T {
	into := make([]T, len(from))
	for i, w := range from {
		into[i] = one(w)
	}
	return into
}

// require adds to err that a member must be there.
func require(err error, there bool, member string) error {
	if err == nil && !there {
		return errMissing(member)
	}
	return err
}

// flaw is why an answer cannot be used, in words that quote nothing of it.
type flaw string

func (f flaw) Error() string { return string(f) }

func errMissing(member string) error { return flaw("the answer has no " + member) }

// unreadable describes a body that is no answer without quoting it.
func unreadable(err error) error {
	var known flaw
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &syntax):
		return flaw(fmt.Sprintf("the answer is no JSON from byte %d on", syntax.Offset))
	case errors.As(err, &wrongType):
		return flaw(fmt.Sprintf("the answer has an unexpected type at %q", wrongType.Field))
	}
	return flaw("the answer cannot be read")
}
