#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A mux device is removed and added again while GRO merges packets for it and for another: downloads go on
# Best: debug
# Also: kcsan arm64 arm64-16k
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

rounds=${QMI_FULL:+100}
rounds=${rounds:-15}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_qmap 1 20
add_mux 1
start_mux 1
first=$gateway
add_mux 2
start_mux 2

# busy: whether both downloads are under way.
busy() {
	kill -0 "$one" 2>/dev/null && kill -0 "$two" 2>/dev/null
}

# begin: a download over each.
begin() {
	download 4000001 "$first" &
	one=$!
	received=$(cat /sys/class/net/qmimux1/statistics/rx_packets)
	download 4000002 "$gateway" &
	two=$!
	catch "[ \$(cat /sys/class/net/qmimux1/statistics/rx_packets) -gt $((received + 100)) ]"
}

# end: they have all that they should.
end() {
	wait "$one"
	wait "$two"
	ping_all 3 "$first"
	ping_all 3 "$gateway"
}

step "down and up"
begin
for _ in $(seq "$rounds"); do
	busy || break
	ip link set qmimux1 down
	ip link set qmimux1 up
	ip address replace "$address/30" dev qmimux1
	sleep 0.2 # packets are to flow again
done
end

step "removed and added"
begin
for _ in $(seq "$rounds"); do
	busy || break
	write 2 $qmi_attributes/del_mux
	add_mux 2
	ip link set qmimux1 up
	ip address replace "$address/30" dev qmimux1
	sleep 0.2
done
end

step "removed while it is busy, and the last one with it"
begin
write 2 $qmi_attributes/del_mux
write 1 $qmi_attributes/del_mux
kill "$one" "$two"
wait "$one" || :
wait "$two" || :
