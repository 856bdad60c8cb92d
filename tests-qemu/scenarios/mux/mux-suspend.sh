#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest is suspended to idle while packets of a mux device are aggregated: they are sent after resume
# Driver: rs
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/power.sh"

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
connect_muxes 1
aggregate_packets qmimux0 8192 32 10000

# More than may have been on their way since mark_aggregates.
flows() {
	[ "$(sent_datagrams)" -gt 100 ]
}

# The modem is reset when it is resumed, and may have forgotten its sessions: its answers do not matter.
for round in 1 2 3; do
	step "suspend and resume with packets on their way, round $round"
	mark_aggregates up
	ping -f -n -q "$gateway" >/dev/null 2>&1 &
	flood=$!
	wait_until "packets" flows
	suspend_system
	mark_aggregates up
	wait_until "packets after that" flows
	kill $flood
	wait $flood || :
	expect_limits 8192 32
done
