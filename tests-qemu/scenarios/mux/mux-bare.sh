#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# While there are mux devices, wwan0 sends no packet of its own: the modem would take it for an aggregate
# Driver: rs
# Defect: D23 in QMAP mode wwan0 sends packets of its own as they are: the modem takes them for aggregates
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# transfers: to the modem so far.
transfers() {
	modem_log '"bulk","direction":"out"' "$port" | wc -l
}

# send_bare: what programs and the kernel would send over wwan0.
send_bare() {
	ping -6 -n -q -c 3 -i 0.2 -W 1 ff02::1%wwan0 >/dev/null 2>&1 || : # the host itself answers
	ping -n -q -c 3 -i 0.2 -W 1 192.0.2.2 >/dev/null 2>&1 || :
	echo hello | socat -u - UDP-SENDTO:192.0.2.3:7 2>/dev/null || :
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6 # until there is a mux device it would send
connect_muxes 1
write 0 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
ip address add 192.0.2.1/24 dev wwan0
ip -6 address add fe80::99/64 dev wwan0 nodad 2>/dev/null || :

step "with a mux device"
before=$(transfers)
drops=$(cat /sys/class/net/wwan0/statistics/tx_dropped)
send_bare
expect "$before" transfers
[ "$(cat /sys/class/net/wwan0/statistics/tx_dropped)" -gt "$drops" ] || fail "what was not sent is not counted"

step "wwan0 comes up"
for _ in 1 2 3; do
	ip link set wwan0 down
	ip link set wwan0 up
done
send_bare
ping_all 3 "$gateway"
ip link set qmimux0 down
ip link set qmimux0 up
ip address replace "$address/30" dev qmimux0
ip -6 address add fe80::1/64 dev qmimux0 nodad 2>/dev/null || :
ping_all 3 "$gateway"
expect_no_drops

step "with packets that share transfers"
aggregate_packets qmimux0 8192 32 2000
send_bare
upload 300000 "$gateway"
expect_no_drops

step "without"
write 1 $qmi_attributes/del_mux
before=$(transfers)
ip address replace 192.0.2.1/24 dev wwan0
send_bare
[ "$(transfers)" -gt "$before" ] || fail "wwan0 sends nothing, though there are no mux devices"
