#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi/raw_ip switches the link type while the link is down, and only then
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

plug combined-802-3
cd /sys/class/net/wwan0
expect N cat qmi/raw_ip
expect 1 cat type

write Y qmi/raw_ip
expect Y cat qmi/raw_ip
expect 65534 cat type # ARPHRD_NONE
expect_line 'NOARP' ip link show wwan0

ip link set wwan0 up
expect_error 'Device or resource busy' write N qmi/raw_ip
expect Y cat qmi/raw_ip
write Y qmi/raw_ip # changes nothing, so it may

ip link set wwan0 down
expect_error 'Invalid argument' write x qmi/raw_ip
write N qmi/raw_ip
expect N cat qmi/raw_ip
expect 1 cat type
ip link set wwan0 up
expect_error 'Device or resource busy' write Y qmi/raw_ip
write N qmi/raw_ip
