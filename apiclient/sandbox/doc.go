// Package sandbox simulates a studio: the Open API, the payment component that
// members pay with, and the studio's books.
//
// It is an honest counterpart for a client, not a table of answers: prices are
// computed from the offers, requests are checked against JSON Schemas that
// refuse unknown members, payment sessions expire, request tokens are bound to
// payer, scope and amount and work once. It shares no type with the client.
// Misbehaviour is asked for by name, see Faults.
//
// Where the published interface is silent the sandbox decides, and its error
// codes are invented; they begin with SANDBOX_ so that nobody takes them for
// real ones.
package sandbox
