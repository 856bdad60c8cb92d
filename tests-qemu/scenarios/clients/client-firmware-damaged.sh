#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-firmware-update fails with a damaged image; the modem, which has no firmware then, takes a good one
# Client: qmi-firmware-update of libqmi-utils
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/firmware.sh"

make_images
cp "$firmware" /tmp/good.cwe
plug mc7455

step "a truncated image is not even sent"
truncate --size=-1 "$firmware"
fail_to_update 'unknown firmware image file' --update --cdc-wdm=/dev/cdc-wdm0 "$firmware" "$carrier_settings"

step "one with a wrong byte is refused by the modem"
cp /tmp/good.cwe "$firmware"
damage "$firmware"
refused="error downloading image: couldn't close session: operation returned an error status: 137"
fail_to_update "$refused" --update --cdc-wdm=/dev/cdc-wdm0 "$firmware" "$carrier_settings"
expect_line '"reason":"Done\(Crc32, 128\)"' modem_log '"step":"refused"'
wait_for_loader 9070

step "a good one saves it"
cp /tmp/good.cwe "$firmware"
expect_update --update-download --tty=/dev/ttyUSB0 "$firmware" "$carrier_settings"
expect_modem 9071 "$new_firmware"
