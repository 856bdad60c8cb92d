# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# systemd as the first process of a PID namespace, with the system bus, logind, ModemManager and NetworkManager as their packages
# start them, and nothing else. Needed where logind takes part: it suspends by systemd only.

# start_systemd [OPTION...]: ModemManager has these options.
start_systemd() {
	# For this scenario alone: by what systemd leaves there, udev would take the guest for a container, and not believe its command
	# line; and programs would think that systemd runs.
	mkdir -p /run/systemd
	mount -t tmpfs tmpfs /run/systemd
	units=/run/systemd/system
	mkdir -p $units/scenario.target.wants /run/systemd/sleep.conf.d /tmp/no-units
	printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >$units/scenario.target
	for unit in dbus.socket systemd-logind.service ModemManager.service NetworkManager.service; do
		ln -s /usr/lib/systemd/system/$unit $units/scenario.target.wants/$unit
	done
	# What a machine starts besides would only cost time, and take over from the udev of the guest.
	for group in sysinit sockets timers; do
		for folder in /usr/lib/systemd/system /etc/systemd/system; do
			[ ! -e $folder/$group.target.wants ] || mount --bind /tmp/no-units $folder/$group.target.wants
		done
	done
	adjust_unit ModemManager '[Unit]\nConditionVirtualization=\n[Service]\nExecStart=\nExecStart=/usr/sbin/ModemManager --debug '"$*"'\n'
	adjust_unit NetworkManager '[Service]\nExecStart=\nExecStart=/usr/sbin/NetworkManager --debug\n'
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	# For this scenario alone, too: of a machine that has an id, udev makes the address of each device that has a random one.
	tr -d - </proc/sys/kernel/random/uuid >/tmp/machine-id
	mount --bind /tmp/machine-id /etc/machine-id

	trap 'show_daemon_logs $?' EXIT
	daemons=systemd
	unshare --pid --fork --kill-child --mount --mount-proc env container=scenario \
		/usr/lib/systemd/systemd --unit=scenario.target --log-target=console --show-status=no >"$(daemon_log systemd)" 2>&1 &
	parent=$!
	for name in org.freedesktop.login1 org.freedesktop.ModemManager1 org.freedesktop.NetworkManager; do
		daemons="$daemons $name"
		wait_until "$name to be on the bus" on_the_bus $name
	done
	beside="nsenter --target $(cat /proc/$parent/task/$parent/children) --pid --mount --"
}

# adjust_unit DAEMON LINES: more lines for its unit; what it says goes where those of start_daemon say it.
adjust_unit() {
	mkdir -p "$units/$1.service.d"
	case $1 in
	ModemManager) name=org.freedesktop.ModemManager1 ;;
	*) name=org.freedesktop.$1 ;;
	esac
	log=append:$(daemon_log "$name")
	printf '%b[Service]\nStandardOutput=%s\nStandardError=%s\n' "$2" "$log" "$log" >"$units/$1.service.d/scenario.conf"
}

# suspend_by_logind: asks for a suspend as a desktop does, and waits until the kernel has resumed.
suspend_by_logind() {
	write 1 /sys/module/suspend/parameters/pm_test_delay
	write platform /sys/power/pm_test
	printf '[Sleep]\nSuspendState=freeze\n' >/run/systemd/sleep.conf.d/scenario.conf
	# shellcheck disable=SC2086 # words of a command
	$beside busctl --timeout=$limit call org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager Suspend b false
	wait_until "the kernel to resume" resumed
	write none /sys/power/pm_test
}

resumed() {
	kernel_log | grep -q 'PM: suspend exit'
}
