#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager connects a modem again in raw IP after it was unplugged and plugged in
# Client: NetworkManager of network-manager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"

start_networkmanager
come_and_go '^wwan0$'
