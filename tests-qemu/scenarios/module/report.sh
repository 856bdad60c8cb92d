#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-wwan-report prints what a report needs, without addresses and identities
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# kept LINE: the report has a line like that.
kept() {
	expect_line "$1" cat /tmp/report
}

# left_out TEXT WHAT: the report has it nowhere.
left_out() {
	[ -n "$1" ] || fail "there is no $2 to be left out"
	! grep -iqF -- "$1" /tmp/report || fail "the report has the $2: $(grep -iF -m 1 -- "$1" /tmp/report)"
}

plug raw-ip-hs
hardware_address=$(cat /sys/class/net/wwan0/address) # which the log has
connect_muxes 1
ping_all 2 "$gateway"
imei=$(qmi --dms-get-ids | sed -n "s/.*IMEI: '\([0-9]*\)'.*/\1/p")
echo "a test says: wwan0 has the number $imei, the address $address, fe80::4 and 2001:db8:1:2:3:4:5:6" >/dev/kmsg

"$scenarios/../../scripts/qmi-wwan-report" >/tmp/report
for line in '^Linux ' '^driver: qmi_wwan' 'idVendor +0x2c7c' 'bInterfaceClass +255' '^raw_ip: Y' '^mux_id: 0x01' \
	'^ +rx_(aggregates|packets)' 'Kernel driver|Driver=qmi_wwan' "register 'qmi_wwan'" 'a test says: wwan0'; do
	kept "$line"
done
left_out "$hardware_address" "hardware address"
left_out "$(cat /sys/class/net/wwan0/device/../serial 2>/dev/null || echo "$imei")" "serial number"
left_out "$address" address
left_out 2001:db8 "address of IPv6"
left_out fe80: "link's address of IPv6"
left_out "$imei" IMEI
