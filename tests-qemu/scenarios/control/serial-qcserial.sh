#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Sierra MC7305, with three serial ports of qcserial: AT commands and positions while TCP flows and QMI is asked
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/serial.sh"

manufacturer='Sierra Wireless, Incorporated'
model=MC7305

plug mc7305
wait_for_driver 1
wait_for_ports qcserial 0 2 3
for interface in 8 10; do
	expect_line '/qmi_wwan$' readlink "$usb_folder:1.$interface/driver"
done
expect_no_log 'qmi_wwan .*failed'
diag=$(port_of 0)
nmea=$(port_of 2)
at=$(port_of 3)
go_online
hold_ports

step "AT commands under load"
use_ports_under_load "$at"

step "positions, when they are wanted"
read_port "$nmea"
read_port "$diag"
echo "\$GPS_START" >"$nmea"
wait_until "sentences" has_sentences "/tmp/said-${nmea##*/}"
echo "\$GPS_STOP" >"$nmea"
expect_sentences "/tmp/said-${nmea##*/}"
ping_all 5 "$gateway"

expect_silent_diag

step "pulled out with all ports open, and back"
pull_out_with_ports_open
wait_until_gone 1
plug mc7305
wait_for_driver 1
wait_for_ports qcserial 0 2 3
go_online
hold_ports
expect $model at "$(port_of 3)" AT+CGMM
ping_all 5 "$gateway"
