package main

import (
	"fmt"
	"strings"

	"frontdesk/apiclient/secret"
)

const (
	envKey    = envPrefix + "API_KEY"
	envConfig = envPrefix + "CONFIG"
)

// environment is what the FRONTDESK_* variables say. An empty variable is
// one that is not set.
type environment struct {
	layer
	key        secret.Value
	configFile string
}

// readEnvironment reads the variables and removes the key from the
// environment, so that neither a child nor a crash report gets it.
func readEnvironment(environ []string, unset func(string) error) (environment, error) {
	env := environment{layer: newLayer()}
	byEnv := map[string]key{}
	known := []string{envKey, envConfig}
	for _, k := range keys {
		byEnv[k.env()] = k
		known = append(known, k.env())
	}
	var firstErr error
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		err := env.take(name, value, byEnv, known, unset)
		if firstErr == nil {
			firstErr = err // go on: the key may be further down
		}
	}
	return env, firstErr
}

func (env *environment) take(name, value string, byEnv map[string]key, known []string, unset func(string) error) error {
	switch k, ok := byEnv[name]; {
	case name == envKey:
		if err := unset(name); err != nil {
			return fmt.Errorf("%s cannot be removed from the environment: %w", name, err)
		}
		if value == "" {
			return nil
		}
		var err error
		if env.key, err = cleanKey(value); err != nil {
			return fmt.Errorf("%s %w", name, err)
		}
	case name == envConfig:
		env.configFile = value
	case !ok:
		return fmt.Errorf("unknown variable %s%s", name, suggest(name, known))
	case value != "":
		v, err := k.parse(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		env.set(k.name, v, name)
	}
	return nil
}
