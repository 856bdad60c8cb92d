# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Modems that do wrong. A case is determined by the run's seed and its number, and logged by the modem as "hostile".

# shellcheck source=tests-qemu/scenarios/lib/alone.sh
. "$scenarios/lib/alone.sh"
modprobe "$QMI_DRIVER"

# cases COUNT: as many for "make test-full", a tenth of it for "make test".
cases() {
	if [ "${QMI_FULL-}" = yes ]; then
		echo "$1"
	else
		echo $(($1 / 10))
	fi
}

announce() {
	step "QMI_WWAN_RS_SEED=$QMI_SEED chooses the same again"
	fact seed "$QMI_SEED"
}

# watch_devices: lets next_event tell of USB devices from now on.
watch_devices() {
	rm -f /tmp/devices # of an earlier scenario
	mkfifo /tmp/devices
	udevadm monitor --kernel --subsystem-match=usb >/tmp/devices &
	exec 7</tmp/devices
	while read -r line <&7; do
		case $line in
		KERNEL*) break ;;
		esac
	done
	while sleep $limit; do echo silence; done >/tmp/devices &
}

# next_event: waits until a USB device has been offered to all drivers ($event is "bind"), or is gone ("remove"). $device is its
# folder, $port its port.
next_event() {
	silence=0
	while read -r source event path _ <&7; do
		device=/sys/bus/usb/devices/${path##*/}
		port=${path##*-}
		case $source,$event,$path in
		*:[0-9].*) ;; # an interface
		*,bind,*/usb?/[12]-[1-4] | *,remove,*/usb?/[12]-[1-4]) return ;;
		silence,*)
			silence=$((silence + 1))
			[ $silence -lt 3 ] || fail "nothing has come or gone for $((2 * limit)) s"
			;;
		esac
	done
	fail "udevadm monitor ended"
}

# try VALUE FILE: writes it, if the driver takes it.
try() {
	{ echo "$1" >"$2"; } 2>/dev/null || :
}

# read_files FILE...: those that can be read.
read_files() {
	for file in "$@"; do
		{ read -r _ <"$file"; } 2>/dev/null || :
	done
}

# open_port FILE: as file descriptor 8, if it is there. The shell makes a plain file of a port that has just gone.
open_port() {
	{ command exec 8<>"$1"; } 2>/dev/null || return 1
	if [ -f "$1" ]; then
		rm "$1"
		exec 8>&-
		return 1
	fi
}

# ask_ports: each port of $device, and closes it.
ask_ports() {
	for file in "$device:"*/usbmisc/*; do
		if open_port "/dev/${file##*/}"; then
			ask_versions || :
			exec 8>&-
		fi
	done
}

# set_link up|down FOLDER: of a network device of sysfs, if it is there. A process less than ip would be.
set_link() {
	{ read -r flags <"$2/flags"; } 2>/dev/null || return 0
	case $1 in
	up) try $((flags | 1)) "$2/flags" ;;
	down) try $((flags & ~1)) "$2/flags" ;;
	esac
}

# use_network FOLDER OPTIONS: a network device of sysfs: link up, in raw IP, with a mux device, with another MTU, as the bits of
# OPTIONS say. IPv6 sends by itself. Reads what can be read.
use_network() {
	[ $(($2 & 1)) = 0 ] || try Y "$1/qmi/raw_ip"
	[ $(($2 & 2)) = 0 ] || try 1 "$1/qmi/add_mux"
	[ $(($2 & 4)) = 0 ] || try 16384 "$1/mtu"
	set_link up "$1"
	read_files "$1"/address "$1"/mtu "$1"/carrier "$1"/qmi/* "$1"/upper_*/qmap/* "$1"/statistics/*
}

# use_device OPTIONS: what the driver has made of $device: opens the port as file descriptor 8 and sends to it, uses the network
# device. Sets $made to their names.
use_device() {
	made=
	for file in "$device:"*/usbmisc/*; do
		[ -e "$file" ] || continue
		made="$made ${file##*/}"
		if open_port "/dev/${file##*/}"; then
			ask_versions 2>/dev/null || :
		fi
	done
	for file in "$device:"*/net/*; do
		[ -e "$file" ] || continue
		made="$made ${file##*/}"
		use_network "$file" "$1"
	done
}

# follow_device: has still_there tell of the modem that is $device now.
follow_device() {
	{ read -r number <"$device/devnum"; } 2>/dev/null
}

# still_there: whether it is that one yet.
still_there() {
	{ read -r now <"$device/devnum"; } 2>/dev/null && [ "$now" = "$number" ]
}

# work_as_ever: after all, a good modem works.
work_as_ever() {
	step "a good modem"
	start_udev
	ask_host unplug all
	udevadm settle --timeout=$limit
	udevadm wait --timeout=$limit --removed /sys/bus/usb/devices/[12]-[1-4] /sys/class/net/wwan* /sys/class/usbmisc/cdc-wdm* ||
		fail "a device stays"
	plug raw-ip-hs
	use_raw_ip
	go_online
	ping_all 5 "$gateway"
	expect_line "Model: 'EC25'" qmi --dms-get-model
}
