#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A lower MTU limits what is sent; larger packets are still received
# Driver: rs
# Defect: D20 a lower MTU loses larger packets that arrive
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

# echoed BYTES: how many of a datagram come back.
echoed() {
	head -c "$1" /dev/zero | socat -t 3 -b 2000 - "UDP:$gateway:7" | wc -c
}

plug raw-ip-hs
use_raw_ip
go_online
for mtu in 1500 576; do
	step "a packet of 1400 bytes at MTU $mtu"
	ip link set wwan0 mtu $mtu
	ip link set wwan0 down # no receive buffer is from before
	ip link set wwan0 up
	ip address replace "$address/30" dev wwan0
	ping_all 3 "$gateway"
	expect 1372 echoed 1372
done
