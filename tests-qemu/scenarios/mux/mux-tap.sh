#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A tap that is not read blocks no sender, whether packets are aggregated or not, and sees well-formed packets
# Driver: rs
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

count=5000

# open_tap DEVICE: a packet socket for all that it sends and receives, which is not read.
open_tap() {
	taps=$(grep -c . /proc/net/packet)
	index=$(printf '%02x000000' "$(cat "/sys/class/net/$1/ifindex")")
	# PF_PACKET, SOCK_RAW, ETH_P_ALL; struct sockaddr_ll behind the family
	socat -u "SOCKET-RECV:17:3:768:x0003${index}000000000000000000000000" /dev/null &
	tap=$!
	wait_until "the tap" tap_is_open
	kill -STOP $tap
}

tap_is_open() {
	[ "$(grep -c . /proc/net/packet)" -gt "$taps" ]
}

# send_all: that many datagrams, and the modem gets them all.
send_all() {
	ask_count >/dev/null
	# shellcheck disable=SC2016 # for the other shell
	timeout $limit bash -c 'dd if=/dev/zero bs=100 count="$1" status=none >"/dev/udp/$2/9"' - $count "$gateway" ||
		fail "the sender waits"
	got=0
	for _ in $(seq 50); do
		got=$((got + $(ask_count | cut -d ' ' -f 1)))
		[ $got -lt $count ] || break
		sleep 0.2
	done
	[ $got = $count ] || fail "$got of $count datagrams came"
}

# ask_count: how many have come to the modem since it was asked last, and more.
ask_count() {
	# shellcheck disable=SC2016 # for the other shell
	bash -c 'exec 9<>"/dev/udp/$1/9" && echo count >&9 && timeout "$2" head -n 1 <&9' - "$gateway" $limit
}

plug raw-ip-ss
connect_muxes 1
tc qdisc replace dev qmimux0 root pfifo limit 10000 # the default one drops some of a flood
for limits in '8192 1 0' '8192 32 2000'; do
	step "limits $limits"
	# shellcheck disable=SC2086 # three numbers
	aggregate_packets qmimux0 $limits
	for device in wwan0 qmimux0; do
		step "a tap on $device"
		open_tap $device
		send_all
		ping_all 3 "$gateway"
		upload 300000 "$gateway"
		kill -KILL $tap
		wait $tap 2>/dev/null || :
	done
done
expect_no_log 'protocol .* is buggy'
