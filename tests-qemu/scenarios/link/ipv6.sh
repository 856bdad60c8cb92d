#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 over a raw IP bearer
# Also: arm64 arm64-16k armhf
. "${0%/*}/../lib.sh"

plug raw-ip-hs
use_raw_ip
go_online 0 6
ping_all 5 "$gateway"
