#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The version of QMAP is changed under load: no transfer mixes versions
# Driver: rs
# Also: arm64 arm64-16k
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"

# A modem that speaks version 5 misses the second header of each packet of version 1.
missing='"event":"dropped","direction":"up".*no checksum header'

# versions: for each transfer to the modem that was shared, of which version its packets were: "old", "new", or "mixed".
versions() {
	modem_log "\"event\":\"aggregate\",\"direction\":\"up\"|$missing" "$port" | awk '
		function tell() { if (packets > 1) print old == 0 ? "new" : old == packets ? "old" : "mixed" }
		/"aggregate"/ { tell(); packets = $0; sub(/.*"datagrams":/, "", packets); packets += 0; old = 0; next }
		{ old++ }
		END { tell() }'
}

# count VERSION: how many there were of those.
count() {
	versions | grep -c "$1" || :
}

plug raw-ip-ss
write 1 /proc/sys/net/ipv6/conf/wwan0/disable_ipv6
use_qmap 5
add_mux 1
start_mux 1
aggregate_packets qmimux0 16384 64 10000

step "packets, as fast as they are taken, and changes"
socat -b 100 -u /dev/zero "UDP-SENDTO:$gateway:9" &
flood=$!
for _ in $(seq 100); do
	ethtool --set-priv-flags wwan0 qmap-v5 off
	ethtool --set-priv-flags wwan0 qmap-v5 on
done
kill $flood
wait $flood || :

step "what the modem got"
new=$(count new)
old=$(count old)
mixed=$(count mixed)
step "$new shared transfers of version 5, $old of version 1, $mixed of both"
[ "$new" -gt 0 ] || fail "nothing of version 5"
[ "$old" -gt 0 ] || fail "nothing of version 1"
[ "$mixed" = 0 ] || fail "$mixed transfers mix versions"
ping_all 3 "$gateway"
