package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// These faults bend an answer that was 200; a refusal passes as it is.

func emptyBody(_ *exchange, next func() *answer) *answer {
	a := next()
	if a.status == http.StatusOK {
		a.body = nil
	}
	return a
}

func garbageBody(x *exchange, next func() *answer) *answer {
	a := next()
	if a.status == http.StatusOK {
		a.body = x.s.noise(512)
	}
	return a
}

func wrongType(_ *exchange, next func() *answer) *answer {
	a := next()
	if a.status == http.StatusOK {
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	}
	return a
}

func htmlGateway(_ *exchange, next func() *answer) *answer {
	next()
	return &answer{
		status: http.StatusBadGateway,
		header: http.Header{"Content-Type": {"text/html"}},
		body:   []byte("<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"),
	}
}

// noise is bytes that start no JSON value.
func (s *Sandbox) noise(n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []byte{0x01, 0xff}
	for len(data) < n {
		data = append(data, byte(s.random.Uint32()))
	}
	return data
}

// edited lets change rewrite the object in a good answer.
func edited(next func() *answer, change func(map[string]any)) *answer {
	a := next()
	if a.status != http.StatusOK {
		return a
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	if decoder.Decode(&object) != nil {
		return a
	}
	change(object)
	return reply(a.status, object)
}

func noRegion(_ *exchange, next func() *answer) *answer {
	return edited(next, func(o map[string]any) { delete(o, "finionPayRegion") })
}

func noPaymentPreview(_ *exchange, next func() *answer) *answer {
	return edited(next, func(o map[string]any) { delete(o, "paymentPreview") })
}

func signingOnly(_ *exchange, next func() *answer) *answer {
	return edited(next, func(o map[string]any) {
		p := o["paymentPreview"].(map[string]any)
		p["paymentSchedule"] = slices.DeleteFunc(p["paymentSchedule"].([]any), func(e any) bool {
			return e.(map[string]any)["mandatoryOnSigning"] != true
		})
	})
}

// previewOld turns the current preview into the one of version 1.5.0.
func previewOld(_ *exchange, next func() *answer) *answer {
	return edited(next, func(o map[string]any) {
		delete(o, "paymentPreview")
		delete(o, "voucherDiscountPeriods")
		if t, ok := o["effectivePeriodTimeBasedTerm"].(map[string]any); ok {
			o["effectivePeriodTimeBasedTerm"], o["effectivePeriodTimeBasedTermUnit"] = t["value"], t["unit"]
		}
		if charge, ok := o["preUseCharge"]; ok {
			o["memberAmountPreUseCharge"] = charge
		}
		for name, value := range o {
			o[name] = bare(value)
		}
		for _, list := range []string{"flatFeePreviews", "selectedOptionalModulesPreviews"} {
			for _, each := range asList(o[list]) {
				sub := each.(map[string]any)
				delete(sub, "id")
				if f, ok := sub["paymentFrequency"].(map[string]any); ok {
					delete(f, "formattedPaymentFrequency")
				}
			}
		}
	})
}

// bare replaces amounts by numbers, except inside payment frequencies.
func bare(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = bare(v[i])
		}
	case map[string]any:
		if _, ok := v["currency"]; ok && len(v) == 2 && v["amount"] != nil {
			return v["amount"]
		}
		for _, name := range slices.Collect(maps.Keys(v)) {
			if name != "paymentFrequency" {
				v[name] = bare(v[name])
			}
		}
	}
	return value
}
