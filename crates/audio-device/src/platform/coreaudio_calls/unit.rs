//! An AUHAL unit: `kAudioUnitSubType_HALOutput`, which plays and records on one device.
//!
//! The setup follows Apple's Technical Note TN2091, "Device input using the HAL Output Audio Unit": element 0 is the
//! output, element 1 the input; I/O is enabled before the device is set; our formats are set on the output's input
//! scope and on the input's output scope. All of that happens on the control thread, before `AudioUnitInitialize`.
#![expect(unsafe_code, reason = "the unit's callback is a function of C's with a pointer")]

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use coreaudio::audio_unit::{AudioUnit, Element, IOType, Scope};
use objc2_audio_toolbox::{
    AURenderCallbackStruct, AudioUnit as Instance, AudioUnitRender, AudioUnitRenderActionFlags,
    kAudioOutputUnitProperty_CurrentDevice, kAudioOutputUnitProperty_EnableIO,
    kAudioOutputUnitProperty_SetInputCallback, kAudioUnitProperty_MaximumFramesPerSlice,
    kAudioUnitProperty_SetRenderCallback, kAudioUnitProperty_StreamFormat,
};
use objc2_core_audio::AudioConvertHostTimeToNanos;
use objc2_core_audio_types::{
    AudioBuffer, AudioBufferList, AudioStreamBasicDescription, AudioTimeStamp, AudioTimeStampFlags,
    kAudioFormatFlagIsFloat, kAudioFormatFlagIsPacked, kAudioFormatLinearPCM,
};

use crate::coreaudio::callback::Callback;
use crate::coreaudio::hardware::{Fault, Setup};
#[cfg(mac_shim)]
use crate::coreaudio::mac_shim::{coreaudio, objc2_audio_toolbox, objc2_core_audio};
use crate::number::{count32, size};
use crate::render::MAX_FRAMES;

/// The input's element, as [`AudioUnitRender`] calls it.
const INPUT_BUS: u32 = 1;

/// Size of a sample: a 32-bit float, the same in all units.
const SAMPLE_BYTES: u32 = 4;

/// A unit that calls back until it is dropped.
pub(crate) struct Unit {
    /// `None` only during the drop.
    unit: Option<AudioUnit>,
    /// Owned: from `Box::into_raw`. The unit has the same pointer.
    context: *mut Context,
}

/// The callback's state. Belongs to the audio thread as long as the unit exists.
struct Context {
    callback: Callback,
    unit: Instance,
    input_channels: u32,
}

// SAFETY: a unit may be used from any thread, one at a time (coreaudio-rs says the same of its `AudioUnit`); the context is
// this value's own, and what is in it is `Send`.
unsafe impl Send for Unit {}

impl Unit {
    /// Makes a unit that doesn't run yet.
    pub(super) fn open(setup: &Setup, callback: Callback) -> Result<Self, Fault> {
        let refused = |error: coreaudio::Error| Fault { doing: "open the device", answer: error.to_string() };
        // Not the "default output" unit, which follows the default by itself, but not its rate and channels.
        let mut unit = AudioUnit::new_uninitialized(IOType::HalOutput).map_err(refused)?;
        let enabled = |is: bool| Some(u32::from(is));
        for (scope, element, is) in [
            (Scope::Input, Element::Input, setup.input_channels.is_some()),
            (Scope::Output, Element::Output, setup.output_channels.is_some()),
        ] {
            unit.set_property(kAudioOutputUnitProperty_EnableIO, scope, element, enabled(is).as_ref())
                .map_err(refused)?;
        }
        unit.set_property(
            kAudioOutputUnitProperty_CurrentDevice,
            Scope::Global,
            Element::Output,
            Some(&setup.device),
        )
        .map_err(refused)?;
        for (scope, element, channels) in [
            (Scope::Input, Element::Output, setup.output_channels),
            (Scope::Output, Element::Input, setup.input_channels),
        ] {
            if let Some(channels) = channels {
                let format = interleaved(setup.rate, u32::from(channels));
                unit.set_property(kAudioUnitProperty_StreamFormat, scope, element, Some(&format))
                    .map_err(refused)?;
            }
        }
        unit.set_property(
            kAudioUnitProperty_MaximumFramesPerSlice,
            Scope::Global,
            Element::Output,
            Some(&MAX_FRAMES),
        )
        .map_err(refused)?;
        let (property, scope) = match callback {
            Callback::Play(_) => (kAudioUnitProperty_SetRenderCallback, Scope::Input),
            // "The input callback": for element 0 and the global scope, though it concerns element 1.
            Callback::Record(_) => (kAudioOutputUnitProperty_SetInputCallback, Scope::Global),
        };
        let instance = *unit.as_ref();
        let input_channels = u32::from(setup.input_channels.unwrap_or(0));
        let context = Box::into_raw(Box::new(Context { callback, unit: instance, input_channels }));
        // From here on, dropping `opened` frees both, in order.
        let mut opened = Self { unit: Some(unit), context };
        let call = AURenderCallbackStruct { inputProc: Some(call), inputProcRefCon: context.cast() };
        if let Some(unit) = &mut opened.unit {
            unit.set_property(property, scope, Element::Output, Some(&call)).map_err(refused)?;
            unit.initialize().map_err(refused)?;
        }
        Ok(opened)
    }

    /// `AudioOutputUnitStart`: returns once the device runs.
    pub(super) fn start(&mut self) -> Result<(), Fault> {
        let Some(unit) = &mut self.unit else { return Ok(()) };
        unit.start().map_err(|error| Fault { doing: "start the device", answer: error.to_string() })
    }

