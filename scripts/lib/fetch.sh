# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Downloads packages of the pinned kernel. For steps that run inside the tree.

# shellcheck source=scripts/versions
. /src/scripts/versions

# A backports archive has one version of a kernel only, so a pinned one goes away one day.
tell_what_the_archive_has() {
	version=$(apt-cache madison linux-image-amd64 | grep -- -backports | sed -n '1s/^[^|]*| *\([^ ]*\) .*/\1/p')
	release=$(apt-cache show "linux-image-amd64=$version" | sed -n 's/^Depends:.*linux-image-\([^ ,]*\) .*/\1/p')
	echo "because: the archive has no kernel $KERNEL_VERSION; it has $version ($release): write that into scripts/versions" >&2
}

# fetch PACKAGE...: into the working directory, in exactly the pinned version.
fetch() {
	for package; do
		echo "downloading $package $KERNEL_VERSION"
		if ! apt-cache show "$package=$KERNEL_VERSION" >/dev/null 2>&1; then
			tell_what_the_archive_has
			exit 1
		fi
		apt-get download "$package=$KERNEL_VERSION"
	done
}
