# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Builds the module from a copy of its source, so that checks leave alone what stands in the checkout.

# shellcheck source=scripts/lib/files.sh
. "${0%/*}/../lib/files.sh"
# shellcheck source=scripts/lib/logged.sh
. "${0%/*}/../lib/logged.sh"

# build_copy ARGS...: with make's further ARGS. Its output is shown if it fails.
build_copy() {
	copy=$(mktemp -d)
	trap 'rm -rf "$copy"' EXIT
	source_files | grep -vE '^(tests-qemu|scripts|Documentation)/' | xargs cp --parents -t "$copy"
	logged "$copy/log" +1 make -C /sdk/linux M="$copy" "$@" modules
}
