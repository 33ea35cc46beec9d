package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"frontdesk/apiclient/sandbox"
	"frontdesk/flow"
	"frontdesk/flow/desk"
)

// killer is a journal that kills its program, just before or just after the
// n-th append.
type killer struct {
	desk.Journal
	mu    sync.Mutex
	left  int
	after bool
}

func (k *killer) Append(e flow.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.left--; k.left == 0 && !k.after {
		die()
	}
	err := k.Journal.Append(e)
	if k.left == 0 {
		die()
	}
	return err
}

// die is what the power does: nothing is deferred, nothing is told.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {}
}

// wasKilled reports whether a program ended as die ends it.
func wasKilled(code int) bool { return code == -1 || runtime.GOOS == "windows" && code == 1 }

// crashing is the program with a journal that kills it. Its first argument says
// where: before:12 or after:12.
func crashing() {
	side, number, _ := strings.Cut(os.Args[1], ":")
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil {
		panic(err)
	}
	wrapJournal = func(j desk.Journal) desk.Journal { return &killer{Journal: j, left: n, after: side == "after"} }
	os.Args = append([]string{"frontdesk"}, os.Args[2:]...)
	main()
}

// desktop is a desk on a machine: a place to keep its journal, and a studio.
type desktop struct {
	t      *testing.T
	studio *served
	dir    string
}

func newDesktop(t *testing.T, args ...string) *desktop {
	t.Helper()
	return &desktop{t: t, studio: serveSandbox(t, args...), dir: t.TempDir()}
}

func (d *desktop) environment() []string {
	return append(d.studio.environment(), "FRONTDESK_STATE_DIR="+d.dir)
}

// run starts the program and waits for its end.
func (d *desktop) run(name string, args ...string) (stdout, stderr string, code int) {
	d.t.Helper()
	p := d.start(name, nil, args...)
	return p.wait()
}

// process is a program that runs.
type process struct {
	t           *testing.T
	command     *exec.Cmd
	out, errors strings.Builder
}

func (d *desktop) start(name string, environment []string, args ...string) *process {
	d.t.Helper()
	p := &process{t: d.t, command: exec.CommandContext(d.t.Context(), name, args...)}
	home := d.t.TempDir()
	p.command.Env = append(append(append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home), d.environment()...), environment...)
	p.command.Stdout, p.command.Stderr = &p.out, &p.errors
	if err := p.command.Start(); err != nil {
		d.t.Fatal(err)
	}
	return p
}

func (p *process) wait() (stdout, stderr string, code int) {
	p.t.Helper()
	if err := p.command.Wait(); err != nil && p.command.ProcessState == nil {
		p.t.Fatal(err)
	}
	return p.out.String(), p.errors.String(), p.command.ProcessState.ExitCode()
}

// journal is what the journal tells of its one sign-up, nil when there is none.
func (d *desktop) journal() *skeleton {
	d.t.Helper()
	out, errs, code := d.run("frontdesk", "journal", "list", "--json")
	if code != 0 {
		d.t.Fatalf("exit %d: %s", code, errs)
	}
	if out == "" {
		return nil
	}
	var s skeleton
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	return &s
}

const flexScenario = "offer: Flex\nterm: 12 months\nsignature: mark.svg\n" + peter

// scenarioFile writes a scenario with the file it names.
func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	file := write(t, "scenario.yaml", text)
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "mark.svg"), []byte(plainStroke), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// captured is what was captured, and whether it is the one payment there is.
func captured(l sandbox.Ledger) (amount string, once bool) {
	for _, a := range l.Authorisations {
		if a.Scope == "ECOM" {
			once = amount == "" && a.State == sandbox.StateCaptured && a.Amount == l.Totals.Captured
			amount = a.Amount
		}
	}
	return amount, once
}

// A few points every day; the soak kills at all of them.
func TestKillAtJournalPoints(t *testing.T) {
	killed, _ := killAtEvery(t, 6)
	t.Logf("killed at %d points", killed)
	if killed < 6 {
		t.Errorf("killed at %d points", killed)
	}
}

// I9: kill -9 at every journal point of a sign-up against a studio in another
// process, and go on: one member, one capture, nothing left over.
func killAtEvery(t *testing.T, step int) (killed, unknown int) {
	t.Helper()
	file := scenarioFile(t, flexScenario)
	for n := 1; ; n += step {
		for _, side := range []string{"before", "after"} {
			point := fmt.Sprintf("%s:%d", side, n)
			d := newDesktop(t)
			out, errs, code := d.run("frontdesk-crash", point, "run", "--json", file)
			if code == 0 {
				return killed, unknown
			}
			if !wasKilled(code) {
				t.Fatalf("%s: exit %d\n%s%s", point, code, out, errs)
			}
			killed++
			if d.finish(point, file) {
				unknown++
			}
		}
	}
}

