# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Where the module and its companion go: what install writes, uninstall removes.
# For scripts that have set `scripts`.
# Environment: DESTDIR (the root to install into), KERNELRELEASE (the kernel to install for, the running one by default).

# shellcheck source=scripts/lib/common.sh
. "$scripts/lib/common.sh"

PATH=$PATH:/usr/sbin:/sbin
destdir=${DESTDIR-}
release=${KERNELRELEASE:-$(uname -r)}
modules=$destdir/lib/modules/$release
installed_module=$modules/updates/qmi_wwan_rs.ko
installed_conf=$destdir/etc/modprobe.d/qmi_wwan_rs.conf

need_kernel() {
	[ -d "$modules/kernel" ] ||
		die "no kernel $release in $destdir/lib/modules, which has: $(cd "$destdir/lib/modules" 2>/dev/null && echo * || echo none); set KERNELRELEASE"
	[ -x "$(command -v depmod)" ] || die "depmod is missing; install the package kmod"
	[ -w "$modules" ] || die "cannot write to $modules; run it again with sudo"
	for conf in "$destdir"/usr/lib/modprobe.d/qmi-wwan-rs-*.conf; do
		[ ! -e "$conf" ] || die "Debian packages have the module there; remove them first: sudo apt purge 'qmi-wwan-rs-*'"
	done
}

index_modules() {
	depmod -b "${destdir:-/}" "$release" || die "depmod failed for $release, see above; fix that, and run it again"
}
