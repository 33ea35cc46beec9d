package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"frontdesk/apiclient/secret"
	"frontdesk/flow"
)

// version is the format that is written. A record of an older one is brought
// up to it by upcasts, one version at a time; the format of each version is
// kept in testdata and read by a test.
const version = 1

// upcasts holds, for each older version, what makes its record one of the next.
var upcasts = map[int]func(record) (record, error){}

// header is the first line of a file.
type header struct {
	V           int    `json:"v"`
	Intent      string `json:"intent"`
	BaseURL     string `json:"baseUrl,omitzero"`
	Studio      string `json:"studio,omitzero"`
	Environment string `json:"environment,omitzero"`
	Program     string `json:"program,omitzero"`
}

// record is every other line: a fact, what of it may stand in the clear, what
// is sealed, and how the sign-up stands after it where that changed. The last
// is stored because it cannot be derived once the seal's key is gone.
type record struct {
	V      int             `json:"v"`
	Seq    int             `json:"seq"` // counts from 1
	At     string          `json:"at"`
	Type   string          `json:"type"`
	Fact   json.RawMessage `json:"fact"`
	State  json.RawMessage `json:"state,omitempty"`
	Sealed []byte          `json:"sealed,omitempty"`
}

// A line ends with the hash of the line before it and of everything before the
// hash, as written. So the last line is checked too.
const (
	hashMark = `,"hash":"`
	hashTail = len(hashMark) + 2*sha256.Size + len(`"}`)
)

// chained closes the JSON object body with its hash and returns the line and the
// hash, which the next line needs.
func chained(body []byte, previous string) (line []byte, hash string) {
	body = body[:len(body)-1]
	hash = hashOf(previous, body)
	line = slices.Concat(body, []byte(hashMark), []byte(hash), []byte("\"}\n"))
	return line, hash
}

func hashOf(previous string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(previous))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// unchained checks a line, without its end, and returns the JSON object.
func unchained(line []byte, previous string) (body []byte, hash string, ok bool) {
	n := len(line) - hashTail
	if n < 1 {
		return nil, "", false
	}
	body = line[:n]
	hash = hashOf(previous, body)
	if string(line[n:]) != hashMark+hash+`"}` {
		return nil, "", false
	}
	return append(slices.Clip(body), '}'), hash, true
}

// errNewer is wrapped by what is whole, but not understood.
var errNewer = errors.New("another version of frontdesk wrote it, use the newest")

func notUnderstood(format string, args ...any) error {
	return fmt.Errorf("%w (%s)", errNewer, fmt.Sprintf(format, args...))
}

func parseHeader(body []byte) (header, error) {
	var h header
	if err := strict(body, &h); err != nil || h.V < 1 || h.V > version {
		return h, notUnderstood("the first line has format %d", h.V)
	}
	return h, nil
}

// parseRecord reads a line that is whole and brings it up to this version.
func parseRecord(body []byte, seq int) (record, error) {
	var r record
	err := strict(body, &r)
	if r.V > version {
		return r, notUnderstood("record %d has format %d, this program knows %d", seq, r.V, version)
	}
	for err == nil && r.V < version {
		upcast, ok := upcasts[r.V]
		if !ok {
			return r, notUnderstood("record %d has format %d", seq, r.V)
		}
		r, err = upcast(r)
	}
	if err != nil || r.Seq != seq {
		return r, notUnderstood("record %d has another form", seq)
	}
	if newFact(r.Type) == nil {
		return r, notUnderstood("record %d is a %q", seq, r.Type)
	}
	return r, nil
}

func strict(body []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v)
}

// newRecord makes the record of an event. state is how the sign-up stands
// after it, nil when that is as before.
func newRecord(key secret.Value, intent string, seq int, e flow.Event, state []byte) (record, error) {
	name := factName(e.Fact)
	if name == "" {
		return record{}, fmt.Errorf("journal: a %T cannot be journaled", e.Fact)
	}
	shown, hidden, err := encode(e.Fact, guarded)
	if err != nil {
		return record{}, err
	}
	r := record{V: version, Seq: seq, At: timeText(e.At), Type: name, Fact: shown, State: state}
	if hidden != nil {
		r.Sealed, err = seal(key, hidden, place(intent, seq, name))
	}
	return r, err
}

// event gives the event back. opened is false when something of it is sealed
// and the key does not open it; then all that was sealed is zero.
func (r record) event(key secret.Value, intent string) (e flow.Event, opened bool, err error) {
	var hidden []byte
	opened = len(r.Sealed) == 0
	if !opened && !key.IsZero() {
		hidden, err = unseal(key, r.Sealed, place(intent, r.Seq, r.Type))
		opened = err == nil
	}
	at, err := parseTime(r.At)
	if err != nil {
		return e, opened, notUnderstood("record %d has no time", r.Seq)
	}
	fact := newFact(r.Type)
	if err := decode(r.Fact, hidden, fact); err != nil {
		return e, opened, notUnderstood("record %d (%s): %v", r.Seq, r.Type, err)
	}
	return flow.Event{At: at, Fact: factOf(fact)}, opened, nil
}

// place binds what is sealed to where it stands, so that it opens nowhere else.
func place(intent string, seq int, name string) []byte {
	return fmt.Appendf(nil, "frontdesk journal/%s/%d/%s", intent, seq, name)
}
