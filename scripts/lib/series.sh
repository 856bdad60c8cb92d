# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The series of patches for a kernel tree, and what each state of it must pass. For checks, which run inside the SDK and have set
# `scripts`, and `work`, an empty folder.

# shellcheck source=scripts/lib/common.sh
. "$scripts/lib/common.sh"

tree=$work/tree
folder=$tree/$in_tree_driver

# Writes the patches, and makes a repository of the files of the kernel that they touch.
write_series() {
	# These are not sent, so they need no real author.
	export GIT_AUTHOR_NAME='qmi_wwan_rs developers' GIT_AUTHOR_EMAIL=qmi_wwan_rs@localhost
	"$scripts/in-tree-patches" /sdk/source "$work/patches" >/dev/null
	rm "$work"/patches/0000-*
	mkdir "$tree"
	(
		cd /sdk/source
		cp --parents MAINTAINERS drivers/net/usb/Kconfig drivers/net/usb/Makefile "${in_tree_document%/*}/index.rst" "$tree"
	)
	git -C "$tree" init --quiet
	git -C "$tree" add .
}

# apply PATCH...
apply() {
	git -C "$tree" apply "$@"
}

# built NAME ARGS...: builds what is there in the folder NAME, with make's further ARGS. Kbuild has nothing to build until the
# Makefile names it, so it is asked for the object by name; and the configuration never knows the driver.
built() {
	output=$work/$1
	shift
	if grep -q '^obj-' "$folder/Makefile"; then
		set -- "$@" CONFIG_QMI_WWAN_RS=m modules
	else
		set -- "$@" qmi_wwan_rs.o
	fi
	make -C /sdk/linux M="$folder" MO="$output" W=1e "$@"
}

# With the kernel's flags. Nothing is to be looked at, so a former run is no reason to do less.
documented() {
	rm -f "$work"/doc/qmi_wwan_rs.s "$work"/doc/.qmi_wwan_rs.s.cmd
	QMI_WWAN_RS_DOC=$work/html make -C /sdk/linux M="$folder" MO="$work/doc" RUSTC_OR_CLIPPY="$scripts/lib/rustdoc" qmi_wwan_rs.s
}

formatted() {
	find "$folder" -name '*.rs' -exec rustfmt --check --edition 2021 --config-path /sdk/source/.rustfmt.toml \
		--config skip_children=true {} +
}

# checkpatch PATCH...: it asks of each new file whether MAINTAINERS must change. For the whole series, covered answers that.
checkpatch() {
	(cd "$work" && /sdk/source/scripts/checkpatch.pl --root=/sdk/source --strict --quiet --ignore FILE_PATH_CHANGES "$@")
}

# New files have a maintainer, after the last patch.
covered() {
	sed -n '/^USB QMI WWAN NETWORK DRIVER \[RUST\]$/,/^$/s/^F:	//p' "$tree/MAINTAINERS" >"$work/covered"
	orphans=$(git -C "$tree" ls-files --others | awk '
		NR == FNR { covered[$0]; next }
		{ for (path in covered) if (index($0, path) == 1) next; print }' "$work/covered" -)
	[ -z "$orphans" ] || {
		echo "the entry in MAINTAINERS does not cover: $orphans"
		return 1
	}
}
