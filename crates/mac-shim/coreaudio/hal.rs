//! Objects and their properties, from a table that the test fills.
//!
//! The calls return what `<CoreAudio/AudioHardware.h>` says of them and of their errors. Sizes are handled as in
//! Apple's sample driver ("Creating an Audio Server Driver Plug-in", `NullAudio.c`): a buffer too short for a value
//! gives kAudioHardwareBadPropertySizeError; a buffer for a list gets as many items as fit.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard};

use super::auhal::{Instance, Step};
use super::foundation::{Thing, create};
use super::numbers::core_audio::{
    kAudioDevicePropertyAvailableNominalSampleRates, kAudioDevicePropertyNominalSampleRate,
    kAudioHardwareBadObjectError, kAudioHardwareBadPropertySizeError, kAudioHardwareIllegalOperationError,
    kAudioHardwareUnknownPropertyError,
};
use super::wrappers::block2::Called;
use super::wrappers::dispatch2::DispatchQueue;

pub(crate) type AudioObjectID = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct AudioObjectPropertyAddress {
    pub(crate) mSelector: u32,
    pub(crate) mScope: u32,
    pub(crate) mElement: u32,
}

/// A property's value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Returned whole or not at all.
    Whole(Vec<u8>),
    /// Items with this many bytes each.
    List(usize, Vec<u8>),
    /// "The caller is responsible for releasing the returned CFObject": a new one each time; `None` is null.
    Object(Option<Thing>),
}

/// Object, selector, scope.
type Key = (AudioObjectID, u32, u32);

/// A change made between calls.
type Change = Box<dyn FnOnce(&mut World) + Send>;

/// The state of the sound system, and the calls made to it.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) properties: BTreeMap<Key, Value>,
    /// Reported sizes that differ from the value's.
    pub(crate) claims: BTreeMap<Key, u32>,
    /// A change made after the size of a property with this selector was queried.
    pub(crate) after_size: Option<(u32, Change)>,
    /// An object that disappears after this many calls.
    pub(crate) goes: Option<(AudioObjectID, usize)>,
    listeners: Vec<(AudioObjectID, AudioObjectPropertyAddress, usize, Arc<Called>)>,
    pub(crate) units: BTreeMap<usize, Instance>,
    /// The steps requested of units, in order.
    pub(crate) steps: Vec<(usize, Step)>,
    /// The step to refuse, by its index in `steps`, and the status to return.
    pub(crate) refuses: Option<(usize, i32)>,
    /// Calls that no documentation allows.
    pub(crate) misuses: Vec<String>,
    pub(crate) made: usize,
    /// The unit whose callback is running.
    pub(crate) within: Option<usize>,
    /// The last output, all channels interleaved.
    pub(crate) played: Vec<f32>,
}

static WORLD: Mutex<Option<World>> = Mutex::new(None);
static ALONE: Mutex<()> = Mutex::new(());

/// Locked access to the sound system. Must not be held during one of its calls.
pub(crate) struct Held(MutexGuard<'static, Option<World>>);

impl std::ops::Deref for Held {
    type Target = World;
    fn deref(&self) -> &World {
        self.0.as_ref().expect("`world` made it")
    }
}

impl std::ops::DerefMut for Held {
    fn deref_mut(&mut self) -> &mut World {
        self.0.as_mut().expect("`world` made it")
    }
}

pub(crate) fn world() -> Held {
    let mut world = WORLD.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    world.get_or_insert_default();
    Held(world)
}

/// Resets the sound system and reserves it for this test until the guard is dropped.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    let guard = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    *world() = World::default();
    guard
}

impl World {
    pub(crate) fn set(&mut self, object: AudioObjectID, selector: u32, scope: u32, value: Value) {
        self.properties.insert((object, selector, scope), value);
    }

    pub(crate) fn remove(&mut self, object: AudioObjectID) {
        self.properties.retain(|(of, _, _), _| *of != object);
    }

    pub(crate) fn has(&self, object: AudioObjectID) -> bool {
        self.properties.keys().any(|(of, _, _)| *of == object)
    }

