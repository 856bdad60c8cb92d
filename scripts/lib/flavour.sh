# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The flavours of Debian's kernel: amd64 is the stock one, rt-amd64 the real-time one of the same version; arm64 is the stock one of
# arm64, arm64-16k the one with pages of 16 KiB.

# release_of FLAVOUR
release_of() {
	echo "${KERNEL_RELEASE%-amd64}-$1"
}

# suffix_of FLAVOUR: what its folders in the SDK have behind their names.
suffix_of() {
	case $1 in
	amd64) ;;
	*) echo "-${1%-amd64}" ;;
	esac
}

# architecture_of FLAVOUR: whose packages it is in.
architecture_of() {
	case $1 in
	arm64*) echo arm64 ;;
	*) echo amd64 ;;
	esac
}
