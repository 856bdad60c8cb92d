#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Pass-through delivers packets of protocol ETH_P_MAP, with the MAC header at the QMAP header
# Driver: rs
# Defect: D16 pass-through leaves the MAC header unset
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/rmnet.sh"

# matched: packets that the filter let pass. Its second byte is the mux id, counted from the MAC header: a filter does not look
# there if the header is unset.
matched() {
	tc -s filter show dev wwan0 ingress | sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt.*/\1/p'
}

offer_pass_through
plug raw-ip-hs
use_rmnet
start_rmnet 5
ping_all 1 "$gateway"
tc qdisc add dev wwan0 clsact
tc filter add dev wwan0 ingress protocol 0x00f9 basic match 'cmp(u8 at 1 layer link eq 5)' action pass
ping_all 10 "$gateway"
expect 10 matched
