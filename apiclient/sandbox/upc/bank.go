package upc

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
)

const (
	approve = "approve"
	decline = "decline"
)

// challenge is a payer at the bank.
type challenge struct {
	id, session string
	result      string // redirectResult
	amount      string
	done        Result
	back        *url.URL
	post        bool
	decision    string // approve or decline, once taken
}

func (s *service) challenge(token string, known Session, done Result, back *url.URL, post bool) *challenge {
	c := &challenge{
		id: rand.Text(), result: rand.Text(), session: token, amount: known.Amount + " " + known.Currency,
		done: done, back: back, post: post,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.challenges[c.id] = c
	return c
}

// approved is a copy of the session's challenge that the bank agreed to.
func (s *service) approved(session string) *challenge {
	return s.find(func(c *challenge) bool { return c.session == session && c.decision == approve })
}

func (s *service) byResult(result string) *challenge {
	return s.find(func(c *challenge) bool { return c.result == result && c.decision != "" })
}

func (s *service) find(is func(*challenge) bool) *challenge {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.challenges {
		if is(c) {
			found := *c
			return &found
		}
	}
	return nil
}

var pages = template.Must(template.New("bank").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Test bank</title>
<style>
 body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1rem;color:#222;background:#f4f5f7}
 button{font:inherit;padding:.6rem 1.2rem;margin-right:.6rem;border:1px solid #888;border-radius:.4rem;background:#fff}
 button.yes{background:#146c43;border-color:#146c43;color:#fff}
</style>
{{block "body" .}}{{end}}</html>`))

var decidePage = template.Must(template.Must(pages.Clone()).Parse(`{{define "body"}}
<h1>Test bank</h1>
<p>Do you approve this payment of <strong>{{.Amount}}</strong>?</p>
<form method="post" action="{{.Action}}">
 <button class="yes" name="decision" value="approve" data-upc="bank-approve">Approve</button>
 <button name="decision" value="decline" data-upc="bank-decline">Decline</button>
</form>
<p>Nothing is paid here: this bank exists on this machine only.</p>
{{end}}`))

var returnPage = template.Must(template.Must(pages.Clone()).Parse(`{{define "body"}}
<p>Back to where you came from …</p>
<form method="post" action="{{.}}"><button data-upc="bank-return">Go back</button></form>
<script>document.forms[0].submit()</script>
{{end}}`))

var donePage = template.Must(template.Must(pages.Clone()).Parse(`{{define "body"}}
<p>The bank has answered. You can close this page.</p>
{{end}}`))

func (s *service) bankPage(w http.ResponseWriter, r *http.Request) {
	c := s.find(func(c *challenge) bool { return c.id == r.PathValue("id") })
	if c == nil {
		http.Error(w, "This bank knows no such payment.", http.StatusNotFound)
		return
	}
	show(w, decidePage, struct{ Amount, Action string }{c.amount, "/bank/" + c.id + "/confirm"})
}

// confirm takes the payer's decision and sends them back. The Location is
// there in any case, so that programs need not read the page of a POST return.
func (s *service) confirm(w http.ResponseWriter, r *http.Request) {
	decision := r.FormValue("decision")
	if decision != decline {
		decision = approve
	}
	s.mu.Lock()
	c := s.challenges[r.PathValue("id")]
	if c != nil && c.decision == "" {
		c.decision = decision
	}
	s.mu.Unlock()
	if c == nil {
		http.Error(w, "This bank knows no such payment.", http.StatusNotFound)
		return
	}
	back := *c.back
	query := back.Query()
	query.Set("redirectResult", c.result)
	back.RawQuery = query.Encode()
	w.Header().Set("Location", back.String())
	if c.post {
		show(w, returnPage, back.String())
		return
	}
	w.WriteHeader(http.StatusSeeOther)
}

func (s *service) bankDone(w http.ResponseWriter, _ *http.Request) { show(w, donePage, nil) }

func show(w http.ResponseWriter, page *template.Template, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	page.Execute(w, data) //nolint:errcheck // the browser is gone, nobody to tell
}
