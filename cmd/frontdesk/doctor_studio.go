package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"frontdesk/apiclient"
	"frontdesk/apiclient/secret"
)

// consultation is the studio's API as the checks ask it.
type consultation struct {
	*doctor
	client *apiclient.Client
	status atomic.Int64 // of the latest answer, 0 without one
	scopes []string     // that the key was seen to have
}

// checkStudio asks the API; without a good key there is nothing to ask.
func (d *doctor) checkStudio(ctx context.Context) {
	key, err := d.config.APIKey(ctx) // has a limit of its own: it may ask for a passphrase
	if err != nil {
		d.found("key", isFatal, err.Error(), hintOf(err))
		return
	}
	c := &consultation{doctor: d}
	c.client, err = apiclient.New(apiclient.Config{
		BaseURL: d.config.Studio.BaseURL, Key: key, Language: d.config.Language,
		UserAgent: "frontdesk/" + thisBuild().Version,
		Observe:   func(call apiclient.Call) { c.status.Store(int64(call.Status)) },
	})
	if err != nil {
		d.found("key", isFatal, err.Error(), "")
		return
	}
	defer c.client.Close()
	if !c.checkKey(ctx) {
		return
	}
	c.checkName(ctx)
	c.checkOffers(ctx)
	c.checkSearch(ctx)
	c.checkScopes()
	c.checkClock()
}

// ask makes a call within the limit of a check. What went wrong is a line that
// says what to do; lacking reports a scope that the key does not have.
func (c *consultation) ask(ctx context.Context, call func(context.Context) error) (wrong string, lacking bool) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	c.status.Store(0)
	err := call(ctx)
	var refused *apiclient.Error
	switch {
	case err == nil:
		return "", false
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && c.status.Load() != 0:
		return fmt.Sprintf("no good answer within %v, and status %d; try again in a minute", checkLimit, c.status.Load()), false
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v; check base URL and network", checkLimit), false
	case errors.As(err, &refused):
		return err.Error(), refused.Kind == apiclient.Forbidden
	}
	return err.Error(), false
}

func (c *consultation) checkKey(ctx context.Context) bool {
	wrong, _ := c.ask(ctx, c.client.CheckKey)
	if wrong != "" {
		c.found("key", isFatal, wrong, "")
		return false
	}
	source := "api_key_command"
	if c.config.Studio.APIKeyCommand == "" {
		source = firstOf(c.config.Studio.ID, envKey)
	}
	c.found("key", isFine, "accepted by "+c.client.BaseURL()+", from "+source, "")
	return true
}

func (c *consultation) checkName(ctx context.Context) {
	var studio apiclient.Studio
	wrong, lacking := c.ask(ctx, func(ctx context.Context) (err error) {
		studio, err = c.client.Studio(ctx)
		return err
	})
	ours := c.config.Studio
	environment := "environment " + ours.Environment
	if ours.Environment == "live" {
		environment += ", so real contracts and real money"
	}
	switch {
	case lacking:
		c.found("studio", isDubious, environment+"; its name is not known: the key lacks STUDIO_READ", "ask for this scope in the ERP")
		return
	case wrong != "":
		c.found("studio", isDubious, environment+"; "+wrong, "")
		return
	}
	c.scopes = append(c.scopes, "STUDIO_READ")
	c.doctor.Studio.Name = studio.Name
	says := strings.Join([]string{studio.Name, studio.City, environment}, ", ")
	switch {
	case ours.Environment != "live" && environmentOf(ours.BaseURL) == "live":
		c.found("studio", isDubious, says+"; its address looks like a live one",
			"leave environment out of the configuration unless you know better")
	case ours.Country != "" && studio.CountryCode != "" && ours.Country != studio.CountryCode:
		c.found("studio", isDubious, fmt.Sprintf("%s; the API says country %s, the configuration %s", says, studio.CountryCode, ours.Country),
			"correct country in the configuration")
	default:
		c.found("studio", isFine, says, "")
	}
}

func (c *consultation) checkOffers(ctx context.Context) {
	var offers []apiclient.Offer
	wrong, lacking := c.ask(ctx, func(ctx context.Context) (err error) {
		offers, err = c.client.Offers(ctx)
		return err
	})
	if wrong == "" {
		c.scopes = append(c.scopes, "MEMBERSHIP_READ")
	}
	switch {
	case lacking:
		c.found("offers", isFatal, "the key lacks MEMBERSHIP_READ", "ask for this scope in the ERP")
	case wrong != "":
		c.found("offers", isFatal, wrong, "")
	case len(offers) == 0:
		c.found("offers", isFatal, "there is none, so nothing can be signed up for", "release an offer for the Open API in the ERP")
	default:
		c.found("offers", isFine, fmt.Sprintf("%d to sign up for", len(offers)), "")
	}
}

// nobody has this address: no host's name ends like it.
var nobody = secret.New("nobody@frontdesk.invalid")

func (c *consultation) checkSearch(ctx context.Context) {
	var members []apiclient.FoundCustomer
	wrong, lacking := c.ask(ctx, func(ctx context.Context) (err error) {
		members, err = c.client.SearchCustomers(ctx, apiclient.CustomerSearch{Email: nobody})
		return err
	})
	if wrong == "" {
		c.scopes = append(c.scopes, "CUSTOMER_READ")
	}
	const without = "the key lacks CUSTOMER_READ: duplicates are not found, nor what became of a sign-up without an answer"
	switch {
	case lacking && c.config.Studio.AllowWithoutSearch:
		c.found("search", isDubious, without, "ask for this scope in the ERP; allow_without_search takes money without it")
	case lacking:
		c.found("search", isFatal, without+", so no money is taken", "ask for this scope in the ERP, or set allow_without_search")
	case wrong != "":
		c.found("search", isFatal, wrong, "")
	case len(members) > 0:
		c.found("search", isDubious, fmt.Sprintf("an address that nobody has finds %d members", len(members)), "tell Sport Alliance; duplicates will be seen everywhere")
	default:
		c.found("search", isFine, "duplicates can be found", "")
	}
}

// checkScopes says what was not checked: the calls of these scopes cannot be
// made for nothing.
func (c *consultation) checkScopes() {
	says := "MEMBERSHIP_WRITE and PAYMENT_WRITE cannot be checked without a sign-up"
	if len(c.scopes) > 0 {
		says = "the key has " + strings.Join(c.scopes, ", ") + "; " + says
	}
	c.found("scopes", isFine, says, "")
}

// The limits of how far this machine's clock may be off.
const (
	skewShown = 30 * time.Second
	skewMost  = 5 * time.Minute
)

func (c *consultation) checkClock() {
	offset, ok := c.client.ClockOffset()
	if !ok {
		c.found("clock", isDubious, "the API does not say what time it is", "compare this machine's clock with another")
		return
	}
	v, says, do := judgeClock(offset)
	c.found("clock", v, says, do)
}

// judgeClock takes how far the server is ahead of this machine.
func judgeClock(offset time.Duration) (v verdict, says, do string) {
	off, way := offset.Abs().Round(time.Second), "behind"
	if offset < 0 {
		way = "ahead of"
	}
	if off <= skewShown {
		return isFine, fmt.Sprintf("within %v of the API's", max(off, time.Second)), ""
	}
	v = isDubious
	if off > skewMost {
		v = isFatal
	}
	return v, fmt.Sprintf("this machine is %v %s the API", off, way), "let the system set its clock from the network"
}
