# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Builds kernels for tests from source. For scripts that run inside the tree and have `die`.

# build_kernel SOURCE NAME MODULES ARGS...: builds a kernel in the working directory, with what scripts/kernels/NAME.config says on
# top of guest.config, and installs its modules below MODULES. Other modules can be built against the working directory afterwards.
# ARGS are for make.
build_kernel() {
	kernel_source=$1
	config=$2
	modules=$3
	shift 3
	set -- -C "$kernel_source" O="$PWD" -j"$(nproc)" "$@"

	cat /src/scripts/kernels/guest.config "/src/scripts/kernels/$config.config" >wanted.config
	make "$@" KCONFIG_ALLCONFIG="$PWD/wanted.config" allnoconfig
	lost=$(grep '^CONFIG_' wanted.config | grep -vxFf .config) || :
	[ -z "$lost" ] || die "the kernel's configuration does not accept: $lost"

	make "$@" bzImage modules
	make "$@" INSTALL_MOD_PATH="$modules" modules_install

	echo "removing what no module needs"
	find . \( -path ./scripts -o -path ./tools -o -path ./lib/modules \) -prune -o \
		-type f \( -name '*.[oa]' -o -name 'vmlinux*' \) -exec rm {} +
}