    /// `kAudioUnitProperty_MaximumFramesPerSlice`, as the unit has it.
    pub(super) fn most_frames(&self) -> Result<u32, Fault> {
        let Some(unit) = &self.unit else { return Ok(0) };
        unit.get_property(kAudioUnitProperty_MaximumFramesPerSlice, Scope::Global, Element::Output)
            .map_err(|error| Fault { doing: "say how much it takes at once", answer: error.to_string() })
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        // Stops it, which waits for a callback that runs as long as this isn't its thread, then uninitialises and disposes
        // of it.
        self.unit = None;
        // SAFETY: the pointer is from `Box::into_raw` and freed nowhere else; the unit that had it is gone.
        drop(unsafe { Box::from_raw(self.context) });
    }
}

/// 32-bit floats, all channels of a frame interleaved: one buffer, whatever the number of channels.
fn interleaved(rate: u32, channels: u32) -> AudioStreamBasicDescription {
    AudioStreamBasicDescription {
        mSampleRate: f64::from(rate),
        mFormatID: kAudioFormatLinearPCM,
        mFormatFlags: kAudioFormatFlagIsFloat | kAudioFormatFlagIsPacked,
        mBytesPerPacket: channels * SAMPLE_BYTES,
        mFramesPerPacket: 1,
        mBytesPerFrame: channels * SAMPLE_BYTES,
        mChannelsPerFrame: channels,
        mBitsPerChannel: 8 * SAMPLE_BYTES,
        mReserved: 0,
    }
}

/// `AURenderCallback` (`<AudioToolbox/AUComponent.h>`), on the device's audio thread. `list` holds the buffers to fill; it
/// is null in an input callback, whose frames must be fetched.
// SAFETY: for callers: `context` is the one that was set with this function, and the unit lives.
unsafe extern "C-unwind" fn call(
    context: NonNull<c_void>,
    _: NonNull<AudioUnitRenderActionFlags>,
    stamp: NonNull<AudioTimeStamp>,
    _bus: u32,
    frames: u32,
    list: *mut AudioBufferList,
) -> i32 {
    // SAFETY: the pointer is the one that was set with this function; it lives as long as the unit, and a unit's callbacks
    // come one after the other, so nothing else refers to it now.
    let context = unsafe { context.cast::<Context>().as_mut() };
    let Context { callback, unit, input_channels } = context;
    let stamp_ns = host_time(stamp);
    let mut capture = |samples: &mut [f32]| fetch(*unit, stamp, frames, *input_channels, samples);
    match callback {
        Callback::Record(recorder) => recorder.record(stamp_ns, size(frames), &mut capture),
        Callback::Play(player) => {
            if let Some(output) = samples(list) {
                player.play(stamp_ns, output, &mut capture);
            }
        }
    }
    0
}

/// Nanoseconds of the host clock, which is the engine's: both are `mach_absolute_time` by the timebase.
fn host_time(stamp: NonNull<AudioTimeStamp>) -> Option<u64> {
    // SAFETY: the system gives a pointer to a live time stamp ("inTimeStamp: the time stamp associated with this call").
    let stamp = unsafe { stamp.read() };
    let is_valid = stamp.mFlags.contains(AudioTimeStampFlags::HostTimeValid);
    // SAFETY: `<CoreAudio/HostTime.h>`: takes a number and gives one; nothing is kept, on any thread.
    is_valid.then(|| unsafe { AudioConvertHostTimeToNanos(stamp.mHostTime) })
}

/// The only buffer of a list of interleaved frames.
fn samples<'a>(list: *mut AudioBufferList) -> Option<&'a mut [f32]> {
    // SAFETY: null, or a list that lives, and is the callback's own, as long as that lasts.
    let list = unsafe { list.as_mut() }?;
    let [buffer] = &mut list.mBuffers;
    if list.mNumberBuffers == 0 || buffer.mData.is_null() {
        return None;
    }
    let length = size(buffer.mDataByteSize / SAMPLE_BYTES);
    // SAFETY: the buffer holds that many bytes of floats, which is the format that was set, and is ours to fill.
    Some(unsafe { std::slice::from_raw_parts_mut(buffer.mData.cast::<f32>(), length) })
}

/// Fills `samples` with what the input's element has recorded for this callback. May only be called within it, once,
/// for as many frames as the callback has.
fn fetch(
    unit: Instance,
    stamp: NonNull<AudioTimeStamp>,
    frames: u32,
    channels: u32,
    samples: &mut [f32],
) -> bool {
    let into = samples.as_mut_ptr().cast::<c_void>();
    let bytes = count32(size_of_val(samples));
    let buffer = AudioBuffer { mNumberChannels: channels, mDataByteSize: bytes, mData: into };
    let mut list = AudioBufferList { mNumberBuffers: 1, mBuffers: [buffer] };
    let mut flags = AudioUnitRenderActionFlags(0);
    // SAFETY: the unit is the one whose callback this is, so it is there; the pointers are those of live values. "If the
    // mData pointers are non-null, then the audio unit will render its output into those buffers": they have room for so
    // many frames, as the format says and `Recorder::take` has seen to.
    let status = unsafe {
        AudioUnitRender(unit, ptr::from_mut(&mut flags), stamp, INPUT_BUS, frames, NonNull::from(&mut list))
    };
    status == 0 && list.mBuffers[0].mData == into && list.mBuffers[0].mDataByteSize == bytes
}
