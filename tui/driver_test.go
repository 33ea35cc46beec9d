package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"frontdesk/apiclient"
	"frontdesk/apiclient/sandbox"
	"frontdesk/apiclient/secret"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// setup is what a test wants to be different from the ordinary studio.
type setup struct {
	w, h     int
	faults   []string
	offers   string
	settings func(*flow.Settings)
	config   func(*Config)
	sandbox  func(*sandbox.Config)
	desk     func(*desk.Config)
	later    time.Duration // than the ordinary test begins
}

// user sits at a terminal that shows the real program, on a real desk, over a
// sandbox in memory. Time is the bubble's: nothing waits for real.
type user struct {
	t       *testing.T
	studio  *sandbox.Sandbox
	desk    *desk.Desk
	page    *fakePage
	model   *Model
	program *tea.Program
	screen  *terminal
	opened  []string
	ended   chan error
}

// fakePage is the page in the browser: it shows views and hands over what the
// test says that the member does.
type fakePage struct {
	mu      sync.Mutex
	view    flow.PageView
	opens   int
	deliver func(context.Context, flow.Fact) error
	notOpen string
}

func (p *fakePage) now() (view flow.PageView, opens int, deliver func(context.Context, flow.Fact) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view, p.opens, p.deliver
}

func (p *fakePage) Serve(ctx context.Context, views <-chan flow.ServePage, deliver func(context.Context, flow.Fact) error) error {
	p.mu.Lock()
	p.deliver = deliver
	p.mu.Unlock()
	opens := -1
	for {
		select {
		case <-ctx.Done():
			return nil
		case want := <-views:
			again := want.Opens != opens
			p.mu.Lock()
			p.view = want.View
			if again {
				p.opens++
			}
			p.mu.Unlock()
			if again {
				opens = want.Opens
				link := secret.New("http://localhost:17171/#k=TtvcuPz5Vd0ikEtN4NxEQz78U8IcMqFWNuZZxk7GwdI")
				if err := deliver(ctx, flow.PageListening{Link: link, Code: "K7Q2", Opened: p.notOpen}); err != nil {
					return err
				}
			}
		}
	}
}

// at runs a test at the terminal, in a bubble of its own.
func at(t *testing.T, s setup, test func(u *user)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		u := start(t, s)
		defer u.leave()
		test(u)
	})
}

func start(t *testing.T, s setup) *user {
	t.Helper()
	if s.w == 0 {
		s.w, s.h = 120, 36
	}
	begin := time.Date(2026, 3, 10, 13, 2, 0, 0, time.UTC).Add(s.later)
	shift := time.Until(begin)
	now := func() time.Time { return time.Now().Add(shift) }

	studioConfig := sandbox.Config{Now: now, Seed: 7}
	if s.offers != "" {
		studioConfig.Offers = []byte(s.offers)
	}
	for _, text := range s.faults {
		fault, err := sandbox.ParseFault(text)
		must(t, err)
		studioConfig.Faults = append(studioConfig.Faults, fault)
	}
	if s.sandbox != nil {
		s.sandbox(&studioConfig)
	}
	studio, err := sandbox.New(studioConfig)
	must(t, err)
	client, err := apiclient.New(apiclient.Config{
		BaseURL: "https://studio.example", Key: secret.New(studio.Key()), Now: now, Transport: sandbox.Transport(studio.API()),
	})
	must(t, err)

	u := &user{t: t, studio: studio, page: &fakePage{}, screen: newTerminal(s.w, s.h), ended: make(chan error, 1)}
	settings := flow.Settings{BaseURL: "https://studio.example", Environment: "sandbox", Country: "DE", Language: "de"}
	if s.settings != nil {
		s.settings(&settings)
	}
	intents := 0
	deskConfig := desk.Config{
		API: client, Page: u.page, Settings: settings, Now: now,
		Intent: func() (string, error) {
			intents++
			return fmt.Sprintf("0195c0de-0000-7000-8000-0000%08x", 0xbadc0de+intents), nil
		},
	}
	if s.desk != nil {
		s.desk(&deskConfig)
	}
	u.desk = desk.New(deskConfig)
	ctx, cancel := context.WithCancel(t.Context())
	deskDone := make(chan struct{})
	go func() {
		defer close(deskDone)
		_ = u.desk.Run(ctx)
	}()
	synctest.Wait()

	config := Config{
		Desk: u.desk, Badge: "DEMO", Now: now, Done: ctx.Done(),
		BackOffice: func(id int64) string { return "https://studio.example/customers/" + customerText(id) },
		OpenURL:    func(link string) { u.opened = append(u.opened, link) },
	}
	if s.config != nil {
		s.config(&config)
	}
	u.model = New(config)
	u.program = tea.NewProgram(u.model, tea.WithInput(nil), tea.WithOutput(u.screen), tea.WithoutSignalHandler(),
		tea.WithFPS(30), tea.WithWindowSize(s.w, s.h), tea.WithColorProfile(colorprofile.ASCII), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	go func() {
		_, err := u.program.Run()
		u.ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		<-deskDone
		client.Close()
		u.screen.close()
		// Ticks end by themselves; what does not end within a minute leaks and
		// fails the test.
		<-time.After(2 * time.Minute)
		synctest.Wait()
	})
	u.pass(time.Second)
	return u
}

