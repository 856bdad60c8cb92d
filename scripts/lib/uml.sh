# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# A kernel under UML with the driver in its tree. For scripts that run inside the SDK and have sourced common.sh. It stays in
# the cache, so that only what changed is built again.

# shellcheck source=scripts/lib/progress.sh
. "$scripts/lib/progress.sh"

uml=/sdk/in-tree
uml_tree=$uml/source
driver=drivers/net/usb/qmi_wwan_rs

# kunit ACTION ARGS...: the kernel's own tool for KUnit.
kunit() {
	"$uml_tree/tools/testing/kunit/kunit.py" "$@"
}

# Takes all of this for the caller alone, and places the driver into a copy of the kernel's source that shares its files.
uml_prepare() {
	mkdir -p "$uml"
	exec 8>"$uml/lock"
	flock --nonblock 8 || {
		say "waiting until another run is done with $QMI_WWAN_RS_CACHE${uml#/sdk}"
		flock 8
	}
	if ! cat /sdk/stamp/tree /sdk/stamp/source | cmp -s - "$uml/made-from"; then
		find "$uml" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
		cp -al /sdk/source "$uml_tree"
		cat /sdk/stamp/tree /sdk/stamp/source >"$uml/made-from"
	fi
	"$scripts/in-tree" "$uml_tree"
}

# uml_make FOLDER VALUE TARGET: in FOLDER, with CONFIG_QMI_WWAN_RS=VALUE.
uml_make() {
	kunit config --build_dir="$1" --kconfig_add="CONFIG_QMI_WWAN_RS=$2" \
		--kunitconfig="$uml_tree/$driver" --kunitconfig="$scripts/kunit.config" || return
	make -C "$uml_tree" ARCH=um O="$1" -j"$(nproc)" "$3" || return
	# make drops, without a word, what depends on something that is not there.
	for wanted in "CONFIG_QMI_WWAN_RS=$2" CONFIG_QMI_WWAN_RS_KUNIT_TEST=y; do
		grep -qxF "$wanted" "$1/.config" || {
			echo "the kernel was built without $wanted; look at what it depends on"
			return 1
		}
	done
}

# uml_build TITLE FOLDER VALUE TARGET
uml_build() {
	title=$1
	shift
	with_progress "$title" "$1.log" uml_make "$@" || {
		tail -n 30 "$1.log"
		die "$title: failed; all output is in $QMI_WWAN_RS_CACHE${1#/sdk}.log"
	}
}

# Builds a kernel with the driver in it: $uml/kunit.
uml_build_in() {
	uml_build 'building a kernel with the driver in it' "$uml/kunit" y linux
}

# Builds the driver as a module of the same kernel.
uml_build_module() {
	[ -d "$uml/module" ] || cp -a "$uml/kunit" "$uml/module"
	uml_build 'building the driver as a module' "$uml/module" m modules
}
