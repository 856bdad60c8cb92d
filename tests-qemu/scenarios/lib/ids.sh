# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Modems of many kinds under the kernel's own driver and ours, and what the two make of them.
#
# A case is a line "VERDICT PROFILE ALIAS": the modem of this profile, passing for one that a driver knows by ALIAS; VERDICT is
# "taken" or "declined", for the interface with QMI.

# shellcheck source=tests-qemu/scenarios/lib/alone.sh
. "$scenarios/lib/alone.sh"

# hit ALIAS: the case of a modem that a driver with this alias takes.
hit() {
	case $1 in
	# With five interfaces this one is another modem, with QMI elsewhere.
	usb:v05C6p9215d*in00\*) echo "taken combined-802-3 $1" ;;
	*) echo "taken raw-ip-hs $1" ;;
	esac
}

# hits: the cases for the aliases on standard input.
hits() {
	while read -r alias; do
		hit "$alias"
	done
}

# near_misses ALIAS: cases of modems that are almost so.
near_misses() {
	case $1 in
	*in\*) echo "declined raw-ip-hs ${1%ip*}ipEEin*" ;;
	*)
		echo "declined raw-ip-hs ${1%in*}in7B*"
		echo "declined raw-ip-hs ${1%%ic\**}icFE${1#*ic\*}"
		;;
	esac
}

# sample COUNT: lines of standard input, chosen by the run's seed.
sample() {
	sort | awk -v seed="$QMI_SEED" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | head -n "$1" | cut -f 2
}

# part NUMBER COUNT: the lines of standard input that fall to this part of as many.
part() {
	sort | awk -v number="$1" -v count="$2" 'NR % count == number % count'
}

# compare_drivers: plugs in the modems of the cases on standard input under each driver, and compares.
compare_drivers() {
	cat >/tmp/cases
	for driver in qmi_wwan qmi_wwan_rs; do
		step "$(wc -l </tmp/cases) modems under $driver"
		(decide $driver) </tmp/cases >/tmp/$driver.decisions || fail "$(tail -n 1 /tmp/$driver.decisions)"
		rmmod $driver
	done
	diff -u /tmp/qmi_wwan.decisions /tmp/qmi_wwan_rs.decisions || fail "the drivers decide differently, see above"
	cat /tmp/qmi_wwan_rs.decisions
	fact compared "$(grep -c ^taken /tmp/cases) taken and $(grep -c ^declined /tmp/cases) declined alike"
}

# decide DRIVER: plugs in the modems of the cases on standard input, and tells what became of them.
decide() {
	modprobe --ignore-install "$1"
	ports='' devices=''
	while read -r verdict profile alias; do
		insert "$profile" --alias "$alias"
		echo "$verdict $profile $alias" >"/tmp/case.$port"
		ports="$ports $port"
		devices="$devices /sys/bus/usb/devices/1-$port"
		[ ${#ports} -lt 8 ] || decide_plugged # all four ports
	done
	decide_plugged
}

# Tells about the modems in $ports, and pulls them out. A process more for each interface would be minutes more for a test.
decide_plugged() {
	[ -n "$ports" ] || return 0
	# shellcheck disable=SC2086
	udevadm wait --timeout=$limit --initialized=no $devices || fail "not all of the USB ports$ports have a device"
	for port in $ports; do
		read -r verdict profile alias <"/tmp/case.$port"
		describe "/sys/bus/usb/devices/1-$port"
		judge "/sys/bus/usb/devices/1-$port"
	done
	ask_host unplug all
	# shellcheck disable=SC2086
	udevadm wait --timeout=$limit --initialized=no --removed $devices || fail "a device stays in one of the USB ports$ports"
	ports='' devices=''
}

# judge DEVICE: whether the driver has taken or declined it.
judge() {
	case $profile,$alias in
	*in??\*) number=${alias##*in} number=$((0x${number%\*})) ;;
	union-802-3,*) number=1 ;;
	*) number=4 ;;
	esac
	case $verdict in
	taken) [ -e "$1:1.$number/usbmisc" ] || fail "$profile $alias is not taken" ;;
	declined)
		[ -e "$1:1.$number" ] || fail "$profile $alias has no interface $number"
		[ ! -e "$1:1.$number/driver" ] || fail "$profile $alias is not declined"
		;;
	esac
}

# describe DEVICE: a modem, what the driver made of its interfaces, and what it said to them. Without numbers that depend on the
# order of probing.
describe() {
	# As long as the kernel offers interfaces to drivers it has the device locked, and this file cannot be read.
	value=
	read -r value <"$1/bConfigurationValue" || :
	[ "$value" = 1 ] || wait_for_value 1 "$1/bConfigurationValue"
	echo "$profile $alias"
	for interface in "$1:"*; do
		text="interface ${interface##*.}: class"
		for file in bInterfaceClass bInterfaceSubClass bInterfaceProtocol; do
			read -r value <"$interface/$file"
			text="$text $value"
		done
		[ ! -e "$interface/driver" ] || text="$text, taken:"
		for device in "$interface/net/"* "$interface/usbmisc/"* "$interface/wwan/"*; do
			[ ! -e "$device" ] || device=${device##*/} text="$text ${device%%[0-9]*}"
		done
		echo "  $text"
	done
	sed -nE \
		-e 's/.*"event":"control".*"name":"(\w+)","request_type":33,.*"value":([0-9]+),"index":([0-9]+).*/  \1 \2 to interface \3/p' \
		-e 's/.*"event":"set-interface","interface":([0-9]+),"alternate":([0-9]+).*/  setting \2 of interface \1/p' \
		"/run/host/modem-${1##*-}.log"
}
