#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modems of all ids that only this driver has are bound
# Driver: rs
# Full: yes
# Timeout: 3600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/ids.sh"

modinfo -F alias qmi_wwan | sort >/tmp/stock
modinfo -F alias qmi_wwan_rs | sort | comm -13 /tmp/stock - | hits >/tmp/extra
decide qmi_wwan_rs </tmp/extra
fact taken "$(wc -l </tmp/extra)"
