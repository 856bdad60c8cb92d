#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The machine is suspended by logind and resumed: NetworkManager and ModemManager are told, and online again by themselves
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
