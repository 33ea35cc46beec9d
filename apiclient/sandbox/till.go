package sandbox

import (
	"frontdesk/apiclient/sandbox/upc"
)

// till is the payment component's view of the studio.
type till struct{ s *Sandbox }

// Session implements upc.Backend.
func (t till) Session(token string) (upc.Session, error) {
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	each := s.sessions[token]
	switch {
	case each == nil:
		return upc.Session{}, upc.ErrUnknownSession
	case each.state == StateUsed:
		return upc.Session{}, upc.ErrUsedSession
	case each.state == StateExpired:
		return upc.Session{}, upc.ErrExpiredSession
	}
	view := upc.Session{
		Scope: each.scope, Amount: decimal(each.amount, each.currency), Currency: each.currency,
		Methods: methodsOf(each), RequireSignature: each.signature,
	}
	if each.request != nil {
		view.RequestToken = each.request.token
	}
	return view, nil
}

// Authorise implements upc.Backend: it gives out the session's request token,
// the same one if it is asked again.
func (t till) Authorise(token, method string) (string, error) {
	if _, err := t.Session(token); err != nil {
		return "", err
	}
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.s.authorise(t.s.sessions[token], method).token, nil
}
