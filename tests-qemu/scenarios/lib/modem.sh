# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Plugging modems in and out, and finding them.

ask_host() {
	printf '%s\n' "$*" >&3
	read -r verdict answer <&3
	[ "$verdict" = ok ] || fail "$*: $answer"
}

# plug PROFILE [NUMBER]: plugs a modem in and waits until the driver has it as wwanNUMBER (0).
plug() {
	insert "$1"
	wait_for_driver "${2-0}"
}

# insert PROFILE [OPTION...]: plugs a modem in, with these options of qmi-modem; $port is its USB port.
insert() {
	ask_host plug "$@"
	port=$answer
}

# configure_modprobe LINE: a line of modprobe.d, for modules that are loaded from now on, until the scenario ends.
configure_modprobe() {
	printf '%s\n' "$1" >"/run/modprobe.d/$(find /run/modprobe.d -type f | wc -l).conf"
	udevadm control --reload
}

# kernel_has_rmnet: as a module of its own, and not of those that are built for scenarios.
kernel_has_rmnet() {
	[ -n "$(find "/lib/modules/$(uname -r)/kernel" -name 'rmnet.ko*')" ]
}

# offer_pass_through: has our driver offer qmi/pass_through, whether the kernel has rmnet or not. To be said before it is loaded.
offer_pass_through() {
	configure_modprobe 'options qmi_wwan_rs pass_through=1'
}

wait_for_driver() {
	udevadm wait --timeout=$limit --settle "/sys/class/net/wwan$1" "/dev/cdc-wdm$1" ||
		fail "the driver made no wwan$1 and cdc-wdm$1"
}

# unplug NUMBER: pulls modem wwanNUMBER out, from the port of the same count.
unplug() {
	ask_host unplug "$(($1 + 1))"
	wait_until_gone "$1"
}

wait_until_gone() {
	udevadm wait --timeout=$limit --removed "/sys/class/net/wwan$1" "/sys/class/usbmisc/cdc-wdm$1" ||
		fail "wwan$1 or cdc-wdm$1 stays"
}

# qmi ARGUMENTS: qmicli to the first modem.
qmi() {
	timeout $limit qmicli --device=/dev/cdc-wdm0 "$@"
}

# ask_versions: sends the request for the versions of all services (CTL 0021) to the port that is open as file descriptor 8.
ask_versions() {
	printf '\001\013\000\000\000\000\000\007\041\000\000\000' >&8
}

# expect_versions: the answer comes there.
expect_versions() {
	expect_line '^ 01 .. 00 80 00 00 01 07 21 00' sh -c "timeout $limit dd bs=4096 count=1 status=none <&8 | od -A n -t x1"
}

# wait_for_interface NUMBER: until this interface of the device in $port is there and udev is done with it.
wait_for_interface() {
	for bus in 1 2; do
		interface=/sys/bus/usb/devices/$bus-$port:1.$1
		! udevadm wait --timeout=$((limit / 2)) --settle "$interface" || return 0
	done
	fail "no interface $1 in USB port $port"
}
