#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packets without headroom for a QMAP header, which tc has made longer, are sent
# Driver: rs
# Defect: D19 a packet without headroom panics the kernel when a mux device sends it
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# Packets that the modem could not take for IP, which is what has a label of MPLS before it.
labelled() {
	modem_log '"event":"dropped".*"direction":"up".*"reason":"not an IP packet"' | wc -l
}

came() {
	[ "$(labelled)" -ge "$1" ]
}

plug raw-ip-ss
connect_muxes 1
ping_all 1 "$gateway"
tc qdisc add dev qmimux0 clsact
labels=
for label in 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31; do
	tc filter add dev qmimux0 egress prio $label matchall action mpls push protocol mpls_uc label $label continue
	labels="$labels $label"
	before=$(labelled)
	! ping -n -q -c 3 -i 0.1 -W 0.1 "$gateway" >/dev/null || fail "the modem answers what is no IP"
	wait_until "packets with the labels$labels" came $((before + 3))
done
expect 0 cat /sys/class/net/qmimux0/statistics/tx_dropped
tc qdisc del dev qmimux0 clsact
ping_all 3 "$gateway"
