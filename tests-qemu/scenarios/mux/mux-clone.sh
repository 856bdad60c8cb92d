#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packets that tc mirrors to another mux device leave on both, each with its own mux id; the C driver writes both ids into one
# Driver: rs
# Also: arm64 arm64-16k
# Defect: D18 the transmit header is written into bytes that clones share
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# sent ID: packets of that session that reached the modem.
sent() {
	session_counts "$1" | head -n 1
}

plug raw-ip-hs
use_qmap
add_mux 1
add_mux 2
start_mux 2
start_mux 1
tc qdisc add dev wwan0 root netem delay 50ms # with the C driver both are on their way at the same time
tc qdisc add dev qmimux0 clsact
tc filter add dev qmimux0 egress matchall action mirred egress mirror dev qmimux1
ping -n -c 10 -i 0.1 -w $limit "$gateway" >/tmp/ping || fail "$(tail -n 2 /tmp/ping)"
tc qdisc del dev qmimux0 clsact
ping_all 1 "$gateway" # those before it have arrived

requests=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' /tmp/ping)
expect $((requests + 1)) sent 1
expect "$requests" sent 2
expect "$requests" cat /sys/class/net/qmimux1/statistics/tx_packets

step "and when tc moves them there"
tc qdisc add dev qmimux0 clsact
tc filter add dev qmimux0 egress matchall action mirred egress redirect dev qmimux1
ping_all 5 "$gateway"
expect $((requests + 1)) sent 1
