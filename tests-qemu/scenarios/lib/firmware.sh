# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Firmware for modems, made here, and qmi-firmware-update.

# Of Sierra's MC7455: what is new.
new_firmware=SWI9X30C_02.33.03.00
new_settings=GENERIC_002.072_000
firmware=/tmp/$new_firmware.cwe
carrier_settings=/tmp/${new_firmware}_$new_settings.nvu

# make_images [MIB]: firmware of so many MiB (2) and a carrier's settings, with Sierra's headers.
make_images() {
	make_image SPKG "9999999_9999999_${new_firmware}_00" $((${1-2} * 1048576 + 12345)) "$firmware"
	make_image NVUP "9999999_9904609_${new_firmware}_00_$new_settings" 54321 "$carrier_settings"
}

# make_image KIND VERSION BYTES FILE
make_image() {
	make_content "$3" /tmp/content
	head -c 256 /dev/zero >/tmp/reserved
	# Numbers are big-endian: checksum of the reserved part, revision of the header, validity; size and checksum of the image;
	# compatibility.
	layout='a256 N N a4 a4 a4 N N a84 a8 N x20'
	perl -e 'print pack(shift, "", shift, 3, "GOOD", shift, "9x30", shift, shift, shift, "11/30/26", 1)' "$layout" \
		"$(image_sum /tmp/reserved)" "$1" "$3" "$(image_sum /tmp/content)" "$2" >"$4"
	cat /tmp/content >>"$4"
	rm /tmp/content /tmp/reserved
}

# make_content BYTES FILE: random at its beginning; the rest would only take time.
make_content() {
	head -c 4096 /dev/urandom | head -c "$1" >"$2"
	truncate --size="$1" "$2"
}

# image_sum FILE: its CRC-32 without the complement at the end of the usual one, which gzip computes.
image_sum() {
	sum=$(gzip -1 -c "$1" | tail -c 8 | od -A n -N 4 -t u4)
	echo $((4294967295 - sum))
}

# damage FILE: one byte in its middle is another.
damage() {
	printf '\001' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none
}

# make_gobi_images FOLDER: what a Gobi takes. In frames gobi-loader escapes nothing, so that not each size will do.
make_gobi_images() {
	mkdir -p "$1"
	make_content 2500000 "$1/amss.mbn"
	make_content 1200000 "$1/apps.mbn"
	make_content 3000 "$1/UQCN.mbn"
}

# update ARGUMENTS: qmi-firmware-update; what it says is in /tmp/update.log.
update() {
	status=0
	timeout $((3 * limit)) qmi-firmware-update --ignore-mm-runtime-check "$@" >/tmp/update.output 2>&1 || status=$?
	# Without the progress, which it wipes out itself, unless an error comes before that.
	sed 's/.*\r//; s/^([-*]*) *[0-9.]*%//' /tmp/update.output >/tmp/update.log
	return $status
}

# expect_update ARGUMENTS: it goes to its end.
expect_update() {
	update "$@" || fail "qmi-firmware-update: $(tail -n 1 /tmp/update.log)"
	expect_line '^firmware update operation finished successfully$' cat /tmp/update.log
}

# fail_to_update MESSAGE ARGUMENTS: it fails, and says this.
fail_to_update() {
	message=$1
	shift
	! update "$@" || fail "qmi-firmware-update succeeded; wanted: $message"
	expect_line "^error: $message\$" cat /tmp/update.log
}

# wait_for_loader PRODUCT: until a modem waits for firmware at /dev/ttyUSB0, with this product id and nothing else.
wait_for_loader() {
	udevadm wait --timeout=$limit --settle /dev/ttyUSB0 || fail "no serial port for firmware"
	expect "$1" cat "$(readlink -f /sys/class/tty/ttyUSB0/device)/../../idProduct"
	expect_line '/qcserial$' readlink -f "$(readlink -f /sys/class/tty/ttyUSB0/device)/../driver"
	expect_gone /sys/class/net/wwan0 /dev/cdc-wdm0
}

# expect_modem PRODUCT REVISION: it has come back with firmware, and is bound.
expect_modem() {
	wait_for_driver 0
	expect "$1" cat /sys/class/net/wwan0/device/../idProduct
	expect_line "Revision: '$2'" qmi --dms-get-revision
}
