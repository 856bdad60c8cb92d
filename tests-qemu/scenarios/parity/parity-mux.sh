#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both drivers send the same QMAP, and deliver the same of what they receive
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/parity.sh"
. "${0%/*}/../lib/mux.sh"

counters() {
	for name in rx_packets rx_bytes rx_errors tx_packets tx_bytes tx_errors tx_dropped; do
		echo "$name $(cat "/sys/class/net/$1/statistics/$name")"
	done
}

dropped() {
	cat "/sys/class/net/$1/statistics/rx_dropped"
}

# The bytes of each transfer to the modem.
sent() {
	modem_log '"event":"bulk","direction":"out"' "$port" | sed -E 's/.*"length":([0-9]+).*"status":"([a-z]*)".*/\1 \2/'
}

pings() {
	for size in 0 1 2 3 480 481 484 992 996 1472 4000; do
		ping -n -q -c 2 -i 0.1 -W $limit -s $size "$1" | sed -n 's/, time .*//; /received/p'
	done
}

# aggregate NAME HEXADECIMAL...: what of it is heard; a datagram after it tells when all was.
aggregate() {
	name=$1
	shift
	from_modem "$@"
	ends=$((ends + 1))
	from_modem "$(qmap 1 "$(udp 1 "end$ends")")"
	wait_until "end$ends" grep -q "end$ends" /tmp/heard-1
	record "heard-$name" sed "s/.*end$((ends - 1))//" /tmp/heard-1
	record "heard-2-$name" cat /tmp/heard-2
	record "errors-$name" cat /sys/class/net/wwan0/statistics/rx_errors
}

observe() {
	plug raw-ip-hs
	echo 1 >/proc/sys/net/ipv6/conf/wwan0/disable_ipv6
	use_qmap
	add_mux 2
	add_mux 1
	start_mux 2
	record pings-2 pings "$gateway"
	start_mux 1
	record pings-1 pings "$gateway"
	for device in wwan0 qmimux0 qmimux1; do
		record "counters-$device" counters $device
		record "dropped-$device" dropped $device
	done
	record sent sent

	listen 1 2
	ends=0
	aggregate two "$(qmap 1 "$(udp 1 a)")" "$(qmap 2 "$(udp 2 b)")"
	aggregate padding "$(qmap 1 "$(udp 1 a)" 1)" "$(qmap 2 "$(udp 2 b)" 63)" "$(qmap 1 "$(udp 1 c)" 2)"
	aggregate command "$(qmap 1 01000000 0 0x80)" "$(qmap 2 "$(udp 2 b)")"
	aggregate unknown "$(qmap 9 "$(udp 1 a)")" "$(qmap 0 "$(udp 1 b)")" "$(qmap 255 "$(udp 1 c)")" "$(qmap 2 "$(udp 2 d)")"
	aggregate not-ip "$(qmap 1 0000000000)" "$(qmap 1 f0)" "$(qmap 2 "$(udp 2 b)")"
	aggregate empty 00010000 00020000 "$(qmap 2 "$(udp 2 b)")"
	aggregate all-padding 0401000411111111 "$(qmap 2 "$(udp 2 b)")"
	aggregate more-padding 3f01000411111111 "$(qmap 2 "$(udp 2 b)")"
	aggregate truncated "$(qmap 1 "$(udp 1 a)")" 0001ffff45
	aggregate header-only "$(qmap 1 "$(udp 1 a)")" 00010001
	aggregate tiny 00
	write 2 $qmi_attributes/del_mux
	aggregate deleted "$(qmap 2 "$(udp 2 a)")" "$(qmap 1 "$(udp 1 b)")"
	# shellcheck disable=SC2086 # one word a process
	kill $listeners
	spare_rcu
	unplug 0
	record gone ls /sys/class/net
}

compare_drivers mux