// leave ends the program, whatever it shows.
func (u *user) leave() {
	u.program.Quit()
	if err := <-u.ended; err != nil {
		u.t.Errorf("the program ended with %v", err)
	}
}

// still waits until everything that can happen now has happened and is drawn.
func (u *user) still() {
	synctest.Wait()
	<-time.After(40 * time.Millisecond) // one frame
	synctest.Wait()
}

// pass lets time go by.
func (u *user) pass(d time.Duration) {
	synctest.Wait()
	<-time.After(d)
	u.still()
}

// press presses keys one after the other, at the pace of somebody who reads.
func (u *user) press(names ...string) {
	u.t.Helper()
	for _, name := range names {
		u.rush(name)
		u.pass(500 * time.Millisecond)
	}
}

// rush presses a key and looks at what it did at once.
func (u *user) rush(name string) {
	u.t.Helper()
	press, ok := keyNamed(name)
	if !ok {
		u.t.Fatalf("no key is called %q", name)
	}
	u.program.Send(press)
	u.still()
}

func keyNamed(name string) (tea.KeyPressMsg, bool) {
	codes := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "f1": tea.KeyF1, "f5": tea.KeyF5, "f12": tea.KeyF12,
	}
	switch code, ok := codes[name]; {
	case ok:
		return tea.KeyPressMsg{Code: code}, true
	case name == "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, true
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}, true
	}
	return pressOf(name)
}

// types puts text in, letter by letter.
func (u *user) types(text string) {
	for _, letter := range graphemes(text) {
		u.program.Send(tea.KeyPressMsg{Code: []rune(letter)[0], Text: letter})
	}
	u.still()
}

func (u *user) paste(text string) {
	u.program.Send(tea.PasteMsg{Content: text})
	u.still()
}

func (u *user) resize(w, h int) {
	u.screen.resize(w, h)
	u.program.Send(tea.WindowSizeMsg{Width: w, Height: h})
	u.still()
}

// member does something in the browser.
func (u *user) member(fact flow.Fact) {
	u.t.Helper()
	_, _, deliver := u.page.now()
	if deliver == nil {
		u.t.Fatal("there is no page")
	}
	must(u.t, deliver(u.t.Context(), fact))
	u.pass(2 * time.Second)
}

// signs puts a stroke under all there is to sign.
func (u *user) signs() {
	u.t.Helper()
	mark := secret.New("PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxwYXRoIGQ9Ik0wIDBMOSA5Ii8+PC9zdmc+")
	signed := flow.Signed{Contract: mark, Blocks: map[int64]secret.Value{}}
	view, _, _ := u.page.now()
	for _, text := range view.Texts {
		signed.Blocks[text.ID] = mark
	}
	u.member(signed)
}

