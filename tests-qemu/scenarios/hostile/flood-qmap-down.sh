#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem floods a mux device that is down: memory is bounded, and pings over another one are answered
# Also: kcsan arm64
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/flood.sh"

plug_flooder raw-ip-ss
connect_muxes 1
add_mux 2
devices="$devices $(mux_device 2)"
for size in 1 64 1500; do
	flood $size $closed 2
done
step "beside packets for the other"
flood 64 $closed 1 2
