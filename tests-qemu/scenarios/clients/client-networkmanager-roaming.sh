#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# NetworkManager connects while roaming unless the connection is home-only, and at home in any case
# Client: NetworkManager of network-manager
# Also: arm64
# Timeout: 420
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/networkmanager.sh"

insert raw-ip-hs --roaming
wait_for_driver 0
start_networkmanager
nm_add internet 4 gsm.home-only yes
expect_error 'Error: Connection activation failed' nmcli --wait $limit connection up internet
expect '' ip route show default
expect_line 'registration: roaming' mmcli --modem=any

step "roaming allowed"
nm connection modify internet gsm.home-only no
nm_up internet
expect_nm_online 4
nm connection down internet

step "at home"
unplug 0
plug raw-ip-hs
wait_for_modem
nm connection modify internet gsm.home-only yes
nm_up internet
expect_nm_online 4
