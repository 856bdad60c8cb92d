#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In QMAPv4 and QMAPv5 the modem or the host computes and verifies checksums of TCP and UDP: all data arrives intact
# Driver: rs
# Also: arm64 arm64-16k armhf
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/echo.sh"

# traffic FAMILY ADDRESS
traffic() {
	ping_all 3 "$2"
	echo_all 1 2 999 1000 1400 "$2"
	case $1 in
	4) peer=$2 ;;
	6) peer="[$2]" ;;
	esac
	upload 300000 "$peer"
	download 300000 "$peer"
}

# checksums DIRECTION: how many the modem was asked for, or found right, since mark_aggregates.
checksums() {
	aggregates "$1" | awk '{ count += $3 } END { print count + 0 }'
}

# features on|off
features() {
	ethtool -K qmimux0 rx "$1" tx-checksum-ipv4 "$1" tx-checksum-ipv6 "$1"
	for feature in rx-checksumming tx-checksumming; do
		expect_line "^$feature: $1" ethtool -k qmimux0
	done
}

both_families() {
	traffic 4 "$ipv4"
	traffic 6 "$ipv6"
}

for version in 4 5; do
	step "QMAPv$version"
	plug raw-ip-ss
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
	use_qmap $version
	expect_line "^qmap-v$version *: on" ethtool --show-priv-flags wwan0
	expect_line "^qmap-v$((9 - version)) *: off" ethtool --show-priv-flags wwan0
	write 1 $qmi_attributes/add_mux
	start_mux 1 4
	ipv4=$gateway
	start_mux 1 6
	ipv6=$gateway

	step "the modem does it"
	for feature in rx-checksumming tx-checksumming; do
		expect_line "^$feature: on" ethtool -k qmimux0
	done
	udp_errors=$(checksum_errors Udp)
	tcp_errors=$(checksum_errors Tcp)
	mark_aggregates up
	both_families
	asked=$(checksums up)
	[ "$asked" -gt 390 ] || fail "the modem was asked for $asked checksums of 600 KB"
	believed=$(statistic rx_csum_right)
	[ "$believed" -gt 390 ] || fail "$believed checksums of 600 KB were believed"

	step "in shared transfers, too"
	aggregate_packets qmimux0 8192 16 2000
	mark_aggregates up
	both_families
	expect_aggregated 8192 16
	asked=$(checksums up)
	[ "$asked" -gt 390 ] || fail "the modem was asked for $asked checksums of 600 KB"

	step "the host does it"
	features off
	believed=$(statistic rx_csum_right)
	mark_aggregates up
	both_families
	aggregate_packets qmimux0 8192 1 2000
	both_families
	expect 0 checksums up
	expect "$believed" statistic rx_csum_right

	expect_no_drops
	expect "$udp_errors" checksum_errors Udp
	expect "$tcp_errors" checksum_errors Tcp
	unplug 0
done

step "one version takes the place of the other"
plug raw-ip-ss
for version in 5 4; do
	ethtool --set-priv-flags wwan0 qmap-v$version on
	expect_line "^qmap-v$version *: on" ethtool --show-priv-flags wwan0
	expect_line "^qmap-v$((9 - version)) *: off" ethtool --show-priv-flags wwan0
done
