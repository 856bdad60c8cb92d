#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An unprivileged user, and root of a namespace with a mux device or wwan0, may do what security.md says
# Driver: rs
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/mux.sh"
. "${0%/*}/../lib/roles.sh"

# What there is to be tried, and what comes of it for each role. In this order it works.
# shellcheck disable=SC2016 # the backticks are Markdown's
attempts() {
	for attribute in raw_ip pass_through add_mux del_mux; do
		attempt "read \`qmi/$attribute\`" yes unseen yes "cat $qmi_attributes/$attribute"
	done
	attempt 'write `qmi/raw_ip`' no unseen yes "echo N >$qmi_attributes/raw_ip && echo Y >$qmi_attributes/raw_ip"
	attempt 'write `qmi/pass_through`' no unseen yes "echo Y >$qmi_attributes/pass_through && echo N >$qmi_attributes/pass_through"
	attempt 'write `qmi/add_mux`' no unseen yes "echo 3 >$qmi_attributes/add_mux && echo 4 >$qmi_attributes/add_mux"
	attempt 'write `qmi/del_mux`' no unseen yes "echo 4 >$qmi_attributes/del_mux"
	attempt '`ip link set wwanN mtu`' no unseen yes 'ip link set wwan0 mtu 1400'
	attempt '`ip link set wwanN up`, `down`' no unseen yes 'ip link set wwan0 up && ip link set wwan0 down && ip link set wwan0 up'
	attempt '`/sys/class/net/wwanN/threaded`' no unseen yes 'echo 1 >/sys/class/net/wwan0/threaded'
	attempt '`ethtool -i wwanN`' yes unseen yes 'ethtool -i wwan0'
	attempt '`ethtool -S wwanN`' yes unseen yes 'ethtool -S wwan0'
	attempt '`ethtool -g wwanN`' yes unseen yes 'ethtool -g wwan0'
	attempt '`ethtool -G wwanN rx-buf-len`' no unseen yes 'ethtool -G wwan0 rx-buf-len 4096'
	attempt '`ethtool -K wwanN tso`' no unseen yes 'ethtool -K wwan0 tso off'
	attempt '`ethtool --show-priv-flags wwanN`' yes unseen yes 'ethtool --show-priv-flags wwan0'
	attempt '`ethtool --set-priv-flags wwanN qmap-v5`' no unseen yes 'ethtool --set-priv-flags wwan0 qmap-v5 on'
	attempt '`ethtool --get-tunable wwanN rx-copybreak`' yes unseen yes 'ip link show wwan0 && ethtool --get-tunable wwan0 rx-copybreak'
	attempt '`ethtool --set-tunable wwanN rx-copybreak`' no unseen yes 'ethtool --set-tunable wwan0 rx-copybreak 128'
	attempt '`ethtool -s wwanN msglvl`' no unseen yes 'ethtool -s wwan0 msglvl 7'
	attempt '`ethtool -C wwanN`' no unseen never 'ethtool -C wwan0 tx-aggr-max-frames 2'

	attempt 'read `qmap/mux_id`' yes yes yes "cat /sys/class/net/$mux/qmap/mux_id"
	attempt 'write `qmap/mux_id`' no no no "echo 3 >/sys/class/net/$mux/qmap/mux_id"
	attempt '`ip link set qmimuxN mtu`' no yes yes "ip link set $mux mtu 1400"
	attempt '`ip link set qmimuxN up`, `down`' no yes yes "ip link set $mux up && ip link set $mux down && ip link set $mux up"
	attempt '`ip link set qmimuxN txqueuelen`' no yes yes "ip link set $mux txqueuelen 100"
	attempt '`/sys/class/net/qmimuxN/threaded`' no never never "/usr/bin/printf 1 >/sys/class/net/$mux/threaded"
	attempt '`ethtool -c qmimuxN`' yes yes yes "ethtool -c $mux"
	attempt '`ethtool -C qmimuxN tx-aggr-...`' no no yes "ethtool -C $mux tx-aggr-max-frames 2"
	attempt '`ethtool -K qmimuxN rx`, `tso`' no yes yes "ethtool -K $mux rx off tso off"
	attempt '`ethtool -i qmimuxN`' never never never "ethtool -i $mux"
	attempt '`ethtool -S qmimuxN`' never never never "ethtool -S $mux"
	attempt '`ethtool -G qmimuxN rx-buf-len`' no never never "ethtool -G $mux rx-buf-len 4096"
	attempt '`ethtool --set-priv-flags qmimuxN qmap-v5`' no never never "ethtool --set-priv-flags $mux qmap-v5 on"
	attempt '`ethtool --set-tunable qmimuxN rx-copybreak`' no never never "ethtool --set-tunable $mux rx-copybreak 128"
	attempt '`ethtool -s qmimuxN msglvl`' no never never "ethtool -s $mux msglvl 7"

	attempt 'open `/dev/cdc-wdmN`' no no no 'exec </dev/cdc-wdm0'
	attempt 'unbind the driver' no no no "echo $interface >/sys/bus/usb/drivers/qmi_wwan/unbind"
	attempt 'add an id' no no no 'echo ffff ffff >/sys/bus/usb/drivers/qmi_wwan/new_id'
}

