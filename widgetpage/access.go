package widgetpage

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"time"
)

// maxWrongCodes closes the claim route until the desk makes another link.
const maxWrongCodes = 20

// access knows who may talk to the page. A link's code buys the page's key
// once; the key goes into every call of the page. The link stands in argument
// lists that other users of the machine can read, the key never does.
type access struct {
	code     string
	made     time.Time
	replaced []string // codes that were never used
	used     []string
	wrong    int

	key     string
	retired []string // keys of earlier tabs; they may still bring results
}

// newCode replaces the link's code.
func (a *access) newCode(now time.Time) string {
	if a.code != "" {
		a.replaced = append(a.replaced, a.code)
	}
	a.code, a.made, a.wrong = random(), now, 0
	return a.code
}

// claim trades a code for a new key. The status is 200, 403 (unknown), 409
// (used before), 410 (too old or replaced) or 429 (too many unknown ones).
func (a *access) claim(code string, now time.Time, validFor time.Duration) (key string, status int) {
	switch {
	case among(code, a.used):
		return "", http.StatusConflict
	case among(code, a.replaced):
		return "", http.StatusGone
	case a.wrong >= maxWrongCodes:
		return "", http.StatusTooManyRequests
	case !same(code, a.code):
		a.wrong++
		return "", http.StatusForbidden
	case now.Sub(a.made) > validFor:
		return "", http.StatusGone
	}
	a.used = append(a.used, a.code)
	a.code = ""
	if a.key != "" {
		a.retired = append(a.retired, a.key)
	}
	a.key = random()
	return a.key, http.StatusOK
}

func same(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

func among(got string, list []string) bool {
	found := false
	for _, want := range list {
		found = same(got, want) || found
	}
	return found
}

// random gives 256 bits as text.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// matchCode gives letter, digit, letter, digit, without those that look alike.
func matchCode() string {
	const letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
	var b [4]byte
	_, _ = rand.Read(b[:])
	pick := func(from string, n byte) byte { return from[int(n)%len(from)] }
	return string([]byte{pick(letters, b[0]), pick(digits, b[1]), pick(letters, b[2]), pick(digits, b[3])})
}
