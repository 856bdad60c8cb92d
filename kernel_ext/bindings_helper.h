/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers that the bindings are generated from; see Kbuild. */

#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/usb.h>
#include <linux/usb/cdc-wdm.h>
#include <linux/usb/usbnet.h>
