#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem is unplugged under traffic, while a program waits for QMI: all is removed, and a new modem works
# Also: kcsan
. "${0%/*}/../lib.sh"

plug raw-ip-hs
use_raw_ip
go_online

cat /dev/cdc-wdm0 >/dev/null &
reader=$!
ping -f "$gateway" >/dev/null 2>&1 &
mkfifo /tmp/stream
echo 1000000000 | socat - "TCP:$gateway:19" >/tmp/stream 2>/dev/null &
head -c 1000000 /tmp/stream >/dev/null # traffic flows now

unplug 0
if wait "$reader"; then
	fail "the reader of /dev/cdc-wdm0 got an end of file, not an error"
fi

plug raw-ip-hs
use_raw_ip
go_online
ping_all 5 "$gateway"
