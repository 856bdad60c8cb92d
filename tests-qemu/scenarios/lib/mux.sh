# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Mux devices: QMAP on both sides, sessions on mux ids, and what goes over them.

qmi_attributes=/sys/class/net/wwan0/qmi

# use_qmap [VERSION [DATAGRAMS]]: raw IP and QMAP in modem and driver, wwan0 up. VERSION is 1 (default), or 4 or 5 of a modem
# that has them; a transfer from the modem has DATAGRAMS (10) at most. The MTU, which sets the size of receive buffers, is that
# of the aggregates, and set before raw IP as ModemManager does: afterwards a multiple of the packet size would be refused.
use_qmap() {
	size=16384
	negotiate_qmap "${1-1}" "${2-10}"
	ip link set wwan0 mtu $size
	write Y $qmi_attributes/raw_ip
	[ "${1-1}" = 1 ] || ethtool --set-priv-flags wwan0 "qmap-v$1" on
	ip link set wwan0 up
}

# negotiate_qmap VERSION [DATAGRAMS]: raw IP and QMAP in the modem, with aggregates of at most $size bytes and so many packets.
negotiate_qmap() {
	case $1 in
	1) protocol=qmap ;;
	*) protocol=qmapv$1 ;;
	esac
	expect_line "Downlink data aggregation protocol: '$protocol'" qmi --wda-set-data-format="link-layer-protocol=raw-ip,\
ul-protocol=$protocol,dl-protocol=$protocol,dl-datagram-max-size=$size,dl-max-datagrams=${2-10}"
}

# add_mux ID: adds a mux device that speaks IPv4 only: the packets that IPv6 sends by itself would be counted.
add_mux() {
	write "$1" $qmi_attributes/add_mux
	write 1 "/proc/sys/net/ipv6/conf/$(mux_device "$1")/disable_ipv6"
}

# mux_device ID: the name of the mux device with this decimal id.
mux_device() {
	grep -lx "$(printf '0x%02x' "$1")" /sys/class/net/wwan0/upper_*/qmap/mux_id | sed 's|.*/upper_\([^/]*\)/.*|\1|'
}

# connect_muxes ID...: use_qmap, and a mux device with a session for each id. $address and $gateway are of the last; $devices are
# all.
connect_muxes() {
	use_qmap
	devices=
	for mux; do
		add_mux "$mux"
		start_mux "$mux"
		devices="$devices $(mux_device "$mux")"
	done
}

# start_mux ID [FAMILY [DEVICE]]: a session on a mux id, FAMILY 4 (default) or 6, in force on its device, or on another; sets
# $address and $gateway.
start_mux() {
	family=${2-4}
	client=$(qmi --wds-noop --client-no-release-cid | sed -n "s/.*CID: '\([0-9]*\)'.*/\1/p")
	[ -n "$client" ] || fail "qmicli told no client id"
	echo "$client" >"/tmp/mux-client-$1-$family"
	interface=$(printf '%d' "0x$(cat /sys/class/net/wwan0/device/bInterfaceNumber)")
	for action in bind-mux-data-port="mux-id=$1,ep-type=hsusb,ep-iface-number=$interface" set-ip-family="$family" \
		start-network=apn=internet; do
		said=$(mux_qmi "$1" "$family" --wds-"$action" 2>&1) || fail "--wds-$action: $said"
	done
	settings=$(mux_qmi "$1" "$family" --wds-get-current-settings)
	configure "${3-$(mux_device "$1")}" "$family"
}

# mux_qmi ID FAMILY ARGUMENTS: qmicli as the client that started this session.
mux_qmi() {
	session=/tmp/mux-client-$1-$2
	shift 2
	qmi --client-cid="$(cat "$session")" --client-no-release-cid "$@"
}

# device_counts DEVICE: packets and bytes sent, packets and bytes received.
device_counts() {
	for counter in tx_packets tx_bytes rx_packets rx_bytes; do
		cat "/sys/class/net/$1/statistics/$counter"
	done
}

# session_counts ID: the same, as the modem counted them in the IPv4 session.
session_counts() {
	said=$(mux_qmi "$1" 4 --wds-get-packet-statistics)
	for counter in 'TX packets' 'TX bytes' 'RX packets' 'RX bytes'; do
		printf '%s\n' "$said" | sed -n "s/.*$counter OK: *\([0-9]*\).*/\1/p"
	done
}

