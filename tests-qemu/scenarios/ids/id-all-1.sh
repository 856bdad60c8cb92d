#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modems of all ids of the C driver, part 1 of 4: both drivers bind the same
# Driver: rs
# Full: yes
# Timeout: 3600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/ids.sh"

modinfo -F alias qmi_wwan | part 1 4 | hits | compare_drivers
