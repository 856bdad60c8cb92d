#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem floods four mux devices: memory is bounded, and pings are answered
# Full: yes
# Also: kcsan arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

plug_flooder raw-ip-ss
connect_muxes 1 2 3 4
open_ports
for size in 1 64 1500; do
	flood $size $closed 1 2 3 4
	flood $size $unread 1 2 3 4
done
flood 64 $busy 1 2 3 4
