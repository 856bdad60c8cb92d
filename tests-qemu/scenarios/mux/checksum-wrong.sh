#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A checksum that the modem calls right is trusted where that is allowed; the host verifies any other
# Driver: rs
# Also: arm64 arm64-16k armhf
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/echo.sh"

count=30

# plug_liar HOW VERSION: a modem with a session, that spoils a checksum now and then; VERSION 0 is raw IP without QMAP.
plug_liar() {
	insert raw-ip-ss --hostile "$1" --seed "$QMI_SEED" --cases 100
	wait_for_driver 0
	write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
	case $2 in
	0)
		use_raw_ip
		go_online
		;;
	*)
		use_qmap "$2"
		add_mux 1
		start_mux 1
		expect_line '^rx-checksumming: on' ethtool -k qmimux0
		;;
	esac
}

# spoilt: how many packets the modem has spoilt so far.
spoilt() {
	modem_log '"event":"hostile"' "$port" | wc -l
}

# hears all|others: the datagrams that come from the modem, or those with a right checksum only.
hears() {
	spoilt=$(spoilt)
	errors=$(checksum_errors Udp)
	echo_at_once $count 100 "$gateway" 5
	spoilt=$(($(spoilt) - spoilt))
	errors=$(($(checksum_errors Udp) - errors))
	[ $spoilt -gt 0 ] || fail "the modem spoilt none of $count datagrams"
	case $1 in
	all) wrong=0 ;;
	others) wrong=$spoilt ;;
	esac
	[ "$echoed,$errors" = "$((count - wrong)),$wrong" ] ||
		fail "$echoed of $count datagrams were heard and $errors dropped; the modem spoilt $spoilt"
}

for version in 0 1 4 5; do
	step "found wrong, QMAPv$version"
	plug_liar checksums $version
	hears others
	errors=$(checksum_errors Tcp)
	upload 100000 "$gateway" # not a download: the modem's TCP gets lost when much of what it sends does
	[ "$(checksum_errors Tcp)" -gt "$errors" ] || fail "no checksum of TCP was wrong"
	unplug 0
done

for version in 4 5; do
	step "called right, QMAPv$version: believed"
	plug_liar feigned-checksums $version
	hears all
	step "and not believed"
	ethtool -K qmimux0 rx off
	hears others
	step "believed again"
	ethtool -K qmimux0 rx on
	hears all
	unplug 0
done
