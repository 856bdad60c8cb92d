#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# gobi-loader gives a Gobi 2000 its firmware by udev's rule, each time: it comes back, is bound, and connects
# Client: gobi-loader of gobi-loader
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/firmware.sh"

step "there is no firmware"
insert gobi-2000
wait_for_loader 9204

step "there is"
make_gobi_images /lib/firmware/gobi
udevadm trigger --action=add --settle /sys/class/tty/ttyUSB0
expect_modem 9205 D3200-STSUGN-1575
expect 00 cat /sys/class/net/wwan0/device/bInterfaceNumber
go_online
ping_all 3 "$gateway"
download 200000 "$gateway"

step "next time"
unplug 0
plug gobi-2000
expect_line '"product":"9204"' modem_log '"event":"connect"'
expect_modem 9205 D3200-STSUGN-1575
go_online
ping_all 3 "$gateway"
