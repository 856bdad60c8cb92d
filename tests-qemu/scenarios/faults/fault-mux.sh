#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while a mux device is added: nothing is left of it, and it can be added afterwards
# Kernel: debug
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"
. "${0%/*}/../lib/mux.sh"

add() {
	printf 1 >$qmi_attributes/add_mux
}

delete() {
	write 1 $qmi_attributes/del_mux
}

hurry 20
plug raw-ip-hs
use_faults
use_qmap
each_allocation add delete
expect '' cat $qmi_attributes/add_mux
expect_gone /sys/class/net/qmimux0

step "all works now"
add_mux 1
start_mux 1
ping_all 3 "$gateway"
fact allocations "$allocations"
fact seed "$QMI_SEED"
