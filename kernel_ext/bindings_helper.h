/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers that the bindings are generated from; see Kbuild. */

#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/usb.h>
#include <linux/usb/cdc-wdm.h>
#include <net/gro.h>
#include <net/pkt_sched.h>

/* Macros that bindgen cannot evaluate. */
const gfp_t RUST_CONST_HELPER___GFP_COMP = __GFP_COMP;
const gfp_t RUST_CONST_HELPER___GFP_NOMEMALLOC = __GFP_NOMEMALLOC;
const u32 RUST_CONST_HELPER_SKBTX_BPF = SKBTX_BPF;
