#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-firmware-update gives a Gobi 3000 its firmware: it comes back, is bound, and connects
# Client: qmi-firmware-update of libqmi-utils
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/firmware.sh"

make_gobi_images /tmp/gobi
insert gobi-3000
wait_for_loader 9012

# The loader starts anew with another number on the bus.
number_on_bus() {
	cat /sys/class/tty/ttyUSB0/device/../../devnum 2>/dev/null
}

has_started_anew() {
	now=$(number_on_bus) && [ "$now" != "$before" ]
}

step "two thirds of it are not enough"
before=$(number_on_bus)
expect_update --update-download --tty=/dev/ttyUSB0 /tmp/gobi/amss.mbn /tmp/gobi/apps.mbn
wait_until "the loader to start anew" has_started_anew
wait_for_loader 9012

step "all of it is"
expect_update --update-download --tty=/dev/ttyUSB0 /tmp/gobi/amss.mbn /tmp/gobi/apps.mbn /tmp/gobi/UQCN.mbn
expect_modem 9013 D3600-STSUGN-3575
expect 00 cat /sys/class/net/wwan0/device/bInterfaceNumber
go_online
ping_all 3 "$gateway"
download 200000 "$gateway"
