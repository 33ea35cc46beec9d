package sandbox

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// sender writes an answer its own way.
type sender = func(http.ResponseWriter, *http.Request, *answer)

// instead breaks the connection before anything is processed.
func instead(send sender) behaviour {
	return func(x *exchange, _ func() *answer) *answer {
		return &answer{header: http.Header{}, body: x.s.noise(256), send: send}
	}
}

// afterwards lets the endpoint work, then sends its good answer so. A refusal
// passes as it is.
func afterwards(send sender) behaviour {
	return func(_ *exchange, next func() *answer) *answer {
		a := next()
		if a.status == http.StatusOK {
			a.send = send
		}
		return a
	}
}

// unanswered is afterwards for a sender that never gets to the status.
func unanswered(send sender) behaviour {
	after := afterwards(send)
	return func(x *exchange, next func() *answer) *answer {
		a := after(x, next)
		if a.send != nil {
			a.status = 0
		}
		return a
	}
}

// drop closes the connection without an answer. A server that is asked to
// abort does so; so does any transport that treats the panic alike.
func drop(http.ResponseWriter, *http.Request, *answer) { panic(http.ErrAbortHandler) }

func hang(w http.ResponseWriter, r *http.Request, a *answer) {
	<-r.Context().Done()
	drop(w, r, a)
}

func reset(w http.ResponseWriter, _ *http.Request, _ *answer) {
	raw(w, func(conn net.Conn) {
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0) //nolint:errcheck // then it is closed the usual way
		}
	})
}

func randomData(w http.ResponseWriter, _ *http.Request, a *answer) {
	raw(w, func(conn net.Conn) { conn.Write(a.body) }) //nolint:errcheck // it is garbage anyway
}

func malformedChunk(w http.ResponseWriter, _ *http.Request, a *answer) {
	raw(w, func(conn net.Conn) {
		const header = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
		conn.Write(append([]byte(header), a.body...)) //nolint:errcheck // it is garbage anyway
	})
}

// raw takes the connection over, lets do write to it and closes it. Where
// there is no connection the handler aborts.
func raw(w http.ResponseWriter, do func(net.Conn)) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	do(conn)
}

// head starts an answer of the given length; below zero it is chunked.
func head(w http.ResponseWriter, a *answer, length int) {
	if length >= 0 {
		w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(a.status)
}

func truncated(w http.ResponseWriter, _ *http.Request, a *answer) {
	head(w, a, len(a.body))
	w.Write(a.body[:len(a.body)/2]) //nolint:errcheck // cut anyway
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func slowDrip(w http.ResponseWriter, r *http.Request, a *answer) {
	head(w, a, len(a.body))
	const pieces = 20
	for i := range pieces {
		if i > 0 && !wait(r.Context(), time.Second) {
			panic(http.ErrAbortHandler)
		}
		w.Write(a.body[len(a.body)*i/pieces : len(a.body)*(i+1)/pieces]) //nolint:errcheck // the next wait notices
		http.NewResponseController(w).Flush()
	}
}

// huge sends a JSON object with one long member.
func huge(w http.ResponseWriter, r *http.Request, a *answer) {
	const size = 32 << 20
	head(w, a, -1)
	block := make([]byte, 64<<10)
	for i := range block {
		block[i] = 'x'
	}
	w.Write([]byte(`{"padding":"`)) //nolint:errcheck // the loop notices
	for sent := 0; sent < size; sent += len(block) {
		if _, err := w.Write(block); err != nil || r.Context().Err() != nil {
			panic(http.ErrAbortHandler)
		}
	}
	w.Write([]byte(`"}`)) //nolint:errcheck // the client has what it has
}
