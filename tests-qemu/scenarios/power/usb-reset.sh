#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A reset of the USB device by user space ends in a working modem
# Also: arm64
. "${0%/*}/../lib.sh"

plug union-802-3
go_online
ping_all 3 "$gateway"
usbreset 12d1:1506
wait_for_driver 0
go_online
ping_all 3 "$gateway"
