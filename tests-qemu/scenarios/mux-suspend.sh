#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest is suspended to idle while a packet waits to share a transfer: it is sent after that, and mux devices go on
# Driver: rs
. "${0%/*}/lib.sh"
. "${0%/*}/lib/mux.sh"
. "${0%/*}/lib/power.sh"

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # its packets would send what waits
use_qmap
add_mux 1
start_mux 1
join_packets qmimux0 8192 32 $((limit * 1000000)) # longer than the ping waits for

# sent: what waited, in one transfer.
sent() {
	[ "$(datagrams)" = 1 ]
}

for round in 1 2; do
	step "suspend and resume with a packet that waits, round $round"
	begin_ping
	suspend_system
	wait_until "the packet" sent
	kill $ping # the modem was reset, and may have forgotten who it is for
	wait $ping || :
done
