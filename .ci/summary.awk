# Reads "go test -v": passes on the line of each package, everything of a
# package that failed, and counts. Fails when a test did, or when none ran;
# -v none=fine lets the latter pass.

{ text = text $0 "\n" }

/^ *--- PASS: / { passed++ }
/^ *--- FAIL: / { failed++ }
/^ *--- SKIP: / { skipped++ }

/^ok  \t/ {
	if (!/no tests to run/) print
	text = ""
	fflush()
}
/^\?   \t/ { text = "" }
/^FAIL\t/ {
	bad++
	printf "%s", text
	text = ""
	fflush()
}

END {
	# What stands behind the last package is the word FAIL, or an error.
	if (text !~ /^(PASS|FAIL)?\n*$/) { printf "%s", text; bad++ }
	if (passed + failed > 0 || bad) printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	else if (none != "fine") { print "no test ran"; bad++ }
	exit (bad + failed > 0)
}
