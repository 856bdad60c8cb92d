#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both drivers send the same bytes for the same packets, and count the same
# Full: yes
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/parity.sh"

# Lengths in bytes of what the host sent, in its order; 0 is what ends a transfer of full packets.
sent_lengths() {
	modem_log '"event":"bulk","direction":"out"' "$port" | sed -E 's/.*"length":([0-9]+).*"status":"([a-z]*)".*/\1 \2/'
}

counters() {
	for name in rx_packets rx_bytes rx_errors rx_dropped tx_packets tx_bytes tx_errors tx_dropped; do
		echo "$name $(cat "/sys/class/net/$1/statistics/$name")"
	done
}

# Sizes around those where a transfer ends with a full packet, for headers of 14, 4 and no bytes.
ping_sizes() {
	for size in 0 469 470 471 483 484 485 969 970 981 982 983 984 995 996 997 1472; do
		echo "$size: $(pings 1 $size)"
	done
}

# pings COUNT SIZE
pings() {
	ping -n -q -c "$1" -s "$2" -i 0.1 -W $limit "$gateway" | sed -n 's/, time .*//; /received/p'
}

# No packet but those that are asked for: the gateway's hardware address is not asked for again, and no router is solicited.
be_silent() {
	pings 1 0 >/dev/null
	address=$(ip neighbor show to "$gateway" dev wwan0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
	[ -z "$address" ] || ip neighbor replace "$gateway" lladdr "$address" nud permanent dev wwan0
}

observe() {
	for kind in combined-802-3 union-802-3 bare-ip bogus-destination raw-ip-hs raw-ip-ss; do
		plug $kind
		echo 1 >/proc/sys/net/ipv6/conf/wwan0/disable_ipv6
		case $kind in
		raw-ip*) use_raw_ip ;;
		# One that usbnet chooses may look like IP to the C driver.
		*) ip link set wwan0 address 02:50:f4:00:00:01 ;;
		esac
		go_online
		be_silent
		record "$kind-pings" ping_sizes
		record "$kind-flood" pings 50 56
		record "$kind-counters" counters wwan0
		record "$kind-sent" sent_lengths
		record "$kind-large" pings 2 4000
		record "$kind-mtu-1400" ip link set wwan0 mtu 1400
		record "$kind-mtu-1400-pings" pings 2 1372
		ip link set wwan0 down
		record "$kind-down-counters" counters wwan0
		unplug 0
	done
}

compare_drivers traffic
