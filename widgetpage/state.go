package widgetpage

import (
	"net/url"
	"strings"
	"time"
)

// state is what the page gets to see. Of sessions it holds the one that is
// being paid, as long as it can be.
type state struct {
	Status  string `json:"status"`
	Match   string `json:"match"`
	Studio  string `json:"studio"`
	Lang    string `json:"lang"`
	Step    int    `json:"step"`
	Total   int    `json:"total"`
	Title   string `json:"title"`
	Purpose string `json:"purpose"`
	Amount  string `json:"amount"`

	Number   int   `json:"number"`         // of the step, to be named in the answer
	Answered bool  `json:"answered"`       // and acknowledged
	Expired  bool  `json:"expired"`        // the session is over
	Left     *int  `json:"left,omitempty"` // seconds of the session
	Timers   waits `json:"timers"`

	Widget   *widgetState `json:"widget,omitempty"`
	Texts    []textState  `json:"texts,omitempty"`
	Contract bool         `json:"contract,omitempty"`
}

type widgetState struct {
	Script      string  `json:"script"`
	Token       string  `json:"token"`
	Environment string  `json:"environment"`
	Country     string  `json:"country"`
	Locale      string  `json:"locale"`
	Styling     Styling `json:"styling,omitzero"`
}

type textState struct {
	ID        int64  `json:"id"`
	Title     string `json:"title"`
	Body      string `json:"body"`
	LinkTitle string `json:"linkTitle,omitempty"`
	LinkURL   string `json:"linkUrl,omitempty"`
	Required  bool   `json:"required"`
}

// waits are the page's timers, in milliseconds.
type waits struct {
	Heartbeat int64 `json:"heartbeat"`
	Expiring  int64 `json:"expiring"`
	Script    int64 `json:"script"`
	Frame     int64 `json:"frame"`
	RetryMin  int64 `json:"retryMin"`
	RetryMax  int64 `json:"retryMax"`
	CloseTab  int64 `json:"closeTab"`
}

// state must be called with p.mu held.
func (p *Page) state() state {
	v, t := p.view, p.cfg.Timers
	s := state{
		Status: v.Kind.String(), Match: p.match, Studio: v.Studio, Lang: v.Language,
		Step: v.Step, Total: v.Total, Title: v.Title, Purpose: v.Purpose, Amount: v.Amount,
		Timers: waits{
			Heartbeat: t.Heartbeat.Milliseconds(), Expiring: t.Expiring.Milliseconds(), Script: t.Script.Milliseconds(),
			Frame: t.Frame.Milliseconds(), RetryMin: t.RetryMin.Milliseconds(), RetryMax: t.RetryMax.Milliseconds(),
			CloseTab: t.CloseTab.Milliseconds(),
		},
	}
	if p.current == nil {
		return s
	}
	s.Number, s.Answered = p.current.number, p.current.answered()
	if s.Answered {
		return s
	}
	switch v.Kind {
	case Pay:
		now := p.now()
		s.Expired = p.current.expired(now)
		if !v.ValidUntil.IsZero() {
			left := max(0, int(v.ValidUntil.Sub(now)/time.Second))
			s.Left = &left
		}
		if !s.Expired {
			s.Widget = &widgetState{
				Script: p.widget.String(), Token: v.Session.Reveal(), Environment: p.environment(),
				Country: strings.ToUpper(v.Country), Locale: v.locale(), Styling: p.cfg.Styling,
			}
		}
	case Sign:
		s.Contract = v.ContractSignature
		for _, text := range v.Texts {
			s.Texts = append(s.Texts, textState{
				ID: text.ID, Title: text.Title, Body: text.Body, Required: text.Required,
				LinkTitle: text.LinkTitle, LinkURL: webAddress(text.LinkURL),
			})
		}
	}
	return s
}

// environment that the payment component is told when none is configured: the
// one in which nothing is real.
func (p *Page) environment() string {
	if p.cfg.Environment == "" {
		return "sandbox"
	}
	return p.cfg.Environment
}

func (v View) locale() string {
	switch {
	case v.Locale != "":
		return v.Locale
	case v.Language == "":
		return "en"
	case v.Country == "" || strings.Contains(v.Language, "-"):
		return v.Language
	}
	return v.Language + "-" + strings.ToUpper(v.Country)
}

// webAddress drops what a click must not follow, such as javascript:.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}
