package sandbox

import (
	crand "crypto/rand"
	_ "embed"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"frontdesk/apiclient/sandbox/upc"
)

// Config says how a simulated studio behaves. The zero value is a studio on
// the real clock with the five built-in offers, a random key and no faults.
type Config struct {
	// Now is the studio's clock; nil is time.Now, and then Rebase is implied
	// for the built-in offers. The Date header, session expiry, "today" and
	// the first of the month all come from it.
	Now func() time.Time

	// Rebase moves the offers' periods and default dates so that what was
	// written for 2026-03-10 is true today.
	Rebase bool

	// Seed makes key, tokens, ids of customers and trace ids repeatable.
	// 0 is a random seed.
	Seed uint64

	// Latency is waited before every answer of the API.
	Latency time.Duration

	// Offers is a JSON array of MembershipOfferExtended; nil is the built-in
	// list.
	Offers []byte

	// Key is the value of X-API-KEY; "" generates one.
	Key string

	// Scopes the key has; nil is all of AllScopes.
	Scopes []string

	// SessionLifetime of payment sessions; 0 is 20 minutes.
	SessionLifetime time.Duration

	// RateLimit is the number of requests that one endpoint answers in a
	// minute before it is closed for the next minute; 0 is no limit. The
	// real service's is 1000.
	RateLimit int

	// Faults are misbehaviours by name, see Faults.
	Faults []Fault

	// Log receives one line per call; nil discards.
	Log *slog.Logger
}

// AllScopes are the scopes that the endpoints of the sandbox ask for.
var AllScopes = []string{
	scopeMembershipRead, scopeMembershipWrite, scopePaymentWrite, scopeStudioRead,
	scopeEmployeeRead, scopeCustomerRead, scopeContractRead, scopeFieldsRead,
}

const (
	scopeMembershipRead  = "MEMBERSHIP_READ"
	scopeMembershipWrite = "MEMBERSHIP_WRITE"
	scopePaymentWrite    = "PAYMENT_WRITE"
	scopeStudioRead      = "STUDIO_READ"
	scopeEmployeeRead    = "EMPLOYEE_READ"
	scopeCustomerRead    = "CUSTOMER_READ"
	scopeContractRead    = "CUSTOMER_CONTRACT_READ"
	scopeFieldsRead      = "ADDITIONAL_INFORMATION_READ"
)

//go:embed offers.json
var builtInOffers []byte

// Sandbox is one simulated studio. Its methods may be called at any time from
// any goroutine.
type Sandbox struct {
	key      string
	now      func() time.Time
	rebase   bool
	zone     *time.Location
	scopes   map[string]bool
	latency  time.Duration
	lifetime time.Duration
	catalog  *catalog
	log      *slog.Logger
	api      http.Handler
	upc      http.Handler
	faults   []armed
	limit    limiter

	mu        sync.Mutex
	random    *rand.Rand
	calls     map[string]int
	journal   []Call
	drift     int64
	sessions  map[string]*session // by session token
	ordered   []*session
	requests  map[string]*authorisation // by request token
	payers    map[string]int64          // finionPayCustomerId to ERP customer id, 0 for a potential one
	customers []*customer
	lastID    int64
	lastDeal  int64
}

// New builds a studio. The error names the offer and field that is wrong, or
// the fault.
func New(cfg Config) (*Sandbox, error) {
	s := &Sandbox{
		key:      cfg.Key,
		now:      cfg.Now,
		rebase:   cfg.Rebase || cfg.Now == nil && cfg.Offers == nil,
		zone:     studioZone(),
		scopes:   map[string]bool{},
		latency:  cfg.Latency,
		lifetime: cfg.SessionLifetime,
		log:      cfg.Log,
		limit:    limiter{perMinute: cfg.RateLimit},
		random:   randomFrom(cfg.Seed),
		calls:    map[string]int{},
		sessions: map[string]*session{},
		requests: map[string]*authorisation{},
		payers:   map[string]int64{},
		lastID:   1000481,
		lastDeal: 2000000,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.lifetime <= 0 {
		s.lifetime = 20 * time.Minute
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.key == "" {
		s.key = "sandbox-" + s.randomText(24)
	}
	scopes := cfg.Scopes
	if scopes == nil {
		scopes = AllScopes
	}
	for _, name := range scopes {
		s.scopes[name] = true
	}
	offers := cfg.Offers
	if offers == nil {
		offers = builtInOffers
	}
	var err error
	if s.catalog, err = loadCatalog(offers); err != nil {
		return nil, fmt.Errorf("sandbox: offers: %w", err)
	}
	if s.faults, err = arm(cfg.Faults); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.customers = residents(s.Now())
	s.api = s.routes()
	s.upc = upc.New(till{s})
	return s, nil
}

// Now is the studio's time.
func (s *Sandbox) Now() time.Time { return s.now() }

// Key is the API key that the studio accepts.
func (s *Sandbox) Key() string { return s.key }

// API serves the Open API and the ledger.
func (s *Sandbox) API() http.Handler { return s.api }

// UPC serves the payment component: its script, its HTTP side and the bank.
// It must be on another origin than API.
func (s *Sandbox) UPC() http.Handler { return s.upc }

// today is the date in the studio's zone.
func (s *Sandbox) today() date { return dateOf(s.now().In(s.zone)) }

func (s *Sandbox) hasScope(anyOf []string) bool {
	for _, name := range anyOf {
		if s.scopes[name] {
			return true
		}
	}
	return len(anyOf) == 0
}

func randomFrom(seed uint64) *rand.Rand {
	var key [32]byte
	if seed == 0 {
		crand.Read(key[:])
	} else {
		for i := range 8 {
			key[i] = byte(seed >> (8 * i))
		}
	}
	return rand.New(rand.NewChaCha8(key))
}

// randomText and randomUUID need s.mu once the sandbox is built.
func (s *Sandbox) randomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		text[i] = letters[s.random.IntN(len(letters))]
	}
	return string(text)
}

func (s *Sandbox) randomUUID() string {
	hi, lo := s.random.Uint64(), s.random.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}
