#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# GRO and GSO in each link layer, with fragments and disorder: contents stay the same
# Driver: rs
# Also: arm64 arm64-16k armhf
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/echo.sh"

# connect KIND OPTION...: a modem with sessions of both families on $link: $gateway, and $ipv6. Before a packet is a header of
# $header bytes.
connect() {
	kind=$1
	shift
	case $kind in
	802.3) profile=union-802-3 header=14 link=wwan0 ;;
	raw-ip) profile=raw-ip-hs header=0 link=wwan0 ;;
	mux) profile=raw-ip-ss header=4 link=qmimux0 ;;
	esac
	insert "$profile" "$@"
	wait_for_driver 0
	case $kind in
	mux)
		write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
		use_qmap
		write 1 $qmi_attributes/add_mux
		start_mux 1 6
		ipv6=$gateway
		start_mux 1 4
		;;
	*)
		[ "$kind" = 802.3 ] || use_raw_ip
		go_online 0 6
		ipv6=$gateway
		go_online 0 4
		;;
	esac
}

# count_merged: begins to count packets that are larger than any transfer's.
count_merged() {
	tc qdisc add dev "$link" clsact
	tc filter add dev "$link" ingress protocol all basic match 'meta(pkt_len gt 2000)' action pass
}

merged() {
	tc -s filter show dev "$link" ingress | sed -n 's/.*Sent [0-9]* bytes \([0-9]*\) pkt.*/\1/p'
}

# echo_burst: datagrams to the modem's echo, all at once; as many come back.
echo_burst() {
	# shellcheck disable=SC2016 # for the other shell
	expect 20000 bash -c 'exec 9<>"/dev/udp/$1/7" && dd if=/dev/zero bs=1000 count=20 status=none >&9 &&
		timeout "$2" dd bs=65535 count=20 status=none <&9 | wc -c' - "$gateway" $limit
}

# echo_segmented: datagrams to the modem's echo, of which the kernel gets all at once (UDP_SEGMENT); as many come back.
echo_segmented() {
	head -c 20500 /dev/urandom >/tmp/datagrams
	: >/tmp/echoed
	socat -b 65536 -t $limit 'OPEN:/tmp/datagrams!!OPEN:/tmp/echoed' "UDP:$1:7,setsockopt-socket=17:103:i1000" &
	echo=$!
	wait_until "the echo of $1" all_echoed
	kill $echo
	wait $echo || :
	cmp /tmp/datagrams /tmp/echoed || fail "what comes back from $1 is something else"
}

all_echoed() {
	[ "$(stat -c %s /tmp/echoed)" -ge "$(stat -c %s /tmp/datagrams)" ]
}

# bursts_merged: whether one more burst has some merged.
bursts_merged() {
	echo_burst
	[ "$(merged)" -gt "$count" ]
}

# The largest transfer from the host, in bytes.
largest() {
	modem_log '"bulk","direction":"out"' "$port" | sed 's/.*"length":\([0-9]*\).*/\1/' | sort -n | tail -n 1
}

# sent_fragments: each transfer from the host that is a fragment of IPv6, in hexadecimal.
sent_fragments() {
	modem_log '"bulk","direction":"out"' "$port" | sed -nE "s/.*\"payload\":\"(.{$((2 * header))}6.{11}2c.*)\".*/\1/p"
}

# whole: the ICMPv6 message whose fragments are read, but for its type and checksum.
whole() {
	sed "s/^.\{$((2 * (header + 48)))\}//" | tr -d '\n' | cut -c 9-
}

# return_fragments NUMBER...: sends these of the host's fragments back to it, from the gateway.
return_fragments() {
	for number; do
		fragment=$(sed -n "${number}p" /tmp/fragments | sed -E "s/^(.{$((2 * header))}.{16})(.{32})(.{32})/\1\3\2/")
		[ "$kind" != 802.3 ] || fragment=$(printf %s "$fragment" | sed -E 's/^(.{12})(.{12})/\2\1/')
		from_modem "$fragment"
	done
}

# The modem's network has no fragments of IPv6. But it returns what it is told to, and the host answers a ping that was its own.
fragments_of_ipv6() {
	ping_all 1 "$ipv6" # the first packet that waits for the neighbour's address may come behind the next
	! ping -6 -n -q -c 1 -s 4000 -W 1 "$ipv6" >/dev/null || fail "the modem answers fragments of IPv6"
	sent_fragments >/tmp/fragments
	expect 3 grep -c . /tmp/fragments
	for order in '1 2 3' '3 2 2 1'; do
		before=$(sent_fragments | wc -l)
		# shellcheck disable=SC2086 # numbers
		return_fragments $order
		wait_until "the answer to fragments" answered_in_fragments
		expect "$(whole </tmp/fragments)" answer
	done
}

answered_in_fragments() {
	[ "$(sent_fragments | wc -l)" -ge $((before + 3)) ]
}

answer() {
	sent_fragments | tail -n "+$((before + 1))" | whole
}

disordered() {
	modem_log '"event":"hostile"' "$port" | wc -l
}

for kind in raw-ip 802.3 mux; do
	step "$kind: fragments"
	connect "$kind" --log-payload
	# From small to large: the modem's network adds up what is left of a larger one otherwise.
	for size in 1473 4000 8000; do
		ping -n -q -c 3 -i 0.1 -s $size -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
		expect_line '^3 packets transmitted, 3 received' cat /tmp/ping
	done
	echo_all 1473 4000 8000 "$gateway"
	fragments_of_ipv6
	unplug 0

	step "$kind: GRO merges segments"
	connect "$kind"
	count_merged
	download 1000000 "$gateway"
	[ "$(merged)" -gt 0 ] || fail "none of 1 MB was merged"
	download 300000 "[$ipv6]"
	step "$kind: and not if that is off"
	ethtool -K "$link" gro off
	count=$(merged)
	download 300002 "$gateway"
	expect "$count" merged
	ethtool -K "$link" gro on
	step "$kind: GRO merges datagrams only if that is on"
	for _ in 1 2 3; do
		echo_burst
	done
	expect "$count" merged
	ethtool -K "$link" rx-udp-gro-forwarding on
	wait_until "merged datagrams" bursts_merged

	step "$kind: large packets are segmented (GSO)"
	upload 1000000 "$gateway"
	upload 300000 "[$ipv6]"
	largest=$(largest)
	[ "$largest" -le $((1500 + header)) ] || fail "a transfer of $largest bytes"
	[ "$largest" -ge 1400 ] || fail "no transfer is larger than $largest bytes"
	step "$kind: and datagrams"
	expect_line '^tx-udp-segmentation: on$' ethtool -k "$link"
	echo_segmented "$gateway"
	echo_segmented "[$ipv6]"
	if [ "$kind" = mux ]; then
		step "$kind: by the driver, too"
		aggregate_packets "$link" 8192 32 2000
		mark_aggregates up
		upload 1000000 "$gateway"
		upload 300000 "[$ipv6]"
		echo_segmented "$gateway"
		expect_aggregated 8192 32
	fi
	unplug 0

	step "$kind: disorder"
	connect "$kind" --hostile disorder --seed "$QMI_SEED" --cases 100
	count_merged
	download 2000000 "$gateway"
	download 2000000 "[$ipv6]"
	upload 1000000 "$gateway"
	expect 100 disordered
	[ "$(merged)" -gt 0 ] || fail "none of 4 MB was merged"
	unplug 0
done
