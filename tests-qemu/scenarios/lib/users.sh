# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Those that are not root, or only in a namespace of their own.

# as_nobody COMMAND...: without any privilege.
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
}

# as_stranger COMMAND...: as root, with all capabilities, of a user and a network namespace of his own.
as_stranger() {
	as_nobody unshare --user --map-root-user --net --mount "$@"
}

# begin_stranger: such namespaces that stay, with a sysfs of their own; $stranger is the process that keeps them.
begin_stranger() {
	rm -f /tmp/ready # of an earlier one
	mkfifo -m 666 /tmp/ready
	# shellcheck disable=SC2016 # its own process id
	as_stranger sh -c 'mount -t sysfs sysfs /sys && echo $$ >/tmp/ready && exec sleep infinity' &
	read -r stranger </tmp/ready
}

# as_that_stranger SCRIPT: as root of the namespaces of $stranger.
as_that_stranger() {
	nsenter --target "$stranger" --user --net --mount -- sh -c "$1"
}

# end_stranger: its network devices come back.
end_stranger() {
	kill "$stranger"
}
