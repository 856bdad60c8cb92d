#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ModemManager connects over a mux device, one of several that it makes, and removes them all to connect without
# Also: arm64
# Timeout: 420
. "${0%/*}/lib.sh"
. "${0%/*}/lib/daemon.sh"
. "${0%/*}/lib/modemmanager.sh"

start_bus
plug raw-ip-hs
# ModemManager prefers rmnet devices wherever it can read this, and Debian's kernel has none. An empty file hides it, in this
# scenario's mount namespace.
mount --bind /dev/null /sys/class/net/wwan0/qmi/pass_through
start_modemmanager --test-multiplex-requested
mm_connect apn=internet,ip-type=ipv4
expect_line '^qmimux[0-9]+$' echo "$interface"
expect_there "/sys/class/net/$interface/lower_wwan0"
use_connection
mm --simple-disconnect

mux=$interface
mm_connect apn=internet,ip-type=ipv4,multiplex=none
expect wwan0 echo "$interface"
expect_gone "/sys/class/net/$mux" /sys/class/net/wwan0/upper_*
use_connection
