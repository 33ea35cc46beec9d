package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/apiclient/secret"
	"frontdesk/flow/journal"
)

func newJournalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "What this desk did: sign-ups, and what was paid, used and left over",
		Long: "Journal shows the sign-ups of this desk, without personal data. It needs no key.\n" +
			"\"frontdesk --resume ID\" goes on with an open one.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	list := &cobra.Command{
		Use:   "list",
		Short: "List the sign-ups, the most urgent first",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return listJournal(cmd) },
	}
	show := &cobra.Command{
		Use:   "show ID",
		Short: "Show one sign-up, step by step; ID is its id or its code",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return showJournal(cmd, args[0]) },
	}
	purge := &cobra.Command{
		Use:   "purge",
		Short: "Erase what has been kept long enough",
		Long: "Purge erases the personal data of sign-ups that were left a day ago, of those with an unknown outcome or\n" +
			"unused money after a week, and removes the rest after thirty days. The wizard does it by itself.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return purgeJournal(cmd) },
	}
	cmd.AddCommand(list, show, purge)
	return cmd
}

// readJournal opens the journal to look at it.
func readJournal(cmd *cobra.Command) (*journal.Store, error) {
	config, err := Load(Options{Flags: cmd.Flags()})
	if err != nil {
		return nil, fail(exitEnvironment, err, "")
	}
	return journal.Open(journalDir(config.StateDir), secret.Value{})
}

func listJournal(cmd *cobra.Command) error {
	store, err := readJournal(cmd)
	if err != nil {
		return err
	}
	open, err := store.List()
	if err != nil {
		return fail(exitEnvironment, fmt.Errorf("the journal cannot be read: %w", err), "check the state directory")
	}
	done, err := store.Done()
	if err != nil {
		return fail(exitEnvironment, fmt.Errorf("the journal cannot be read: %w", err), "check the state directory")
	}
	out := cmd.OutOrStdout()
	entries := slices.Concat(open, done)
	if asJSON(cmd) {
		for _, e := range entries {
			if err := printJSON(out, skeletonOf(e)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(entries) == 0 {
		_, err := fmt.Fprintln(out, "There are no sign-ups.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = oneLine(cells[i])
		}
		_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	row("CODE", "STARTED", "STUDIO", "OFFER", "STANDING", "CUSTOMER", "PAID", "USED", "LEFT OVER")
	for _, e := range entries {
		s := skeletonOf(e)
		row(s.Code, minute(s.Started), firstOf(s.Studio, s.BaseURL, "-"), firstOf(s.Offer, "-"), s.Standing,
			customer(s.CustomerID), sums(s.Paid), sums(s.Used), sums(s.LeftOver))
	}
	return table.Flush()
}

func showJournal(cmd *cobra.Command, id string) error {
	store, err := readJournal(cmd)
	if err != nil {
		return err
	}
	e, err := findEntry(store, id)
	if err != nil {
		return err
	}
	h, err := store.Load(e.Intent)
	if errors.Is(err, journal.ErrNotFound) {
		return fail(exitUsage, err, "")
	}
	if err != nil {
		return fail(exitEnvironment, err, "")
	}
	s := skeletonOf(h.Entry).with(h.Events)
	if asJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), s)
	}
	return s.print(cmd.OutOrStdout())
}

func purgeJournal(cmd *cobra.Command) error {
	store, err := readJournal(cmd)
	if err != nil {
		return err
	}
	purged, err := store.Purge(cmd.Context(), time.Now())
	if err != nil {
		return fail(exitEnvironment, err, "")
	}
	if asJSON(cmd) {
		list := func(intents []string) []string { return append([]string{}, intents...) }
		return printJSON(cmd.OutOrStdout(), map[string][]string{"erased": list(purged.Erased), "removed": list(purged.Removed)})
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "Personal data erased: %d. Removed: %d.\n", len(purged.Erased), len(purged.Removed))
	return err
}

func (s skeleton) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = oneLine(cells[i])
		}
		_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	row("code", s.Code)
	row("id", s.Intent)
	row("studio", placeName(journal.Place{BaseURL: s.BaseURL, Studio: s.Studio, Environment: s.Environment}))
	row("program", firstOf(s.Program, "-"))
	row("started", minute(s.Started))
	row("changed", minute(s.Changed))
	if !s.Expires.IsZero() {
		row("personal data until", minute(s.Expires))
	}
	row("offer", firstOf(s.Offer, "-"))
	row("standing", s.Standing)
	row("customer", customer(s.CustomerID))
	row("paid", sums(s.Paid))
	row("used", sums(s.Used))
	row("left over", sums(s.LeftOver))
	for _, note := range []string{s.Damage, s.ReadOnly} {
		if note != "" {
			row("note", note)
		}
	}
	for _, p := range s.Payments {
		state := p.State
		if p.Extra > 0 {
			state += fmt.Sprintf(", paid %d times more", p.Extra)
		}
		row(fmt.Sprintf("session %d", p.N), p.Scope+" "+p.String()+" "+state)
	}
	row("")
	for _, e := range s.Events {
		var more []string
		if e.N > 0 {
			more = append(more, fmt.Sprintf("%d", e.N))
		}
		if e.skeletonAmount != nil {
			more = append(more, e.String())
		}
		for _, text := range []string{e.Scope, e.Instrument, e.Kind, e.Code, e.Reference} {
			if text != "" {
				more = append(more, text)
			}
		}
		if e.CustomerID != 0 {
			more = append(more, "customer "+customer(e.CustomerID))
		}
		if e.TraceID != "" {
			more = append(more, "trace id "+e.TraceID)
		}
		row(e.At.Format(time.DateTime), e.What, strings.Join(more, " "))
	}
	return table.Flush()
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func minute(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.Format("2006-01-02 15:04")
}

func customer(id int64) string {
	if id == 0 {
		return "-"
	}
	return fmt.Sprint(id)
}

func sums(list []skeletonAmount) string {
	var texts []string
	for _, a := range list {
		texts = append(texts, a.String())
	}
	return firstOf(strings.Join(texts, " + "), "-")
}
