#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The host's address: the modem's own is replaced, that of the descriptor is taken, and none may look like an IP header
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

mac() {
	cat /sys/class/net/wwan0/address
}

step "a modem that offers its own address"
plug bogus-mac
[ "$(mac)" != 02:50:f3:00:00:00 ] || fail "both ends have the address $(mac)"
go_online
ping_all 3 "$gateway"
unplug 0

step "a modem that offers a good one"
plug union-802-3
expect 58:2c:80:13:92:63 mac
expect_error 'Cannot assign requested address' ip link set wwan0 address 40:00:00:00:00:01
expect_error 'Cannot assign requested address' ip link set wwan0 address 62:00:00:00:00:01
ip link set wwan0 address 06:00:00:00:00:01
expect 06:00:00:00:00:01 mac
go_online
ping_all 3 "$gateway"
