#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A stalled response reads as end of file on the WWAN port; the next read is right
# Kernel: stock
# Shared: D11 cdc-wdm: a stall or an empty response reads as end of file on the WWAN port; the way out is to read on
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/wwan-port.sh"

use_wwan_port
plug first-stall
exec 8<>$wwan_port
ask_versions
expect '' sh -c "timeout $limit dd bs=4096 count=1 status=none <&8"
exec 8>&-

step "read on"
exec 8<>$wwan_port
ask_versions
expect_versions
