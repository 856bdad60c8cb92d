#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A datagram for a mux device that is down costs no other one of its transfer; the C driver drops all that follow
# Driver: rs
# Defect: D5 a packet for a mux device that is down discards the rest of its transfer, other channels' too
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

plug raw-ip-hs
use_qmap
add_mux 1
add_mux 2
add_mux 3 # stays down
start_mux 2
start_mux 1
listen 1 2
from_modem "$(qmap 1 "$(udp 1 a)")" "$(qmap 3 "$(udp 3 b)")" "$(qmap 2 "$(udp 2 c)")" "$(qmap 3 "$(udp 3 d)")" "$(qmap 1 "$(udp 1 e)")"
wait_for_value ae /tmp/heard-1
wait_for_value c /tmp/heard-2

step "also when it was up before"
ip link set qmimux1 down
from_modem "$(qmap 2 "$(udp 2 f)")" "$(qmap 1 "$(udp 1 g)")"
ip link set qmimux1 up
ping_all 1 "$gateway"
wait_for_value aeg /tmp/heard-1
expect c cat /tmp/heard-2
