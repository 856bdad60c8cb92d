/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers that the bindings are generated from; see Kbuild. */

#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <linux/usb.h>
#include <linux/usb/cdc-wdm.h>
#include <uapi/linux/usb/cdc.h>
#include <net/gro.h>
#include <net/pkt_sched.h>

/* Macros that bindgen cannot evaluate. */
const gfp_t RUST_CONST_HELPER___GFP_COMP = __GFP_COMP;
const gfp_t RUST_CONST_HELPER___GFP_NOMEMALLOC = __GFP_NOMEMALLOC;
const u32 RUST_CONST_HELPER_SKBTX_BPF = SKBTX_BPF;
const u32 RUST_CONST_HELPER_ETHTOOL_COALESCE_TX_AGGR = ETHTOOL_COALESCE_TX_AGGR;

/* Of an enum that is not taken from here. */
const int RUST_CONST_HELPER_NETDEV_TX_OK = NETDEV_TX_OK;
const int RUST_CONST_HELPER_NETDEV_TX_BUSY = NETDEV_TX_BUSY;

/* Where usb_pipedevice() and the like, which only read, find their numbers in a pipe. */
const u32 RUST_CONST_HELPER_PIPE_DEVICE_SHIFT = 8;
const u32 RUST_CONST_HELPER_PIPE_ENDPOINT_SHIFT = 15;
const u32 RUST_CONST_HELPER_PIPE_TYPE_SHIFT = 30;
static_assert(usb_pipedevice(1 << 8) == 1);
static_assert(usb_pipeendpoint(1 << 15) == 1);
static_assert(usb_pipetype(1 << 30) == 1);
