package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	systemring "github.com/zalando/go-keyring"
)

func newDoctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check whether this desk is ready for sign-ups",
		Long: "Doctor looks at everything that a sign-up needs: configuration, key, scopes, clock, widget,\n" +
			"browser, journal and terminal. It changes nothing. A fail means that a sign-up would fail.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{ring: systemring.Get}
			if !asJSON(cmd) {
				d.out = cmd.OutOrStdout()
			}
			config, err := Load(Options{Flags: cmd.Flags()})
			d.examine(cmd.Context(), config, err)
			if cmd.Context().Err() != nil {
				return fail(exitInterrupted, errors.New("interrupted"), "")
			}
			if err := d.conclude(cmd.OutOrStdout()); err != nil {
				return err
			}
			if !d.Ready {
				return &quiet{exitEnvironment}
			}
			return nil
		},
	}
	cmd.Flags().String("studio", "", "use this studio of the configuration")
	return cmd
}

// verdict says what a finding means for a sign-up.
type verdict string

const (
	isFine    verdict = "ok"
	isDubious verdict = "warn"
	isFatal   verdict = "fail" // a sign-up would fail
)

// finding is what one check saw.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Says    string  `json:"says"`
	Do      string  `json:"do,omitempty"` // an imperative sentence without a full stop
}

func (f finding) String() string {
	line := fmt.Sprintf("%-4s  %-13s  %s", f.Verdict, f.Check, oneLine(f.Says))
	if f.Do != "" {
		line += " (" + oneLine(f.Do) + ")"
	}
	return line
}

// diagnosis is what `frontdesk doctor --json` prints.
type diagnosis struct {
	Ready   bool              `json:"ready"`
	Program build             `json:"program"`
	Studio  *patient          `json:"studio,omitempty"`
	Sources map[string]string `json:"sources"` // where each key that was given stands
	Widget  *script           `json:"widget,omitempty"`
	Policy  string            `json:"policy,omitempty"` // of the page's content, as it is sent
	Origin  string            `json:"origin,omitempty"` // of the page
	Checks  []finding         `json:"checks"`
}

// patient is the studio that is looked at.
type patient struct {
	ID          string `json:"id,omitempty"`
	BaseURL     string `json:"baseUrl"`
	Environment string `json:"environment"`
	Name        string `json:"name,omitempty"` // as the API has it
}

// script is the payment component's, as it was served just now.
type script struct {
	URL    string `json:"url"`
	Status int    `json:"status"`
	ETag   string `json:"etag,omitempty"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Issuer string `json:"issuer,omitempty"` // of the server's certificate; a proxy that reads along shows here
}

// checkLimit is how long one check may take.
const checkLimit = 10 * time.Second

// doctor carries out the checks one after the other.
type doctor struct {
	diagnosis
	out    io.Writer                                  // gets each finding at once; nil for none
	ring   func(service, user string) (string, error) // the system's keyring
	config Config
}

func (d *doctor) found(check string, v verdict, says, do string) {
	f := finding{check, v, says, do}
	d.Checks = append(d.Checks, f)
	if d.out != nil {
		_, _ = fmt.Fprintln(d.out, f)
	}
}

// examine runs every check that makes sense after those before it.
func (d *doctor) examine(ctx context.Context, config Config, loading error) {
	d.config, d.Program, d.Sources = config, thisBuild(), config.origin
	checks := []func(context.Context){d.checkBrowser, d.checkTerminal}
	if d.checkConfiguration(loading) {
		checks = append([]func(context.Context){
			d.checkStudio, d.checkHost, d.checkScript, d.checkPage, d.checkProfile, d.checkJournal,
		}, checks...)
	}
	for _, check := range checks {
		if ctx.Err() != nil {
			return
		}
		check(ctx)
	}
}

// conclude says what comes of it.
func (d *doctor) conclude(w io.Writer) error {
	var wrong []string
	for _, f := range d.Checks {
		if f.Verdict == isFatal {
			wrong = append(wrong, f.Check)
		}
	}
	d.Ready = len(wrong) == 0
	if d.out == nil {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(d.diagnosis)
	}
	line := "ready for sign-ups"
	if !d.Ready {
		line = "not ready: " + strings.Join(wrong, ", ")
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// checkConfiguration reports whether there is a studio to look at.
func (d *doctor) checkConfiguration(loading error) bool {
	const check = "configuration"
	if loading != nil {
		d.found(check, isFatal, loading.Error(), hintOf(loading))
		return false
	}
	c := d.config
	if err := c.NeedStudio(); err != nil {
		d.found(check, isFatal, err.Error(), hintOf(err))
		return false
	}
	d.Studio = &patient{ID: c.Studio.ID, BaseURL: c.Studio.BaseURL, Environment: c.Studio.Environment}
	var elsewhere []string
	for _, k := range keys {
		if origin := c.origin[k.name]; origin != "" && !strings.HasPrefix(origin, c.File) {
			elsewhere = append(elsewhere, origin)
		}
	}
	says := "studio " + c.Studio.ID
	if c.Studio.ID == "" {
		says = "a studio of the environment"
	}
	if _, err := os.Stat(c.File); err == nil {
		says += "; file " + c.File
	} else {
		says += "; no file " + c.File
	}
	if len(elsewhere) > 0 {
		says += "; set by " + strings.Join(elsewhere, ", ")
	}
	d.found(check, isFine, says, "")
	return true
}
