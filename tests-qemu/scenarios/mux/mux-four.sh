#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Four mux devices, each with a session of IPv4 and one of IPv6, and traffic on all of them at once
# Also: arm64 arm64-16k armhf
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# both_ways BYTES ADDRESS
both_ways() {
	upload "$@"
	download "$@"
}

plug raw-ip-ss
use_qmap
gateways=
streams=
for id in 1 2 99 254; do
	write $id $qmi_attributes/add_mux
	start_mux $id 4
	ipv4=$gateway
	start_mux $id 6
	gateways="$gateways $ipv4 $gateway"
	case $id in
	1 | 99) streams="$streams $ipv4" ;;
	*) streams="$streams [$gateway]" ;;
	esac
done
different=$(printf '%s\n' "$gateways" | tr ' ' '\n' | sort -u | grep -c .)
[ "$different" = 8 ] || fail "8 sessions have $different gateways: $gateways"

jobs=
also() {
	"$@" &
	jobs="$jobs $!"
}
bytes=200000
for gateway in $gateways; do
	also ping_all 50 "$gateway"
done
# Four streams: the modem's TCP takes the waiting of more in a slow guest for loss.
for gateway in $streams; do
	bytes=$((bytes + 1))
	also both_ways $bytes "$gateway"
done
for job in $jobs; do
	wait "$job"
done
