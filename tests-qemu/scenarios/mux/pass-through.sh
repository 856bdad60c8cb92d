#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi/pass_through requires raw IP, and keeps it while set
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"

offer_pass_through
plug combined-802-3
cd /sys/class/net/wwan0/qmi
expect N cat pass_through
write N pass_through # ofono writes this in 802.3 mode
expect_error 'Invalid argument' write Y pass_through
expect N cat pass_through

write Y raw_ip
write Y pass_through
expect Y cat raw_ip
expect Y cat pass_through
write Y pass_through
expect_error 'Invalid argument' write N raw_ip
expect Y cat raw_ip
expect_error 'Invalid argument' write x pass_through

write N pass_through
expect N cat pass_through
write N raw_ip
expect N cat raw_ip
