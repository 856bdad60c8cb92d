#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packets that wait in unread sockets keep no others from being received, in each link layer
# Also: arm64 arm64-16k
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# Sockets, and bytes that may wait in each. The kernel doubles that, for what a packet takes besides.
sockets=8
buffer=1000000

# open_sockets: of ports from 5000 on.
open_sockets() {
	readers=
	for number in $(seq $sockets); do
		open_reader $((5000 + number)) ",setsockopt-socket=1:33:i$buffer" # SO_RCVBUFFORCE
	done
	# shellcheck disable=SC2086 # process ids
	kill -STOP $readers
}

# waiting: the bytes that wait in each socket.
waiting() {
	awk '$2 ~ /:13[89A-F][0-9A-F]$/ { split($5, queue, ":"); print queue[2] }' /proc/net/udp
}

# fill TRANSFERS SIZE [MUX]: each socket gets more packets of SIZE bytes than its buffer holds.
fill() {
	for number in $(seq $sockets); do
		# shellcheck disable=SC2086 # a number, or nothing
		send_packets "$1" "$2" $((5000 + number)) ${3-}
	done
	least=$(waiting | while read -r queue; do echo $((0x$queue)); done | sort -n | head -n 1)
	[ "$least" -ge $buffer ] || fail "only $least bytes wait in a socket"
}

# traffic: as ever.
traffic() {
	ping_all 10 "$gateway"
	download 1000000 "$gateway"
	upload 500000 "$gateway"
}

# try_layer TRANSFERS [MUX]: as many fill a socket with packets of 1500 bytes.
try_layer() {
	open_sockets
	fill "$1" 1500 "${2-}"
	step "all $sockets sockets are full"
	traffic
	close_readers
	step "nothing waits any more"
	traffic
}

step "raw IP"
plug_flooder raw-ip-hs
use_raw_ip
go_online
try_layer 1000
unplug 0

step "802.3"
plug_flooder union-802-3
go_online
try_layer 1000
unplug 0

step "QMAP"
plug_flooder raw-ip-ss
connect_muxes 2 1
try_layer 100 1
