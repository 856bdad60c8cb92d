#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem that is unplugged and comes back is online again by NetworkManager, in raw IP
# Client: NetworkManager of network-manager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"

start_networkmanager
come_and_go '^wwan0$'
