#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-network starts a network in one process and stops it in another, with the same client id
# Client: qmi-network of libqmi-utils
# Also: arm64
. "${0%/*}/../lib.sh"

plug raw-ip-hs
use_raw_ip
go_online
ping_all 3 "$gateway"
client=$(wds_client 0)
expect_line "Connection status: 'connected'" qmi --client-cid="$client" --client-no-release-cid --wds-get-packet-service-status
qmi-network /dev/cdc-wdm0 stop >/tmp/qmi-network.log || fail "stop: $(tail -n 1 /tmp/qmi-network.log)"
if ping -c 1 -W 2 "$gateway" >/dev/null; then
	fail "the network still answers"
fi
go_online
ping_all 3 "$gateway"
