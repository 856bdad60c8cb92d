#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# One mux device: raw IP and QMAP, traffic both ways, counters, links, and removal
# Also: arm64 arm64-16k armhf
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
use_qmap

step "the device and its links"
add_mux 1
mux=/sys/class/net/qmimux0
expect 0x01 cat $mux/qmap/mux_id
expect 0x01 cat $qmi_attributes/add_mux
expect 0x01 cat $qmi_attributes/del_mux
expect "$(readlink -f $mux)" readlink -f /sys/class/net/wwan0/upper_qmimux0
expect "$(readlink -f /sys/class/net/wwan0)" readlink -f $mux/lower_wwan0

step "pings, and 10 MB each way"
tc qdisc replace dev wwan0 root pfifo # the C driver's mux device counts what the default one drops
start_mux 1
ping_all 20 "$gateway"
upload 10000000 "$gateway"
download 10000000 "$gateway"
ping_all 1 "$gateway" # what is counted before its answer, is counted

step "the modem counted what the device did"
expect "$(session_counts 1)" device_counts qmimux0
[ "$(cat $mux/statistics/rx_bytes)" -gt 10000000 ] || fail "$(cat $mux/statistics/rx_bytes) bytes received"

step "deleted, its links too"
write 1 $qmi_attributes/del_mux
expect_gone $mux /sys/class/net/wwan0/upper_qmimux0
expect '' cat $qmi_attributes/add_mux
