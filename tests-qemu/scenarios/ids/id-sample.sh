#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modems of 15 ids of the C driver, chosen at random, and 5 near misses: both drivers bind the same
# Also: armhf
# Driver: rs
# Timeout: 900
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/ids.sh"

step "QMI_WWAN_RS_SEED=$QMI_SEED chooses the same again"
fact seed "$QMI_SEED"
modinfo -F alias qmi_wwan | sample 15 >/tmp/sample
{
	hits </tmp/sample
	while read -r alias; do
		near_misses "$alias"
	done </tmp/sample | sample 5
} | compare_drivers
