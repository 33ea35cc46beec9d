package widgetpage

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// listener is a page's event stream, without a socket.
type listener struct {
	lines chan line
	stop  context.CancelFunc
	ended chan struct{}
}

type pipeWriter struct {
	*httptest.ResponseRecorder
	to io.Writer
}

func (w pipeWriter) Write(b []byte) (int, error) { return w.to.Write(b) }

// limited notes how long each write may take.
type limited struct {
	pipeWriter
	limits chan time.Duration
}

func (w limited) SetWriteDeadline(at time.Time) error {
	w.limits <- time.Until(at)
	return nil
}

// A browser that takes nothing any more must not hold the stream.
func TestW19StreamLimitsEachWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		ctx, stop := context.WithCancel(t.Context())
		w := limited{pipeWriter{httptest.NewRecorder(), io.Discard}, make(chan time.Duration, 10)}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			u.web.ServeHTTP(w, u.request(http.MethodGet, "/api/events", "").WithContext(ctx))
		}()
		later(35 * time.Second)
		stop()
		<-ended
		want(t, "limits of the state and three heartbeats", texted(w.limits), "5s", "5s", "5s", "5s")
	})
}

func texted(from chan time.Duration) []string {
	var all []string
	for len(from) > 0 {
		all = append(all, (<-from).String())
	}
	return all
}

func (u *unit) listen() *listener {
	ctx, stop := context.WithCancel(u.t.Context())
	l := &listener{lines: make(chan line, 1000), stop: stop, ended: make(chan struct{})}
	from, to := io.Pipe()
	r := u.request(http.MethodGet, "/api/events", "").WithContext(ctx)
	go func() {
		defer close(l.ended)
		u.web.ServeHTTP(pipeWriter{httptest.NewRecorder(), to}, r)
		_ = to.Close()
	}()
	go func() {
		defer close(l.lines)
		for text := bufio.NewScanner(from); text.Scan(); {
			var one line
			if json.Unmarshal(text.Bytes(), &one) == nil {
				l.lines <- one
			}
		}
	}()
	u.t.Cleanup(func() {
		stop()
		<-l.ended
	})
	return l
}

// types takes what was said so far.
func (l *listener) types() []string {
	synctest.Wait()
	var types []string
	for len(l.lines) > 0 {
		types = append(types, (<-l.lines).Type)
	}
	return types
}

func want[T ~string](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// later lets time pass in a bubble, where it takes none.
func later(d time.Duration) { <-time.After(d) }

func TestW44StreamBeatsAndTellsTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		l := u.listen()
		want(t, "at first", l.types(), "state")
		later(25 * time.Second)
		want(t, "in 25 s", l.types(), "hb", "hb")
		u.Show(paying("s1", sessionCanary))
		want(t, "after Show", l.types(), "state")

		newer := u.listen()
		want(t, "the newer stream", newer.types(), "state")
		want(t, "the older stream", l.types(), "superseded")
		<-l.ended

		u.open()
		want(t, "after another link", newer.types(), "replaced")
		<-newer.ended
		later(time.Minute)
		if got := u.kinds(); !slices.Equal(got, []EventKind{Lost}) {
			t.Errorf("heard %v; only the new tab, which never listened, is missing", got)
		}
	})
}

func TestW47ReloadIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		for range 3 {
			l := u.listen()
			synctest.Wait()
			u.post("/api/note", `{"kind":"pagehide"}`)
			l.stop()
			<-l.ended
			later(7 * time.Second)
		}
		l := u.listen()
		later(time.Minute)
		want(t, "heard", u.kinds())
		l.stop()
	})
}

func TestW47LeftAndLostAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		l := u.listen()
		synctest.Wait()
		u.post("/api/note", `{"kind":"pagehide"}`)
		l.stop()
		<-l.ended
		later(7999 * time.Millisecond)
		want(t, "just before", u.kinds())
		later(2 * time.Millisecond)
		want(t, "after a goodbye", u.kinds(), Left)
		l = u.listen()
		synctest.Wait()
		want(t, "there again", u.kinds(), Back)
		l.stop()
		later(10 * time.Second)
		want(t, "without a goodbye", u.kinds(), Lost)
		later(time.Hour)
		want(t, "later", u.kinds())
	})
}

func TestW46HiddenAndVisible(t *testing.T) {
	u := newOpened(t)
	for _, kind := range []string{"visible", "hidden", "hidden", "visible"} {
		u.post("/api/note", `{"kind":"`+kind+`"}`)
	}
	want(t, "heard", u.kinds(), Hidden, Visible)
}

