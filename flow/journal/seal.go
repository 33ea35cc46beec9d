package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"frontdesk/apiclient/secret"
)

// keySize is the size of every key, in bytes: AES-256.
const keySize = 32

// The uses of the desk's key. None is used for two things.
const (
	useWrap   = "frontdesk journal: wrap the key of a sign-up"
	usePerson = "frontdesk journal: name a person"
)

var errKey = errors.New("the key does not fit")

func newKey() (secret.Value, error) {
	b := make([]byte, keySize)
	if _, err := rand.Read(b); err != nil {
		return secret.Value{}, err
	}
	return secret.New(string(b)), nil
}

// derived is the desk's key for one use.
func derived(desk secret.Value, use string) (secret.Value, error) {
	b, err := hkdf.Key(sha256.New, []byte(desk.Reveal()), nil, use, keySize)
	return secret.New(string(b)), err
}

func gcm(key secret.Value) (cipher.AEAD, error) {
	block, err := aes.NewCipher([]byte(key.Reveal()))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal encrypts text with AES-256-GCM; the nonce stands in front.
func seal(key secret.Value, text, place []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, text, place), nil //nolint:gosec // this cipher makes its own nonce
}

func unseal(key secret.Value, sealed, place []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	text, err := aead.Open(nil, nil, sealed, place)
	if err != nil {
		return nil, errKey
	}
	return text, nil
}

// wrap makes the content of a key file: the key of one sign-up under the
// desk's. Without the file nothing of the sign-up's sealed data can be read,
// so erasing them is erasing it.
func wrap(desk, key secret.Value, intent string) ([]byte, error) {
	kek, err := derived(desk, useWrap)
	if err != nil {
		return nil, err
	}
	sealed, err := seal(kek, []byte(key.Reveal()), []byte(intent))
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%x\n", sealed), nil
}

func unwrap(desk secret.Value, file []byte, intent string) (secret.Value, error) {
	sealed, err := hex.DecodeString(strings.TrimSpace(string(file)))
	if err != nil {
		return secret.Value{}, errKey
	}
	kek, err := derived(desk, useWrap)
	if err != nil {
		return secret.Value{}, err
	}
	key, err := unseal(kek, sealed, []byte(intent))
	if err != nil || len(key) != keySize {
		return secret.Value{}, errKey
	}
	return secret.New(string(key)), nil
}

// personName names a person for those who have the desk's key, and nobody for
// all others. Case and outer spaces of the address do not matter.
func personName(desk, email, birth secret.Value) (string, error) {
	key, err := derived(desk, usePerson)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(strings.ToLower(strings.TrimSpace(email.Reveal())) + "|" + strings.TrimSpace(birth.Reveal())))
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}
