# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The serial ports of a modem, which another driver makes: each role is a variable with the port's path, "$diag", "$nmea", "$at".

carriage_return=$(printf '\r')

# port_of INTERFACE: the path of the serial port that this interface of the first modem has.
port_of() {
	for port_folder in "$usb_folder:1.$1"/ttyUSB*; do
		[ ! -e "$port_folder" ] || printf '/dev/%s' "${port_folder##*/}"
	done
}

# wait_for_ports DRIVER INTERFACE...: each of these has a port, made by this driver; sets $ports.
wait_for_ports() {
	usb_folder=$(readlink -f /sys/class/net/wwan0/device)
	usb_folder=${usb_folder%:*}
	serial_driver=$1
	shift
	ports=
	for number; do
		wait_until "a port of interface $number" has_port "$number"
		expect_line "/$serial_driver\$" readlink "$usb_folder:1.$number/driver"
		ports="$ports $(port_of "$number")"
	done
	for path in $ports; do
		udevadm wait --timeout=$limit --settle "$path"
	done
}

has_port() {
	[ -n "$(port_of "$1")" ]
}

# hold_ports: keeps all of $ports open, in a process; each is raw, and has a process that waits for what it says, but those of
# AT, whose answers others want. Sets $holders.
hold_ports() {
	holders=
	for path in $ports; do
		# A terminal that echoes would send back what the modem says.
		sleep infinity <>"$path" &
		holders="$holders $!"
		stty -F "$path" raw -echo
	done
}

# read_port PATH: writes what the port says to /tmp/said-NAME, until it is gone; adds the process to $readers.
read_port() {
	cat "$1" >"/tmp/said-${1##*/}" 2>/dev/null &
	readers="${readers-} $!"
}

# said PATH: what read_port has read.
said() {
	tr -d '\r' <"/tmp/said-${1##*/}"
}

# at PATH COMMAND: prints what the modem answers, without echo and result; fails unless that is OK. Something must keep the
# port open.
at() {
	printf '%s\r' "$2" >"$1"
	# shellcheck disable=SC2016 # for the other shell
	timeout $limit sh -c '
		while IFS= read -r line; do
			line=${line%"$1"}
			case $line in
			OK) exit 0 ;;
			ERROR) exit 1 ;;
			"" | AT*) ;;
			*) printf "%s\n" "$line" ;;
			esac
		done
		exit 2' - "$carriage_return" <"$1"
}

# expect_sentences FILE: each whole line is an NMEA sentence with the right sum, and there are some of both kinds.
expect_sentences() {
	perl -ne '
		s/\r//g;
		last unless /\n$/;
		/^\$(.*)\*([0-9A-F]{2})$/ or die "not a sentence: $_";
		my ($text, $sum) = ($1, 0);
		$sum ^= ord for split //, $text;
		die "wrong sum: $_" if sprintf("%02X", $sum) ne $2;
		$kinds{substr($text, 0, 5)}++;
		END { print "$_ $kinds{$_}\n" for sort keys %kinds }' "$1" >/tmp/sentences 2>&1 || fail "$(cat /tmp/sentences)"
	for kind in GPGGA GPRMC; do
		expect_line "^$kind [1-9]" cat /tmp/sentences
	done
}

# has_sentences FILE: it has several from different seconds.
has_sentences() {
	[ "$(grep -c '^.GPGGA,' "$1")" -ge 3 ]
}

# use_ports_under_load AT_PORT...: while TCP flows both ways, a process follows the network by QMI and others ask, each of the
# ports answers, many times.
use_ports_under_load() {
	upload 2000000 "$gateway" &
	upload=$!
	download 2000000 "$gateway" &
	download=$!
	ask_by_qmi &
	asking=$!
	rounds=0
	while kill -0 $upload 2>/dev/null || kill -0 $download 2>/dev/null || [ $rounds -lt 10 ]; do
		for path; do
			expect "$model" at "$path" AT+CGMM
			expect '+CREG: 0,1' at "$path" AT+CREG?
			expect "$manufacturer
$model" at "$path" 'ATE0+CGMI;+CGMM'
		done
		rounds=$((rounds + 1))
	done
	wait $upload
	wait $download
	wait $asking
	step "$rounds rounds of commands at $# ports"
}

ask_by_qmi() {
	for _ in 1 2 3; do
		expect_line "Model: '$model'" qmi --dms-get-model
	done
	expect_line "status: 'connected'" qmi --client-cid="$(wds_client 0)" --client-no-release-cid --wds-get-packet-service-status
}

# expect_silent_diag: nothing was sent to $diag, and nothing came from it.
expect_silent_diag() {
	step "DIAG was left alone"
	expect '' said "$diag"
	! modem_log '"bulk",.*"interface":0,' || fail "something was sent to DIAG"
}

# pull_out_with_ports_open: the modem goes while all ports, the character device and the network are in use; what waited there is told.
pull_out_with_ports_open() {
	for path in $ports; do
		read_port "$path"
	done
	cat /dev/cdc-wdm0 >/dev/null 2>&1 &
	readers="$readers $!"
	wait_until "the character device to be open" sh -c 'find /proc/[0-9]*/fd -lname /dev/cdc-wdm0 | grep -q .'
	ping -f -n -q "$gateway" >/dev/null 2>&1 &
	flood=$!
	ask_host unplug 1
	wait_until_gone 0
	for reader in $readers; do
		wait "$reader" || : # some are told by an error
	done
	readers=
	for path in $ports; do
		udevadm wait --timeout=$limit --removed "$path" || fail "$path stays"
	done
	kill "$flood" 2>/dev/null || :
	# shellcheck disable=SC2086 # process ids
	kill $holders
	for holder in $holders; do
		wait "$holder" || :
	done
}