func TestW49NothingIsCancelledBySilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		v := paying("s1", sessionCanary)
		v.ValidUntil = noon.Add(48 * time.Hour)
		u.Show(v)
		l := u.listen()
		synctest.Wait()
		u.post("/api/note", `{"kind":"hidden"}`)
		u.post("/api/note", `{"kind":"pagehide"}`)
		l.stop()
		later(24 * time.Hour)
		u.pass(24 * time.Hour)
		want(t, "heard", u.kinds(), Hidden, Left)
		wantStatus(t, "the result, a day later", u.post("/api/result", resultBody(1, tokenCanary)), http.StatusOK)
		if got := u.delivered(); len(got) != 1 || got[0].Late {
			t.Errorf("delivered %+v", got)
		}
	})
}

func TestW46SlowConsumerHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newOpened(t)
		release := make(chan struct{})
		var heard []EventKind
		go u.events.run(func(e Event) {
			<-release
			heard = append(heard, e.Kind)
		})
		u.post("/api/note", `{"kind":"help"}`)
		synctest.Wait() // the consumer has it, and is busy
		for range 2 * maxWaiting {
			wantStatus(t, "note", u.post("/api/note", `{"kind":"help"}`), http.StatusNoContent)
		}
		close(release)
		u.events.end()
		<-u.events.drained
		if n := len(heard); n != maxWaiting+1 {
			t.Errorf("%d events, want %d", n, maxWaiting+1)
		}
	})
}

func TestW52SessionsExpireByTheWallClock(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("s1", "uss-1"))
	if left := u.seen().Left; left == nil || *left != 1200 {
		t.Errorf("left %v, want 1200 seconds", left)
	}
	u.pass(17*time.Minute + 59*time.Second)
	want(t, "before two minutes are left", u.kinds())
	u.pass(time.Second)
	want(t, "two minutes before", u.kinds(), Expiring)
	u.pass(time.Minute)
	want(t, "said once", u.kinds())
	u.pass(3 * time.Hour) // the machine slept
	want(t, "after its end", u.kinds(), Expired)
	if s := u.seen(); !s.Expired || s.Widget != nil {
		t.Errorf("the page still gets the session: %+v", s)
	}
	v := paying("s2", "uss-2")
	v.ValidUntil = u.now().Add(time.Hour)
	u.Show(v)
	if s := u.seen(); s.Expired || s.Widget == nil || s.Widget.Token != "uss-2" {
		t.Errorf("the renewed session is not shown: %+v", s)
	}
	u.pass(-2 * time.Hour) // somebody set the clock back
	want(t, "the clock went back", u.kinds())
	u.pass(5 * time.Hour)
	want(t, "and forth", u.kinds(), Expired)
}

// A paid session lives on until it is used, and its end matters.
func TestW52PaidSessionsEndIsReported(t *testing.T) {
	u := newOpened(t)
	u.Show(paying("recurring", "uss-1"))
	u.post("/api/result", resultBody(1, "prt-1"))
	v := paying("upfront", "uss-2")
	v.ValidUntil = noon.Add(time.Hour)
	u.Show(v)
	left := paying("left", "uss-3")
	u.Show(left)
	u.Show(v)
	u.pass(18 * time.Minute)
	u.pass(2 * time.Minute)
	got := u.heard()
	if len(got) != 2 || got[0] != (Event{Kind: Expiring, SessionID: "recurring"}) || got[1] != (Event{Kind: Expired, SessionID: "recurring"}) {
		t.Errorf("heard %+v; a session that was left is of no interest", got)
	}
	u.Show(View{Kind: Done})
	u.pass(time.Hour)
	want(t, "at the end", u.kinds())
}

func TestClockRunsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUnit(t, func(c *Config) { c.Now = time.Now })
		go u.watchClock()
		v := paying("s1", "uss-1")
		v.ValidUntil = time.Now().Add(3 * time.Minute)
		u.Show(v)
		later(62 * time.Second)
		want(t, "after a minute", u.kinds(), Expiring)
		later(2 * time.Minute)
		want(t, "after three", u.kinds(), Expired)
		u.kill()
		<-u.ticker
	})
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\n\tb\x1b[31mc\x00": "a b [31mc", "  x  ": "x", "abc\u202edef": "abcdef", "h\xffi": "hi", "Zoë ✓": "Zoë ✓",
	} {
		if got := oneLine(in, 300); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", in, got, want)
		}
	}
	if got := oneLine("äöüß", 3); got != "äö…" {
		t.Errorf("cut: %q", got)
	}
}