// finish goes on after a crash and checks the till. unknown says that the
// program died between the word that it would send and the sending: staff have
// to say what happens, after the member was looked for.
func (d *desktop) finish(point, file string) (unknown bool) {
	d.t.Helper()
	was := d.journal()
	args := []string{"run", "--json", file}
	if was != nil {
		args = append(args, "--resume", was.Code)
	}
	if was != nil && was.Standing == "outcome unknown" && len(d.studio.ledger().Members) == 0 {
		if l := d.studio.ledger(); l.Totals.Captured != "0.00" || len(was.Paid) != 1 {
			d.t.Errorf("%s: paid %v, captured %s", point, was.Paid, l.Totals.Captured)
		}
		return true
	}
	out, errs, code := d.run("frontdesk", args...)
	l := d.studio.ledger()
	amount, once := captured(l)
	if code != 0 || len(l.Members) != 1 || !once || l.Totals.LeftOver != "0.00" {
		d.t.Fatalf("%s: exit %d, %d members, captured %s, left over %s\n%s%s\nthe journal was %+v",
			point, code, len(l.Members), l.Totals.Captured, l.Totals.LeftOver, out, errs, was)
	}
	if was != nil && l.Members[0].CustomerThirdPartyID != was.Intent {
		d.t.Errorf("%s: a member of another sign-up", point)
	}
	sends := 0
	for _, c := range l.Calls {
		if c.Call == "signup" {
			sends++
		}
	}
	if sends != 1 {
		d.t.Errorf("%s: the sign-up was sent %d times", point, sends)
	}
	if now := d.journal(); now == nil || now.Standing != "created" || len(now.Used) != 1 || now.Used[0].Amount != amount || len(now.LeftOver) != 0 {
		d.t.Errorf("%s: the journal says %+v", point, now)
	}
	return false
}

// links receives what the browser of the tests is asked to open.
func links(t *testing.T) (environment []string, opened <-chan string) {
	t.Helper()
	list := make(chan string, 8)
	handed := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		link, _ := io.ReadAll(r.Body)
		list <- string(link)
	}))
	t.Cleanup(handed.Close)
	return []string{"HAND_OVER_TO=" + handed.URL, "FRONTDESK_WIDGET_BROWSER_COMMAND=hand-over"}, list
}

// The member looks for her card while the program is killed: the mandate she
// gave is used, and the session that waits for her too.
func TestKillWhileTheMemberPays(t *testing.T) {
	d := newDesktop(t)
	browser, opened := links(t)
	p := d.start("frontdesk", browser, "run", scenarioFile(t, "payments: {upfront: browser}\n"+flexScenario))
	await(t, opened, "the page")
	if s := d.journal(); !s.InUse || s.Standing != "open: paying, in use" {
		t.Errorf("while it runs: %+v", s)
	}
	_, errs, code := d.run("frontdesk", "run", "--resume", d.journal().Intent, scenarioFile(t, flexScenario))
	if code != 3 || !strings.Contains(errs, "another desk on this machine is working on it") {
		t.Errorf("resumed while it runs: exit %d, %s", code, errs)
	}
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait()
	d.finish("while she pays", scenarioFile(t, flexScenario))
	if l := d.studio.ledger(); len(l.Authorisations) != 2 || len(l.Sessions) != 2 {
		t.Errorf("%d authorisations in %d sessions", len(l.Authorisations), len(l.Sessions))
	}

	// Once more: there is nothing left to do, and it says so.
	out, errs, code := d.run("frontdesk", "run", "--json", "--resume", d.journal().Code, scenarioFile(t, flexScenario))
	if code != 0 || !strings.Contains(out, `"outcome":"created"`) || len(d.studio.ledger().Members) != 1 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

// What is open at one studio is not gone on with at another.
func TestResumeElsewhere(t *testing.T) {
	d := newDesktop(t)
	file := scenarioFile(t, flexScenario)
	if out, errs, code := d.run("frontdesk-crash", "after:12", "run", file); !wasKilled(code) {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	was := d.journal()
	other := newDesktop(t)
	other.dir = d.dir
	out, errs, code := other.run("frontdesk", "run", "--resume", was.Code, file)
	if code != 1 || !strings.Contains(errs, was.Code+" belongs to "+d.studio.BaseURL) || out != "" {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if err := os.Remove(filepath.Join(d.dir, "journal.key")); err != nil {
		t.Fatal(err)
	}
	out, errs, code = d.run("frontdesk", "run", "--resume", was.Code, file)
	if code != 3 || !strings.Contains(errs, "cannot be read on this desk") {
		t.Errorf("with another key: exit %d: %s%s", code, out, errs)
	}
}

// Two desks on one machine, one person: the second is told before money moves.
func TestTwoDesksOnePerson(t *testing.T) {
	d := newDesktop(t)
	browser, opened := links(t)
	first := d.start("frontdesk", browser, "run", scenarioFile(t, "payments: {upfront: browser}\n"+flexScenario))
	await(t, opened, "the page")
	out, errs, code := d.run("frontdesk", "run", scenarioFile(t, flexScenario))
	if code != 3 || !strings.Contains(out+errs, "another desk on this machine is signing this person up") || len(d.studio.ledger().Sessions) != 2 {
		t.Errorf("exit %d, %d sessions: %s%s", code, len(d.studio.ledger().Sessions), out, errs)
	}
	if err := first.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.wait()
	if out, errs, code := d.run("frontdesk", "run", scenarioFile(t, flexScenario)); code != 0 {
		t.Errorf("after the first desk is gone: exit %d: %s%s", code, out, errs)
	}
}
