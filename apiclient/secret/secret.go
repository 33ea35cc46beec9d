// Package secret holds text that must not leave the program by accident:
// keys, tokens, signatures and personal data.
package secret

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// Mask is what every printed Value looks like, whatever its content or length.
const Mask = "•••"

// ErrSealed is returned by every attempt to marshal a Value. Code that is
// meant to write the text out says so by calling [Value.Reveal].
var ErrSealed = errors.New("secret: a sealed value cannot be marshalled")

// Value is a piece of secret or personal text. It prints as [Mask], is logged
// as [Mask] and refuses to be marshalled; only Reveal gives the text. Values
// are comparable with ==, and the zero Value is the empty text.
//
// The text sits behind a pointer, because fmt prints the unexported fields of
// a struct without asking their methods.
type Value struct {
	handle unique.Handle[string]
}

// New seals text.
func New(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{handle: unique.Make(text)}
}

// Reveal returns the text. Its callers are the wire encoder, the page's
// state, the journal's sealer and the form that edits the value.
func (v Value) Reveal() string {
	if v == (Value{}) {
		return ""
	}
	return v.handle.Value()
}

// IsZero reports whether the text is empty.
func (v Value) IsZero() bool { return v == (Value{}) }

func (v Value) String() string {
	if v.IsZero() {
		return ""
	}
	return Mask
}

// Format writes the mask for every verb, %#v, %x and %q included.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.String()) }

// LogValue implements [slog.LogValuer].
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalText refuses with [ErrSealed]; JSON and YAML encoders and keys of
// maps come this way.
func (Value) MarshalText() ([]byte, error) { return nil, ErrSealed }

// MarshalJSON refuses with [ErrSealed].
func (Value) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// MarshalBinary refuses with [ErrSealed]; it also covers encoding/gob.
func (Value) MarshalBinary() ([]byte, error) { return nil, ErrSealed }
