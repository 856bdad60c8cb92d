# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Finds and downloads packages of the SDK's kernel, for the tree's processor unless it is told another. For scripts that run inside
# the tree.

options=

# fetch_for ARCHITECTURE: packages for this processor from now on. Their lists are in the root file system of its guests.
fetch_for() {
	[ "$1" = amd64 ] || options="-o APT::Architecture=$1 -o APT::Architectures=$1 -o Dir::State::lists=/sdk/guest-$1/var/lib/apt/lists"
}

# apt_cache and apt_get with ARGUMENTS.
apt_cache() {
	# shellcheck disable=SC2086
	apt-cache $options "$@"
}

apt_get() {
	# shellcheck disable=SC2086
	apt-get $options "$@"
}

# is_there PACKAGE: in the version of the kernel.
is_there() {
	apt_cache show "$1=$KERNEL_VERSION" >/dev/null 2>&1
}

# Has KERNEL_VERSION, KERNEL_RELEASE and KERNEL_SOURCE tell of the newest kernel in the suite's backports, with its source.
find_newest_kernel() {
	KERNEL_VERSION=$(apt-cache madison linux-image-amd64 | grep -- "$DEBIAN_SUITE-backports" | sed -n '1s/^[^|]*| *\([^ ]*\) .*/\1/p')
	KERNEL_RELEASE=$(apt-cache show "linux-image-amd64=$KERNEL_VERSION" | sed -n 's/^Depends:.*linux-image-\([^ ,]*\) .*/\1/p')
	KERNEL_SOURCE=linux-source-$(echo "$KERNEL_VERSION" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
	if [ -z "$KERNEL_RELEASE" ] || ! is_there "$KERNEL_SOURCE"; then
		echo "because: $DEBIAN_SUITE-backports has no kernel with its source; set DEBIAN_MIRROR to a complete mirror" >&2
		exit 1
	fi
}

# with_kernel VERSIONS: that file, with what the variables say.
with_kernel() {
	sed "s/^KERNEL_VERSION=.*/KERNEL_VERSION=$KERNEL_VERSION/; s/^KERNEL_RELEASE=.*/KERNEL_RELEASE=$KERNEL_RELEASE/
		s/^KERNEL_SOURCE=.*/KERNEL_SOURCE=$KERNEL_SOURCE/" "$1"
}

# get PACKAGE: by the lists that there are.
get() {
	is_there "$1" && apt_get download "$1=$KERNEL_VERSION"
}

# fetch PACKAGE...: into the working directory, in exactly the version of the kernel. It may go away after it was chosen, from the
# archive sooner than from the lists: then another one is.
fetch() {
	for package; do
		echo "downloading $package $KERNEL_VERSION"
		! get "$package" || continue
		apt_get -o APT::Update::Error-Mode=any update
		! get "$package" || continue
		! is_there "$package" || exit 1
		rm -f /sdk/stamp/pin
		echo "because: the archive has no $package of $KERNEL_VERSION; run the same again, to take the newest kernel" >&2
		exit 1
	done
}
