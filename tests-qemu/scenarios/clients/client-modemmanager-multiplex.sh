#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ModemManager without rmnet connects over one of several mux devices, then removes them and connects without
# Client: ModemManager of modemmanager
# Driver: rs
# Kernel: stock
# Defect: D24 on a kernel without rmnet, ModemManager has no way to several channels
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/modemmanager.sh"
. "${0%/*}/../lib/rmnet.sh"

forbid_rmnet
start_bus
plug raw-ip-hs
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
