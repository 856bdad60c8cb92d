#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oFono uses raw IP where there is qmi/pass_through, and wants 802.3 without
# Client: oFono of ofono
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/daemon.sh"
. "${0%/*}/../lib/ofono.sh"

offer_pass_through
connect_by_ofono raw-ip-hs
expect wwan0 echo "$interface"
expect Y cat /sys/class/net/wwan0/qmi/raw_ip
use_connection
ofono_disconnect
