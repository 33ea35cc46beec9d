package apiclient

import (
	"slices"
	"strings"
)

// The languages of the API's messages (Open API 1.11, general information).
var (
	languages = []string{"cs", "de", "en", "es", "fr", "hu", "it", "nb", "nl", "pl", "ro", "ru", "sl", "sv", "tr"}
	variants  = []string{"de-CH", "de-LI", "en-CA", "en-GB", "en-US", "fr-LU"}
)

// acceptLanguage returns the language of the API that is nearest to a tag such
// as "de_at". The header is always sent: without it the sources disagree on
// which language comes.
func acceptLanguage(tag string) string {
	language, region, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), "-")
	language = strings.ToLower(language)
	if full := language + "-" + strings.ToUpper(region); slices.Contains(variants, full) {
		return full
	}
	if slices.Contains(languages, language) {
		return language
	}
	return "en"
}
