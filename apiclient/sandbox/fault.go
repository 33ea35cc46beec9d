package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Fault is a misbehaviour by name. Call is the call it happens on (offers,
// offer, preview, session, signup, search, contracts, studio, employees,
// fields, head); "" is the fault's own call where it has one, else every call.
// N is the how-manieth of its kind, from 1; 0 is every one.
type Fault struct {
	Name string
	Call string
	N    int
}

// String is the form that ParseFault reads.
func (f Fault) String() string {
	text := f.Name
	if f.Call != "" {
		text += "@" + f.Call
	}
	if f.N > 0 {
		text += ":" + strconv.Itoa(f.N)
	}
	return text
}

// FaultInfo describes a fault. Calls are the calls it may happen on; the first
// one is taken when none is named, and an empty list means any.
type FaultInfo struct {
	Name  string
	Does  string
	Calls []string
}

var callNames = []string{
	callOffers, callOffer, callPreview, callSession, callSignup, callSearch,
	callContracts, callStudio, callEmployees, callFields, callHead,
}

// Faults lists what can be asked for, in the order of the help text.
func Faults() []FaultInfo {
	infos := make([]FaultInfo, len(faultKinds))
	for i, k := range faultKinds {
		infos[i] = FaultInfo{k.name, k.does, slices.Clone(k.calls)}
	}
	return infos
}

// ParseFault reads NAME, NAME@CALL or NAME@CALL:N. The error names the nearest
// known name, or the calls the fault can happen on.
func ParseFault(text string) (Fault, error) {
	name, rest, _ := strings.Cut(text, "@")
	call, count, counted := strings.Cut(rest, ":")
	if rest == "" {
		name, count, counted = strings.Cut(name, ":")
	}
	f := Fault{Name: name, Call: call}
	if counted {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return Fault{}, fmt.Errorf("fault %q: %q is no count; write NAME@CALL:N with N from 1", text, count)
		}
		f.N = n
	}
	_, err := f.kind()
	return f, err
}

// kind finds what the fault does and checks that it can happen there.
func (f Fault) kind() (*faultKind, error) {
	i := slices.IndexFunc(faultKinds, func(k faultKind) bool { return k.name == f.Name })
	if i < 0 {
		names := make([]string, len(faultKinds))
		for i, k := range faultKinds {
			names[i] = k.name
		}
		return nil, fmt.Errorf("unknown fault %q; did you mean %q?", f.Name, nearest(f.Name, names))
	}
	k := &faultKinds[i]
	if f.Call == "" {
		return k, nil
	}
	if !slices.Contains(callNames, f.Call) {
		return nil, fmt.Errorf("fault %q: unknown call %q; did you mean %q?", f.Name, f.Call, nearest(f.Call, callNames))
	}
	if len(k.calls) > 0 && !slices.Contains(k.calls, f.Call) {
		return nil, fmt.Errorf("fault %q cannot happen on %q, only on %s", f.Name, f.Call, strings.Join(k.calls, ", "))
	}
	return k, nil
}

// nearest is the candidate with the fewest edits.
func nearest(word string, candidates []string) string {
	best, least := "", 1<<30
	for _, c := range candidates {
		if d := edits(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}

// armed is a configured fault with the behaviour made for it.
type armed struct {
	call string // "" is any
	n    int
	act  behaviour
}

func arm(faults []Fault) ([]armed, error) {
	var all []armed
	for _, f := range faults {
		k, err := f.kind()
		if err != nil {
			return nil, err
		}
		call := f.Call
		if call == "" && len(k.calls) > 0 {
			call = k.calls[0]
		}
		// Kinds that count for themselves see every call from the N-th on.
		n := f.N
		if k.lasting {
			n = 0
		}
		all = append(all, armed{call, n, k.make(f.N)})
	}
	return all, nil
}

func (a armed) hits(x *exchange) bool {
	return (a.call == "" || a.call == x.call) && (a.n == 0 || a.n == x.n)
}
