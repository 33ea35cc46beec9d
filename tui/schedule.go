package tui

import (
	"math/big"
	"slices"

	"frontdesk/apiclient"
	"frontdesk/apiclient/money"
)

// installment is what is paid on one day.
type installment struct {
	day    apiclient.Date
	amount money.Amount
	entry  []apiclient.PaymentScheduleEntry
}

// dueNow lists the entries that are paid at signing.
func dueNow(p apiclient.Preview) []apiclient.PaymentScheduleEntry {
	return slices.DeleteFunc(slices.Clone(p.PaymentPreview.PaymentSchedule), func(e apiclient.PaymentScheduleEntry) bool {
		return !e.MandatoryOnSigning || !e.Amount.Set()
	})
}

// later sums up the entries that are paid afterwards, by day.
func later(p apiclient.Preview) []installment {
	var list []installment
	for _, e := range p.PaymentPreview.PaymentSchedule {
		if e.MandatoryOnSigning || e.Amount.Sign() == 0 {
			continue
		}
		if n := len(list) - 1; n >= 0 && list[n].day == e.DueDate {
			if sum, err := list[n].amount.Add(e.Amount); err == nil {
				list[n].amount, list[n].entry = sum, append(list[n].entry, e)
				continue
			}
		}
		list = append(list, installment{e.DueDate, e.Amount, []apiclient.PaymentScheduleEntry{e}})
	}
	return list
}

// cells is how many of w cells a bar takes for an amount, next to the largest.
func cells(a, largest money.Amount, w int) int {
	share, ok := new(big.Rat).SetString(a.Number())
	whole, fine := new(big.Rat).SetString(largest.Number())
	if !ok || !fine || share.Sign() <= 0 || whole.Sign() <= 0 || w <= 0 {
		return 0
	}
	share.Mul(share.Quo(share, whole), big.NewRat(int64(w), 1))
	n := new(big.Int).Quo(share.Num(), share.Denom())
	return min(w, max(1, int(n.Int64())))
}
