#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each allocation fails in turn while the link goes up: it goes up nonetheless, or at the next try
# Kernel: debug
# Timeout: 600
. "${0%/*}/../lib.sh"
. "${0%/*}/../lib/faults.sh"
. "${0%/*}/../lib/mux.sh"

# In this process, for that is whose allocations fail.
go_up() {
	echo $((flags | 1)) >/sys/class/net/wwan0/flags
}

go_down() {
	ip link set wwan0 down
}

# A link that is up in spite of a failure is not without what failed.
works() {
	wait_until "the link that is up to work" ping -n -q -c 1 -W 1 "$gateway" >/dev/null
	go_down
}

# try_link: also with all the receive buffers that the MTU makes.
try_link() {
	go_down
	flags=$(cat /sys/class/net/wwan0/flags)
	each_allocation go_up works
	total=$((total + allocations))
	ip link set wwan0 up
	ping_all 5 "$gateway"
	download 100000 "$gateway"
}

hurry 25
least=0 # a driver may have all from when the modem was bound, or get it elsewhere
total=0
step "802.3"
plug union-802-3
use_faults
go_online
try_link
unplug 0

step "raw IP"
plug raw-ip-hs
use_faults
use_raw_ip
go_online
try_link
unplug 0

step "mux"
plug raw-ip-ss
use_qmap
use_faults
add_mux 1
start_mux 1
try_link
fact allocations $total
fact seed "$QMI_SEED"
