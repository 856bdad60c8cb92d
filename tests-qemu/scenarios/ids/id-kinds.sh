#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A modem of each kind of id, and near misses: both drivers bind the same
# Driver: rs
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/ids.sh"

for alias in \
	'usb:v12D1p*d*dc*dsc*dp*icFFisc01ip07in*' \
	'usb:v03F0p581Dd*dc*dsc*dp*icFFisc01ip07in*' \
	'usb:v1410p9010d*dc*dsc*dp*ic02isc06ip00in*' \
	'usb:v2C7Cp0125d*dc*dsc*dp*icFFiscFFipFFin*' \
	'usb:v1199p68A2d*dc*dsc*dp*ic*isc*ip*in13*' \
	'usb:v2C7Cp0121d*dc*dsc*dp*ic*isc*ip*in04*' \
	'usb:v05C6p9001d*dc*dsc*dp*ic*isc*ip*in03*' \
	'usb:v05C6p920Bd*dc*dsc*dp*ic*isc*ip*in00*'; do
	modinfo -F alias qmi_wwan | grep -qxF "$alias" || fail "the C driver has no alias $alias"
	hit "$alias"
	near_misses "$alias"
done >/tmp/kinds
cat >>/tmp/kinds <<END
taken union-802-3 usb:v12D1p*d*dc*dsc*dp*icFFisc01ip09in*
taken union-802-3 usb:v1410pB001d*dc*dsc*dp*ic02isc06ip00in*
declined union-802-3 usb:v12D1p*d*dc*dsc*dp*icFFisc01ip08in*
taken combined-802-3 usb:v05C6p9215d*dc*dsc*dp*ic*isc*ip*in00*
declined raw-ip-hs usb:v05C6p9215d*dc*dsc*dp*ic*isc*ip*in00*
taken ec20 usb:v05C6p9215d*dc*dsc*dp*ic*isc*ip*in04*
declined raw-ip-hs usb:v1D6Bp0104d*dc*dsc*dp*icFFiscFFipFFin*
END
compare_drivers </tmp/kinds
