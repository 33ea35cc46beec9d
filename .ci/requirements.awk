# Reads "go test -v -run 'TestW[0-9]'" and prints the requirements of the
# payment page, W-01 to W-63, each with its tests and what came of them. A test
# carries its numbers in its name: TestW12W22Headers keeps W-12 and W-22. Fails
# when a test did.

/^ *--- (PASS|FAIL|SKIP): TestW[0-9]/ {
	result = substr($2, 1, 4)
	name = $3
	if (name ~ /\//) next # a part of a test
	if (result != "PASS") bad++
	for (rest = name; match(rest, /W[0-9][0-9]/); rest = substr(rest, RSTART + 3)) {
		n = substr(rest, RSTART + 1, 2) + 0
		tests[n] = tests[n] sprintf("%s%s %s", tests[n] ? ", " : "", name, result)
	}
}

/^(FAIL|panic:|.*\[build failed\])/ { broken++ }

END {
	for (n = 1; n <= 63; n++) {
		printf "W-%02d  %s\n", n, tests[n] ? tests[n] : "none"
		if (!tests[n]) missing = missing sprintf(" W-%02d", n)
	}
	print missing ? "without a test:" missing : "every number has a test"
	exit (bad + broken > 0)
}
