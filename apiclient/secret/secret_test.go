package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"frontdesk/apiclient/secret"
)

const canary = "canary-7f3a"

type holder struct {
	Public  secret.Value
	private secret.Value
	list    []secret.Value
	keyed   map[string]secret.Value
}

func held() holder {
	v := secret.New(canary)
	return holder{Public: v, private: v, list: []secret.Value{v}, keyed: map[string]secret.Value{"k": v}}
}

func TestValueNeverPrints(t *testing.T) {
	v := secret.New(canary)
	for _, printed := range []any{v, &v, held(), []secret.Value{v}, []any{held()}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			if out := fmt.Sprintf(verb, printed); strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T printed the secret: %s", verb, printed, out)
			}
		}
	}
	if got := v.String(); got != secret.Mask {
		t.Errorf("String() = %q, want the mask", got)
	}
	if got := fmt.Sprint(secret.Value{}); got != "" {
		t.Errorf("the zero value prints %q, want nothing", got)
	}
}

func TestValueIsLoggedMasked(t *testing.T) {
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("one", "token", secret.New(canary))
		log.Info("nested", "struct", held(), slog.Group("g", "v", secret.New(canary)))
	}
	if strings.Contains(out.String(), canary) {
		t.Errorf("the log holds the secret:\n%s", out.String())
	}
}

func TestValueRefusesToBeMarshalled(t *testing.T) {
	v := secret.New(canary)
	for _, shape := range []any{v, &v, map[string]any{"a": v}, []secret.Value{v}, held()} {
		if out, err := json.Marshal(shape); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("json.Marshal(%T) = %s, %v; want ErrSealed", shape, out, err)
		}
	}
	if out, err := json.Marshal(map[secret.Value]int{v: 1}); err == nil {
		t.Errorf("json.Marshal of a map keyed by a Value = %s", out)
	}
	if err := gob.NewEncoder(&bytes.Buffer{}).Encode(v); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("gob: %v, want ErrSealed", err)
	}
}

func TestValueComparesByText(t *testing.T) {
	if secret.New(canary) != secret.New("canary"+"-7f3a") {
		t.Error("equal texts are not equal")
	}
	if secret.New("a") == secret.New("b") {
		t.Error("different texts are equal")
	}
	if v := secret.New(""); v != (secret.Value{}) || !v.IsZero() || v.Reveal() != "" {
		t.Error("the empty text is not the zero value")
	}
	if got := secret.New(canary).Reveal(); got != canary {
		t.Errorf("Reveal() = %q", got)
	}
}
