package tui

import (
	"slices"

	"frontdesk/apiclient"
	"frontdesk/flow"
)

// drift shows the price that was accepted beside the one that replaces it.
func (p *preview) drift(w int) []string {
	st, c, d := p.c.style, p.c, p.c.s.Drift
	const colW = 12
	nameW := max(14, min(34, w-2*colW-12))
	lines := []string{st.Warn.Render(fit(markProblem+" "+textDrift, w)), ""}
	lines = append(lines, pad("", nameW)+st.Faint.Render(padLeft(textDriftOld, colW))+st.Faint.Render(padLeft(textDriftNew, colW)))
	rows := []driftRow{{textDueToday, c.due(d.Old), c.due(d.New)}}
	rows = append(rows, c.driftParts(d)...)
	rows = append(rows,
		driftRow{textWholeTerm, c.amount(d.Old.Total()), c.amount(d.New.Total())},
		driftRow{textVoucher, voucherWord(d.Old), voucherWord(d.New)},
	)
	for _, r := range rows {
		line := pad(r.name, nameW) + padLeft(r.old, colW) + padLeft(r.new, colW)
		if r.old != r.new {
			line = st.Warn.Render(line + "  " + markProblem + " " + textDriftChanged)
		}
		lines = append(lines, fit(line, w))
	}
	return append(lines, "")
}

// driftRow is one line of a price, before and now.
type driftRow struct{ name, old, new string }

// driftParts is those parts of the due amount that changed, came or went.
func (c *common) driftParts(d *flow.Drift) []driftRow {
	var rows []driftRow
	former := dueNow(d.Old.Preview)
	for _, e := range dueNow(d.New.Preview) {
		row := driftRow{"  " + clean(e.Description), wordNone, c.amount(e.Amount)}
		i := slices.IndexFunc(former, func(f apiclient.PaymentScheduleEntry) bool { return f.Description == e.Description })
		if i >= 0 {
			row.old = c.amount(former[i].Amount)
			former = slices.Delete(former, i, i+1)
		}
		if row.old != row.new {
			rows = append(rows, row)
		}
	}
	for _, f := range former {
		rows = append(rows, driftRow{"  " + clean(f.Description), c.amount(f.Amount), wordNone})
	}
	return rows
}

func voucherWord(p flow.Price) string {
	if p.Preview.VoucherApplied() {
		return textVoucherFine
	}
	return wordNone
}
