#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A mux device of MTU 1500 above a wwan0 of the default MTU receives full packets
# Driver: rs
# Defect: D21 with the default MTU of wwan0, a mux device loses every full packet
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-ss
size=1512
negotiate_qmap 1 1
write Y $qmi_attributes/raw_ip
ip link set wwan0 up
add_mux 1
start_mux 1
ping -n -q -c 4 -i 0.1 -s 1472 -M 'do' -W 5 "$gateway" >/tmp/ping || fail "$(grep received /tmp/ping)"
expect_line '^4 packets transmitted, 4 received' cat /tmp/ping
download 100000 "$gateway"
