#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Wrong transfers in 802.3, raw IP and each version of QMAP are dropped, and nothing else is lost
# Best: debug
# Also: arm64 armhf
# Timeout: 1800
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/hostile.sh"

# flood LAYOUT: the modem sends its cases, and carries on: a ping comes back behind them. QEMU may lose what comes right behind a
# transfer that was too long for the host, such as the first ping.
flood() {
	step "$1: $count transfers"
	first=0
	while [ $first -lt "$count" ]; do
		some=$((count - first < 1000 ? count - first : 1000))
		echo "$QMI_SEED $first $some" | socat -u - "UDP-SENDTO:$gateway:6"
		ping -n -c 1 -i 0.2 -w $limit "$gateway" >/dev/null || fail "no ping comes back behind transfer $((first + some))"
		first=$((first + some))
	done
	expect "$count" grep -c '"event":"hostile"' /run/host/modem-1.log
	ping_all 5 "$gateway"
	counters=/sys/class/net/wwan0/statistics
	good=$(cat $counters/rx_packets) wrong=$(cat $counters/rx_errors)
	step "$good taken, $wrong refused"
	arrived=$((arrived + good + wrong))
}

announce
count=$(cases 50000) arrived=0

plug union-802-3
go_online
flood 802.3
unplug 0

plug raw-ip-hs
use_raw_ip
go_online
flood "raw IP"
unplug 0

for version in 1 4 5; do
	case $version in
	1) plug raw-ip-hs ;;
	*) plug raw-ip-ss ;;
	esac
	use_qmap $version
	add_mux 1
	add_mux 2
	start_mux 1
	flood QMAPv$version
	unplug 0
done

fact transfers $((5 * count))
fact arrived $arrived
[ $arrived -gt $((5 * count * 4 / 5)) ] || fail "only $arrived of $((5 * count)) transfers arrived"
work_as_ever
