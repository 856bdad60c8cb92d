// SPDX-License-Identifier: GPL-2.0-only
//! Parts of the kernel, by its functions' modules and names: there are no debug symbols that would tell files.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::symbols::Function;

/// A part of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// The driver's module, and rmnet.
    Driver,
    /// cdc-wdm.
    CdcWdm,
    /// usbnet.
    Usbnet,
    /// usbcore.
    UsbCore,
    /// xHCI, or a card's driver with virtio.
    HostController,
    /// Sockets, TCP, UDP, IP, packets' buffers, queues.
    Network,
    /// Allocation of memory.
    Memory,
    /// Copying, clearing, checksums.
    Copying,
    /// Scheduler, interrupts, timers, locks, system calls.
    Scheduling,
    /// The rest of the kernel.
    Other,
    /// User space.
    User,
    /// Waiting for work: left out of all figures.
    Idle,
}

/// Names by group; the first that matches counts.
static NAMES: LazyLock<Vec<(Group, Regex)>> = LazyLock::new(|| {
    let patterns = [
        (
            Group::Idle,
            "^(do_idle|cpu_startup_entry|cpuidle_|default_idle|arch_cpu_idle|pv_native_safe_halt|native_safe_halt|cpu_do_idle|menu_|\
             teo_|haltpoll_|tick_nohz_(idle|get_sleep|get_next|stop_idle|stop_tick|restart)|tick_nohz_next_event|\
             get_next_timer_interrupt|__get_next_timer|sched_idle_set_state|ct_idle_|ct_cpuidle|rcu_idle|rcu_needs_cpu|\
             nohz_balance_enter_idle|nohz_run_idle|hrtimer_(next_event_without|get_next_event)|timer_base_try_to_set_idle|\
             tick_irq_exit|arch_cpu_idle_|update_ts_time_stats|tick_check_broadcast|tmigr_|nr_iowait_cpu|quiet_vmstat|\
             refresh_cpu_vm_stats|need_update)",
        ),
        (
            Group::Copying,
            "^(_*copy_|_*memcpy|_*memset|_*memmove|rep_(movs|stos)|csum_|_*csum|do_csum|.*_copy_(to|from)_iter|clear_page|\
             __clear_user|skb_copy_|_*skb_checksum|.*copy_datagram|__skb_datagram_iter|simple_copy|crc32|__pi_mem|\
             .*csum_and_copy|copyin|copyout|__arch_(copy|clear)_)",
        ),
        (
            Group::Memory,
            "^(_*kmem_|_*kmalloc|_*kfree|kvfree|kvmalloc|_*slab|___slab|_*alloc_pages|_*alloc_frozen|_*free_pages|free_frozen|\
             _*free_unref|_*free_frag|free_one_page|_*page_frag|page_counter|get_page_from_freelist|rmqueue|_*rmqueue|\
             _*put_page|_*folio|free_to_pcp|free_pcppages|_*free_slab|_*memcg|.*obj_cgroup|mod_objcg|_*mod_.*lruvec|\
             mod_node_page|mod_zone|_*mod_memcg|refill_|try_charge|should_failslab|kasan|prep_new_page|_*zone_watermark|\
             new_slab|allocate_slab|get_partial|_*get_.*partial|put_cpu_partial|deactivate_slab|unfreeze|_*free_frozen|\
             set_pageblock|_*get_pfnblock|_*pcp|alloc_pages|policy_nodemask|napi_skb_cache|ksize|\
             __ksize|clear_highpages|free_tail_page|prep_compound|_*virt_addr_valid)",
        ),
        (
            Group::Network,
            "^(_*tcp|_*udp|_*ip_|_*ip4|_*ip6|ipv4|ipv6|_*inet|_*icmp|ping_|raw_|_*sock|_*sk_|_*sk[bf]?_|_*skb|_*napi|_*gro_|\
             dev_|_*dev_|_*netif|_*net_|net[a-z]*_|_*netdev|process_backlog|_*qdisc|pfifo|fq_|_*sch_|codel|eth_|neigh|_*neigh|\
             arp_|nd_|ndisc|nf_|_*nf|fib|_*fib|rt_|_*rt6|ipt?_|dst_|_*dst|bpf|_*build_skb|_*alloc_skb|_*consume|pskb|\
             _*pskb|lock_sock|release_sock|loopback|validate_xmit|enqueue_to_backlog|_*sys_(send|recv|socket)|\
             __do_sys_(send|recv)|import_(iovec|ubuf)|.*sendmsg|.*recvmsg|.*sendmmsg|.*recvmmsg|sendto|recvfrom|cubic|bictcp|\
             minmax_|rb_.*skb|csum_block|packet_|tpacket|rps_|xfrm|secure_|mld_|addrconf|rtm|ptype|deliver_|\
             _*fq_|move_addr|security_sock|apparmor_sock|aa_sk|aa_.*sock|dql_|flow_|siphash|__siphash|security_sk|apparmor_sk|\
             apparmor_inet)",
        ),
        (
            Group::Scheduling,
            "(irq|schedule|^asm_|^entry_|^do_syscall|syscall|^__x64_sys|^x64_sys|hrtimer|timer|tick|wake|^try_to|^ttwu|^enqueue_task|\
             ^dequeue_|^pick_|^put_prev|^set_next|^update_|^rcu_|rcu|^ktime|clock|^read_tsc|tsc|apic|lock|mutex|^wq_|worker|work|\
             ^kthread|context|switch|preempt|softirq|tasklet|^finish_task|^select_|^place_|^reweight|^avg_|^cpuacct|^psi|^sched|^task_|\
             ^native_|^perf_|^check_|^exc_|^sync_|^common_interrupt|fpregs|^fpu|^__fdget|^fdget|^fput|^vfs_|^ksys_|^__se_sys|\
             ^poll|^prepare_to_wait|^finish_wait|^add_wait|^remove_wait|^autoremove|^default_wake|^resched|^entity|^cfs_|fair|\
             ^__calc|^calc_|^irqentry|^fred|^handle_|^ct_|^vruntime|^account_|^msi|^pci_msi|^hung|^watchdog|^run_|^notifier|jiffies|^el[01]|\
             ^vectors|^ret_to_|^__arm64_sys|^gic_|^its_)",
        ),
    ];
    patterns
        .into_iter()
        .map(|(group, text)| (group, pattern(text)))
        .collect()
});

