#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A mux device has a lower device, a queue of its own, and no carrier while wwan0 is down
# Driver: rs
# Defect: D17 mux devices do not know the device below, have no queue, and keep their carrier while nothing can be sent
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
use_qmap
add_mux 1
ip link set qmimux0 up
expect_line '^[0-9]+: qmimux0@wwan0: ' ip link show qmimux0
expect_line ' qdisc (fq_codel|pfifo_fast) ' ip link show qmimux0
expect 1 cat /sys/class/net/qmimux0/carrier
ip link set wwan0 down
expect 0 cat /sys/class/net/qmimux0/carrier
ip link set wwan0 up
expect 1 cat /sys/class/net/qmimux0/carrier
