#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem with mux devices that are up is unplugged: they are unregistered with it
# Best: debug
# Defect: D2 mux devices are unlinked, which sleeps, under rcu_read_lock
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
use_qmap
for id in 1 2 3; do
	add_mux $id
	ip link set "$(mux_device $id)" up
done
unplug 0
expect_gone /sys/class/net/qmimux0 /sys/class/net/qmimux1 /sys/class/net/qmimux2
