//! Reads and sets properties of CoreAudio's objects.
#![expect(unsafe_code, reason = "the HAL's calls take pointers to what they read and fill in")]

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::{self, NonNull};

use objc2_core_audio as ca;
use objc2_core_audio::{
    AudioObjectGetPropertyData, AudioObjectGetPropertyDataSize, AudioObjectID,
    AudioObjectPropertyAddress as Address, AudioObjectSetPropertyData,
};
use objc2_core_audio_types::{AudioBuffer, AudioBufferList, AudioValueRange};
use objc2_core_foundation::{CFDictionary, CFNumber, CFRetained, CFString, CFType, Type};

use super::address::{self, global, scope, scoped};
use crate::coreaudio::facts::{AGGREGATE, DeviceNumber, Direction, Facts, Side, channels_in};
use crate::coreaudio::hardware::Fault;
#[cfg(mac_shim)]
use crate::coreaudio::mac_shim::objc2_core_audio;
use crate::number::{count32, size, whole};

/// The refused action, as shown to the user.
const READ: &str = "say what a device is";
const SET: &str = "set a device up";

/// Limit on lengths: every valid one is that of a few numbers.
const MOST_BYTES: u32 = 1 << 20;

/// Values that are plain numbers in C, for which any bytes are valid.
trait Plain: Copy + Default {}
impl Plain for u32 {}
impl Plain for u64 {}
impl Plain for f64 {}

/// A pair of them.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
struct Range {
    least: f64,
    most: f64,
}
const _: () = assert!(size_of::<Range>() == size_of::<AudioValueRange>());
impl Plain for Range {}

/// All facts of a device. Missing ones are 0 or empty; a device without a UID is rejected.
pub(super) fn facts(device: DeviceNumber) -> Result<Facts, Fault> {
    let uid = string(device, global(ca::kAudioDevicePropertyDeviceUID))?;
    let transport = number(device, global(ca::kAudioDevicePropertyTransportType)).unwrap_or(0);
    let flag = |selector| number(device, global(selector)).unwrap_or(0) != 0;
    let is_aggregate = transport == AGGREGATE;
    Ok(Facts {
        device,
        name: string(device, global(ca::kAudioObjectPropertyName)).unwrap_or_else(|_| uid.clone()),
        uid,
        transport,
        clock_domain: number(device, global(ca::kAudioDevicePropertyClockDomain)).unwrap_or(0),
        is_alive: flag(ca::kAudioDevicePropertyDeviceIsAlive),
        is_hidden: flag(ca::kAudioDevicePropertyIsHidden),
        is_private: is_aggregate && is_private(device),
        taps: if is_aggregate { taps(device) } else { 0 },
        rate: value::<f64>(device, global(ca::kAudioDevicePropertyNominalSampleRate)).map_or(0, hertz),
        rates: list::<Range>(device, global(ca::kAudioDevicePropertyAvailableNominalSampleRates))
            .unwrap_or_default()
            .into_iter()
            .map(|range| (hertz(range.least), hertz(range.most)))
            .collect(),
        buffer_frames: number(device, global(ca::kAudioDevicePropertyBufferFrameSize)).unwrap_or(0),
        buffer_range: value::<Range>(device, global(ca::kAudioDevicePropertyBufferFrameSizeRange))
            .map(|range| (hertz(range.least), hertz(range.most)))
            .filter(|(_, most)| *most > 0),
        input: side(device, Direction::Input),
        output: side(device, Direction::Output),
    })
}

/// A 32-bit number, if the object has the property.
pub(super) fn number(object: AudioObjectID, address: Address) -> Option<u32> {
    value(object, address)
}

/// A list of numbers.
pub(super) fn numbers(object: AudioObjectID, address: Address) -> Result<Vec<u32>, Fault> {
    list(object, address)
}

/// Sets a number.
pub(super) fn set<T: Copy>(object: AudioObjectID, address: Address, value: T) -> Result<(), Fault> {
    let (mut address, mut value) = (address, value);
    let length = count32(size_of::<T>());
    // SAFETY: both pointers are those of live values, and the length is the value's; the call keeps neither. The
    // property needs no qualifier, so that is null and of length 0.
    let status = unsafe {
        AudioObjectSetPropertyData(
            object,
            NonNull::from(&mut address),
            0,
            ptr::null(),
            length,
            pointer(&mut value),
        )
    };
    Fault::check(SET, status)
}

fn side(device: DeviceNumber, direction: Direction) -> Side {
    let here = |selector| number(device, scoped(selector, scope(direction)));
    let streams = numbers(device, scoped(ca::kAudioDevicePropertyStreams, scope(direction)));
    let first = streams.unwrap_or_default().first().copied();
    let of_first = |selector| first.and_then(|stream| number(stream, global(selector)));
    Side {
        channels: channels(device, direction),
        device_latency: here(ca::kAudioDevicePropertyLatency).unwrap_or(0),
        safety_offset: here(ca::kAudioDevicePropertySafetyOffset).unwrap_or(0),
        stream_latency: of_first(ca::kAudioStreamPropertyLatency).unwrap_or(0),
        terminal: of_first(ca::kAudioStreamPropertyTerminalType).unwrap_or(0),
        source: here(ca::kAudioDevicePropertyDataSource),
    }
}

