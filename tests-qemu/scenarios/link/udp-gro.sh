#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A socket with UDP_GRO gets merged datagrams, from a mux device and in raw IP; any other gets each by itself
# Driver: rs
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# reads TRANSFERS MUX [OPTION]: sets $reads to how often a socket with this option is read for so many transfers of datagrams
reads() {
	hear "${3-}"
	# shellcheck disable=SC2086 # a number, or nothing
	send_packets "$1" 1028 $unread $2
	end_hearing $((1000 * sent))
	reads=$(grep -c 'length=' /tmp/reads)
}

# try_both TRANSFERS [MUX]
try_both() {
	reads "$1" "${2-}"
	[ "$reads" = "$sent" ] || fail "$sent datagrams were merged to $reads"
	reads "$1" "${2-}" ,setsockopt-socket=17:104:i1 # SOL_UDP, UDP_GRO
	step "$sent datagrams, $reads reads"
	[ "$reads" -le $((sent / 2)) ] || fail "of $sent datagrams too few were merged: $reads reads"
}

step "QMAP"
plug_flooder raw-ip-ss
connect_muxes 1
try_both 60 1
unplug 0

# A datagram in a transfer: how many are in one NAPI poll depends on how fast the modem is.
step "raw IP"
plug_flooder raw-ip-hs
use_raw_ip
go_online
reads 500 '' ,setsockopt-socket=17:104:i1
step "$sent datagrams, $reads reads"
[ "$reads" -le "$sent" ] || fail "of $sent datagrams there were $reads reads"
