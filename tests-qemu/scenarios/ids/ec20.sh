#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Quectel EC20: QMI is on interface 4 of 5, and interface 0 is not bound
. "${0%/*}/../lib.sh"

plug ec20
expect_line ':1.4$' readlink -f /sys/class/net/wwan0/device
expect wwan0 ls /sys/class/net --hide=lo
go_online
ping_all 3 "$gateway"
