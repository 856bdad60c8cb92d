// SPDX-License-Identifier: GPL-2.0-only

//! Pools of receive buffers (not `page_pool`): fragments of compound pages, each with a reference
//! to its page.
//!
//! A packet that is built on such a buffer holds a reference to its page, and drops it when it is
//! freed, as with any page fragment. When the pool's reference is the only one, the page is
//! recycled, neither allocated nor zeroed.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::bindings;
use core::{
    mem::ManuallyDrop,
    ptr::NonNull,
    slice, //
};
use kernel::{
    ffi,
    page::PAGE_SIZE,
    prelude::*,
    ptr::project,
    sync::atomic::{
        Acquire,
        Atomic,
        Relaxed, //
    }, //
};

#[cfg(CONFIG_DEBUG_KMAP_LOCAL_FORCE_MAP)]
compile_error!("pages must stay mapped; configure the kernel without DEBUG_KMAP_LOCAL_FORCE_MAP");

/// How many pages that are still in use [`Pool::take`] looks at before it gives up.
const MAX_TRIES: usize = 4;

/// A compound page in the linear map.
///
/// # Invariants
///
/// `page` is the head of a compound page, to which this holds a reference; `address` is where it is
/// mapped.
struct Page {
    page: NonNull<bindings::page>,
    address: NonNull<u8>,
}

// SAFETY: a page in the linear map is mapped for all threads, and may be freed from any.
unsafe impl Send for Page {}

impl Page {
    /// Allocates a page of `order`, zeroed.
    fn new(order: u32, flags: bindings::gfp_t) -> Result<Self> {
        // Not of the reserves for reclaim: packets on such a page are dropped, however often it is
        // used again.
        let flags = flags
            | bindings::__GFP_NOWARN
            | bindings::RUST_CONST_HELPER___GFP_NOMEMALLOC
            | bindings::RUST_CONST_HELPER___GFP_COMP
            | bindings::__GFP_ZERO;

        // SAFETY: the function may be called in any context that its flags permit, with any order.
        let page = unsafe { bindings::alloc_pages(flags, order) };
        let page = NonNull::new(page).ok_or(ENOMEM)?;
        // SAFETY: the page is valid. It is not in high memory, and the kernel maps no others, by
        // the check above, so this only returns its address, and needs no `kunmap_local()`.
        let address = unsafe { bindings::kmap_local_page(page.as_ptr()) };

        // INVARIANT: the page is new, and its first reference is this one.
        Ok(Self {
            page,
            address: NonNull::new(address.cast()).ok_or(ENOMEM)?,
        })
    }

    fn references(&self) -> &Atomic<i32> {
        let count = project!(mut self.page.as_ptr(), ._refcount.counter);

        // SAFETY: by the type invariant this holds a reference to the page, so that its count is
        // valid as long as `self`. It is changed by atomic operations alone.
        unsafe { Atomic::from_ptr(count) }
    }

    /// Another reference to the same page.
    fn get(&self) -> Self {
        self.references().add(1, Relaxed);

        // INVARIANT: the reference was taken above.
        Self {
            page: self.page,
            address: self.address,
        }
    }

    /// Whether nobody else holds a reference. What they did with the page has happened then.
    fn is_exclusive(&self) -> bool {
        self.references().load(Acquire) == 1
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: by the type invariant the page is mapped here and this holds a reference to it,
        // which it drops.
        unsafe { bindings::page_frag_free(self.address.as_ptr().cast()) };
    }
}

/// A fragment of a compound page.
///
/// # Invariants
///
/// `len` bytes from `offset` on are within the page, initialised, and used by nobody else.
///
/// They are initialised because a new page is zeroed, and writes, by the CPU or by DMA, keep them
/// so.
pub(crate) struct Buffer {
    page: Page,
    offset: usize,
    len: usize,
}

impl Buffer {
    /// Where the buffer is mapped.
    pub(super) fn as_ptr(&self) -> *mut u8 {
        self.page.address.as_ptr().wrapping_add(self.offset)
    }

    /// The content.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: by the type invariant these bytes are within the page, initialised, and nobody
        // else uses them; `self` borrows them.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.len) }
    }

    /// The buffer's address, with the reference to its page: to be freed by `page_frag_free()`.
    pub(super) fn into_raw(self) -> *mut ffi::c_void {
        let this = ManuallyDrop::new(self);

        this.as_ptr().cast()
    }

    /// Makes the buffer read only, to be shared with socket buffers.
    pub(super) fn share(self) -> SharedBuffer {
        SharedBuffer(self)
    }
}

