#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Four mux devices upload to a modem that takes nothing for a while: none drops packets because others have all the transfers
# Driver: rs
# Also: arm64 arm64-16k
# Timeout: 300
# Permits: NETDEV WATCHDOG|transmit queue 0 timed out
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# is_sending: each mux device has sent this many packets.
is_sending() {
	for id in $ids; do
		[ "$(cat "/sys/class/net/$(mux_device "$id")/statistics/tx_packets")" -gt "$1" ] || return 1
	done
}

# stands_still: none has sent a packet for a second.
stands_still() {
	before=$(cat /sys/class/net/qmimux*/statistics/tx_packets)
	sleep 1
	[ "$(cat /sys/class/net/qmimux*/statistics/tx_packets)" = "$before" ]
}

plug raw-ip-ss
use_qmap
# The limits of the queue would stop senders before the transfers are used up.
write 1000000 /sys/class/net/wwan0/queues/tx-0/byte_queue_limits/limit_min
# Packets have as many segments as the driver takes, if the network permits it.
write 44 /proc/sys/net/ipv4/tcp_min_tso_segs
ids='1 2 3 4'
streams=
for id in $ids; do
	add_mux "$id"
	start_mux "$id"
	ip route add "$gateway" dev "$(mux_device "$id")" initcwnd 400
	for _ in 1 2 3; do
		head -c 1000000000 /dev/zero | socat -t 300 - "TCP:$gateway:9" >/dev/null &
		streams="$streams $!"
	done
done

wait_until "packets of TCP" is_sending 1000
step "silence"
echo 'out silence 1' | socat -u - "UDP-SENDTO:$gateway:22"
wait_until "the transfers to be used up" stands_still
# shellcheck disable=SC2086 # process ids
kill $streams 2>/dev/null || :
for id in $ids; do
	expect 0 cat "/sys/class/net/$(mux_device "$id")/statistics/tx_dropped"
done
