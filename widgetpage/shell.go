package widgetpage

import (
	"embed"
	"encoding/json"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assets embed.FS

var (
	shellHTML = mustRead("assets/shell.html")
	style     = mustRead("assets/app.css")
	script    = joinScript()
)

// The assets are part of the program: without them it could not have been built.
func mustRead(name string) string {
	text, err := assets.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// joinScript makes one script of the parts; what they share is nobody else's.
func joinScript() string {
	var b strings.Builder
	b.WriteString("(() => {\n'use strict';\nconst TEXTS = " + texts() + ";\n")
	for _, part := range []string{"tools", "outbox", "widget", "sign", "screen", "main"} {
		b.WriteString(mustRead("assets/app/" + part + ".js"))
	}
	b.WriteString("})();\n")
	return b.String()
}

// texts are the page's own words by language, as a JSON object.
func texts() string {
	entries, err := assets.ReadDir("assets/texts")
	if err != nil {
		panic(err)
	}
	all := map[string]json.RawMessage{}
	for _, e := range entries {
		all[strings.TrimSuffix(e.Name(), ".json")] = json.RawMessage(mustRead(path.Join("assets/texts", e.Name())))
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// shell is the page without anything that matters: a bank may send the member
// back by a link, a redirect or a form, and each must find a page. What the
// bank appended is for the payment component to read and nobody else.
func (p *Page) shell(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.RawQuery) > maxQuery {
		w.WriteHeader(http.StatusRequestURITooLong)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost: // 303, so that a reload asks for the page and not for the form again
		w.Header().Set("Location", pathAndQuery(r))
		w.WriteHeader(http.StatusSeeOther)
		return
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	nonce := random()
	w.Header().Set("Content-Security-Policy", p.policy.header(nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(strings.ReplaceAll(shellHTML, "{{nonce}}", nonce)))
}

func asset(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(text))
	}
}
