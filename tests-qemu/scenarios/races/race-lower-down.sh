#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wwan0 goes down and up as fast as it can below mux devices of another namespace that send all the time: they send on
# Driver: rs
# Also: arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# In wwan0's own namespace the network stack would be quick to take the queue of a mux device that has no carrier.
there() {
	ip netns exec other "$@"
}

# send_always DEVICE ADDRESS: small packets. socat ends when nothing can be sent.
send_always() {
	while :; do
		there socat -b 64 -u /dev/zero "UDP-SENDTO:$2:9,so-bindtodevice=$1" || :
	done
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_qmap
ip netns add other
sessions=
for id in 1 2 3 4; do
	add_mux $id
	start_mux $id
	sessions="$sessions $(mux_device $id),$address,$gateway"
done

senders=
for session in $sessions; do
	device=${session%%,*} gateway=${session##*,} address=${session#*,}
	ip link set "$device" netns other
	there ip link set "$device" up
	there ip address replace "${address%,*}/30" dev "$device"
	send_always "$device" "$gateway" 2>/dev/null &
	senders="$senders $!"
done

rounds=200
[ "${QMI_FULL-}" != yes ] || rounds=2000
step "down and up, $rounds times"
for _ in $(seq $rounds); do
	printf 'link set wwan0 down\nlink set wwan0 up\n'
done | ip -batch -
# shellcheck disable=SC2086 # process ids
kill $senders
pkill socat || :

for session in $sessions; do
	expect_line ' 5 received' there ping -n -c 5 -i 0.1 -W $limit "${session##*,}"
done
ip netns delete other
