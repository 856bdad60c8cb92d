# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The same scenario with the kernel's own driver and with ours, in the same guest. What is recorded of the two must be equal, but
# for what lib/parity-differences allows.

# compare_drivers NAME: runs the function `observe` with each driver; NAME begins the names of what it records.
compare_drivers() {
	group=$1
	load_nothing_by_alias
	offer_pass_through # what the C driver has on each kernel
	for module in qmi_wwan qmi_wwan_rs; do
		step "with $module"
		records=/tmp/records/$module
		mkdir -p "$records"
		modprobe --ignore-install $module
		observe
		modprobe --remove $module
	done
	judge
}

# Modules are loaded by name only: what an alias would load, the other driver or one for the modem's serial ports, is in the way.
load_nothing_by_alias() {
	rule=/run/udev/rules.d/80-drivers.rules # in the place of udev's own
	trap 'rm $rule; udevadm control --reload' EXIT
	mkdir -p "${rule%/*}"
	: >$rule
	udevadm control --reload
}

# spare_rcu: deletes all mux devices if their modem will go under the C driver, on a kernel that checks sleeping: that driver sleeps
# then under rcu_read_lock (D2), and the kernel says so.
spare_rcu() {
	case $module,$(uname -r) in
	qmi_wwan,*-debug) ;;
	*) return ;;
	esac
	for file in /sys/class/net/wwan0/upper_*/qmap/mux_id; do
		write "$(cat "$file")" /sys/class/net/wwan0/qmi/del_mux
	done
}

# record NAME COMMAND...: what it prints, and how it ends.
record() {
	check=$group-$1
	shift
	[ ! -e "$records/$check" ] || fail "$check is recorded twice"
	{ "$@" 2>&1 || echo "ends with status $?"; } | sed 's/qmi_wwan_rs/qmi_wwan/g; s/ *$//' >"$records/$check"
}

# try_all FILE VALUE...: writes each, and tells what came of it, and what the file reads then.
try_all() {
	file=$1
	shift
	for value; do
		if error=$(write "$value" "$file" 2>&1); then
			error=": ok"
		fi
		echo "'$value': ${error##*: }, reads '$(sort "$file" | tr '\n' ' ')'"
	done
}

# control_requests "NUMBER NUMBER...": what the host asked of these interfaces over endpoint 0, but for messages of QMI.
control_requests() {
	numbers=$(echo "$1" | tr ' ' '|')
	modem_log '"event":"(control|set-interface|start-interrupt|stop-interrupt)"' "$port" | grep -vE 'ENCAPSULATED|GET_DESCRIPTOR' |
		grep -E "\"(interface|index)\":($numbers)," | sed -E 's/"time":[0-9.]+,?//; s/[{}"]//g'
}

# The numbers of the interfaces that the driver has.
bound_interfaces() {
	basename -a /sys/bus/usb/drivers/qmi_wwan/*:* | sed 's/.*\.//' | xargs
}

judge() {
	cd /tmp/records
	checks=0
	same=0
	allowed=0
	wrong=0
	for check in $(find . -name "$group-*" -printf '%f\n' | sort -u); do
		checks=$((checks + 1))
		differences=$(diff --new-file --unchanged-line-format= --old-line-format='C: %L' --new-line-format='ours: %L' \
			"qmi_wwan/$check" "qmi_wwan_rs/$check" || :)
		wanted=$(allowed_difference "$check")
		if [ "$differences" != "$wanted" ]; then
			wrong=$((wrong + 1))
			echo "$check differs:"
			printf '%s\n' "$differences" | indent
			[ -z "$wanted" ] || printf 'but this is allowed:\n%s\n' "$wanted" | indent
		elif [ -n "$wanted" ]; then
			allowed=$((allowed + 1))
		else
			same=$((same + 1))
		fi
	done
	sed -n "s/^\\[\\($group-.*\\)\\]\$/\\1/p" "$scenarios/lib/parity-differences" | while read -r check; do
		[ -e "qmi_wwan_rs/$check" ] || fail "lib/parity-differences has $check, which is not recorded"
	done
	step "$checks checks: $same equal, $allowed differ as allowed, $wrong differ"
	[ "$wrong" -eq 0 ] || fail "$wrong of $checks checks differ"
}

# Several checks may share a difference: their names stand one below the other.
allowed_difference() {
	awk -v name="[$1]" '/^\[/ { on = (heading && on) || $0 == name; heading = 1; next } { heading = 0 } /^$/ { on = 0 } on' \
		"$scenarios/lib/parity-differences"
}
