#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wwan0 goes down and up below a mux device that sends: the mux device sends on
# Driver: rs
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
connect_muxes 1

step "down and up, again and again"
for _ in $(seq 20); do
	socat -b 1000 -u /dev/zero "UDP-SENDTO:$gateway:9" 2>/dev/null &
	flood=$!
	before=$(cat /sys/class/net/qmimux0/statistics/tx_packets)
	catch "[ \$(cat /sys/class/net/qmimux0/statistics/tx_packets) -gt $((before + 100)) ]"
	ip link set wwan0 down
	kill $flood 2>/dev/null || : # it ends by itself if nothing can be sent
	wait $flood || :
	ip link set wwan0 up
	wait_for_value up /sys/class/net/qmimux0/operstate
	ping_all 1 "$gateway"
done
