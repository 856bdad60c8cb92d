#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oFono with rmnet makes four devices of that, and connects over one, by QMAPv5
# Client: oFono of ofono
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/ofono.sh"
. "${0%/*}/../lib/rmnet.sh"

offer_pass_through
connect_by_ofono raw-ip-ss
expect_line '^ +rmnet mux_id ' ip -d link show "$interface"
expect 4 sh -c 'ls -d /sys/class/net/wwan0/upper_rmnet* | wc -l'
expect Y cat $qmi_attributes/pass_through
use_connection
expect_checksums_told
ofono_disconnect
