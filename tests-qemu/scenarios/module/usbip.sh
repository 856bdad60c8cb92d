#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem comes by USB/IP, without QEMU: attached, detached, attached again, killed under traffic, and replaced
# Kernel: stock
# Timeout: 300
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/usbip.sh"

# work: QMI, and traffic over raw IP.
work() {
	wait_for_driver 0
	expect_line '(^|/)qmi_wwan$' readlink /sys/class/net/wwan0/device/driver
	expect_line '(^|/)vhci_hcd' readlink -f /sys/class/net/wwan0/device
	expect_line 'Model: ' qmi --device-open-sync --dms-get-model
	use_raw_ip
	go_online
	ping_all 10 "$gateway"
	upload "$1" "$gateway"
	download "$1" "$gateway"
}

modprobe vhci-hcd
trap '{ kill "$modem"; modprobe --remove vhci-hcd; } 2>/dev/null || :' EXIT

step "usbip lists the modem and plugs it in"
start_modem raw-ip-hs
expect_line '2c7c:0125' usbip list --remote 127.0.0.1
attach_modem
work 500000
expect_error 'busy' timeout $limit usbip attach --remote 127.0.0.1 --busid 1-1

step "out, and in again by the script"
timeout $limit usbip detach --port "$vhci_port" >/tmp/usbip.log 2>&1 || fail "usbip: $(tail -n 1 /tmp/usbip.log)"
wait_until_gone 0
attach_by_script
work 200000

step "killed while packets flow and a program waits for QMI"
keep_busy 200000
kill -KILL "$modem"
wait_until_gone 0
expect_reader_failed
wait_until "vhci_hcd to have let go" no_port_used

step "another one, SuperSpeed, which ends by itself"
start_modem raw-ip-ss --unit 1
attach_modem
work 200000
kill "$modem"
wait_until_gone 0
modem_log '"disconnect","reason":"unplugged"'
