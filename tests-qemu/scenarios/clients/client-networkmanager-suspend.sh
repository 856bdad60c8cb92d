#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager and ModemManager, which logind tells of a suspend, connect again after it
# Client: NetworkManager of network-manager
# Kernel: stock
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"
. "${0%/*}/../lib/systemd.sh"

configure_networkmanager
plug raw-ip-hs
start_systemd
sleep_and_wake '^wwan0$'
