# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Builds kernels for tests from source. For scripts that run inside the tree and have `die`.

# build_kernel SOURCE MODULES IMAGE CONFIGS ARGS...: builds a kernel in the working directory, and the make target IMAGE of it, with
# what scripts/kernels/NAME.config says for each NAME of CONFIGS, words in one argument, and installs its modules below MODULES.
# Other modules can be built against the working directory afterwards. ARGS are for make.
build_kernel() {
	kernel_source=$1
	modules=$2
	image=$3
	configs=$4
	shift 4
	set -- -C "$kernel_source" O="$PWD" -j"$(nproc)" "$@"

	for config in $configs; do
		cat "/src/scripts/kernels/$config.config"
	done >wanted.config
	make "$@" KCONFIG_ALLCONFIG="$PWD/wanted.config" allnoconfig
	lost=$(grep '^CONFIG_' wanted.config | grep -vxFf .config) || :
	[ -z "$lost" ] || die "the kernel's configuration does not accept: $lost"

	make "$@" "$image" modules
	make "$@" INSTALL_MOD_PATH="$modules" modules_install

	echo "removing what no module needs"
	find . \( -path ./scripts -o -path ./tools -o -path ./lib/modules \) -prune -o \
		-type f \( -name '*.[oa]' -o -name 'vmlinux*' \) -exec rm {} +
}
