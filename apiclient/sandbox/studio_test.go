package sandbox

import (
	"testing"
)

// TestEmployees follows the slices to the end.
func TestEmployees(t *testing.T) {
	d := newDesk(t, Config{})
	seen, offset := 0, "0"
	for range 5 {
		page := d.must("GET", "/v1/employees?sliceSize=10&offset="+offset, nil)
		seen += len(asList(page["result"]))
		offset = text(page, "offset")
		if text(page, "hasNext") == "false" {
			break
		}
	}
	if seen != len(staff) {
		t.Errorf("saw %d of %d employees", seen, len(staff))
	}
	if all := d.must("GET", "/v1/employees", nil); len(asList(all["result"])) != len(staff) || text(all, "hasNext") != "false" {
		t.Errorf("in one slice: %v", all)
	}
	for _, query := range []string{"sliceSize=9", "sliceSize=101", "sliceSize=x", "offset=7"} {
		if status, _ := d.send("GET", "/v1/employees?"+query, nil); status != 400 {
			t.Errorf("%s: %d", query, status)
		}
	}
}

func TestStudio(t *testing.T) {
	d := newDesk(t, Config{})
	if s := d.must("GET", studioPath, nil); text(s, "name") != "Fit & Fun Hamburg-Altona" || text(s, "countryCode") != "DE" || text(s, "accessCodeConfiguration", "enabled") != "true" {
		t.Errorf("%v", s)
	}
	_, fields := d.send("GET", "/v1/customers/additional-information-fields", nil)
	if len(asList(fields)) != 5 || text(fields, 0, "listItems", 1, "id") != "90012" {
		t.Errorf("%v", fields)
	}
}
