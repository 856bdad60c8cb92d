# SPDX-License-Identifier: GPL-2.0-only
# Commands for people. How the kernel builds the module is in Kbuild.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What Kbuild leaves in a folder; see .gitignore too.
products := *.o *.ko *.mod *.mod.c *.rmeta .*.cmd .tmp_* modules.order Module.symvers bindings_generated.rs probed_cfgs

ifdef SEED
export QMI_WWAN_RS_SEED := $(SEED)
endif

# What guests with another processor need, and how the runner is told.
ifneq ($(filter-out amd64,$(ARCH)),)
other := -$(ARCH)
endif
on_arch := $(ARCH:%=--arch=%)

in_sdk := scripts/in-sdk
e2e := $(in_sdk) cargo run --release --locked --manifest-path tests-qemu/Cargo.toml -p e2e --

##@ See it work
.PHONY: demo test test-full kunit defects clients matrix bench bench-profile shell modem
demo: $(other:%=sdk%) ## boot a stock kernel in QEMU and let a virtual modem talk through the driver; with ARCH=arm64 or armhf on that
	@$(e2e) demo $(on_arch)

test: sdk$(other)-test ## check and test all; T=PATTERN chooses tests, T=mux/ a folder of scenarios, SEED=N repeats random choices; with ARCH=arm64 or armhf on that
	@$(e2e) test $(on_arch) $(T)

test-full: sdk-full ## as test, and what takes hours: each scenario on each kernel, a modem of each id, the kernels of the matrix
	@$(e2e) test --full $(T)

kunit: ## run the KUnit suites in a kernel under UML, which is built the first time; ARCH=arm runs them in QEMU, on 32 bits
	@scripts/kunit $(ARCH:%=--arch=%)

defects: sdk-test ## show the defects of the C driver, and that ours has none; T=PATTERN chooses; write the table of Documentation/
	@$(e2e) defects $(T)

clients: sdk-test ## run the programs that people use modems with, with the C driver and with ours; T=PATTERN chooses; write the table of Documentation/clients.md
	@$(e2e) clients $(T)

matrix: sdk-matrix ## try the driver on each kernel that it is for, also of Debian's later suites; T=PATTERN chooses; write Documentation/kernels.md
	@$(e2e) matrix $(T)

bench: $(other:%=sdk%) ## measure what packets cost with both drivers; QUICK=1 in 4 minutes, T=PATTERN chooses, ARCH=arm64 there; write Documentation/benchmarks/
	@$(e2e) bench $(on_arch) $(if $(QUICK),--quick) $(T)

bench-profile: $(other:%=sdk%) ## tell where the instructions go, by function; write Documentation/benchmarks/profile.md
	@$(e2e) bench $(on_arch) --profile $(T)

shell: $(other:%=sdk%) ## open a shell in a guest with a modem; MODEM=usb:VVVV:PPPP takes a real one of this machine; ARCH=arm64 or armhf
	@$(e2e) shell $(on_arch)

modem: sdk ## be a modem for this machine, by USB/IP, and say how to plug it in; MODEM=PROFILE chooses which, ADDRESS=IP[:PORT] where
	@$(in_sdk) cargo run --release --locked --manifest-path tests-qemu/Cargo.toml -p qmi-modem -- \
		--usbip $(ADDRESS) --profile $(or $(MODEM),raw-ip-hs)

##@ Use it
.PHONY: module install uninstall deb release
module: ## build qmi_wwan_rs.ko for the running kernel if it has Rust and headers, else for the SDK's; KERNELRELEASE=R or KDIR=FOLDER chooses another
ifdef KDIR
	@$(MAKE) -C $(KDIR) M=$(CURDIR) modules
else
	@scripts/module
endif

install: qmi_wwan_rs.ko ## install the module for the running kernel, or KERNELRELEASE=R; honours DESTDIR
	@scripts/install

uninstall: ## take that back: the C driver serves modems again
	@scripts/uninstall

deb: ## make Debian packages in dist/, from which apt can install them; QMI_WWAN_RS_SIGN_KEY and _CERT=FILE sign the modules
	@scripts/deb

release: ## make what is released of this version in dist/: source, packages, notes, checksums; refuses what is not committed
	@scripts/release

# No prerequisites: an existing module is installed as it is.
qmi_wwan_rs.ko:
	@$(MAKE) module

##@ Work on it
.PHONY: sdk sdk-test sdk-arm64 sdk-arm64-test sdk-armhf sdk-full fmt check doc clean distclean help
sdk: ## make or renew the tools and kernels that the above use, in the user's cache folder
	@scripts/sdk

sdk-test: ## as sdk, and the kernel that shows faults
	@scripts/sdk test

sdk-arm64: ## as sdk, and what ARCH=arm64 needs
	@scripts/sdk arm64

sdk-arm64-test: ## as sdk-arm64, and what make test ARCH=arm64 needs
	@scripts/sdk arm64-test

sdk-armhf: ## as sdk, and what ARCH=armhf needs
	@scripts/sdk armhf

sdk-full: ## as sdk-test, and all kernels of test-full: arm64, armhf, real-time, and one that shows data races
	@scripts/sdk full

# Says which there are, among them that of matrix.
sdk-%:
	@scripts/sdk $*

fmt: ## format all Rust code
	@scripts/format

check: ## run the static checks only
	@scripts/check

doc: ## document the driver's modules, private items included, with links to the C headers, and say where
	@scripts/doc

clean: ## remove what was built in this folder
	@find . -path ./.git -prune -o -type f \( -false $(products:%=-o -name '%') \) -exec rm -f {} +
	@rm -rf tests-qemu/target dist

distclean: clean ## remove the SDK too
	@scripts/sdk --remove

help: ## show this list
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
