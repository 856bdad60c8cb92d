#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The MTU sets the receive size, survives a switch to raw IP, and changes on a running device
# Shared: D13 usbnet: the MTU sets the receive size; a large one leaves few transmit requests, a multiple of the packet size is refused. Programs rely on it
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

plug raw-ip-hs
expect_mtu() {
	expect "$1" cat /sys/class/net/wwan0/mtu
}

step "802.3: large MTUs are taken, and survive the switch to raw IP"
write N /sys/class/net/wwan0/qmi/raw_ip
ip link set wwan0 mtu 16384
expect_mtu 16384
write Y /sys/class/net/wwan0/qmi/raw_ip
expect_mtu 16384

step "raw IP: a multiple of the packet size is refused"
ip link set wwan0 mtu 32767
expect_mtu 32767
expect_error 'Numerical argument out of domain' ip link set wwan0 mtu 16384
expect_mtu 32767

step "back in 802.3 they are still allowed"
write N /sys/class/net/wwan0/qmi/raw_ip
ip link set wwan0 mtu 32767
ip link set wwan0 mtu 1500

step "a running device takes a new MTU"
# With the C driver one of 8 random addresses does not work at all.
ip link set wwan0 address 02:50:f4:00:00:01
go_online
ip link set wwan0 mtu 1400
expect_mtu 1400
ping_all 3 "$gateway"
ip link set wwan0 mtu 1500 down
expect_mtu 1500
