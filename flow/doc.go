// Package flow is the sign-up itself: what is known, what is allowed and what
// ought to happen next. It is pure. A [Signup] is a value, the fold of its
// events; [Signup.Wants] says declaratively what ought to be under way, and
// whoever owns the Signup (package desk) sees to it and brings back the
// outcome as the next event.
//
// Every rule of the sign-up lives here and nowhere else. Time and ids arrive
// inside events; the package reads no clock, opens no file and speaks to no
// network.
package flow
