# Reads "go test -v": passes on the line of each package, what its tests
# counted, everything of a package that failed, and counts. Fails when a test did, or when none ran;
# -v none=fine lets the latter pass.

{ text = text $0 "\n" }

# A passing test that logs has counted something: steps, points, cells.
/^    [a-z0-9_]+_test\.go:[0-9]+: / && !/\[rapid\]/ {
	sub(/^ +[a-z0-9_]+_test\.go:[0-9]+: /, "")
	counted = counted "\t" $0 "\n"
}

/^ *--- PASS: / { passed++ }
/^ *--- FAIL: / { failed++ }
/^ *--- SKIP: / { skipped++ }

/^ok  \t/ {
	if (!/no tests to run/) print
	printf "%s", counted
	text = counted = ""
	fflush()
}
/^\?   \t/ { text = "" }
/^FAIL\t/ {
	bad++
	printf "%s", text
	text = counted = ""
	fflush()
}

END {
	# What stands behind the last package is the word FAIL, or an error.
	if (text !~ /^(PASS|FAIL)?\n*$/) { printf "%s", text; bad++ }
	if (passed + failed > 0 || bad) printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	else if (none != "fine") { print "no test ran"; bad++ }
	exit (bad + failed > 0)
}
