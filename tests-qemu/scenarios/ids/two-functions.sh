#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two QMI functions on one device, one in 802.3 and one in raw IP, work together and alone
# Timeout: 300
. "${0%/*}/../lib.sh"

driver=/sys/bus/usb/drivers/qmi_wwan

# use_both: traffic both ways and pings over each function, and a process that asks each by QMI meanwhile.
use_both() {
	jobs=
	bytes=300000
	for gateway in $gateways; do
		bytes=$((bytes + 1))
		also upload $bytes "$gateway"
		also download $bytes "$gateway"
		also ping_all 20 "$gateway"
	done
	for number in 0 1; do
		also ask $number
	done
	for job in $jobs; do
		wait "$job"
	done
}

also() {
	"$@" &
	jobs="$jobs $!"
}

# ask NUMBER: several processes, one after the other.
ask() {
	for _ in 1 2 3; do
		expect_line "Model: 'MC7305'" timeout $limit qmicli --device="/dev/cdc-wdm$1" --dms-get-model
	done
	expect_line "status: 'connected'" timeout $limit qmicli --device="/dev/cdc-wdm$1" --client-cid="$(wds_client "$1")" \
		--client-no-release-cid --wds-get-packet-service-status
}

# start NUMBER: goes online, and notes the gateway.
start() {
	go_online "$1"
	gateways="${gateways-} $gateway"
}

plug mc7305
wait_for_driver 1
expect_line ':1\.8$' readlink -f /sys/class/net/wwan0/device
expect_line ':1\.10$' readlink -f /sys/class/net/wwan1/device
for number in 0 1; do
	expect "cdc-wdm$number" ls /sys/class/net/wwan$number/device/usbmisc
done

step "one in 802.3, one in raw IP"
use_raw_ip 1
start 0
start 1
expect N cat /sys/class/net/wwan0/qmi/raw_ip
expect Y cat /sys/class/net/wwan1/qmi/raw_ip
use_both
for interface in 8 10; do
	for direction in in out; do
		expect_line . modem_log "\"bulk\",\"direction\":\"$direction\".*\"interface\":$interface," "$port"
	done
done

for number in 0 1; do
	other=$((1 - number))
	gone=$(basename "$(readlink -f /sys/class/net/wwan$number/device)")
	stays=$(echo "$gateways" | cut -d ' ' -f $((other + 2)))

	step "wwan$number is unbound, with packets on their way over both, and wwan$other does not mind"
	for to in $gateways; do
		ping -f -n -q "$to" >/dev/null 2>&1 &
		floods="${floods-} $!"
	done
	also download 400000 "$stays"
	download=$!
	write "$gone" $driver/unbind
	wait_until_gone $number
	ask $other
	wait $download
	# shellcheck disable=SC2086 # process ids
	kill $floods 2>/dev/null || :
	floods=
	upload 100000 "$stays"
	ping_all 5 "$stays"
	expect_there "/dev/cdc-wdm$other" "/sys/class/net/wwan$other"

	step "it is bound again"
	write "$gone" $driver/bind
	wait_for_driver $number
	go_online $number
	expect_line "^$gateway\$" sh -c "printf '%s\n' $gateways"
	ping_all 5 "$gateway"
	ping_all 5 "$stays"
done
use_both

step "pulled out"
ask_host unplug "$port"
wait_until_gone 0
wait_until_gone 1
