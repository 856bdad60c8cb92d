#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Uplink packets of mux devices are aggregated within limits of bytes, number and time, and none is lost
# Driver: rs
# Also: kcsan arm64 arm64-16k armhf
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/power.sh"

# The longest that a packet may wait, in microseconds.
longest=10000

# burst COUNT: sends that many pings of 128 bytes at once, each 132 in a transfer; all are answered. By itself ping lets few
# packets wait.
burst() {
	ping -n -q -c "$1" -l "$1" -s 100 -S 200000 -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
	expect_line "^$1 packets transmitted, $1 received" cat /tmp/ping
}

# burst_shares: whether some packets of one more burst shared a transfer.
burst_shares() {
	burst 50
	[ "$(datagrams | tr -d '1 ')" != '' ]
}

# alone COUNT: as many packets went to the modem since mark_aggregates, each by itself.
alone() {
	expect "$(yes 1 | head -n "$1" | xargs)" datagrams
}

# begin_flood: pings, as fast as they are answered; the process is $flood.
begin_flood() {
	mark_aggregates up
	ping -f -n -q "$gateway" >/dev/null 2>&1 &
	flood=$!
	wait_until "packets" flows
}

flows() {
	[ "$(aggregates up | wc -l)" -gt 5 ]
}

end_flood() {
	kill "$flood" 2>/dev/null || : # it ends by itself when the link is gone
	wait "$flood" || :
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
connect_muxes 1

step "off until it is wanted"
mark_aggregates up
burst 20
alone 20
upload 500000 "$gateway"
[ "$(datagrams | tr -d '1 ')" = '' ] || fail "transfers were shared"

step "what is alone does not wait: nothing is in flight"
aggregate_packets qmimux0 8192 32 $longest
mark_aggregates up
timed=$(statistic tx_timer)
for _ in 1 2 3; do
	burst 1
done
alone 3
expect "$timed" statistic tx_timer

step "limits of number and of bytes"
for limits in '8192 8' '1000 32' '8192 32' '264 32'; do
	mark_aggregates up
	# shellcheck disable=SC2086 # two numbers
	aggregate_packets qmimux0 $limits $longest
	wait_until "shared transfers" burst_shares
	expect_aggregated "${limits% *}" "${limits#* }"
done

step "no time to wait"
aggregate_packets qmimux0 8192 32 0
mark_aggregates up
burst 20
alone 20

step "link down and up under load"
aggregate_packets qmimux0 8192 32 $longest
for device in qmimux0 wwan0; do
	begin_flood
	ip link set $device down
	end_flood
	ip link set $device up
	ip address replace "$address/30" dev qmimux0
	mark_aggregates up
	burst 20
	expect 20 sent_datagrams
done

step "uploads"
for limits in '8192 32 2000' '4096 3 2000' '1600 32 100' '8192 32 0'; do
	# shellcheck disable=SC2086 # three numbers
	aggregate_packets qmimux0 $limits
	mark_aggregates up
	upload 500000 "$gateway"
	ping_all 5 "$gateway"
	case $limits in
	8192*2000 | 4096*) expect_aggregated "${limits%% *}" "$(echo "$limits" | cut -d ' ' -f 2)" ;;
	esac
done

step "two mux devices share, too"
add_mux 2
first=$gateway
start_mux 2
aggregate_packets qmimux1 8192 32 5000
expect_line '^tx-aggr-max-frames:.*32$' ethtool -c qmimux0
expect_line '^tx-aggr-max-bytes:.*8192$' ethtool -c qmimux0
expect_line '^tx-aggr-time-usecs:.*5000$' ethtool -c qmimux0
mark_aggregates up
jobs=
for to in $first $gateway; do
	upload 500000 "$to" &
	jobs="$jobs $!"
	ping_all 20 "$to" &
	jobs="$jobs $!"
done
for job in $jobs; do
	wait "$job"
done
expect_aggregated 8192 32
download 500000 "$first"
download 500001 "$gateway"
gateway=$first

step "what is sent while the modem is suspended wakes it, and is sent then"
usb=$(usb_device 0)
let_suspend "$usb"
for _ in 1 2 3; do
	wait_until_suspended "$usb"
	mark_aggregates up
	burst 20
	expect 20 sent_datagrams
	expect_limits 8192 32
done
keep_awake "$usb"
ping_all 3 "$gateway"

step "what is refused"
for wrong in 'tx-aggr-max-frames 0' 'tx-aggr-max-frames 65' 'tx-aggr-max-bytes 32769' "tx-aggr-time-usecs $((longest + 1))"; do
	# shellcheck disable=SC2086 # a name and a number
	expect_error 'Invalid argument' ethtool -C qmimux0 $wrong
done
expect_line '^tx-aggr-max-frames:.*32$' ethtool -c qmimux0
expect_line '^tx-aggr-max-bytes:.*8192$' ethtool -c qmimux0
expect_line '^tx-aggr-time-usecs:.*5000$' ethtool -c qmimux0
expect_no_drops

step "gone under load"
begin_flood
unplug 0
end_flood
