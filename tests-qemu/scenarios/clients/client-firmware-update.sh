#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-firmware-update gives a modem new firmware and settings: it comes back with the new revision, and connects
# Client: qmi-firmware-update of libqmi-utils
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/firmware.sh"

make_images
plug mc7455
expect_modem 9071 SWI9X30C_02.24.05.06

expect_update --update --cdc-wdm=/dev/cdc-wdm0 "$firmware" "$carrier_settings"
expect 2 sh -c 'grep -c "^successfully downloaded" /tmp/update.log'
expect_line "^      $new_firmware\$" cat /tmp/update.log
expect_modem 9071 "$new_firmware"
expect_line "Build ID: *'02.33.03.00_GENERIC'" qmi --dms-get-firmware-preference
expect_line "Config version: 002.072_000" qmi --dms-swi-get-current-firmware

step "it keeps that without power"
unplug 0
plug mc7455
expect_modem 9071 "$new_firmware"
use_raw_ip
go_online
ping_all 3 "$gateway"
