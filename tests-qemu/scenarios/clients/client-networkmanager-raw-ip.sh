#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager connects with IPv4, with IPv6 and with both in raw IP: address, default route, DNS, traffic
# Client: NetworkManager of network-manager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"

plug raw-ip-hs
start_networkmanager
each_family '^wwan0$'
expect Y cat /sys/class/net/wwan0/qmi/raw_ip
