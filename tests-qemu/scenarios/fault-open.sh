#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation while the port is opened fails in turn: it can be opened afterwards
# Kernel: debug
# Timeout: 600
. "${0%/*}/lib.sh"
. "${0%/*}/lib/faults.sh"

# open_failing NTH: opens the port while the NTH allocation fails; sets $left to 0 unless there were fewer. Nothing fails while it
# is closed: xHCI needs memory to cancel a request, and without it waits for ever.
open_failing() {
	left=$(
		exec 8<>/proc/thread-self/fail-nth
		echo "$1" >&8
		command exec 7<>/dev/cdc-wdm0 2>/dev/null || :
		cat <&8
		echo 0 >&8
	)
}

plug union-802-3
use_faults
nth=1
while open_failing $nth && [ "$left" = 0 ]; do
	nth=$((nth + 1))
	[ $nth -lt 200 ] || fail "no end of allocations"
done
[ $nth -gt 1 ] || fail "no allocation failed"

step "all works now"
go_online
ping_all 5 "$gateway"
fact allocations $((nth - 1))
