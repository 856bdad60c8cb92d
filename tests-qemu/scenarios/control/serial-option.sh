#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Quectel EC25, with four serial ports of option: AT commands and positions while TCP flows and QMI is asked
# Kernel: stock
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/serial.sh"

manufacturer='QUALCOMM INCORPORATED'
model=EC25

# Our driver is asked for each interface first.
modprobe --remove option 2>/dev/null || :
modprobe "$QMI_DRIVER"
plug ec25
wait_for_ports option 0 1 2 3
expect_line '/qmi_wwan$' readlink "$usb_folder:1.4/driver"
expect_no_log 'qmi_wwan .*failed'
diag=$(port_of 0)
nmea=$(port_of 1)
at=$(port_of 2)
calls=$(port_of 3)
use_raw_ip
go_online
hold_ports

step "AT commands at two ports under load"
use_ports_under_load "$at" "$calls"
! at "$at" AT+NONE || fail "a command that the modem does not know is answered with OK"

step "positions, when they are wanted"
read_port "$nmea"
read_port "$diag"
at "$at" AT+QGPS=1
wait_until "sentences" has_sentences "/tmp/said-${nmea##*/}"
at "$calls" AT+QGPSEND
expect_sentences "/tmp/said-${nmea##*/}"
ping_all 5 "$gateway"

expect_silent_diag

step "pulled out with all ports open, and back"
pull_out_with_ports_open
plug ec25
wait_for_ports option 0 1 2 3
go_online
hold_ports
expect $model at "$(port_of 2)" AT+CGMM
ping_all 5 "$gateway"
