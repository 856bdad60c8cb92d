#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Aggregates of 31 KB and of 32 packets, as an RM500Q sends them, in each version of QMAP that qmicli negotiates
# Driver: rs
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# Bytes and packets of a transfer from the modem, and to it.
down='31744 32'
up='8192 32'

# negotiate VERSION: all by qmicli, in both directions, with the limits that the modem is to have.
negotiate() {
	case $1 in
	1) protocol=qmap ;;
	*) protocol=qmapv$1 ;;
	esac
	qmi --wda-set-data-format="link-layer-protocol=raw-ip,ul-protocol=$protocol,dl-protocol=$protocol,\
dl-datagram-max-size=${down% *},dl-max-datagrams=${down#* },ul-datagram-max-size=${up% *},ul-max-datagrams=${up#* }" >/tmp/format
	# The former does not tell all limits, nor does the latter.
	qmi --wda-get-data-format >>/tmp/format
	for direction in Uplink Downlink; do
		expect_line "$direction data aggregation protocol: '$protocol'" cat /tmp/format
	done
	expect "${down% *}" limit 'Downlink data aggregation max size'
	expect "${down#* }" limit 'Downlink data aggregation max datagrams'
	expect "${up% *}" limit 'Uplink data aggregation max size'
	expect "${up#* }" limit 'Uplink data aggregation max datagrams'
}

# limit NAME: from the data format last negotiated.
limit() {
	sed -n "s/^ *$1: '\([0-9]*\)'.*/\1/p" /tmp/format | sort -u
}

# speak VERSION: the driver follows what qmicli has agreed to with the modem, as connection managers have it.
speak() {
	ip link set wwan0 down
	write Y $qmi_attributes/raw_ip
	ethtool --set-priv-flags wwan0 qmap-v4 off qmap-v5 off
	[ "$1" = 1 ] || ethtool --set-priv-flags wwan0 "qmap-v$1" on
	ethtool -G wwan0 rx-buf-len "$(limit 'Downlink data aggregation max size')"
	ip link set wwan0 up
	aggregate_packets qmimux0 "$(limit 'Uplink data aggregation max size')" \
		"$(limit 'Uplink data aggregation max datagrams')" 2000
	ip link set qmimux0 up
	ip address replace "$address/30" dev qmimux0
}

# full_transfers SIZE PACKETS: transfers that are as full as agreed, with packets of that size, arrive whole: so many in each.
full_transfers() {
	hear ,so-bindtodevice=qmimux0
	send_packets 12 "$1" $unread 1
	expect "$((12 * $2))" echo "$sent"
	end_hearing $((sent * ($1 - 28)))
}

# longest: the longest transfer from the modem.
longest() {
	modem_log '"bulk","direction":"in"' "$port" | sed 's/.*"length":\([0-9]*\),.*/\1/' | sort -n | tail -n 1
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
add_mux 1
for version in 1 4 5; do
	step "version $version"
	negotiate $version
	if [ $version = 1 ]; then
		address=
		ip link set wwan0 up
		start_mux 1
	fi
	speak $version
	ping_all 3 "$gateway"
	# The latter is what fits, with headers and trailers.
	full_transfers 960 32
	case $version in
	4) full_transfers 1500 20 ;;
	*) full_transfers 1500 21 ;;
	esac
	download 1000000 "$gateway"

	mark_aggregates up
	upload 1000000 "$gateway"
	# shellcheck disable=SC2086 # two numbers
	expect_aggregated $up
	expect_no_drops
done
[ "$(longest)" -gt 31000 ] || fail "the longest transfer had $(longest) bytes"
