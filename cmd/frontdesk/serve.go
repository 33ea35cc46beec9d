package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"frontdesk/apiclient/sandbox"
)

func newSandboxCommand() *cobra.Command {
	var flags sandboxFlags
	var listen sandbox.Listen
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve the simulated studio alone, for curl and other clients",
		Long: "Sandbox serves a simulated studio on loopback ports until it is interrupted:\n" +
			"the Open API, and the payment component with its own origin.\n" +
			"GET /_ledger on the API shows what it did.\n\nFaults for --fault NAME@CALL[:N]:\n" + faultList(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			server, err := flags.start(ctx, slog.New(slog.DiscardHandler), listen)
			if err != nil {
				return err
			}
			if err := announce(cmd.OutOrStdout(), server, asJSON(cmd)); err != nil {
				return err
			}
			<-ctx.Done()
			_ = server.Close(ctx)
			return &quiet{exitInterrupted}
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&listen.API, "listen", "", "serve the API on this loopback `address`, such as 127.0.0.1:8090")
	cmd.Flags().StringVar(&listen.UPC, "listen-widget", "", "serve the payment component on this loopback `address`")
	return cmd
}

// announce says where the sandbox is; the two variables are all that a desk
// needs to use it.
func announce(w io.Writer, s *sandbox.Server, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		return encoder.Encode(map[string]string{
			"baseUrl": s.BaseURL(), "apiKey": s.Key(), "widgetUrl": s.WidgetURL(), "ledgerUrl": s.BaseURL() + "/_ledger",
		})
	}
	_, err := fmt.Fprintf(w, "FRONTDESK_BASE_URL=%s\nFRONTDESK_API_KEY=%s\nFRONTDESK_WIDGET_URL=%s\n# ledger: %s/_ledger\n",
		s.BaseURL(), s.Key(), s.WidgetURL(), s.BaseURL())
	return err
}

func faultList() string {
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range sandbox.Faults() {
		_, _ = fmt.Fprintf(table, "  %s\t%s\n", f.Name, f.Does)
	}
	_ = table.Flush()
	return strings.TrimRight(b.String(), "\n")
}
