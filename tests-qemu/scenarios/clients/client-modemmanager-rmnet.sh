#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ModemManager with rmnet connects over a device of that, by QMAPv5, then removes it and connects without
# Client: ModemManager of modemmanager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/modemmanager.sh"
. "${0%/*}/../lib/rmnet.sh"

offer_pass_through
start_bus
plug raw-ip-ss
start_modemmanager --test-multiplex-requested
mm_connect apn=internet,ip-type=ipv4
expect_line '^ +rmnet mux_id ' ip -d link show "$interface"
expect Y cat $qmi_attributes/pass_through
use_connection
expect_checksums_told
mm --simple-disconnect

mm_connect apn=internet,ip-type=ipv4,multiplex=none
expect wwan0 echo "$interface"
expect N cat $qmi_attributes/pass_through
use_connection
