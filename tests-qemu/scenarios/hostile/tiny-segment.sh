#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem whose Ethernet descriptor has a wMaxSegmentSize of 1 works like any other
# Defect: D12 wMaxSegmentSize 1 asks for 25,544 receive requests of one byte
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"

plug tiny-segment
expect 1500 cat /sys/class/net/wwan0/mtu
go_online
ping_all 3 "$gateway"
download 100000 "$gateway"
