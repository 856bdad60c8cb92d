#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A WWAN port that is open during suspend reads nothing afterwards, until it is closed and opened again
# Kernel: stock
# Shared: D8 cdc-wdm: a WWAN port that is open during suspend is deaf afterwards; the way out is to open it anew
# Also: arm64
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"
. "${0%/*}/../lib/wwan-port.sh"

# times_listening: how often the host began to listen for notifications of the control interface.
times_listening() {
	modem_log '"start-interrupt"' | wc -l
}

use_wwan_port
plug union-802-3
exec 8<>$wwan_port
expect 1 times_listening
suspend_system
expect 1 times_listening

step "opened anew"
exec 8>&-
exec 8<>$wwan_port
expect 2 times_listening
ask_versions
expect_versions

step "the character device goes on by itself"
exec 8>&-
exec 8<>/dev/cdc-wdm0
expect 3 times_listening
suspend_system
expect 4 times_listening
ask_versions
expect_versions
