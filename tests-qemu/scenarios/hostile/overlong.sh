#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A transfer that is longer than a receive buffer comes in pieces: these are dropped and counted, and the next transfer arrives
# Driver: rs
# Also: arm64 arm64-16k
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# overlong BYTES: a transfer of so many zeros.
overlong() {
	head -c "$1" /dev/zero | socat -u -b 65536 - "UDP-SENDTO:$gateway:5"
}

# pieces: transfers to the host so far, of which an overlong one makes several.
pieces() {
	modem_log '"bulk","direction":"in"' "$port" | wc -l
}

has_sent() {
	[ "$(pieces)" -ge "$1" ]
}

# answered: QEMU may lose what comes right behind a transfer of whole packets.
answered() {
	ping -n -q -c 1 -W 1 "$gateway" >/dev/null
}

# counted: what the driver has found wrong so far, by the counter of this link layer.
counted() {
	ethtool -S wwan0 | sed -n "s/^ *$counter: //p"
}

have_been_counted() {
	[ $(($(counted) - found)) -ge "$1" ]
}

# try_lengths BYTES...
try_lengths() {
	size=$(ethtool -g wwan0 | sed -n 's/^RX Buf Len:[[:space:]]*//p' | tail -n 1)
	found=$(counted)
	expected=0
	for length; do
		count=$(((length + size - 1) / size))
		expected=$((expected + count))
		before=$(pieces)
		overlong "$length"
		wait_until "$count pieces" has_sent $((before + count))
		wait_until "a ping" answered
	done
	step "$layer: $# transfers in $expected pieces of $size bytes"
	[ $expected -gt $# ] || fail "no transfer is longer than a buffer"
	# In QMAP zeros are padding, which is no fault.
	[ -z "$counter" ] || wait_until "them to be counted as $counter" have_been_counted "$#"
	ping_all 5 "$gateway"
	download 100000 "$gateway"
}

layer=802.3 counter=rx_repaired
plug union-802-3
go_online
ping_all 1 "$gateway"
try_lengths 1515 1600 2049 4000 9001 20001 20001 20001
unplug 0

layer="raw IP" counter=rx_dropped_not_ip
plug raw-ip-hs
use_raw_ip
go_online
try_lengths 1515 1600 2049 4000 9001 20001 20001 20001
unplug 0

layer=QMAP counter=
plug raw-ip-ss
connect_muxes 1
try_lengths 16385 17001 20001 40001 60001
