#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# rmnet and the virtual modem offload checksums to each other in QMAPv4 and QMAPv5, also in aggregates
# Also: arm64 arm64-16k
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/rmnet.sh"

# counter NAME
counter() {
	ethtool -S rmnet1 | sed -n "s/^ *$1: //p"
}

# The modem was asked for checksums, and told of right ones.
expect_checksums() {
	mark=0
	for direction in up down; do
		aggregates $direction | awk '{ count += $3 } END { exit count < 500 }' || fail "too few checksums $direction"
	done
	[ "$(counter 'Checksum ok')" -gt 500 ] || fail "rmnet believed too few checksums"
	expect 0 counter 'Checksum validation failed'
}

offer_pass_through
for version in 4 5; do
	step "QMAPv$version"
	plug raw-ip-ss
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # the modem would take its packets for QMAP
	use_rmnet $version
	start_rmnet 1 ingress-mapv$version-checksum on egress-mapv$version-checksum on
	ethtool -K rmnet1 rx on tx on
	for family in 4 6; do
		[ $family = 4 ] || start_mux 1 6 rmnet1
		ping_all 5 "$gateway"
		case $family in
		4) peer=$gateway ;;
		6) peer="[$gateway]" ;;
		esac
		upload 1000000 "$peer"
		download 1000000 "$peer"
	done
	expect_checksums
	aggregate_packets rmnet1 4096 4 2000
	mark_aggregates up
	upload 1000000 "$peer"
	expect_aggregated 4096 4
	expect_no_drops
	ip link delete rmnet1
	unplug 0
done
