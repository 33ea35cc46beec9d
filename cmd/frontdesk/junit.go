package main

import (
	"encoding/xml"
	"fmt"
	"os"
)

// writeJUnit writes the results as the XML that CI servers read.
func writeJUnit(path string, results []result) error {
	type failure struct {
		Message string `xml:"message,attr"`
	}
	type testCase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Seconds string   `xml:"time,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}{Name: "frontdesk", Tests: len(results)}
	for _, r := range results {
		c := testCase{Name: r.Scenario, Class: "frontdesk", Seconds: fmt.Sprintf("%.3f", r.duration.Seconds())}
		if r.code != exitDone {
			suite.Failures++
			c.Failure = &failure{Message: firstOf(r.Error, r.Outcome)}
		}
		suite.Cases = append(suite.Cases, c)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append([]byte(xml.Header), append(data, '\n')...), 0o600)
}
