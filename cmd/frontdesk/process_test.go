package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/apiclient/sandbox"
)

// served is a sandbox in another process.
type served struct {
	t         *testing.T
	BaseURL   string `json:"baseUrl"`
	APIKey    string `json:"apiKey"`
	WidgetURL string `json:"widgetUrl"`
	LedgerURL string `json:"ledgerUrl"`
}

func serveSandbox(t *testing.T, args ...string) *served {
	t.Helper()
	command := exec.CommandContext(t.Context(), "frontdesk", append([]string{"sandbox", "--json"}, args...)...)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t}
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *served) environment() []string {
	return []string{"FRONTDESK_BASE_URL=" + s.BaseURL, "FRONTDESK_API_KEY=" + s.APIKey, "FRONTDESK_WIDGET_URL=" + s.WidgetURL}
}

func (s *served) ledger() sandbox.Ledger {
	s.t.Helper()
	return ledgerAt(s.t, s.LedgerURL)
}

func ledgerAt(t *testing.T, address string) (ledger sandbox.Ledger) {
	t.Helper()
	response, err := http.Get(address) //nolint:noctx // loopback, answered at once
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&ledger); err != nil {
		t.Fatal(err)
	}
	return ledger
}

// post sends JSON with one header and decodes the answer.
func (s *served) post(address, header, value, body string, answer any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(header, value)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s", address, response.StatusCode, data)
	}
	if err := json.Unmarshal(data, answer); err != nil {
		s.t.Fatal(err)
	}
}

// token pays by hand: a session of the API, then its payment component.
func (s *served) token(scope, amount, finion, instrument string) (token, customer string) {
	s.t.Helper()
	if finion != "" {
		finion = `,"finionPayCustomerId":"` + finion + `"`
	}
	var session struct {
		Token               string `json:"token"`
		FinionPayCustomerID string `json:"finionPayCustomerId"`
	}
	s.post(s.BaseURL+"/v1/payments/user-session", "X-API-KEY", s.APIKey,
		fmt.Sprintf(`{"amount":%s,"scope":%q,"referenceText":"by hand"%s}`, amount, scope, finion), &session)
	var paid struct {
		Token string `json:"token"`
	}
	s.post(strings.TrimSuffix(s.WidgetURL, "/widget.js")+"/api/v1/payment-requests", "X-User-Payment-Session-Token", session.Token, instrument, &paid)
	return paid.Token, session.FinionPayCustomerID
}

// frontdesk runs the program and returns what it printed and how it ended.
func frontdesk(t *testing.T, environment []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "frontdesk", args...)
	home := t.TempDir()
	command.Env = append(append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home), environment...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const peter = `member: {firstName: Peter, lastName: Muller, dateOfBirth: 1990-08-24, email: peter@example.invalid, street: Raboisen,
         zipCode: "20095", city: Hamburg, countryCode: DE, language: {languageCode: de}}
`

// Two tokens that somebody got elsewhere go into the two fields they belong
// to; the studio is another process and two variables are all that names it.
func TestRunAgainstAnotherProcessWithTokens(t *testing.T) {
	studio := serveSandbox(t, "--clock", "2026-03-10")
	recurring, finion := studio.token("MEMBER_ACCOUNT", "0", "", `{"method":"SEPA","iban":"DE02120300000000202051"}`)
	upfront, _ := studio.token("ECOM", "299", finion, `{"method":"CREDIT_CARD","card":"4111111111111111"}`)
	file := write(t, "token.yaml", "offer: Prepaid year\npayments: {upfront: {token: "+upfront+"}}\nstart: 2026-12-01\n"+peter)

	// The desk's own clock is the real one; the studio's date is far from it,
	// so the start is named.
	out, errs, code := frontdesk(t, studio.environment()[:2], "run", "--json", file)
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	members := studio.ledger().Members
	if len(members) != 1 || members[0].Contract.InitialPaymentRequestToken != upfront || members[0].PaymentRequestToken != "" {
		t.Errorf("the ledger holds %+v", members)
	}
	if strings.Contains(out+errs, upfront) || strings.Contains(out+errs, recurring) {
		t.Error("a token was printed")
	}
}

func TestRunRefusesSandboxFlagsForAStudio(t *testing.T) {
	studio := serveSandbox(t)
	file := write(t, "a.yaml", "offer: Prepaid year\n"+peter)
	_, errs, code := frontdesk(t, studio.environment(), "run", "--seed", "3", "--fault", "500@signup", file)
	if code != 1 || !strings.Contains(errs, "--seed, --fault: for the sandbox only") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestRunNeedsLiveSaid(t *testing.T) {
	studio := serveSandbox(t)
	file := write(t, "a.yaml", "offer: Prepaid year\n"+peter)
	_, errs, code := frontdesk(t, append(studio.environment(), "FRONTDESK_ENVIRONMENT=live"), "run", file)
	if code == 0 || !strings.Contains(errs, "live") || len(studio.ledger().Members) != 0 {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestRunAgainstAStudioThatIsNotThereOrRefusesTheKey(t *testing.T) {
	studio := serveSandbox(t)
	file := write(t, "a.yaml", "offer: Prepaid year\n"+peter)
	wrong := []string{"FRONTDESK_BASE_URL=" + studio.BaseURL, "FRONTDESK_API_KEY=wrong"}
	out, errs, code := frontdesk(t, wrong, "run", file)
	if code != 3 || !strings.Contains(out+errs, "API key") {
		t.Errorf("wrong key: exit %d: %s%s", code, out, errs)
	}
	nowhere := []string{"FRONTDESK_BASE_URL=http://127.0.0.1:1", "FRONTDESK_API_KEY=any"}
	out, errs, code = frontdesk(t, nowhere, "run", file)
	if code != 3 || !strings.Contains(out+errs, "could not load the offers") {
		t.Errorf("nobody there: exit %d: %s%s", code, out, errs)
	}
}

// patience is how long a test waits for something that should happen at once.
const patience = time.Minute

func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
