# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Kernels with the driver in their tree, under UML or for QEMU. For scripts that run inside the SDK and have set `scripts`.
# They stay in the cache, so that only what changed is built again.

# shellcheck source=scripts/lib/common.sh
. "$scripts/lib/common.sh"
# shellcheck source=scripts/lib/logged.sh
. "$scripts/lib/logged.sh"
# shellcheck source=scripts/lib/progress.sh
. "$scripts/lib/progress.sh"

in_tree=/sdk/in-tree
in_tree_source=$in_tree/source

# kunit ACTION ARGS...: the kernel's own tool for KUnit.
kunit() {
	action=$1
	shift
	"$in_tree_source/tools/testing/kunit/kunit.py" "$action" --arch="$arch" "$@"
}

# choose_arch ARCH: the processor that kernels are built for from now on, as kunit.py calls it. The SDK's gcc is for its own processor only.
choose_arch() {
	arch=$1
	unset LLVM
	case $arch in
	um) image=linux ;;
	arm) image=zImage && export LLVM=1 ;;
	*) die "cannot run KUnit on $arch; there are um and arm" ;;
	esac
	in_tree_kunit=$in_tree/kunit-$arch
}
choose_arch um

# Takes all of this for the caller alone, and places the driver into a copy of the kernel's source that shares its files.
in_tree_prepare() {
	mkdir -p "$in_tree"
	exec 8>"$in_tree/lock"
	flock --nonblock 8 || {
		say "waiting until another run is done with $QMI_WWAN_RS_CACHE${in_tree#/sdk}"
		flock 8
	}
	if ! cat /sdk/stamp/tree /sdk/stamp/source | cmp -s - "$in_tree/made-from"; then
		find "$in_tree" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
		cp -al /sdk/source "$in_tree_source"
		cat /sdk/stamp/tree /sdk/stamp/source >"$in_tree/made-from"
	fi
	"$scripts/in-tree" "$in_tree_source"
}

# in_tree_make FOLDER VALUE TARGET: in FOLDER, with CONFIG_QMI_WWAN_RS=VALUE.
in_tree_make() {
	kunit config --build_dir="$1" --kconfig_add="CONFIG_QMI_WWAN_RS=$2" \
		--kunitconfig="$in_tree_source/$in_tree_driver" --kunitconfig="$scripts/kunit.config" \
		--kunitconfig="$scripts/kunit-$arch.config" || return
	make -C "$in_tree_source" ARCH="$arch" O="$1" -j"$(nproc)" "$3" || return
	# make drops, without a word, what depends on something that is not there.
	for wanted in "CONFIG_QMI_WWAN_RS=$2" CONFIG_QMI_WWAN_RS_KUNIT_TEST=y; do
		grep -qxF "$wanted" "$1/.config" || {
			echo "the kernel was built without $wanted; look at what it depends on"
			return 1
		}
	done
}

# in_tree_build TITLE FOLDER VALUE TARGET
in_tree_build() {
	title=$1
	shift
	with_progress "$title" "$1.log" in_tree_make "$@" || {
		tail -n 30 "$1.log"
		die "$title: failed; all output is in $QMI_WWAN_RS_CACHE${1#/sdk}.log"
	}
}

# Builds a kernel with the driver in it: $in_tree_kunit.
in_tree_build_in() {
	in_tree_build "building a kernel for $arch with the driver in it" "$in_tree_kunit" y "$image"
}

# Builds the driver as a module of the same kernel.
in_tree_build_module() {
	[ -d "$in_tree/module" ] || cp -a "$in_tree_kunit" "$in_tree/module"
	in_tree_build 'building the driver as a module' "$in_tree/module" m modules
}
