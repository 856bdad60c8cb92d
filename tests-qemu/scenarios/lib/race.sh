# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Processes that use and change a modem that comes and goes, each as fast as it can.

offer_pass_through
# shellcheck source=tests-qemu/scenarios/lib/hostile.sh
. "$scenarios/lib/hostile.sh"

# prepare_race: for the first modem.
prepare_race() {
	announce
	stop_udev
	watch_devices
	culprits=
}

# arrive: a modem that is online by itself, packets on their way, and processes at work on it.
arrive() {
	insert autoconnect
	until_event bind
	follow_device
	for file in "$device:"*/net/*; do
		try Y "$file/qmi/raw_ip"
		set_link up "$file"
		ip address add 10.64.0.2/30 dev "${file##*/}"
	done
	ping -f 10.64.0.1 >/dev/null 2>&1 &
	sender=$!
	catch "grep -qs '\"bulk\",\"direction\":\"in\"' /run/host/modem-$port.log"
	for work in wait_for_answers send_requests change_attributes change_muxes change_links; do
		($work) >/dev/null 2>&1 &
		culprits="$culprits $!"
	done
}

# depart: it is gone, and nothing waits for it any more.
depart() {
	ask_host unplug "$port"
	until_event remove
	kill "$sender"
	# shellcheck disable=SC2086 # process ids
	wait $culprits || :
	culprits=
}

until_event() {
	next_event
	while [ "$event" != "$1" ]; do
		next_event
	done
}

# at_any_time NUMBER: waits up to 3 s: nothing tells when the driver is busy.
at_any_time() {
	hundredths=$(((QMI_SEED + 73 * $1) % 300))
	sleep "$(printf '%d.%02d' $((hundredths / 100)) $((hundredths % 100)))"
}

# The processes. Their modem may have no driver.

wait_for_answers() {
	while still_there; do
		for file in "$device:"*/usbmisc/*; do
			cat "/dev/${file##*/}" || :
		done
	done
}

send_requests() {
	while still_there; do
		ask_ports
	done
}

change_attributes() {
	while still_there; do
		for file in "$device:"*/net/*; do
			try N "$file/qmi/raw_ip"
			try Y "$file/qmi/raw_ip"
			try Y "$file/qmi/pass_through"
			try N "$file/qmi/pass_through"
			read_files "$file"/qmi/* "$file"/upper_*/qmap/* "$file"/statistics/*
		done
	done
}

change_muxes() {
	while still_there; do
		for attribute in add_mux del_mux; do
			for file in "$device:"*/net/*; do
				try 1 "$file/qmi/$attribute"
				try 2 "$file/qmi/$attribute"
			done
		done
	done
}

change_links() {
	while still_there; do
		for file in "$device:"*/net/* /sys/class/net/qmimux0; do
			for mtu in 1400 1500; do
				set_link down "$file"
				try $mtu "$file/mtu"
				set_link up "$file"
			done
		done
	done
}
