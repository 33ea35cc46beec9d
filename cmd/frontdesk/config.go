package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"frontdesk/apiclient/secret"
	"frontdesk/widgetpage"
)

// Config is what the program was told, ranked and checked: flags, then
// FRONTDESK_* variables, then the file, then defaults. It is read once.
type Config struct {
	File     string // the configuration file, whether or not there is one
	StateDir string // absolute
	// StateDirGiven reports that a flag or a variable names StateDir; a
	// simulated studio keeps its state elsewhere otherwise.
	StateDirGiven  bool
	JournalKeyFile string // absolute; empty when none is named
	LogLevel       slog.Level
	Theme          string // auto, light or dark
	Language       string // of the staff's texts and of the API's messages
	Studio         Studio // the studio in use; its zero value means none
	Studios        []string
	Widget         Widget

	origin  map[string]string // where each key that was given stands
	key     secret.Value      // the variable's, for a studio from the environment
	keyring keyring
}

// Studio is one activation of the Open API and how this desk uses it.
type Studio struct {
	ID            string // its name in the file; empty for one from the environment
	Name          string
	BaseURL       string // without /v1 and without a trailing slash
	Environment   string // test, sandbox or live
	TimeZone      string // IANA name, or empty
	Country       string // ISO 3166-1 alpha-2, or empty
	Currency      string // ISO 4217, or empty
	ReferenceText string // {code} and {offer} are filled in

	RequireDirectDebitSignature    bool
	ShowExistingPaymentInstruments bool
	AllowWithoutSearch             bool
	AllowTill                      bool

	APIKeyCommand string
}

// Widget is the payment page: where it listens, how it is opened, and what
// it mounts.
type Widget struct {
	URL            string
	Environment    string // test, sandbox or live
	Host           string // localhost, 127.0.0.1 or a name under .localhost
	Ports          []int  // tried in order; empty means any free one
	Open           string // auto or none
	BrowserCommand string
	Hosts          []string // further hosts that URL may name
	CSPExtra       []string // sources that the page's policy allows in addition
	Locale         string   // empty follows the member's language
	Country        string   // empty follows the studio
	Styling        widgetpage.Styling
	// SharedProfileOK takes it that members of a live studio pay in the
	// browser's everyday profile.
	SharedProfileOK bool
}

// Options are the places that [Load] reads. The zero value is the real ones.
type Options struct {
	Flags    *pflag.FlagSet // those that were set and carry a key's name win
	Environ  []string
	Unsetenv func(string) error
	ReadFile func(string) ([]byte, error)
	// ConfigHome and StateHome hold the frontdesk directories of this user.
	ConfigHome, StateHome string
	// Demo leaves every configured studio aside; the desk's own keys hold.
	Demo bool
}

func (o Options) orReal() Options {
	if o.Flags == nil {
		o.Flags = pflag.NewFlagSet("", pflag.ContinueOnError)
	}
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Unsetenv == nil {
		o.Unsetenv = os.Unsetenv
	}
	if o.ReadFile == nil {
		o.ReadFile = os.ReadFile
	}
	if o.ConfigHome == "" {
		o.ConfigHome = xdg.ConfigHome
	}
	if o.StateHome == "" {
		o.StateHome = xdg.StateHome
	}
	return o
}

