#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest is suspended to idle and resumed: an open port, a QMI client and a connection survive
# Also: arm64
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/power.sh"

plug union-802-3
go_online
ping_all 3 "$gateway"
exec 8<>/dev/cdc-wdm0
ask_versions
expect_versions

for round in 1 2; do
	step "suspend and resume, round $round"
	suspend_system
	ask_versions
	expect_versions
	ping_all 3 "$gateway"
	download 1000000 "$gateway"
	expect_line "Connection status: 'connected'" \
		qmi --client-cid="$(wds_client 0)" --client-no-release-cid --wds-get-packet-service-status
done
