#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem is unplugged during a firmware update: it comes back in download mode, and takes the firmware
# Client: qmi-firmware-update of libqmi-utils
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/firmware.sh"

make_images 8
insert mc7455 --count-bulk # there are many
wait_for_driver 0
update --update --cdc-wdm=/dev/cdc-wdm0 "$firmware" "$carrier_settings" &
program=$!
wait_until "a part of the firmware to be written" modem_log '"step":"written"'
ask_host unplug 1
! wait "$program" || fail "qmi-firmware-update did not mind"
expect_line "^error: error downloading image: couldn't write in session: " cat /tmp/update.log
! modem_log '"step":"taken"' || fail "the modem was pulled out too late"
udevadm wait --timeout=$limit --removed /dev/ttyUSB0 || fail "the serial port stays"

step "it comes back without firmware"
insert mc7455
wait_for_loader 9070
make_images
expect_update --update-download --tty=/dev/ttyUSB0 "$firmware" "$carrier_settings"
expect_modem 9071 "$new_firmware"
use_raw_ip
go_online
ping_all 3 "$gateway"
