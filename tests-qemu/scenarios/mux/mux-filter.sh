#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A filter on a mux device sees packets from their first byte, and their headers in the linear part of the buffer
# Defect: D6 the MAC header is set before the headroom in front of the packet: filters see 16 or more bytes that nobody wrote
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# matched: packets that the filter let pass: those whose first byte, counted from the MAC header, is that of an IPv4 header.
matched() {
	tc -s filter show dev qmimux0 ingress | sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt.*/\1/p'
}

plug raw-ip-hs
connect_muxes 1
ping_all 1 "$gateway"
tc qdisc add dev qmimux0 clsact
tc filter add dev qmimux0 ingress protocol ip basic match 'cmp(u8 at 0 layer link eq 0x45)' action pass
ping_all 10 "$gateway"
expect 10 matched

# Their packets share the buffer of a transfer, if that is not much larger.
step "large packets, with and without GRO"
ethtool -G wwan0 rx-buf-len 1526
for gro in on off; do
	ethtool -K qmimux0 gro $gro
	before=$(matched)
	ping -n -q -c 10 -s 1000 "$gateway"
	expect $((before + 10)) matched
done
