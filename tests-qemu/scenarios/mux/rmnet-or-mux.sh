#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Mux devices and pass-through exclude each other, with an error
# Driver: rs
# Defect: D15 pass_through and mux devices can be set at the same time
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"

offer_pass_through
plug raw-ip-hs
cd /sys/class/net/wwan0/qmi
write Y raw_ip

write Y pass_through
expect_error 'Device or resource busy' write 1 add_mux
expect_gone /sys/class/net/qmimux0
write N pass_through

write 1 add_mux
expect_error 'Device or resource busy' write Y pass_through
expect N cat pass_through
write N pass_through # changes nothing, so it may
write 1 del_mux
write Y pass_through
expect Y cat pass_through
