#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An aggregate with padding, commands, unknown mux ids, other protocols than IP, and a truncated datagram
# Also: arm64 arm64-16k
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
connect_muxes 1 2
listen 1 2
: >/tmp/wanted-1
: >/tmp/wanted-2

# hears TEXT1 TEXT2: these on the two devices, and nothing else since the beginning.
hears() {
	printf %s "$1" >>/tmp/wanted-1
	printf %s "$2" >>/tmp/wanted-2
	for device in 1 2; do
		wait_for_value "$(cat /tmp/wanted-$device)" /tmp/heard-$device
	done
}

step "several datagrams, with padding"
from_modem "$(qmap 1 "$(udp 1 a)" 3)" "$(qmap 2 "$(udp 2 bc)" 2)" "$(qmap 1 "$(udp 1 def)" 63)" "$(qmap 2 "$(udp 2 ghij)")"
hears adef bcghij
# IP would not mind padding behind a packet; the counters do.
expect $((2 * 28 + 4)) cat /sys/class/net/qmimux0/statistics/rx_bytes
expect $((2 * 28 + 6)) cat /sys/class/net/qmimux1/statistics/rx_bytes

step "commands are skipped"
command=01000000000000010000000000000000
from_modem "$(qmap 1 $command 0 0x80)" "$(qmap 2 "$(udp 2 k)" 0 0x80)" "$(qmap 2 "$(udp 2 l)")"
hears '' l

step "the reserved bit is ignored"
from_modem "$(qmap 1 "$(udp 1 m)" 1 0x40)" "$(qmap 2 "$(udp 2 n)" 0)"
hears m n

step "ids without device, and what is not IP"
from_modem "$(qmap 99 "$(udp 1 o)")" "$(qmap 0 "$(udp 1 p)")" "$(qmap 1 5000000000000000)" "$(qmap 1 "$(udp 1 q)")"
hears q ''

step "nothing but padding, and nothing at all"
from_modem "$(qmap 1 '' 4)" 0001 0000 0501 0004 45000000 "$(qmap 2 "$(udp 2 r)")"
hears '' r

step "a truncated datagram: those before it arrive"
for truncated in 00 000100 00010000 00010fff4500 0001ffff; do
	from_modem "$(qmap 1 "$(udp 1 s)")" "$(qmap 2 "$(udp 2 t)")" $truncated
	hears s t
done
whole=$(qmap 2 "$(udp 2 not)")
from_modem "$(qmap 1 "$(udp 1 u)")" "${whole%??}"
from_modem ''
from_modem 00
from_modem "$(qmap 1 "$(udp 1 v)")"
hears uv ''
