package apiclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"
)

// HAR is a trace in the HTTP Archive format, version 1.2. Members of ours begin
// with an underscore, which the format reserves for that.
type HAR struct {
	Log HARLog `json:"log"`
}

// HARLog is the one member of a [HAR].
type HARLog struct {
	Version string     `json:"version"`
	Creator HARCreator `json:"creator"`
	// Comment says whether the file may be handed on.
	Comment string     `json:"comment,omitempty"`
	Entries []HAREntry `json:"entries"`
}

// HARCreator is the program that wrote a [HAR].
type HARCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// HAREntry is one exchange: a request that was sent, or was to be, and what
// came back.
type HAREntry struct {
	Started  time.Time   `json:"startedDateTime"`
	Time     float64     `json:"time"` // milliseconds
	Request  HARRequest  `json:"request"`
	Response HARResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  HARTimings  `json:"timings"`
	// Comment is the text of the error, if the exchange ended in one.
	Comment string `json:"comment,omitempty"`

	Intent  string `json:"_intent,omitempty"` // the sign-up, where the request names it
	Op      string `json:"_op,omitempty"`     // as in [Call]
	Send    int    `json:"_send,omitempty"`   // the how-manieth exchange of one call, from 1
	TraceID string `json:"_traceId,omitempty"`
	Outcome Kind   `json:"_outcome,omitempty"` // "" is success
	Sent    bool   `json:"_sent"`              // at least a part of the request may have left
	Masked  bool   `json:"_masked"`            // texts are stand-ins, not what was sent
}

// HARRequest is a request. The key is never among its headers.
type HARRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []HARPair `json:"cookies"`
	Headers     []HARPair `json:"headers"`
	Query       []HARPair `json:"queryString"`
	Body        *HARBody  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"` // -1: not known
	BodySize    int       `json:"bodySize"`
}

// HARResponse is an answer; its Status is 0 when none came.
type HARResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []HARPair  `json:"cookies"`
	Headers     []HARPair  `json:"headers"`
	Content     HARContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

// HARPair is a header, a cookie or a parameter.
type HARPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// HARBody is the body of a request.
type HARBody struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

// HARContent is the body of an answer; Size is that of the real one in bytes.
type HARContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"` // base64, or empty
}

// HARTimings are in milliseconds. All of the time counts as waiting.
type HARTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// maxHAR is a few times what the sign-ups of a day come to.
const maxHAR = 1 << 30

// ReadHAR reads an archive, of this program or another, as long as every entry
// names a method, an absolute web address and a time: what is needed to show a
// call or make it again. Members it does not know are dropped. The error quotes
// nothing of the file, which may hold anything.
func ReadHAR(r io.Reader) (HAR, error) {
	limited := &io.LimitedReader{R: r, N: maxHAR}
	decoder := json.NewDecoder(limited)
	var h HAR
	if err := decoder.Decode(&h); err != nil {
		return HAR{}, harFault(limited, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return HAR{}, errors.New("apiclient: the archive goes on after its end")
	}
	if h.Log.Version != "1.1" && h.Log.Version != "1.2" {
		return HAR{}, errors.New("apiclient: this is no HTTP archive of version 1.2")
	}
	for i := range h.Log.Entries {
		if fault := h.Log.Entries[i].check(); fault != "" {
			return HAR{}, fmt.Errorf("apiclient: entry %d of the archive %s", i+1, fault)
		}
	}
	return h, nil
}

func harFault(limited *io.LimitedReader, err error) error {
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	var wrongTime *time.ParseError
	switch {
	case limited.N <= 0:
		return errors.New("apiclient: the archive is larger than 1 GiB")
	case errors.As(err, &syntax):
		return fmt.Errorf("apiclient: the archive is no JSON from byte %d on", syntax.Offset)
	case errors.As(err, &wrongType):
		return fmt.Errorf("apiclient: the archive has an unexpected type at %q", wrongType.Field)
	case errors.As(err, &wrongTime):
		return errors.New("apiclient: the archive has a time that is none")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("apiclient: the archive is empty or cut off")
	}
	return fmt.Errorf("apiclient: the archive cannot be read: %w", err)
}

// check says what is missing, and brings the time into UTC.
func (e *HAREntry) check() string {
	e.Started = e.Started.UTC()
	address, err := url.Parse(e.Request.URL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return "has no web address"
	case !httpToken(e.Request.Method):
		return "has no method"
	case e.Started.Year() < 1970 || e.Started.Year() > 9998:
		return "has no time"
	case e.Response.Status < 0 || e.Response.Status > 999:
		return "has a status that is none"
	}
	return ""
}

func httpToken(s string) bool {
	for _, b := range []byte(s) {
		if (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') && b != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}
