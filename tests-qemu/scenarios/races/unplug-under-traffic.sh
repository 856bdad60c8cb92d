#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem is unplugged under traffic, while a program waits for QMI: all is removed, and a new modem works
# Also: kcsan armhf
. "${0%/*}/../lib.sh"

plug raw-ip-hs
use_raw_ip
go_online

keep_busy 1000000
unplug 0
expect_reader_failed

plug raw-ip-hs
use_raw_ip
go_online
ping_all 5 "$gateway"
