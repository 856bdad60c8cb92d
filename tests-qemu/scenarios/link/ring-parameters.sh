#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ethtool reads and sets the size of receive buffers and rings: aggregates of 31 KB arrive at the default MTU
# Driver: rs
# Also: kcsan arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

# current NAME: what ethtool -g says of it, the maximum left out.
current() {
	ethtool -g wwan0 | sed -n "/^Current/,\$s/^$1:[ \t]*//p"
}

# largest: transfer to the host that fitted into its buffer, in bytes.
largest() {
	modem_log '"bulk","direction":"in",.*"status":"ok"' "$port" | sed 's/.*"length":\([0-9]*\).*/\1/' | sort -n | tail -n 1
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
size=31744
negotiate_qmap 1 32
write Y $qmi_attributes/raw_ip

step "as it is"
[ "$(current RX)" -gt 0 ] || fail "no receive ring"
[ "$(current TX)" -gt 0 ] || fail "no transmit ring"
default=$(current 'RX Buf Len')
[ "$default" -ge 1518 ] || fail "receive buffers have $default bytes"

step "32768 bytes"
ethtool -G wwan0 rx-buf-len 32768
expect 32768 current 'RX Buf Len'
expect 1500 cat /sys/class/net/wwan0/mtu
ip link set wwan0 up
add_mux 1
start_mux 1
hear
send_packets 10 1500 $unread 1
end_hearing $((1472 * sent))
expect 31584 largest # 21 packets, each with a header of 4 bytes
download 1000000 "$gateway"

step "set while packets flow"
download 3000000 "$gateway" &
job=$!
for length in 65536 32768 65536 32768; do
	ethtool -G wwan0 rx-buf-len $length
	expect $length current 'RX Buf Len'
	ping_all 3 "$gateway"
done
wait $job

step "what is refused"
for length in 1 1000 10000000; do
	! ethtool -G wwan0 rx-buf-len $length 2>/dev/null || fail "receive buffers of $length bytes"
	expect 32768 current 'RX Buf Len'
done
ip link set wwan0 down
ip link set wwan0 up
expect 32768 current 'RX Buf Len'
ip address replace "$address/30" dev qmimux0
ping_all 3 "$gateway"