    pub(crate) fn listeners(&self) -> usize {
        self.listeners.len()
    }

    fn find(
        &mut self,
        object: AudioObjectID,
        address: AudioObjectPropertyAddress,
    ) -> Result<(Key, Value), i32> {
        if let Some((going, left)) = &mut self.goes {
            let going = *going;
            match left.checked_sub(1) {
                Some(less) => *left = less,
                None => self.remove(going),
            }
        }
        if !self.has(object) {
            return Err(kAudioHardwareBadObjectError);
        }
        let key = (object, address.mSelector, address.mScope);
        let value = self.properties.get(&key).filter(|_| address.mElement == 0);
        value.map(|value| (key, value.clone())).ok_or(kAudioHardwareUnknownPropertyError)
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a table's value is short")
}

fn answer(done: Result<(), i32>) -> i32 {
    done.err().unwrap_or(0)
}

/// The address of a call.
fn read(address: NonNull<AudioObjectPropertyAddress>) -> AudioObjectPropertyAddress {
    // SAFETY: the caller's, which lives as long as the call.
    unsafe { address.read() }
}

/// "A UInt32 indicating how many bytes the data for the given property occupies."
// SAFETY: for callers: each pointer is valid for reads or writes of the size that goes with it.
pub(crate) unsafe extern "C-unwind" fn AudioObjectGetPropertyDataSize(
    object: AudioObjectID,
    address: NonNull<AudioObjectPropertyAddress>,
    _qualifier_size: u32,
    _qualifier: *const c_void,
    length: NonNull<u32>,
) -> i32 {
    let mut world = world();
    answer(world.find(object, read(address)).map(|(key, value)| {
        let whole = match &value {
            Value::Whole(bytes) | Value::List(_, bytes) => bytes.len(),
            Value::Object(_) => size_of::<*const c_void>(),
        };
        let claimed = world.claims.get(&key).copied();
        // SAFETY: a live number of the caller's.
        unsafe { length.write(claimed.unwrap_or(count(whole))) };
        if let Some((_, change)) = world.after_size.take_if(|(selector, _)| *selector == key.1) {
            change(&mut world);
        }
    }))
}

/// "On entry indicates the size of the buffer pointed to by outData and on exit indicates how much of the buffer was used."
// SAFETY: for callers: each pointer is valid for reads or writes of the size that goes with it.
pub(crate) unsafe extern "C-unwind" fn AudioObjectGetPropertyData(
    object: AudioObjectID,
    address: NonNull<AudioObjectPropertyAddress>,
    _qualifier_size: u32,
    _qualifier: *const c_void,
    length: NonNull<u32>,
    into: NonNull<c_void>,
) -> i32 {
    let found = world().find(object, read(address));
    answer(found.and_then(|(_, value)| {
        // SAFETY: a live number of the caller's.
        let room = usize::try_from(unsafe { length.read() }).unwrap_or(0);
        let bytes = match value {
            Value::List(item, bytes) => bytes[..bytes.len().min(room) / item * item].to_vec(),
            Value::Whole(bytes) if bytes.len() <= room => bytes,
            Value::Object(thing) if size_of::<*const c_void>() <= room => {
                let object = thing.as_ref().map_or(std::ptr::null(), create);
                // The pointer itself, whole, so that it stays one.
                // SAFETY: the caller's buffer has room for a pointer.
                unsafe { into.cast::<*const c_void>().write_unaligned(object) };
                // SAFETY: as above.
                unsafe { length.write(count(size_of::<*const c_void>())) };
                return Ok(());
            }
            Value::Whole(_) | Value::Object(_) => return Err(kAudioHardwareBadPropertySizeError),
        };
        // SAFETY: the caller's buffer has `room`, which these don't exceed.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), into.as_ptr().cast(), bytes.len()) };
        // SAFETY: as above.
        unsafe { length.write(count(bytes.len())) };
        Ok(())
    }))
}

/// A size that differs from the value's gives kAudioHardwareBadPropertySizeError; a rate that isn't available
/// kAudioHardwareIllegalOperationError (`NullAudio.c`).
// SAFETY: for callers: each pointer is valid for reads or writes of the size that goes with it.
pub(crate) unsafe extern "C-unwind" fn AudioObjectSetPropertyData(
    object: AudioObjectID,
    address: NonNull<AudioObjectPropertyAddress>,
    _qualifier_size: u32,
    _qualifier: *const c_void,
    length: u32,
    from: NonNull<c_void>,
) -> i32 {
    let mut world = world();
    answer(world.find(object, read(address)).and_then(|(key, value)| {
        let length = usize::try_from(length).unwrap_or(0);
        let Value::Whole(bytes) = value else { return Err(kAudioHardwareIllegalOperationError) };
        if bytes.len() != length {
            return Err(kAudioHardwareBadPropertySizeError);
        }
        // SAFETY: the caller's bytes, as many as it says.
        let new = unsafe { std::slice::from_raw_parts(from.as_ptr().cast::<u8>(), length) }.to_vec();
        let rates = (key.0, kAudioDevicePropertyAvailableNominalSampleRates, key.2);
        if key.1 == kAudioDevicePropertyNominalSampleRate
            && let Some(Value::List(_, rates)) = world.properties.get(&rates)
            && !rates.chunks_exact(size_of::<f64>()).any(|rate| rate == new)
        {
            return Err(kAudioHardwareIllegalOperationError);
        }
        world.properties.insert(key, Value::Whole(new));
        Ok(())
    }))
}

/// The block is "Block_copy'd and the reference maintained until a matching call to AudioObjectRemovePropertyListenerBlock is made".
// SAFETY: for callers: the address is valid for reads, the block is a live one.
pub(crate) unsafe extern "C-unwind" fn AudioObjectAddPropertyListenerBlock(
    object: AudioObjectID,
    address: NonNull<AudioObjectPropertyAddress>,
    queue: Option<&DispatchQueue>,
    block: *mut Called,
) -> i32 {
    let (address, mut world) = (read(address), world());
    answer(world.find(object, address).map(|_| {
        // SAFETY: a block that lives, from `RcBlock::as_ptr`.
        unsafe { Arc::increment_strong_count(block) };
        // SAFETY: the reference that was just made.
        let block = unsafe { Arc::from_raw(block) };
        world.listeners.push((object, address, queue.map_or(0, DispatchQueue::number), block));
    }))
}

/// Removes what was added with the same object, address, queue and block.
// SAFETY: for callers: the address is valid for reads, the block is a live one.
pub(crate) unsafe extern "C-unwind" fn AudioObjectRemovePropertyListenerBlock(
    object: AudioObjectID,
    address: NonNull<AudioObjectPropertyAddress>,
    queue: Option<&DispatchQueue>,
    block: *mut Called,
) -> i32 {
    let (address, queue) = (read(address), queue.map_or(0, DispatchQueue::number));
    let mut world = world();
    let at = world.listeners.iter().position(|(of, where_, on, added)| {
        (*of, *where_, *on) == (object, address, queue) && std::ptr::eq(Arc::as_ptr(added), block)
    });
    let Some(at) = at else {
        world.misuses.push(format!("no such listener of {object}"));
        return kAudioHardwareBadObjectError;
    };
    world.listeners.remove(at);
    0
}

/// Reports a changed property to the listeners.
pub(crate) fn tell(object: AudioObjectID, selector: u32, scope: u32) -> usize {
    let told = AudioObjectPropertyAddress { mSelector: selector, mScope: scope, mElement: 0 };
    let listeners = world().listeners.clone();
    let called = listeners.into_iter().filter(|(of, address, _, _)| (*of, *address) == (object, told));
    called.map(|(_, mut address, _, block)| block(1, NonNull::from(&mut address))).count()
}

/// `<CoreAudio/HostTime.h>`: ticks of 125/3 ns, as on Apple Silicon.
// SAFETY: for callers: nothing; Apple declares it so.
pub(crate) unsafe extern "C-unwind" fn AudioConvertHostTimeToNanos(ticks: u64) -> u64 {
    u64::try_from(u128::from(ticks) * 125 / 3).unwrap_or(u64::MAX)
}