/// Of virtio, what is built into the kernel.
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern("^(virtio_|virtqueue_|vring_|vp_)"));

fn pattern(text: &str) -> Regex {
    // A test goes through all of them.
    Regex::new(text).expect("a valid pattern")
}

impl Group {
    /// All, in the order of tables.
    pub const ALL: [Self; 12] = [
        Self::Driver,
        Self::CdcWdm,
        Self::Usbnet,
        Self::UsbCore,
        Self::HostController,
        Self::Network,
        Self::Memory,
        Self::Copying,
        Self::Scheduling,
        Self::Other,
        Self::User,
        Self::Idle,
    ];

    /// The group of a function.
    pub fn of(function: &Function) -> Self {
        match function.module.as_deref() {
            Some("qmi_wwan" | "qmi_wwan_rs" | "rmnet") => Self::Driver,
            Some("cdc_wdm") => Self::CdcWdm,
            Some("usbnet" | "mii") => Self::Usbnet,
            Some("usbcore" | "usb_common") => Self::UsbCore,
            Some(module)
                if ["xhci", "virtio", "e1000e"]
                    .iter()
                    .any(|name| module.starts_with(name)) =>
            {
                Self::HostController
            }
            // Filters, connection tracking, flowtables.
            Some(module) if module.starts_with("nf") => Self::Network,
            None if CARD.is_match(&function.name) => Self::HostController,
            _ => NAMES
                .iter()
                .find(|(_, names)| names.is_match(&function.name))
                .map_or(Self::Other, |(group, _)| *group),
        }
    }

    /// Its name in tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Driver => "driver",
            Self::CdcWdm => "cdc-wdm",
            Self::Usbnet => "usbnet",
            Self::UsbCore => "USB core",
            Self::HostController => "host controller or card",
            Self::Network => "network stack",
            Self::Memory => "memory allocator",
            Self::Copying => "copying and checksums",
            Self::Scheduling => "scheduler, interrupts, locks",
            Self::Other => "other",
            Self::User => "user space",
            Self::Idle => "idle",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, module: Option<&str>) -> Group {
        Group::of(&Function {
            name: name.to_owned(),
            module: module.map(str::to_owned),
        })
    }

    #[test]
    fn all_patterns_are_valid() {
        assert_eq!(NAMES.len(), 5);
    }

    #[test]
    fn functions_have_groups() {
        assert_eq!(group("rx_complete", Some("usbnet")), Group::Usbnet);
        assert_eq!(group("tcp_rcv_established", None), Group::Network);
        assert_eq!(group("kmem_cache_alloc_noprof", None), Group::Memory);
        assert_eq!(group("_copy_to_iter", None), Group::Copying);
        assert_eq!(group("_raw_spin_lock_irqsave", None), Group::Scheduling);
        assert_eq!(group("do_idle", None), Group::Idle);
        assert_eq!(group("e1000_clean", Some("e1000e")), Group::HostController);
        assert_eq!(
            group("find_appropriate_src", Some("nf_nat")),
            Group::Network
        );
        assert_eq!(group("virtqueue_get_buf", None), Group::HostController);
        assert_eq!(group("dma_map_page_attrs", None), Group::Other);
    }
}
