#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites of the loaded module pass
# Kernel: debug
# Driver: rs
. "${0%/*}/../lib.sh"

suites=/sys/kernel/debug/kunit
cases=0

# The kernel's log has the input for which a case fails.
failed_case() {
	printf '%s\n' "$results" | indent
	dmesg | grep -F 'qmi_wwan_rs:     # ' | tail -n 5 | indent
	fail "$1 has not passed"
}

modprobe qmi_wwan_rs

for source in /src/tests-kunit/*.rs; do
	suite=$(sed -n 's/^#\[kunit_tests(\(.*\))\]$/\1/p' "$source")
	[ -n "$suite" ] || continue

	[ -e "$suites/$suite/run" ] || fail "no suite $suite: not in the module, or the kernel runs none (kunit.enable=1)"
	write run "$suites/$suite/run"
	results=$(cat "$suites/$suite/results")
	sed -n '/^    #\[test\]$/ { n; s/^    fn \([a-z0-9_]*\).*/\1/p }' "$source" >/tmp/cases
	while read -r name; do
		printf '%s\n' "$results" | grep -qE "^    ok [0-9]+ $name\$" || failed_case "$suite.$name"
	done </tmp/cases
	printf '%s\n' "$results" | grep -qE "^ok 1 $suite\$" || failed_case "$suite"
	step "$suite: $(wc -l </tmp/cases) cases"
	cases=$((cases + $(wc -l </tmp/cases)))
done

[ "$cases" -gt 0 ] || fail "no case was found in /src/tests-kunit"
fact cases "$cases"
