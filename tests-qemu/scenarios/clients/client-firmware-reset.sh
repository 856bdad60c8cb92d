#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-firmware-update resets a modem into download mode: the driver is unbound, and bound again when the modem is back
# Client: qmi-firmware-update of libqmi-utils
# Also: arm64
# Timeout: 300
. "${0%/*}/../lib.sh"

plug mc7455
device=$(readlink -f /sys/class/net/wwan0/device/..)
expect_line "'MC7455'" qmi --dms-get-model

timeout $limit qmi-firmware-update --cdc-wdm=/dev/cdc-wdm0 --reset --ignore-mm-runtime-check --verbose >/tmp/update.log 2>&1 ||
	fail "qmi-firmware-update: $(tail -n 1 /tmp/update.log)"
wait_until_gone 0
udevadm wait --timeout=$limit --settle /dev/ttyUSB0 || fail "no serial port in download mode"
expect 9070 cat "$device/idProduct"
expect_gone /sys/class/net/wwan0 /dev/cdc-wdm0

step "QDL's command to reset, in an HDLC frame"
stty -F /dev/ttyUSB0 raw -echo
printf '\176\055\237\012\176' >/dev/ttyUSB0
wait_for_driver 0
expect 9071 cat "$device/idProduct"
expect_line "'MC7455'" qmi --dms-get-model
use_raw_ip
go_online
ping_all 3 "$gateway"
