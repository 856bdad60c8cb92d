# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Unpacks Debian's kernels. Packages are not installed, because that would make an initrd that is never booted. For scripts that run
# inside the tree, and have fetch, fetch_for, and KERNEL_RELEASE of the flavour amd64.

# shellcheck source=scripts/lib/flavour.sh
. /src/scripts/lib/flavour.sh

# unpack_kernel FLAVOUR FOLDER BUILD_FOLDER: FOLDER gets boot/ and modules/ as on a Debian machine, and headers/, which has its
# headers where Debian has them, below usr/. The modules say that they are built in BUILD_FOLDER.
unpack_kernel() {
	release=$(release_of "$1")
	common=${release%-"$1"} # what the flavours share

	mkdir "$2/unpacked"
	cd "$2/unpacked"
	fetch "linux-headers-$common-common" "linux-kbuild-$common" # has programs, which run here
	fetch_for "$(architecture_of "$1")"
	fetch "linux-base-$release" "linux-binary-$release" \
		"linux-modules-$release" "linux-headers-$release"
	for package in ./*.deb; do
		echo "unpacking $package"
		dpkg-deb --extract "$package" .
		rm "$package"
	done

	mkdir ../boot
	mv usr/lib/modules ../modules
	mkdir -p ../headers/usr/lib
	mv usr/src ../headers/usr
	mv usr/lib/linux-kbuild-* ../headers/usr/lib
	cd ..
	rm -r unpacked

	ln "modules/$release/vmlinuz" "boot/vmlinuz-$release"
	ln "modules/$release/config" "boot/config-$release"
	rm -f "modules/$release/build" "modules/$release/source"
	ln -s "$3" "modules/$release/build"

	echo "indexing modules"
	# shellcheck disable=SC2016 # for the shell that has a mount of its own
	unshare --mount --propagation unchanged sh -c 'mount --bind modules /usr/lib/modules && depmod "$1"' sh "$release"
}