// pays gives what the page asks for, at the sandbox's payment component.
func (u *user) pays(instrument map[string]string) {
	u.t.Helper()
	view, _, _ := u.page.now()
	if view.Kind != flow.PagePay {
		u.t.Fatalf("the page shows %q, not a payment\n%s", view.Kind, u.text())
	}
	body, err := json.Marshal(instrument)
	must(u.t, err)
	request, err := http.NewRequestWithContext(u.t.Context(), http.MethodPost, "https://pay.example/api/v1/payment-requests", bytes.NewReader(body))
	must(u.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-User-Payment-Session-Token", view.Session.Reveal())
	response, err := sandbox.Transport(u.studio.UPC()).RoundTrip(request)
	must(u.t, err)
	var paid struct{ Token, Method, Brand, Last4, Error string }
	must(u.t, json.NewDecoder(response.Body).Decode(&paid))
	_ = response.Body.Close()
	if paid.Token == "" {
		u.t.Fatalf("nothing was paid: status %d %s", response.StatusCode, paid.Error)
	}
	u.member(flow.PaymentAuthorised{
		N: view.N, Token: secret.New(paid.Token), Instrument: flow.Instrument{Method: paid.Method, Brand: paid.Brand, Last4: paid.Last4},
	})
}

var (
	bySEPA = map[string]string{"method": "SEPA", "iban": "DE02120300000000202051"}
	byCard = map[string]string{"method": "CREDIT_CARD", "card": "4111111111111111", "expiry": "03/30", "cvc": "737"}
)

// text is the screen as it is, without blanks at the ends of lines.
func (u *user) text() string { return u.screen.text() }

// sees fails unless all texts are on the screen.
func (u *user) sees(texts ...string) {
	u.t.Helper()
	for _, text := range texts {
		if !strings.Contains(u.text(), text) {
			u.t.Fatalf("the screen does not show %q:\n%s", text, u.text())
		}
	}
}

// misses fails if one of the texts is on the screen.
func (u *user) misses(texts ...string) {
	u.t.Helper()
	for _, text := range texts {
		if strings.Contains(u.text(), text) {
			u.t.Fatalf("the screen shows %q:\n%s", text, u.text())
		}
	}
}

// state is the sign-up as the desk has it.
func (u *user) state() flow.Signup { return u.desk.Snapshot() }

// at fails unless the sign-up is at a step.
func (u *user) at(step flow.Step) {
	u.t.Helper()
	if got := u.state().Step; got != step {
		u.t.Fatalf("the sign-up is at %s, want %s:\n%s", stepNames[got], stepNames[step], u.text())
	}
}

// golden compares the screen and its cursor with the file of this name.
func (u *user) golden(name string) {
	u.t.Helper()
	got := u.text() + "\n"
	if x, y, seen := u.screen.cursor(); seen {
		got += fmt.Sprintf("cursor %d,%d\n", x, y)
	}
	w, h := u.screen.size()
	path := filepath.Join("testdata", fmt.Sprintf("%s-%dx%d.golden", name, w, h))
	if *update {
		must(u.t, os.MkdirAll("testdata", 0o755))
		must(u.t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	must(u.t, err)
	if got != string(want) {
		u.t.Errorf("%s is different (go test -update writes it anew); got:\n%s\nwant:\n%s", path, got, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The way of a sign-up, up to each of its screens.

func (u *user) toTerm() {
	u.pass(time.Second)
	u.press("enter")
	u.pass(time.Second)
	u.at(flow.StepTerm)
}

func (u *user) toExtras() {
	u.toTerm()
	u.press("enter", "enter")
	u.pass(time.Second)
	u.at(flow.StepExtras)
}

func (u *user) toMember() {
	u.toExtras()
	u.press("down", "down", "down", "space")
	u.pass(2 * time.Second)
	u.press("enter")
	u.at(flow.StepMember)
}

// fills types a member into the form.
func (u *user) fills() {
	for _, text := range []string{"Zoë", "O'Brien-Łuczak", "3.2.1991", "zoe@example.com", "", "Lange Reihe", "12a", "20099", "Hamburg"} {
		u.types(text)
		u.press("tab")
	}
	u.pass(2 * time.Second)
}

func (u *user) toConsents() {
	u.toMember()
	u.fills()
	u.press("enter")
	u.pass(time.Second)
	u.at(flow.StepConsents)
}

func (u *user) toPreview() {
	u.toConsents()
	u.press("space", "enter")
	u.pass(3 * time.Second)
	u.at(flow.StepPreview)
}

func (u *user) toSigning() {
	u.toPreview()
	u.press("enter")
	u.pass(3 * time.Second)
	u.at(flow.StepPayment)
}

func (u *user) toFirstPayment() {
	u.toSigning()
	u.signs()
	u.pass(3 * time.Second)
}

func (u *user) toSecondPayment() {
	u.toFirstPayment()
	u.pays(bySEPA)
	u.pass(3 * time.Second)
}
