#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ModemManager finds the modem, registers, connects in raw IP with traffic, and disconnects
# Client: ModemManager of modemmanager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/modemmanager.sh"

start_bus
plug raw-ip-hs
start_modemmanager
mm_connect apn=internet,ip-type=ipv4
expect wwan0 echo "$interface"
expect Y cat /sys/class/net/wwan0/qmi/raw_ip
use_connection
mm --simple-disconnect
if ping -c 1 -W 2 "$gateway" >/dev/null; then
	fail "the network still answers"
fi
