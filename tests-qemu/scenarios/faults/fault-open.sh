#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while the port is opened: it can be opened afterwards
# Kernel: debug
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"

open_port() {
	command exec 7<>/dev/cdc-wdm0
}

plug union-802-3
use_faults
each_allocation open_port :
[ "$allocations" -lt 100 ] || fail "no end of allocations"

step "all works now"
go_online
ping_all 5 "$gateway"
fact allocations "$allocations"
