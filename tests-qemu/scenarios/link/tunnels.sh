#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Fragments, VXLAN and ESP pass between channels, each in a network namespace, which may be deleted with its channel
# Timeout: 400
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# in_1 COMMAND..., in_2 COMMAND...: in the namespace of that channel.
in_1() {
	ip netns exec one "$@"
}

in_2() {
	ip netns exec two "$@"
}

# move_channel ID NAMESPACE: with its address, and a route to all.
move_channel() {
	start_mux "$1"
	device=$(mux_device "$1")
	ip netns add "$2"
	ip link set "$device" netns "$2"
	ip netns exec "$2" ip address add "$address/30" dev "$device"
	ip netns exec "$2" ip link set "$device" up
	ip netns exec "$2" ip route add default dev "$device"
}

# pings COMMAND ADDRESS SIZE: in a namespace; none may be lost.
pings() {
	"$1" ping -n -q -c 5 -i 0.1 -s "$3" -W $limit "$2" >/tmp/ping || fail "$2, $3 bytes: $(grep received /tmp/ping)"
	expect_line '^5 packets transmitted, 5 received' cat /tmp/ping
}

# stream ADDRESS: a TCP stream from the first to the second; its bytes arrive.
stream() {
	head -c 300000 /dev/urandom >/tmp/sent
	in_2 socat -u TCP-LISTEN:5000,reuseaddr CREATE:/tmp/received &
	receiver=$!
	wait_until "the receiver" in_2 sh -c 'ss -ltn | grep -q :5000'
	in_1 socat -u OPEN:/tmp/sent "TCP:$1:5000"
	wait $receiver
	cmp /tmp/sent /tmp/received || fail "what arrives at $1 is something else"
}

plug raw-ip-ss
use_qmap
add_mux 1
add_mux 2
move_channel 1 one
first=$address
first_gateway=$gateway
move_channel 2 two
second=$address

step "plain, and in fragments"
for size in 56 1472 4000 20000; do
	pings in_1 "$second" $size
done
stream "$second"

step "VXLAN"
in_1 ip link add vx0 type vxlan id 7 local "$first" remote "$second" dstport 4789
in_2 ip link add vx0 type vxlan id 7 local "$second" remote "$first" dstport 4789
in_1 ip address add 192.168.7.1/24 dev vx0
in_2 ip address add 192.168.7.2/24 dev vx0
in_1 ip link set vx0 up
in_2 ip link set vx0 up
pings in_1 192.168.7.2 56
pings in_1 192.168.7.2 4000
stream 192.168.7.2

step "ESP"
key=0x000102030405060708090a0b0c0d0e0f10111213
for here in in_1 in_2; do
	$here ip xfrm state add src "$first" dst "$second" proto esp spi 1 mode transport aead 'rfc4106(gcm(aes))' $key 128
	$here ip xfrm state add src "$second" dst "$first" proto esp spi 2 mode transport aead 'rfc4106(gcm(aes))' $key 128
done
in_1 ip xfrm policy add src "$first" dst "$second" dir out tmpl proto esp mode transport
in_1 ip xfrm policy add src "$second" dst "$first" dir in tmpl proto esp mode transport
in_2 ip xfrm policy add src "$second" dst "$first" dir out tmpl proto esp mode transport
in_2 ip xfrm policy add src "$first" dst "$second" dir in tmpl proto esp mode transport
pings in_1 "$second" 56
pings in_1 "$second" 4000
stream "$second"

step "one namespace goes, and then the modem"
ip netns delete two
pings in_1 "$first_gateway" 56
unplug 0
ip netns delete one
