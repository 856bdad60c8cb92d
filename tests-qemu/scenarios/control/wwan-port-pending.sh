#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A WWAN port that is closed before a response has come reads nothing more, until the character device was opened once
# Kernel: stock
# Shared: D9 cdc-wdm: a response that is under way at close stalls the WWAN port for ever; the way out is to open and close the character device
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/wwan-port.sh"

# wait_for_log COUNT PATTERN: until the kernel has logged so many of these.
wait_for_log() {
	wait_until "$1 lines with '$2'" sh -c "[ \$(dmesg | grep -c '$2') -ge $1 ]"
}

use_wwan_port
dmesg --clear
write 'module cdc_wdm +p' /sys/kernel/debug/dynamic_debug/control
plug late-response

exec 8<>$wwan_port
ask_versions
wait_for_log 1 'submit response URB'
exec 8>&-

step "opened again, the port does not ask for the response"
exec 8<>$wwan_port
ask_versions
wait_for_log 2 RESPONSE_AVAILABLE
exec 8>&- # waits for what it has begun
expect 1 sh -c "dmesg | grep -c 'submit response URB'"

step "the character device sets it right"
: <>/dev/cdc-wdm0
exec 8<>$wwan_port
ask_versions
expect_versions
