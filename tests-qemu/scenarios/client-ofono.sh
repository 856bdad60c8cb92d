#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oFono powers the modem, registers, activates a context; traffic; it deactivates the context
# Also: arm64
# Timeout: 420
. "${0%/*}/lib.sh"
. "${0%/*}/lib/daemon.sh"
. "${0%/*}/lib/ofono.sh"

allow_ofono
start_bus
plug raw-ip-hs
start_ofono

ofono "$modem" Modem SetProperty sv Powered b true
wait_until "the SIM card to be ready" modem_has SimManager SubscriberIdentity 001010000000001
ofono "$modem" Modem SetProperty sv Online b true
wait_until "the modem to be registered" modem_has NetworkRegistration Status registered
step "powered, online, registered"

# On LTE being attached is having a context: oFono activates it by itself.
wait_until "the modem to be attached" modem_has ConnectionManager Attached true
ofono "$modem" ConnectionManager GetContexts
context=$(printf '%s\n' "$answer" | sed -n 's/[^/]*"\(\/[^"]*\)".*/\1/p')
ofono "$context" ConnectionContext GetProperties
expect internet ofono_value AccessPointName
expect true ofono_value Active
interface=$(ofono_value Interface)
address=$(ofono_value Address)/$(ofono_value Netmask)
gateway=$(ofono_value Gateway)
use_connection

ofono "$context" ConnectionContext SetProperty sv Active b false
if ping -c 1 -W 2 "$gateway" >/dev/null; then
	fail "the network still answers"
fi
