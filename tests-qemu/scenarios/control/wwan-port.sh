#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# QMI passes through the WWAN port, which shares the modem with the character device, one of the two at a time
# Kernel: stock
# Also: arm64 armhf
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/wwan-port.sh"

use_wwan_port
plug raw-ip-hs
expect_there $wwan_port /dev/cdc-wdm0
expect QMI cat /sys/class/wwan/wwan0qmi0/type

step "the WWAN port"
exec 8<>$wwan_port
expect_error 'Device or resource busy' sh -c ': <>/dev/cdc-wdm0'
ask_versions
expect_versions
exec 8>&-

step "the character device"
exec 8<>/dev/cdc-wdm0
expect_error 'Device or resource busy' sh -c ": <>$wwan_port"
ask_versions
expect_versions
exec 8>&-

unplug 0
expect_gone $wwan_port
