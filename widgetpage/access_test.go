package widgetpage

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func claimBody(code string) string { return `{"code":"` + code + `"}` }

func TestW07SecretsAreLongRandomAndUnspoken(t *testing.T) {
	u := newOpened(t)
	code := codeOf(u.Link())
	for _, s := range []string{code, u.key} {
		if b, err := base64.RawURLEncoding.DecodeString(s); err != nil || len(b) < 32 {
			t.Errorf("a secret of %d bytes, want 32 or more", len(b))
		}
	}
	seen := map[string]bool{code: true, u.key: true}
	for range 100 {
		r := random()
		if seen[r] {
			t.Fatal("a secret came twice")
		}
		seen[r] = true
	}
	u.post("/api/claim", claimBody("wrong"))
	u.post("/api/claim", claimBody(code))
	u.post("/api/note", `{"kind":"help","text":"`+code+`"}`)
	u.get("/?k=" + code)
	for _, s := range []string{code, u.key} {
		if strings.Contains(u.log.String(), s) {
			t.Errorf("the log holds a secret:\n%s", u.log.String())
		}
	}
}

func TestW09LinkWorksOnce(t *testing.T) {
	u := newUnit(t)
	code := codeOf(u.Link())
	for _, target := range []string{"/", "/api/claim", "/?k=" + code} { // previews and scanners
		u.get(target)
	}
	wantStatus(t, "unknown code", u.post("/api/claim", claimBody("no")), http.StatusForbidden)
	wantStatus(t, "empty code", u.post("/api/claim", claimBody("")), http.StatusForbidden)
	wantStatus(t, "first claim", u.post("/api/claim", claimBody(code)), http.StatusOK)
	u.heard()
	wantStatus(t, "second claim", u.post("/api/claim", claimBody(code)), http.StatusConflict)
	if got := u.kinds(); !slices.Equal(got, []EventKind{LinkReused}) {
		t.Errorf("heard %v, want link-reused", got)
	}
}

func TestW09LinkExpiresAndIsReplaced(t *testing.T) {
	u := newUnit(t)
	code := codeOf(u.Link())
	u.pass(10*time.Minute + time.Second)
	wantStatus(t, "claim after ten minutes", u.post("/api/claim", claimBody(code)), http.StatusGone)

	replaced := codeOf(u.Link())
	newest := codeOf(u.Link())
	wantStatus(t, "claim of a replaced link", u.post("/api/claim", claimBody(replaced)), http.StatusGone)
	wantStatus(t, "claim of the newest link", u.post("/api/claim", claimBody(newest)), http.StatusOK)
}

func TestW10TwentyWrongCodesCloseTheDoor(t *testing.T) {
	u := newUnit(t)
	code := codeOf(u.Link())
	for range maxWrongCodes {
		wantStatus(t, "wrong code", u.post("/api/claim", claimBody("guess")), http.StatusForbidden)
	}
	if got := u.kinds(); !slices.Equal(got, []EventKind{LinkClosed}) {
		t.Errorf("heard %v, want link-closed", got)
	}
	wantStatus(t, "right code behind the closed door", u.post("/api/claim", claimBody(code)), http.StatusTooManyRequests)
	wantStatus(t, "new link", u.post("/api/claim", claimBody(codeOf(u.Link()))), http.StatusOK)
}

func TestW13NewLinkTakesOver(t *testing.T) {
	u := newOpened(t)
	old := u.key
	u.open()
	if u.key == old {
		t.Fatal("the key was not rotated")
	}
	r := u.request(http.MethodGet, "/api/state", "")
	r.Header.Set(keyHeader, old)
	wantStatus(t, "state with the old key", u.serve(r), http.StatusUnauthorized)
	wantStatus(t, "state with the new key", u.get("/api/state"), http.StatusOK)
}

// A tab that was replaced may be the one in which the member has just paid.
func TestW35ResultOfAReplacedTabArrives(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", sessionCanary))
	old := u.key
	u.open()
	r := u.request(http.MethodPost, "/api/result", `{"number":1,"token":"`+tokenCanary+`"}`)
	r.Header.Set(keyHeader, old)
	wantStatus(t, "result with the old key", u.serve(r), http.StatusOK)
	if got := u.delivered(); len(got) != 1 || got[0].Token.Reveal() != tokenCanary {
		t.Errorf("delivered %v", got)
	}
}

func TestW15MatchCode(t *testing.T) {
	a, b := newOpened(t), newOpened(t)
	if !regexp.MustCompile(`^[A-Z][2-9][A-Z][2-9]$`).MatchString(a.MatchCode()) {
		t.Errorf("code %q", a.MatchCode())
	}
	if a.seen().Match != a.MatchCode() {
		t.Errorf("the page is told %q, the desk %q", a.seen().Match, a.MatchCode())
	}
	if a.MatchCode() == b.MatchCode() && newUnit(t).MatchCode() == a.MatchCode() {
		t.Error("three pages have one code")
	}
}
