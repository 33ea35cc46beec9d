package sandbox

import (
	"strings"
	"testing"
)

// TestFigures are the published figures of the five offers.
func TestFigures(t *testing.T) {
	drinks := contract("selectedOptionalModuleIds", []int64{30011})
	for _, each := range []struct {
		name            string
		body            object
		due, total, avg string
	}{
		{"flex", application(10011), "41.12", "398.5", "32.75"},
		{"flex with drinks", application(10011, drinks), "44.67", "458.5", "37.68"},
		{"flex in april", application(10011, contract("startDate", "2026-04-16")), "34.85", "398.5", ""},
		{"flex, 24 months", application(10012), "19.9", "657.1", "25.87"},
		{"prepaid year", application(10021), "299", "299", "24.58"},
		{"student", application(10031), "0", "225", "18.49"},
		{"student of 20", application(10031, customerField("dateOfBirth", "2005-08-24")), "0", "180", ""},
		{"student of 70", application(10031, customerField("dateOfBirth", "1955-08-24")), "0", "160", ""},
		{"trial week", application(10041), "0", "0", "0"},
		{"course", application(10051), "186", "186", "66.43"},
		{"course with voucher", application(10051, contract("voucherCode", "SPRING10")), "171.1", "186", "66.43"},
		{"course with nutrition plan", application(10051, contract("selectedOptionalModuleIds", []int64{30521})), "206", "206", ""},
	} {
		t.Run(each.name, func(t *testing.T) {
			p := newDesk(t, Config{}).must("POST", previewPath, each.body)
			if got := amount(p, "paymentPreview", "dueOnSigningAmount"); got != each.due {
				t.Errorf("due %s, want %s", got, each.due)
			}
			if got := amount(p, "contractVolumeInformation", "totalContractVolume"); got != each.total {
				t.Errorf("total %s, want %s", got, each.total)
			}
			if got := amount(p, "contractVolumeInformation", "averagePaymentVolumePerMonth"); each.avg != "" && got != each.avg {
				t.Errorf("average %s, want %s", got, each.avg)
			}
		})
	}
}

// TestOfferVolumes: the file's own volumes are not echoed, but they must be
// what the rules give.
func TestOfferVolumes(t *testing.T) {
	d := newDesk(t, Config{Offers: []byte(strings.ReplaceAll(string(builtInOffers), `"amount": 657.1`, `"amount": 1.23`))})
	for _, want := range [][]any{
		{"1001", 0, "398.5", "32.75", "32.75"},
		{"1001", 1, "657.1", "25.87", "25.87"},
		{"1002", 0, "299", "24.58", "299"},
		{"1003", 0, "225", "18.49", "56.1"},
		{"1004", 0, "0", "0", "0"},
		{"1005", 0, "186", "66.43", "155"},
	} {
		v := at(d.must("GET", "/v1/memberships/membership-offers/"+want[0].(string), nil), "terms", want[1], "contractVolumeInformation")
		got := []string{
			amount(v, "totalContractVolume"), amount(v, "averagePaymentVolumePerMonth"),
			amount(v, "averagePaymentVolumePerPaymentFrequencyTerm"),
		}
		for i := range got {
			if got[i] != want[i+2] {
				t.Errorf("offer %v term %v: %v, want %v", want[0], want[1], got, want[2:])
				break
			}
		}
	}
}