// Load reads the configuration. An error is one line that names its place:
// config.yaml:12, a variable or a flag.
func Load(o Options) (Config, error) {
	o = o.orReal()
	env, err := readEnvironment(o.Environ, o.Unsetenv)
	if err != nil {
		return Config{}, err
	}
	file, err := loadFile(o, env)
	if err != nil {
		return Config{}, err
	}
	id, err := chooseStudio(o, env, file)
	if err != nil {
		return Config{}, err
	}

	r := rank(o.Flags, env.layer, file.studios[id], file.desk)
	if err := r.check(); err != nil {
		return Config{}, err
	}
	cfg := r.config()
	cfg.File, cfg.origin = file.path, r.origin
	cfg.Studios = slices.Sorted(maps.Keys(file.studios))
	if cfg.StateDir, cfg.StateDirGiven, err = r.path("state_dir", filepath.Join(o.StateHome, "frontdesk")); err != nil {
		return Config{}, err
	}
	if cfg.JournalKeyFile, _, err = r.path("journal_key_file", ""); err != nil {
		return Config{}, err
	}
	switch {
	case o.Demo:
		cfg.Studio = Studio{}
		cfg.Widget.URL, cfg.Widget.Environment = "", "" // the sandbox serves its own
		return cfg, nil
	case cfg.Studio.BaseURL == "" && id != "":
		return Config{}, fmt.Errorf("%s: studio %q has no base_url", file.studios[id].origin[""], id)
	case cfg.Studio.BaseURL == "":
		cfg.Studio = Studio{}
		return cfg, nil
	}
	cfg.Studio.ID, cfg.key = id, env.key
	if err := r.derive(&cfg); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

func loadFile(o Options, env environment) (file, error) {
	path, explicit := filepath.Join(o.ConfigHome, "frontdesk", "config.yaml"), false
	if env.configFile != "" {
		path, explicit = env.configFile, true
	}
	if f := o.Flags.Lookup("config"); f != nil && f.Changed {
		path, explicit = f.Value.String(), true
	}
	data, err := o.ReadFile(path)
	switch {
	case err == nil:
		return readFile(path, data)
	case errors.Is(err, fs.ErrNotExist) && !explicit:
		return file{path: path}, nil
	case errors.Is(err, fs.ErrNotExist):
		return file{}, fmt.Errorf("%s: there is no such configuration file", path)
	default:
		return file{}, fmt.Errorf("the configuration file cannot be read: %w", err)
	}
}

// chooseStudio names the studio of the file that is in use. It is "" when
// the environment brings its own, when there is none, and when several are
// there and none is chosen.
//
// Base URL and key belong together: a key sent to another studio's address
// is a key given away, so the two must come from one source.
func chooseStudio(o Options, env environment, file file) (string, error) {
	if o.Demo {
		return "", nil
	}
	chosen, origin := "", ""
	for _, l := range []layer{file.desk, env.layer, flagLayer(o.Flags)} {
		if s, ok := l.value["studio"].(string); ok {
			chosen, origin = s, l.origin["studio"]
		}
	}
	_, ownURL := env.value["base_url"]
	_, ownCommand := env.value["api_key_command"]
	ownKey := !env.key.IsZero() || ownCommand
	switch {
	case ownURL && !ownKey:
		return "", errors.New("FRONTDESK_BASE_URL is set and FRONTDESK_API_KEY is not: set both, or neither")
	case ownKey && !ownURL && ownCommand:
		return "", errors.New("FRONTDESK_API_KEY_COMMAND is set and FRONTDESK_BASE_URL is not: set both, or neither")
	case ownKey && !ownURL:
		return "", errors.New("FRONTDESK_API_KEY is set and FRONTDESK_BASE_URL is not: set both, or neither")
	case !env.key.IsZero() && ownCommand:
		return "", errors.New("FRONTDESK_API_KEY and FRONTDESK_API_KEY_COMMAND are both set: unset one")
	case ownURL && origin != "" && origin != file.desk.origin["studio"]:
		return "", fmt.Errorf("%s names a studio and FRONTDESK_BASE_URL brings another: leave one out", origin)
	case ownURL:
		return "", nil
	}
	ids := slices.Sorted(maps.Keys(file.studios))
	if chosen == "" && len(ids) == 1 {
		return ids[0], nil
	}
	if chosen != "" && !slices.Contains(ids, chosen) {
		return "", fmt.Errorf("%s: there is no studio %q%s", origin, chosen, suggest(chosen, ids))
	}
	return chosen, nil
}

// NeedStudio is the error of a command that cannot go on without a studio.
func (c Config) NeedStudio() error {
	switch {
	case c.Studio != Studio{}:
		return nil
	case len(c.Studios) > 0:
		return fail(exitEnvironment, fmt.Errorf("%s has %d studios and none is chosen", c.File, len(c.Studios)),
			"choose one with --studio, one of "+strings.Join(c.Studios, ", "))
	default:
		return fail(exitEnvironment, errors.New("no studio is configured"),
			"set FRONTDESK_BASE_URL and FRONTDESK_API_KEY, or write "+c.File+"; \"frontdesk demo\" needs neither")
	}
}

// APIKey is the key of the studio in use: from the same source as its base
// URL, which is the environment, a command that prints it, or the keyring.
func (c Config) APIKey(ctx context.Context) (secret.Value, error) {
	switch {
	case c.NeedStudio() != nil:
		return secret.Value{}, c.NeedStudio()
	case !c.key.IsZero():
		return c.key, nil
	case c.Studio.APIKeyCommand != "":
		return keyFromCommand(ctx, c.Studio.APIKeyCommand)
	case c.keyring != nil:
		return c.keyring.Key(ctx, c.Studio.ID)
	default:
		return secret.Value{}, fail(exitEnvironment, fmt.Errorf("studio %q has no API key", c.Studio.ID),
			"set its api_key_command, or set FRONTDESK_BASE_URL and FRONTDESK_API_KEY together")
	}
}

// layer is the values of one source and, for messages, where each stands.
// A value has the Go type of its key.
type layer struct {
	value  map[string]any
	origin map[string]string
}

func newLayer() layer { return layer{map[string]any{}, map[string]string{}} }

func (l layer) set(key string, value any, origin string) {
	l.value[key], l.origin[key] = value, origin
}

// flagLayer holds the flags that were given and carry the name of a key.
func flagLayer(flags *pflag.FlagSet) layer {
	l := newLayer()
	for _, k := range keys {
		if f := flags.Lookup(k.flag()); f != nil && f.Changed {
			l.set(k.name, f.Value.String(), "--"+f.Name)
		}
	}
	return l
}

// ranked is all sources in one, the strongest on top.
type ranked struct {
	*viper.Viper
	origin map[string]string
}

func rank(flags *pflag.FlagSet, env, studio, desk layer) ranked {
	// A key such as widget.url is one name here, not a path.
	r := ranked{viper.NewWithOptions(viper.KeyDelimiter("/")), map[string]string{}}
	for _, k := range keys {
		if k.standard != nil {
			r.SetDefault(k.name, k.standard)
		}
		if f := flags.Lookup(k.flag()); f != nil {
			_ = r.BindPFlag(k.name, f) // fails for a nil flag only
		}
	}
	for _, l := range []layer{desk, studio, env} {
		_ = r.MergeConfigMap(maps.Clone(l.value)) // fails never
		maps.Copy(r.origin, l.origin)
	}
	maps.Copy(r.origin, flagLayer(flags).origin)
	return r
}

func (r ranked) config() Config {
	var level slog.Level
	_ = level.UnmarshalText([]byte(r.GetString("log_level"))) // checked
	return Config{
		LogLevel: level,
		Theme:    r.GetString("theme"),
		Language: r.GetString("language"),
		Studio: Studio{
			Name:          r.GetString("name"),
			BaseURL:       strings.TrimSuffix(strings.TrimRight(r.GetString("base_url"), "/"), "/v1"),
			Environment:   r.GetString("environment"),
			TimeZone:      r.GetString("time_zone"),
			Country:       r.GetString("country"),
			Currency:      r.GetString("currency"),
			ReferenceText: r.GetString("reference_text"),

			RequireDirectDebitSignature:    r.GetBool("require_direct_debit_signature"),
			ShowExistingPaymentInstruments: r.GetBool("show_existing_payment_instruments"),
			AllowWithoutSearch:             r.GetBool("allow_without_search"),
			AllowTill:                      r.GetBool("allow_till"),

			APIKeyCommand: r.GetString("api_key_command"),
		},
		Widget: Widget{
			URL:            r.GetString("widget.url"),
			Environment:    r.GetString("widget.environment"),
			Host:           r.GetString("widget.host"),
			Ports:          r.GetIntSlice("widget.ports"),
			Open:           r.GetString("widget.open"),
			BrowserCommand: r.GetString("widget.browser_command"),
			Hosts:          r.GetStringSlice("widget.hosts"),
			CSPExtra:       r.GetStringSlice("widget.csp_extra"),
			Locale:         r.GetString("widget.locale"),
			Country:        r.GetString("widget.country"),
			Styling: widgetpage.Styling{
				PrimaryColor:       r.GetString("widget.styling.primary_color"),
				SecondaryColor:     r.GetString("widget.styling.secondary_color"),
				TextColorMain:      r.GetString("widget.styling.text_color_main"),
				TextColorSecondary: r.GetString("widget.styling.text_color_secondary"),
				BorderColor:        r.GetString("widget.styling.border_color"),
				BorderRadius:       r.GetString("widget.styling.border_radius"),
				BoxShadow:          r.GetString("widget.styling.box_shadow"),
			},
			SharedProfileOK: r.GetBool("widget.shared_profile_ok"),
		},
	}
}

// path gives a file or directory of this machine, and whether this run was told
// it.
func (r ranked) path(name, standard string) (path string, given bool, err error) {
	path, origin := r.GetString(name), r.origin[name]
	if path == "" {
		return standard, false, nil
	}
	given = strings.HasPrefix(origin, "--") || strings.HasPrefix(origin, envPrefix)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(xdg.Home, rest)
	}
	if !filepath.IsAbs(path) && !given {
		return "", false, fmt.Errorf("%s: %s %q must be absolute or begin with ~/", origin, name, path)
	}
	path, err = filepath.Abs(path)
	return path, given, err
}