# from_modem HEXADECIMAL...: has the modem send these bytes as one transfer, through the session that is in force last.
from_modem() {
	bytes "$@" | socat -u - "UDP-SENDTO:$gateway:5"
}

# bytes HEXADECIMAL...: as what they are.
bytes() {
	/usr/bin/printf %b "$(printf %s "$@" | tr -d ' \n\t' | sed 's/../\\x&/g')"
}

# qmap MUX PACKET [PADDING [FLAGS]]: a QMAP datagram, in hexadecimal.
qmap() {
	printf '%02x%02x%04x%s' $((${3-0} | ${4-0})) "$1" $((${#2} / 2 + ${3-0})) "$2"
	[ "${3-0}" = 0 ] || printf "%0$((2 * $3))d" 0
}

# udp MUX TEXT: an IPv4 packet, in hexadecimal, with TEXT for port 4000 of the modem's host on that mux id.
udp() {
	text=$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n')
	length=$((28 + ${#text} / 2))
	net=$(printf '0a%02x00' $(((64 + $1) % 256)))
	header="4500 $(printf %04x $length) 0000 0000 4011 sum ${net}01 ${net}02"
	sum=0
	for word in $(printf %s "$header" | tr -d ' ' | sed 's/sum//; s/..../0x& /g'); do
		sum=$((sum + word))
	done
	sum=$(((sum & 0xffff) + (sum >> 16)))
	sum=$(((sum & 0xffff) + (sum >> 16)))
	header=$(printf %s "$header" | sed "s/sum/$(printf %04x $((sum ^ 0xffff)))/" | tr -d ' ')
	printf '%s0fa00fa0%04x0000%s' "$header" $((length - 20)) "$text"
}

# listen ID...: writes the text of each packet for port 4000 that comes on the device with this mux id to /tmp/heard-ID. What
# comes on different devices has no order. Sets $listeners.
listen() {
	listeners=
	for listener; do
		socat -u "UDP-RECV:4000,reuseaddr,so-bindtodevice=$(mux_device "$listener")" "OPEN:/tmp/heard-$listener,creat,trunc" &
		listeners="$listeners $!"
	done
	wait_until "the listeners" hear $#
}

# hear COUNT: so many sockets are open for that port.
hear() {
	[ "$(grep -c ':0FA0 ' /proc/net/udp)" -ge "$1" ]
}

# statistic NAME: a counter of ethtool's.
statistic() {
	ethtool -S wwan0 | sed -n "s/^ *$1: //p" | grep .
}

# aggregates up|down: length, datagrams and checksums of each QMAP transfer from the host or to it, since mark_aggregates.
aggregates() {
	modem_log "\"aggregate\",\"direction\":\"$1\"" "$port" | tail -n "+$((mark + 1))" |
		sed -E 's/.*"length":([0-9]+),"datagrams":([0-9]+),"checksums":([0-9]+).*/\1 \2 \3/'
}

# mark_aggregates up|down
mark_aggregates() {
	mark=0
	mark=$(aggregates "$1" | wc -l)
}

# datagrams: how many there were in each transfer to the modem since mark_aggregates.
datagrams() {
	aggregates up | cut -d ' ' -f 2 | xargs
}

# expect_no_drops: the modem understood all that came. Without a session it may have dropped some.
expect_no_drops() {
	! modem_log '"event":"dropped"' "$port" | grep -v '"reason":"no bearer' || fail "the modem dropped that"
}

# aggregate_packets DEVICE BYTES FRAMES MICROSECONDS: lets packets of mux devices be aggregated within these limits.
aggregate_packets() {
	ethtool -C "$1" tx-aggr-max-bytes "$2" tx-aggr-max-frames "$3" tx-aggr-time-usecs "$4"
}

# sent_datagrams: how many there were in all of them.
sent_datagrams() {
	aggregates up | awk '{ count += $2 } END { print count + 0 }'
}

# expect_limits BYTES FRAMES: since mark_aggregates no transfer to the modem was larger than that.
expect_limits() {
	aggregates up >/tmp/aggregates
	awk -v bytes="$1" -v frames="$2" '$1 > bytes || $2 > frames' /tmp/aggregates >/tmp/larger
	expect '' cat /tmp/larger
}

# expect_aggregated BYTES FRAMES: and some packets have shared one.
expect_aggregated() {
	expect_limits "$@"
	awk '$2 > 1 { shared = 1 } END { exit !shared }' /tmp/aggregates || fail "no transfer was shared"
}
