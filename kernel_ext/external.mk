# SPDX-License-Identifier: GPL-2.0-only
# For builds outside of a kernel tree: the module is built, with its tests if the kernel can run them.

CONFIG_QMI_WWAN_RS := m
RUSTFLAGS_qmi_wwan_rs.o += $(if $(filter y,$(CONFIG_KUNIT)),--cfg CONFIG_QMI_WWAN_RS_KUNIT_TEST)

# What differs between kernels is tried, line by line: the names of those that compile are what the
# module is configured by. A compiler that does not work is no answer.
probed := $(obj)/probed_cfgs

RUSTFLAGS_qmi_wwan_rs.o += @$(probed)
$(obj)/qmi_wwan_rs.o $(obj)/qmi_wwan_rs.s: $(probed)

probe = $(RUSTC) $(rust_flags) --cap-lints=allow -Zunstable-options -Zcrate-attr=no_std \
	--extern pin_init --extern kernel --crate-type=rlib --crate-name=probe -L $(objtree)/rust/ --sysroot=/dev/null \
	--emit=metadata=$@.rmeta -

quiet_cmd_probe = PROBE   $@
      cmd_probe = set -e; \
	echo | OBJTREE=$(abspath $(objtree)) $(probe); \
	sed -n 's/^\([a-z]\)/\1/p' $< | while read -r name line; do \
		! echo "$$line" | OBJTREE=$(abspath $(objtree)) $(probe) 2>/dev/null || echo "--cfg=$$name"; \
	done >$@; \
	rm -f $@.rmeta

$(probed): $(src)/kernel_ext/probes $(objtree)/rust/libkernel.rmeta FORCE
	$(call if_changed,probe)

targets += probed_cfgs
clean-files += probed_cfgs
