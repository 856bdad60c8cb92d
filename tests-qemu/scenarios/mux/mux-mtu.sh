#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The MTU of a mux device is at least that of IP, and at most what a QMAP header can tell
# Driver: rs
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-ss
connect_muxes 1

step "what is refused"
for mtu in 0 5 67 65528 65536 2000000000; do
	expect_error 'Invalid argument' write $mtu /sys/class/net/qmimux0/mtu
done
expect 1500 cat /sys/class/net/qmimux0/mtu
expect_line 'minmtu 68 maxmtu 65527 ' ip -d link show qmimux0

step "what is taken"
for mtu in 68 1280 65527 1500; do
	ip link set qmimux0 mtu $mtu
	expect $mtu cat /sys/class/net/qmimux0/mtu
done
ping_all 3 "$gateway"

step "the largest packet goes out in one transfer"
ip link set qmimux0 mtu 65527
head -c $((65527 - 28)) /dev/zero | socat -u -b 65535 - "UDP-SENDTO:$gateway:9"
wait_until "the transfer" sh -c "grep -q '\"event\":\"bulk\",\"direction\":\"out\".*\"length\":65531' /run/host/modem-$port.log"
ping_all 3 "$gateway"
