#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem takes seconds to clear a halted endpoint: meanwhile packets pass the other way, and nobody waits with RTNL held
# Driver: rs
# Also: arm64
. "${0%/*}/../lib.sh"

is_clearing() {
	modem_log '"name":"CLEAR_FEATURE","request_type":2,' >/dev/null
}

sent() {
	cat /sys/class/net/wwan0/statistics/tx_packets
}

plug late-clear
use_raw_ip
go_online
ping_all 1 "$gateway"
echo 'in stall 1' | socat -u - "UDP-SENDTO:$gateway:22"
until is_clearing; do
	works || :
done

step "the modem has 4 s to answer"
begin=$(date +%s%N)
ip link set wwan0 mtu 1400
before=$(sent)
until [ "$(sent)" -gt "$before" ]; do
	works || :
done
took=$((($(date +%s%N) - begin) / 1000000))
fact milliseconds "$took"
[ $took -lt 3000 ] || fail "the MTU was changed, and a packet sent, after $took ms"

step "traffic resumes"
wait_until "a ping" works
ping_all 5 "$gateway"
download 100000 "$gateway"