/// `kAudioDevicePropertyStreamConfiguration` is an `AudioBufferList` with one buffer for each stream.
fn channels(device: DeviceNumber, direction: Direction) -> u16 {
    channels_in(&list::<u64>(device, address::channels(direction)).unwrap_or_default())
}

// The words that `channels_in` goes by.
const _: () = {
    assert!(offset_of!(AudioBufferList, mNumberBuffers) == 0 && offset_of!(AudioBufferList, mBuffers) == 8);
    assert!(offset_of!(AudioBuffer, mNumberChannels) == 0 && size_of::<AudioBuffer>() == 16);
};

/// Process taps in an aggregate (`<CoreAudio/AudioHardware.h>`, from macOS 14.2): an array of their UIDs.
fn taps(device: DeviceNumber) -> usize {
    let list = object::<CFType>(device, global(ca::kAudioAggregateDevicePropertyTapList));
    let Ok(list) = list else { return 0 };
    list.downcast_ref::<objc2_core_foundation::CFArray>().map_or(0, |array| array.len())
}

/// Whether an aggregate's composition says that it is private to its maker.
fn is_private(device: DeviceNumber) -> bool {
    let Ok(composition) = object::<CFType>(device, global(ca::kAudioAggregateDevicePropertyComposition))
    else {
        return false;
    };
    let Some(composition) = composition.downcast_ref::<CFDictionary>() else { return false };
    let key = CFString::from_str(&ca::kAudioAggregateDeviceIsPrivateKey.to_string_lossy());
    let key: *const CFString = &raw const *key;
    // SAFETY: the dictionary is one of CoreFoundation's objects, as its composition is documented to be, so a string may
    // be looked up in it. What is found isn't owned by us and lives as long as the dictionary.
    let found = unsafe { composition.value(key.cast()) };
    // SAFETY: null, or an object that lives as long as the dictionary.
    let found = unsafe { found.cast::<CFType>().as_ref() };
    // "A CFNumber where a value of 0 means that the aggregate device is to be published to the entire system".
    found
        .and_then(CFType::downcast_ref::<CFNumber>)
        .and_then(CFNumber::as_i32)
        .is_some_and(|value| value != 0)
}

fn string(object: AudioObjectID, address: Address) -> Result<String, Fault> {
    self::object::<CFString>(object, address).map(|string| string.to_string())
}

/// An object of CoreFoundation's. "The caller is responsible for releasing the returned CFObject": so the headers say
/// of each property that is read here.
fn object<T: Type>(object: AudioObjectID, address: Address) -> Result<CFRetained<T>, Fault> {
    let mut found: *mut T = ptr::null_mut();
    let length = count32(size_of::<*mut T>());
    let filled = read(object, address, pointer(&mut found), length)?;
    // It may be null while the device is disappearing; a partly filled pointer is invalid.
    let found = NonNull::new(found).filter(|_| filled == length);
    let found = found.ok_or(Fault { doing: READ, answer: "it gave nothing".to_owned() })?;
    // SAFETY: the call gave a pointer to an object of that type, which is ours to release.
    Ok(unsafe { CFRetained::from_raw(found) })
}

fn value<T: Plain>(object: AudioObjectID, address: Address) -> Option<T> {
    let mut value = T::default();
    let length = count32(size_of::<T>());
    let filled = read(object, address, pointer(&mut value), length).ok()?;
    (filled == length).then_some(value)
}

fn list<T: Plain>(object: AudioObjectID, address: Address) -> Result<Vec<T>, Fault> {
    let each = count32(size_of::<T>());
    let count = data_size(object, address)? / each;
    let mut values = vec![T::default(); size(count)];
    let Some(first) = values.first_mut() else { return Ok(values) };
    // The list may have become shorter meanwhile; the call cuts a longer one.
    let filled = read(object, address, pointer(first), count * each)?;
    values.truncate(size(filled / each));
    Ok(values)
}

fn data_size(object: AudioObjectID, address: Address) -> Result<u32, Fault> {
    let (mut address, mut length) = (address, 0_u32);
    // SAFETY: both pointers are those of live values, which the call doesn't keep; no qualifier is needed.
    let status = unsafe {
        AudioObjectGetPropertyDataSize(
            object,
            NonNull::from(&mut address),
            0,
            ptr::null(),
            NonNull::from(&mut length),
        )
    };
    Fault::check(READ, status)?;
    Ok(length.min(MOST_BYTES))
}

/// Fills in up to `length` bytes at `into`, and says how many. `into` has room for them, and any bytes are a value there:
/// only this file calls it.
fn read(object: AudioObjectID, address: Address, into: NonNull<c_void>, length: u32) -> Result<u32, Fault> {
    let (mut address, mut filled) = (address, length);
    // SAFETY: the pointers are those of live values, which the call doesn't keep; it writes at most as many bytes as
    // the size says on entry ("on entry indicates the size of the buffer pointed to by outData").
    let status = unsafe {
        AudioObjectGetPropertyData(
            object,
            NonNull::from(&mut address),
            0,
            ptr::null(),
            NonNull::from(&mut filled),
            into,
        )
    };
    Fault::check(READ, status).map(|()| filled)
}

/// A frequency as a whole number of Hz, which rates are in practice.
fn hertz(value: f64) -> u32 {
    u32::try_from(whole(value)).unwrap_or(u32::MAX)
}

/// A pointer to a value that a call reads or fills in.
fn pointer<T>(value: &mut T) -> NonNull<c_void> {
    NonNull::from(value).cast()
}
