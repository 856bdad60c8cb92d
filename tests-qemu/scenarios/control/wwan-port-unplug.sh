#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The WWAN port was open once, and the modem is unplugged: lockdep reports that cdc-wdm takes two locks in both orders
# Kernel: debug
# Shows: possible circular locking dependency
# Shared: D7 cdc-wdm: opening the WWAN port and unplugging take two locks in opposite orders; at the same time, both hang
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/wwan-port.sh"

plug raw-ip-hs
exec 8<>$wwan_port
exec 8>&-
unplug 0
