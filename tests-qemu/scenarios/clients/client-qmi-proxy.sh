#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qmi-proxy shares one port: two processes follow the network and the SIM card while two others ask in turns
# Client: qmi-proxy of libqmi-proxy
# Also: arm64
# Timeout: 300
. "${0%/*}/../lib.sh"

# The first of them starts the proxy.
proxied() {
	timeout $((2 * limit)) qmicli --device=/dev/cdc-wdm0 --device-open-proxy "$@"
}

# asks COUNT PATTERN REQUEST: each time in a process of its own.
asks() {
	for _ in $(seq "$1"); do
		expect_line "$2" proxied "$3"
	done
}

# The most services that had clients at the same time, from the modem's log.
services_at_once() {
	modem_log '"direction":"response".*"message":"(Allocate|Release) CID".*"error":null' |
		sed 's/.*"message":"\([A-Z]\).*"type":"0x01","length":2,"value":"\(..\).*/\1 \2/' |
		awk '
			$1 == "A" && clients[$2]++ == 0 && ++now > most { most = now }
			$1 == "R" && --clients[$2] == 0 { now-- }
			END { print most }'
}

plug raw-ip-hs
use_raw_ip
proxied --wds-start-network=apn=internet,ip-type=4 --wds-follow-network >/tmp/follow 2>&1 &
network=$!
proxied --uim-monitor-refresh-all >/tmp/monitor 2>&1 &
wait_until "the network to start" grep -q "Network started" /tmp/follow
asks 5 "IMEI: '[0-9]+'" --dms-get-ids &
identities=$!
asks 5 "Registration state: 'registered'" --nas-get-serving-system
wait $identities || fail "DMS did not answer each time"

step "One process has the port open, for all"
expect 1 sh -c 'find /proc/[0-9]*/fd -lname /dev/cdc-wdm0 | wc -l'

step "The radio is turned off: the first hears that its network is gone"
expect_line "Operating mode set" proxied --dms-set-operating-mode=low-power
wait "$network" || true # there is no network that it could stop
expect_line "Connection status: 'disconnected'" cat /tmp/follow
[ "$(services_at_once)" -ge 3 ] || fail "no more than $(services_at_once) services had clients at a time"
