#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem floods the host in raw IP: memory is bounded, and pings are answered beside it
# Timeout: 600
. "${0%/*}/lib.sh"
. "${0%/*}/lib/flood.sh"

plug_flooder raw-ip-hs
use_raw_ip
go_online
devices=wwan0
open_unread
for size in 5 64 1500; do
	flood $size $closed
	flood $size $unread
done
