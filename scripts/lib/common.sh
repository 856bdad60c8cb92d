# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What every script here shares: the cache, the versions, and how to speak and fail. The caller has set `scripts`, the
# folder of scripts.

checkout=${scripts%/*}
# Where the driver and its description are in a kernel's tree.
in_tree_driver=drivers/net/usb/qmi_wwan_rs
in_tree_document=Documentation/networking/device_drivers/wwan/qmi_wwan_rs.rst

# shellcheck source=scripts/versions
. "$scripts/versions"

# Has the variables of scripts/versions tell of the kernel that the SDK in the folder $1 took, if it has.
load_pin() {
	if [ -f "$1/pin/versions" ]; then
		# shellcheck source=scripts/versions
		. "$1/pin/versions"
	fi
}

say() {
	printf '%s\n' "$*"
}

# die WHAT NEXT_STEP...: the one line that a user gets when something cannot be done.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

need_root() {
	[ "$(id -u)" -eq 0 ] || die "must run as root to build and enter the SDK; run it again with sudo"
}

# The cache folder, made absolute because it is used from several working directories.
cache_folder() {
	folder=${QMI_WWAN_RS_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set; set QMI_WWAN_RS_CACHE}/.cache}/qmi_wwan_rs}
	case $folder in
	/*) printf '%s\n' "$folder" ;;
	*) printf '%s\n' "$PWD/$folder" ;;
	esac
}
