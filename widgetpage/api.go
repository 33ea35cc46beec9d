package widgetpage

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"frontdesk/apiclient/secret"
)

func (p *Page) claim(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Code string `json:"code"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	p.mu.Lock()
	key, status := p.access.claim(body.Code, p.now(), p.cfg.Timers.Link)
	switch status {
	case http.StatusOK:
		p.streams.endAll("replaced")
		p.presence.expect(p)
		p.notify(Event{Kind: Claimed})
	case http.StatusConflict:
		p.notify(Event{Kind: LinkReused})
	case http.StatusForbidden:
		if p.access.wrong == maxWrongCodes {
			p.notify(Event{Kind: LinkClosed})
		}
	}
	p.mu.Unlock()
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, map[string]string{"key": key})
}

func (p *Page) getState(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	s := p.state()
	p.mu.Unlock()
	writeJSON(w, s)
}

var (
	methodName = regexp.MustCompile(`^[A-Za-z][A-Za-z_-]{0,31}$`)
	brandName  = regexp.MustCompile(`^[A-Za-z][A-Za-z _-]{0,31}$`)
	lastFour   = regexp.MustCompile(`^[0-9A-Za-z]{1,4}$`)
	tokenText  = regexp.MustCompile(`^[!-~]+$`)
)

// maxToken is far more than a token has.
const maxToken = 4096

func (p *Page) result(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number int    `json:"number"`
		Token  string `json:"token"`
		Method string `json:"method"`
		Brand  string `json:"brand"`
		Last4  string `json:"last4"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	s := p.step(body.Number, Pay)
	if s == nil || len(body.Token) > maxToken || !tokenText.MatchString(body.Token) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	// An account number has no place in a brand's field, whoever put it there.
	only := func(shape *regexp.Regexp, text string) string {
		if !shape.MatchString(text) {
			return ""
		}
		return text
	}
	w.WriteHeader(p.record(s, Result{
		Kind: Payment, Token: secret.New(body.Token),
		Method: only(methodName, body.Method), Brand: only(brandName, body.Brand), Last4: only(lastFour, body.Last4),
	}, sha256.Sum256([]byte(body.Token))))
}

// signatureBody is an answer to Sign. Its signatures are SVG in base64.
type signatureBody struct {
	Number     int              `json:"number"`
	Refused    bool             `json:"refused"`
	Contract   string           `json:"contract"`
	Signatures map[int64]string `json:"signatures"`
}

func (p *Page) signature(w http.ResponseWriter, r *http.Request) {
	var body signatureBody
	if !readJSON(w, r, &body) {
		return
	}
	s := p.step(body.Number, Sign)
	if s == nil || !body.Refused && !s.signedBy(body) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	result := Result{Kind: Refused}
	if !body.Refused {
		result = Result{Kind: Signatures, Contract: secret.New(body.Contract), Signatures: map[int64]secret.Value{}}
		for id, svg := range body.Signatures {
			result.Signatures[id] = secret.New(svg)
		}
	}
	canonical, err := json.Marshal(body) // sorts the map
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(p.record(s, result, sha256.Sum256(canonical)))
}

// signedBy reports whether the answer holds drawings for this step's texts and
// no others, and none that is required is missing.
func (s *step) signedBy(body signatureBody) bool {
	if s.contract != (body.Contract != "") || body.Contract != "" && checkSignature(body.Contract) != nil {
		return false
	}
	found := 0
	for _, text := range s.texts {
		svg, signed := body.Signatures[text.ID]
		if !signed && text.Required || signed && checkSignature(svg) != nil {
			return false
		}
		if signed {
			found++
		}
	}
	return found == len(body.Signatures)
}

// maxBlocked bounds what a hostile widget could report.
const maxBlocked = 50

func (p *Page) note(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Kind   string `json:"kind"`
		Text   string `json:"text"`
		Number int    `json:"number"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := Event{Text: p.withoutSecrets(body.Text)}
	if body.Number >= 1 && body.Number <= len(p.steps) {
		e.SessionID = p.steps[body.Number-1].id
	}
	switch body.Kind {
	case "visible", "hidden":
		p.presence.cover(p, body.Kind == "hidden")
	case "pagehide":
		p.presence.leaving = true
	case "mounted":
		e.Kind = Mounted
	case "processing":
		e.Kind = Processing
	case "idle":
		e.Kind = Idle
	case "widget-failed":
		e.Kind = WidgetFailed
	case "help":
		e.Kind = Note
	case "csp":
		if !p.blocked[e.Text] && len(p.blocked) < maxBlocked {
			p.blocked[e.Text] = true
			e.Kind = Blocked
		}
	case "ended":
		select {
		case <-p.farewell:
		default:
			close(p.farewell)
		}
		w.Header().Set("Clear-Site-Data", `"storage"`)
	default:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if e.Kind != "" {
		p.notify(e)
	}
	w.WriteHeader(http.StatusNoContent)
}

// withoutSecrets takes our own secrets out of what a foreign script said.
func (p *Page) withoutSecrets(text string) string {
	hide := func(hidden string) {
		if hidden != "" {
			text = strings.ReplaceAll(text, hidden, secret.Mask)
		}
	}
	hide(p.access.key)
	hide(p.access.code)
	for _, s := range p.steps {
		hide(s.session.Reveal())
	}
	return text
}
