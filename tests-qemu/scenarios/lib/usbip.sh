# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Modems that run in the guest itself, and come by USB/IP over its loopback device.

# As the host has built it for its own use.
modem_program=/sdk/target/release/qmi-modem
attach_program=/src/tests-qemu/modem/attach
usbip_log=/tmp/modem.log

# start_modem PROFILE [OPTION...]: starts one, and waits until it listens; $modem is its process.
start_modem() {
	rm -f /tmp/welcome
	mkfifo /tmp/welcome
	profile=$1
	shift
	"$modem_program" --usbip --profile "$profile" --log $usbip_log "$@" >/tmp/welcome 2>/tmp/modem.messages &
	modem=$!
	read -r welcome </tmp/welcome || fail "the modem: $(tail -n 1 /tmp/modem.messages)"
}

# attach_modem: plugs it in by Debian's program.
attach_modem() {
	timeout $limit usbip attach --remote 127.0.0.1 --busid 1-1 >/tmp/usbip.log 2>&1 || fail "usbip: $(tail -n 1 /tmp/usbip.log)"
	vhci_port=$(used_port)
}

# attach_by_script: the same by ours.
attach_by_script() {
	vhci_port=$(timeout $limit $attach_program 2>&1) || fail "$vhci_port"
	expect "$vhci_port" used_port
}

# used_port: the port of vhci_hcd that something is in, with an address (006) or before it has one (005).
used_port() {
	awk '$3 == "005" || $3 == "006" { print $2 + 0 }' /sys/devices/platform/vhci_hcd.0/status
}

no_port_used() {
	[ -z "$(used_port)" ]
}

# Instead of the log of one that the host has plugged in.
modem_log() {
	grep -E -- "$1" $usbip_log
}
