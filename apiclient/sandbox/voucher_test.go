package sandbox

import (
	"testing"
)

func TestVouchers(t *testing.T) {
	d := newDesk(t, Config{})
	preview := func(term int64, code string) object {
		return d.must("POST", previewPath, application(term, contract("voucherCode", code)))
	}
	// Second payment of the membership: the first full one.
	second := func(p object) string {
		for _, e := range asList(at(p, "paymentPreview", "paymentSchedule")) {
			if text(e, "type") == "CONTRACT_FEE" && text(e, "dueDate") > "2026-03-31" {
				return amount(e, "amount")
			}
		}
		return ""
	}
	for _, each := range []struct {
		code, kind      string
		due, base, next string // due on signing, discountedBasePrice, April
	}{
		{"SPRING10", "DISCOUNT", "39", "26.91", "26.91"},       // 19.90 + 26.91 × 22/31
		{"MINUS5", "DISCOUNT", "37.57", "24.9", "24.9"},        // 19.90 + 24.90 × 22/31
		{"STEPS", "DISCOUNT", "30.51", "", "14.95"},            // 19.90 + 14.95 × 22/31
		{"CREDIT20", "CREDIT", "41.12", "", "29.9"},            // goes to the account
		{"FIRMA50", "COMPANY_FEE_SPLIT", "30.51", "", "14.95"}, // half of 29.90
		{"BONUS1", "DISCOUNT", "19.9", "", "20.93"},            // a free month, then 29.90 × 21/30
	} {
		p := preview(10011, each.code)
		if got := amount(p, "paymentPreview", "dueOnSigningAmount"); got != each.due {
			t.Errorf("%s: due %s, want %s", each.code, got, each.due)
		}
		if got := amount(p, "contractVolumeInformation", "totalContractVolume"); got != "398.5" {
			t.Errorf("%s: the volume %s reflects the voucher", each.code, got)
		}
		if got := amount(p, "discountedBasePrice"); got != each.base {
			t.Errorf("%s: discounted base price %q, want %q", each.code, got, each.base)
		}
		if got := second(p); got != each.next {
			t.Errorf("%s: next payment %s, want %s", each.code, got, each.next)
		}
		if text(p, "voucherType") != each.kind || text(p, "voucherSuccessMessage") == "" || text(p, "voucherErrorCode") != "" {
			t.Errorf("%s: %v %v %v", each.code, p["voucherType"], p["voucherSuccessMessage"], p["voucherErrorCode"])
		}
	}

	steps := preview(10011, "STEPS")
	if n := len(asList(steps["voucherDiscountPeriods"])); n != 2 {
		t.Errorf("STEPS has %d periods", n)
	}
	if text(steps, "voucherDiscountPeriods", 0, "effectivePeriodTimeBasedTerm", "value") != "1" || amount(steps, "voucherDiscountPeriods", 1, "discountedBasePrice") != "26.91" {
		t.Errorf("periods %v", steps["voucherDiscountPeriods"])
	}
	for _, twin := range []string{"companyAmount", "memberAmount", "discountType", "discountedBasePrice"} {
		if steps[twin] != nil {
			t.Errorf("STEPS has two periods and yet %s", twin)
		}
	}
	firm := preview(10011, "FIRMA50")
	if amount(firm, "companyAmount") != "14.95" || amount(firm, "memberAmount") != "14.95" || text(firm, "companyName") != "Muster GmbH" ||
		text(firm, "companyFeeSplitType") != "PERCENTAGE" || amount(firm, "companyFeeSplitValue") != "50" {
		t.Errorf("FIRMA50: %v", firm)
	}
	if credit := preview(10011, "CREDIT20"); amount(credit, "creditValue") != "20" {
		t.Errorf("CREDIT20: %v", credit["creditValue"])
	}
	longer := d.must("POST", previewPath, application(10011, contract("voucherCode", "BONUS1"), contract("selectedOptionalModuleIds", []int64{30011})))
	if got := amount(longer, "contractVolumeInformation", "totalContractVolume"); got != "458.5" {
		t.Errorf("BONUS1 with a module: the volume %s reflects the voucher", got)
	}
	bonus := preview(10011, "BONUS1")
	if text(bonus, "voucherBonusPeriod", "term", "unit") != "MONTH" || text(bonus, "voucherTextBlocks", 0, "title") == "" {
		t.Errorf("BONUS1: %v %v", bonus["voucherBonusPeriod"], bonus["voucherTextBlocks"])
	}
	for code, kind := range map[string]string{"GUEST1": "CHECKIN", "NONSENSE": "", "spring10": ""} {
		p := preview(10011, code)
		if text(p, "voucherErrorCode") != "INVALID_CODE" || p["voucherSuccessMessage"] != nil || text(p, "voucherType") != kind {
			t.Errorf("%s: %v %v %v", code, p["voucherErrorCode"], p["voucherSuccessMessage"], p["voucherType"])
		}
		if got := amount(p, "paymentPreview", "dueOnSigningAmount"); got != "41.12" {
			t.Errorf("%s: due %s", code, got)
		}
	}
	if reference, _ := d.refused(400, signupPath, application(10011, contract("voucherCode", "GUEST1"), signed)); reference != "contract.voucherCode" {
		t.Errorf("sign-up with a bad voucher refers to %q", reference)
	}
}

// TestVoucherEnds: a time-based discount stops on its day, an absolute one
// never makes a price negative.
func TestVoucherEnds(t *testing.T) {
	start, _ := parseDate("2026-03-10")
	v := vouchers["MINUS5"]
	for day, want := range map[string]int64{"2026-03-10": 2490, "2026-06-01": 2490, "2026-06-09": 2490, "2026-06-10": 2990} {
		due, _ := parseDate(day)
		if got := v.discounted(2990, due, start, "EUR"); got != want {
			t.Errorf("on %s: %d, want %d", day, got, want)
		}
	}
	if got := v.discounted(300, start, start, "EUR"); got != 0 {
		t.Errorf("3.00 less 5.00 is %d", got)
	}
	late, _ := parseDate("2026-05-01")
	if got := vouchers["STEPS"].discounted(2990, late, start, "EUR"); got != 2691 {
		t.Errorf("the second step gives %d", got)
	}
}
