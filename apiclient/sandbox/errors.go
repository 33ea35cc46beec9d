package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// refusal is an answer that is not 200. Its code is invented, hence the prefix
// on the wire: the real service publishes none.
type refusal struct {
	status    int
	code      string
	reference string // dot path of the member that is wrong
	en, de    string
}

func bad(code, reference, en, de string) *refusal {
	return &refusal{http.StatusBadRequest, code, reference, en, de}
}

func missing(code, reference, en, de string) *refusal {
	return &refusal{http.StatusNotFound, code, reference, en, de}
}

// errorResponse is the body of every error status.
type errorResponse struct {
	ErrorMessage string `json:"errorMessage"`
	ErrorCode    string `json:"errorCode,omitempty"`
	TraceID      string `json:"traceId,omitempty"`
	Reference    string `json:"reference,omitempty"`
}

// answer is what goes back; status 0 is none. send, if set, writes in place of
// status and body: it is how a fault breaks the connection.
type answer struct {
	status int
	header http.Header
	body   []byte
	send   func(http.ResponseWriter, *http.Request, *answer)
}

func reply(status int, value any) *answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // only types of this package get here
	}
	return &answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}

// refuse writes the refusal in the caller's language.
func (s *Sandbox) refuse(r *refusal, language string) *answer {
	s.mu.Lock()
	trace := s.randomUUID()
	s.mu.Unlock()
	message := r.en
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(language)), "de") {
		message = r.de
	}
	return reply(r.status, errorResponse{
		ErrorMessage: message,
		ErrorCode:    "SANDBOX_" + r.code,
		TraceID:      strings.ReplaceAll(trace, "-", "")[:16],
		Reference:    r.reference,
	})
}