# modem_state: all that can be set of the whole modem.
modem_state() {
	for attribute in raw_ip pass_through add_mux; do
		cat $qmi_attributes/$attribute
	done
	for file in mtu flags threaded; do
		cat /sys/class/net/wwan0/$file
	done
	ethtool -g wwan0
	ethtool -k wwan0
	ethtool --show-priv-flags wwan0
	ethtool --get-tunable wwan0 rx-copybreak
	ethtool -c qmimux0
}

offer_pass_through
plug raw-ip-hs
interface=$(basename "$(readlink -f /sys/class/net/wwan0/device)")
write Y $qmi_attributes/raw_ip
for id in 1 2; do
	add_mux $id
done
ip link set wwan0 up
modem_state >/tmp/state

step "a user without privileges"
try_all_as nobody qmimux0
expect "$(cat /tmp/state)" modem_state

step "root of namespaces that were given a mux device"
begin_stranger
ip link set qmimux1 netns "$stranger"
try_all_as mux qmimux1
expect "$(cat /tmp/state)" modem_state

step "root of a namespace is told why, and sees its own packets only"
expect_line 'another namespace' nsenter --target "$stranger" --user --net -- sh -c '! ethtool -C qmimux1 tx-aggr-max-frames 2 2>&1'
modprobe dummy
as_that_stranger "ip link add dum0 index $(cat /sys/class/net/wwan0/ifindex) type dummy"
expect_line '^[0-9]+: qmimux1: ' as_that_stranger 'ip -d link show qmimux1'
expect "$(as_that_stranger 'cat /sys/class/net/qmimux1/ifindex')" as_that_stranger 'cat /sys/class/net/qmimux1/iflink'
expect '' as_that_stranger 'ls -d /sys/class/net/qmimux1/lower_* 2>/dev/null || :'
ip link set wwan0 down
expect 0 as_that_stranger 'cat /sys/class/net/qmimux1/carrier' # unlike operstate, that is up to date when it is read
ip link set wwan0 up
expect 1 as_that_stranger 'cat /sys/class/net/qmimux1/carrier'

step "with privileges over both, and the mux device back"
expect_error 'Operation not permitted' nsenter --net="/proc/$stranger/ns/net" ethtool -C qmimux1 tx-aggr-max-frames 2
end_stranger
udevadm wait --timeout=$limit --settle /sys/class/net/qmimux1
expect_line '^[0-9]+: qmimux1@wwan0: ' ip link show qmimux1
ethtool -C qmimux1 tx-aggr-max-frames 2
ethtool -C qmimux0 tx-aggr-max-frames 1

step "root of namespaces that were given wwan0"
for id in 1 2; do
	write $id $qmi_attributes/del_mux
done
begin_stranger
ip link set wwan0 netns "$stranger"
try_all_as wwan qmimux0

step "an attribute that is open when the device is taken away"
mkfifo -m 666 /tmp/go
nsenter --target "$stranger" --user --net --mount -- sh -c "
	exec 9>$qmi_attributes/add_mux
	echo opened >/tmp/go
	read -r _ </tmp/go
	/usr/bin/printf 33 >&9" 2>/tmp/said &
keeper=$!
read -r _ </tmp/go
nsenter --net="/proc/$stranger/ns/net" ip link set wwan0 netns $$
wait_for_driver 0
echo go >/tmp/go
! wait $keeper || fail "he has added a mux device"
expect_line 'Operation not permitted' cat /tmp/said
expect 0x03 cat $qmi_attributes/add_mux

step "the table"
judge_roles
