//! Listens to changes of a property.
#![expect(unsafe_code, reason = "the HAL takes pointers, and a block of which it keeps a reference")]

use std::ptr::NonNull;

use block2::RcBlock;
use dispatch2::{DispatchQueue, DispatchQueueGlobalPriority, DispatchRetained, GlobalQueueIdentifier};
use objc2_core_audio::{
    AudioObjectAddPropertyListenerBlock, AudioObjectID, AudioObjectPropertyAddress as Address,
    AudioObjectRemovePropertyListenerBlock,
};

use crate::coreaudio::hardware::{Fault, Heard};
#[cfg(mac_shim)]
use crate::coreaudio::mac_shim::{block2, dispatch2, objc2_core_audio};

/// The HAL's callback: the number of changed properties, and a list of them. The list may hold properties that weren't
/// listened to, and is ignored: the callback's receiver queries the state.
type Block = RcBlock<dyn Fn(u32, NonNull<Address>)>;

/// Listens until it is dropped.
///
/// Threads: "All listener blocks will be dispatched asynchronously save for those dispatched from the IO context (of which
/// kAudioDevicePropertyDeviceIsRunning and kAudioDeviceProcessorOverload are the only examples) which will be dispatched
/// synchronously." So what is heard comes on a thread of the queue, or, of an overload, on the device's audio thread's
/// behalf: it neither waits nor allocates there.
///
/// Ownership: the block is "Block_copy'd and the reference maintained until a matching call to
/// AudioObjectRemovePropertyListenerBlock is made"; a queue holds one more for each call under way. What the block holds is
/// freed with the last of them, so a call that overlaps with the removal is sound.
pub(crate) struct Listening {
    object: AudioObjectID,
    address: Address,
    queue: DispatchRetained<DispatchQueue>,
    block: Block,
}

// SAFETY: references to a block may be kept and released on any thread (they are counted atomically), and what this one
// holds is `Send + Sync`.
unsafe impl Send for Listening {}

impl Listening {
    /// Begins to listen.
    pub(super) fn begin(object: AudioObjectID, address: Address, heard: Heard) -> Result<Self, Fault> {
        let priority = GlobalQueueIdentifier::Priority(DispatchQueueGlobalPriority::Default);
        let queue = DispatchQueue::global_queue(priority);
        let block: Block = RcBlock::new(move |_count: u32, _properties: NonNull<Address>| heard());
        let mut address = address;
        // SAFETY: the address is a live value that the HAL copies; the block is one of the type that is asked for, on the
        // heap; it may be called on any thread, as what it holds is `Send + Sync`.
        let status = unsafe {
            AudioObjectAddPropertyListenerBlock(
                object,
                NonNull::from(&mut address),
                Some(&queue),
                RcBlock::as_ptr(&block),
            )
        };
        Fault::check("tell of changes", status).map(|()| Self { object, address, queue, block })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // SAFETY: object, address, queue and block are those that were added. The device may have gone: then there is
        // nothing to remove, and the refusal says so.
        let _ = unsafe {
            AudioObjectRemovePropertyListenerBlock(
                self.object,
                NonNull::from(&mut self.address),
                Some(&self.queue),
                RcBlock::as_ptr(&self.block),
            )
        };
    }
}