/// A buffer that fragments of socket buffers may refer to. They are marked as shared, so that the
/// network stack does not write to them either: IPsec would decrypt a packet in its place.
pub(super) struct SharedBuffer(Buffer);

impl SharedBuffer {
    /// The content.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// A fragment for a socket buffer, of `len` bytes from `offset` of the buffer on, with a
    /// reference to the page. [`None`] if it is not within the buffer.
    pub(super) fn fragment(&self, offset: usize, len: usize) -> Option<bindings::skb_frag> {
        let Self(buffer) = self;
        if offset.checked_add(len)? > buffer.len {
            return None;
        }
        let start = u32::try_from(buffer.offset.checked_add(offset)?).ok()?;

        let shared = ManuallyDrop::new(buffer.page.get());
        // CAST: a `netmem_ref` is the address of a page, unless its lowest bit is set.
        Some(bindings::skb_frag {
            netmem: shared.page.as_ptr() as bindings::netmem_ref,
            len: u32::try_from(len).ok()?,
            offset: start,
        })
    }
}

/// A page of a pool, and how much of it is allocated.
struct PoolPage {
    page: Page,
    used: usize,
}

/// A pool of buffers of one size.
pub(crate) struct Pool {
    pages: KVec<PoolPage>,
    /// The page that buffers are taken from.
    current: usize,
    order: u32,
    page_len: usize,
    chunk: usize,
    per_page: usize,
    max_pages: usize,
}

impl Pool {
    /// A pool of `max` buffers of `chunk` bytes, which are fragments of pages of at least `page`
    /// bytes, and of those that the machine has. It allocates them when they are needed.
    pub(crate) fn new(chunk: usize, page: usize, max: usize) -> Result<Self> {
        let chunk = chunk.max(1);
        let size = chunk.max(page).max(PAGE_SIZE).checked_next_power_of_two();
        let size = size.ok_or(EINVAL)?;
        let per_page = size.checked_div(chunk).ok_or(EINVAL)?;
        // Two pages may be in use in part.
        let max_pages = max.checked_div(per_page).ok_or(EINVAL)?.saturating_add(2);

        Ok(Self {
            pages: KVec::with_capacity(max_pages, GFP_KERNEL)?,
            current: 0,
            order: size.ilog2().saturating_sub(PAGE_SIZE.ilog2()),
            page_len: size,
            chunk,
            per_page,
            max_pages,
        })
    }

    /// Length of the buffers, in bytes.
    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    /// A buffer, if there is a page that nobody else uses any more, or memory for another one. Does
    /// not sleep.
    pub(crate) fn take(&mut self) -> Option<Buffer> {
        let len = self.pages.len();

        if let Some(buffer) = self.take_from_current() {
            return Some(buffer);
        }
        // The page that was used longest ago is next.
        for tries in 0..len.min(MAX_TRIES) {
            self.current = self.current.wrapping_add(1).checked_rem(len)?;
            let page = self.pages.get_mut(self.current)?;

            if page.page.is_exclusive() {
                page.used = 0;
                return self.take_from_current();
            }
            if tries == 0 && len < self.max_pages {
                break;
            }
        }
        if len >= self.max_pages {
            return None;
        }

        self.grow(bindings::GFP_ATOMIC).ok()?;
        self.current = len;
        self.take_from_current()
    }

    /// Releases all pages. Buffers that were taken stay valid.
    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.current = 0;
    }

    /// Allocates pages for `count` buffers, or as many as there may be. Sleeps.
    pub(super) fn preallocate(&mut self, count: usize) -> Result {
        let pages = count.checked_div(self.per_page).ok_or(EINVAL)?;
        // The last one may not be full.
        let pages = pages.saturating_add(1);

        while self.pages.len() < pages.min(self.max_pages) {
            self.grow(bindings::GFP_KERNEL)?;
        }
        Ok(())
    }

    fn grow(&mut self, flags: bindings::gfp_t) -> Result {
        let page = Page::new(self.order, flags)?;

        // There is capacity for it.
        self.pages
            .push_within_capacity(PoolPage { page, used: 0 })
            .map_err(|_| ENOMEM)
    }

    /// A buffer of the current page, if it has one left.
    fn take_from_current(&mut self) -> Option<Buffer> {
        let page_len = self.page_len;
        let page = self.pages.get_mut(self.current)?;
        let end = page.used.checked_add(self.chunk)?;

        if end > page_len {
            return None;
        }
        let offset = page.used;
        page.used = end;

        // INVARIANT: the buffer is within the page, and was not given out since the page was new or
        // exclusive.
        Some(Buffer {
            page: page.page.get(),
            offset,
            len: self.chunk,
        })
    }
}
