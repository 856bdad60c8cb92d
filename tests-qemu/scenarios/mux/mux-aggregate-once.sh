#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An aggregate for mux devices is not delivered to wwan0 as well; the C driver delivers it and counts it as dropped
# Driver: rs
# Defect: D4 what was taken apart for mux devices is delivered to wwan0 a second time
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
connect_muxes 1
ping_all 10 "$gateway"
expect 0 cat /sys/class/net/wwan0/statistics/rx_dropped
expect 0 cat /sys/class/net/wwan0/statistics/rx_errors
