#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Packets of mux devices share transfers to the modem if they may, within limits of bytes, number and time, and none is lost
# Driver: rs
# Timeout: 600
. "${0%/*}/lib.sh"
. "${0%/*}/lib/mux.sh"
. "${0%/*}/lib/power.sh"

second=1000000

# More than a guest may stand still for, in microseconds.
long=$((4 * second))

# burst COUNT: sends that many pings of 128 bytes at once, each 132 in a transfer; all are answered. By itself ping lets few packets
# wait.
burst() {
	mark_aggregates up
	ping -n -q -c "$1" -l "$1" -s 100 -S 200000 -W $limit "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
	expect_line "^$1 packets transmitted, $1 received" cat /tmp/ping
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # its packets would send what waits
use_qmap
add_mux 1
start_mux 1

step "off until it is wanted"
burst 20
expect "$(yes 1 | head -n 20 | xargs)" datagrams
upload 500000 "$gateway"
[ "$(datagrams | tr -d '1 ')" = '' ] || fail "transfers were shared"

step "limits of number, of bytes, and of time"
join_packets qmimux0 8192 8 $long
burst 20
expect '8 8 4' datagrams
join_packets qmimux0 1000 32 $long
burst 20
expect '7 7 6' datagrams
join_packets qmimux0 8192 32 300000
timed=$(statistic tx_timer)
burst 1
expect 1 datagrams
expect $((timed + 1)) statistic tx_timer
rtt=$(sed -n 's|^rtt [^=]*= \([0-9]*\).*|\1|p' /tmp/ping)
[ "$rtt" -ge 300 ] || fail "a packet that should wait for 300 ms was answered after $rtt ms"
join_packets qmimux0 8192 32 0
burst 5
expect '1 1 1 1 1' datagrams

step "what waits leaves when nothing is to wait any more"
join_packets qmimux0 8192 32 $((30 * second))
begin_ping
join_packets qmimux0 8192 1 $((30 * second))
end_ping
expect 1 datagrams

step "link down with packets that wait"
join_packets qmimux0 8192 32 $((30 * second))
for device in qmimux0 wwan0; do
	begin_ping
	ip link set $device down
	kill $ping 2>/dev/null || : # it ends by itself when the link is gone
	wait $ping || :
	ip link set $device up
	ip address replace "$address/30" dev qmimux0
	join_packets qmimux0 8192 4 $((30 * second))
	burst 4
	case $(datagrams) in
	4 | '1 4') ;;
	*) fail "4 datagrams shared transfers like this: $(datagrams)" ;;
	esac
	join_packets qmimux0 8192 32 $((30 * second))
done

step "uploads"
tc qdisc replace dev wwan0 root pfifo # the default one drops packets of which the device says that they were sent
for limits in '8192 32 2000' '4096 3 2000' '1600 32 100' '8192 32 0'; do
	# shellcheck disable=SC2086 # three numbers
	join_packets qmimux0 $limits
	mark_aggregates up
	upload 500000 "$gateway"
	ping_all 5 "$gateway"
	case $limits in
	8192*2000 | 4096*) expect_joined "${limits%% *}" "$(echo "$limits" | cut -d ' ' -f 2)" ;;
	esac
done

step "two mux devices share, too"
add_mux 2
first=$gateway
start_mux 2
join_packets qmimux1 8192 32 5000
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
expect_joined 8192 32
download 500000 "$first"
download 500001 "$gateway"
gateway=$first

step "a modem that is suspended loses nothing"
usb=$(usb_device 0)
join_packets qmimux0 8192 32 $((5 * second))
begin_ping
let_suspend "$usb"
wait_until_suspended "$usb"
keep_awake "$usb"
end_ping
ping_all 3 "$gateway"

step "what is refused"
for wrong in 'tx-aggr-max-frames 0' 'tx-aggr-max-frames 65' 'tx-aggr-max-bytes 32769'; do
	# shellcheck disable=SC2086 # a name and a number
	expect_error 'Invalid argument' ethtool -C qmimux0 $wrong
done
expect_line '^tx-aggr-max-frames:.*32$' ethtool -c qmimux0
expect_line '^tx-aggr-max-bytes:.*8192$' ethtool -c qmimux0
expect_no_drops

step "gone while packets wait"
join_packets qmimux0 8192 32 $((30 * second))
begin_ping
unplug 0
