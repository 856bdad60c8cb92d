#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# rmnet deaggregates above the driver: two devices with two mux ids, and traffic both ways
# Also: arm64 arm64-16k
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/rmnet.sh"

offer_pass_through
plug raw-ip-hs
use_rmnet
for id in 1 2; do
	step "mux id $id"
	start_rmnet $id
	ping_all 10 "$gateway"
	upload 5000000 "$gateway"
	download 5000000 "$gateway"
	gateways="${gateways-} $gateway"
done

step "both again"
for gateway in $gateways; do
	ping_all 5 "$gateway"
done
expect_gone /sys/class/net/qmimux0
