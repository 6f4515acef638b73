//! AUHAL units. The calls return what `<AudioToolbox/AUComponent.h>`, `AudioUnitProperties.h`, `AudioOutputUnit.h` and
//! Technical Note TN2091, "Device input using the HAL Output Audio Unit", say; anything they forbid without naming an
//! error is recorded as a misuse, for the test to check.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use objc2_core_audio_types::{
    AudioBuffer, AudioBufferList, AudioStreamBasicDescription, AudioTimeStamp, AudioTimeStampFlags,
    SMPTETime, SMPTETimeFlags, SMPTETimeType, kAudioFormatFlagIsFloat, kAudioFormatFlagIsPacked,
    kAudioFormatLinearPCM,
};

use super::hal::{World, world};
use super::numbers::audio_toolbox::*;
use super::numbers::core_audio::kAudioHardwareBadDeviceError;
use crate::no_alloc;

/// `kAudio_ParamError`.
const PARAM_ERROR: i32 = -50;

/// The microphone's signal, in every frame: the number of the channel in hundredths, from 1.
pub(crate) const STEP: f32 = 0.01;

/// `kAUDefaultMaxFramesPerSlice`.
const MOST_FRAMES: u32 = 1_156;

#[repr(C)]
pub(crate) struct OpaqueAudioComponentInstance([u8; 0]);
pub(crate) type AudioUnit = *mut OpaqueAudioComponentInstance;
type AudioComponent = *mut c_void;

#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub(crate) struct AudioUnitRenderActionFlags(pub(crate) u32);

type AURenderCallback = Option<
    // SAFETY: for callers: the pointers live during the call; the list is null or has the announced buffers.
    unsafe extern "C-unwind" fn(
        NonNull<c_void>,
        NonNull<AudioUnitRenderActionFlags>,
        NonNull<AudioTimeStamp>,
        u32,
        u32,
        *mut AudioBufferList,
    ) -> i32,
>;

#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct AURenderCallbackStruct {
    pub(crate) inputProc: AURenderCallback,
    pub(crate) inputProcRefCon: *mut c_void,
}

// SAFETY: the code that sets it lets it be called on the audio thread.
unsafe impl Send for AURenderCallbackStruct {}

#[repr(C)]
pub(crate) struct AudioComponentDescription {
    pub(crate) componentType: u32,
    pub(crate) componentSubType: u32,
    pub(crate) componentManufacturer: u32,
    pub(crate) componentFlags: u32,
    pub(crate) componentFlagsMask: u32,
}

/// A call to a unit; for properties with number, scope and element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    New,
    Set(u32, u32, u32),
    Initialize,
    Start,
    Stop,
    Uninitialize,
    Dispose,
}

/// A unit. Output is enabled initially, input isn't (TN2091).
#[derive(Clone, Copy)]
pub(crate) struct Instance {
    device: u32,
    enabled: [bool; 2],
    formats: [Option<AudioStreamBasicDescription>; 2],
    most: u32,
    render: Option<AURenderCallbackStruct>,
    input: Option<AURenderCallbackStruct>,
    is_initialized: bool,
    runs: bool,
}

/// Held while callbacks run, so that stopping waits for them.
static IO: Mutex<()> = Mutex::new(());

fn handle(number: usize) -> AudioUnit {
    ptr::without_provenance_mut(number)
}

fn answer(done: Result<(), i32>) -> i32 {
    done.err().unwrap_or(0)
}

/// Does a step of a unit that exists, unless the step is to be refused.
fn step(unit: AudioUnit, step: Step, work: impl FnOnce(&mut World, &mut Instance) -> Result<(), i32>) -> i32 {
    let (mut world, number) = (world(), unit.addr());
    world.steps.push((number, step));
    let Some(mut instance) = world.units.get(&number).copied() else {
        world.misuses.push(format!("{step:?} of no unit"));
        return PARAM_ERROR;
    };
    if let Some((at, status)) = world.refuses
        && at + 1 == world.steps.len()
    {
        return status;
    }
    let done = work(&mut world, &mut instance);
    world.units.insert(number, instance);
    answer(done)
}

/// Null "if no component was found".
// SAFETY: for callers: `wanted` is valid for reads.
pub(crate) unsafe extern "C-unwind" fn AudioComponentFindNext(
    after: AudioComponent,
    wanted: NonNull<AudioComponentDescription>,
) -> AudioComponent {
    // SAFETY: the caller's, which lives.
    let wanted = unsafe { wanted.as_ref() };
    let is_ours = wanted.componentType == kAudioUnitType_Output
        && wanted.componentSubType == kAudioUnitSubType_HALOutput
        && wanted.componentManufacturer == kAudioUnitManufacturer_Apple;
    if after.is_null() && is_ours { ptr::without_provenance_mut(1) } else { ptr::null_mut() }
}

// SAFETY: for callers: `instance` is valid for a write.
pub(crate) unsafe extern "C-unwind" fn AudioComponentInstanceNew(
    component: AudioComponent,
    instance: NonNull<AudioUnit>,
) -> i32 {
    let mut world = world();
    world.made += 1;
    let number = world.made;
    world.steps.push((number, Step::New));
    if let Some((0, status)) = world.refuses {
        return status;
    }
    if component.is_null() {
        return PARAM_ERROR;
    }
    let new = Instance {
        device: 0,
        enabled: [true, false],
        formats: [None; 2],
        most: MOST_FRAMES,
        render: None,
        input: None,
        is_initialized: false,
        runs: false,
    };
    world.units.insert(number, new);
    // SAFETY: the caller's pointer, to be written to.
    unsafe { instance.write(handle(number)) };
    0
}

// SAFETY: for callers: the unit's callbacks have ended; a number that is no unit is refused.
pub(crate) unsafe extern "C-unwind" fn AudioComponentInstanceDispose(unit: AudioUnit) -> i32 {
    let status = step(unit, Step::Dispose, |world, instance| {
        if instance.runs || instance.is_initialized {
            world.misuses.push("disposed of while it runs or is initialised".to_owned());
        }
        Ok(())
    });
    world().units.remove(&unit.addr());
    status
}

/// The caller's value, if its length is that of the property.
fn given<T: Copy>(from: *const c_void, length: u32) -> Result<T, i32> {
    if from.is_null() || usize::try_from(length) != Ok(size_of::<T>()) {
        return Err(kAudioUnitErr_InvalidPropertyValue);
    }
    // SAFETY: the caller's bytes, as many as such a value has.
    Ok(unsafe { from.cast::<T>().read_unaligned() })
}

/// Checks that a format is interleaved floats and consistent: we set nothing else.
fn checked(format: AudioStreamBasicDescription) -> Result<AudioStreamBasicDescription, i32> {
    let bytes = format.mChannelsPerFrame * 4;
    let is_good = format.mFormatID == kAudioFormatLinearPCM
        && format.mFormatFlags == kAudioFormatFlagIsFloat | kAudioFormatFlagIsPacked
        && (format.mBytesPerFrame, format.mBytesPerPacket) == (bytes, bytes)
        && (format.mFramesPerPacket, format.mBitsPerChannel) == (1, 32)
        && format.mSampleRate > 0.0
        && bytes > 0;
    if is_good { Ok(format) } else { Err(kAudioUnitErr_FormatNotSupported) }
}

// SAFETY: for callers: `data` is valid for reads of the given size.
pub(crate) unsafe extern "C-unwind" fn AudioUnitSetProperty(
    unit: AudioUnit,
    id: u32,
    scope: u32,
    element: u32,
    from: *const c_void,
    length: u32,
) -> i32 {
    step(unit, Step::Set(id, scope, element), |world, instance| {
        if instance.is_initialized {
            return Err(kAudioUnitErr_Initialized);
        }
        let place = (scope, element);
        let at = usize::from(element == 1);
        let is_ours = match id {
            kAudioOutputUnitProperty_EnableIO => {
                [(kAudioUnitScope_Output, 0), (kAudioUnitScope_Input, 1)].contains(&place)
            }
            // The side of each element that we set; the other is the device's.
            kAudioUnitProperty_StreamFormat => {
                [(kAudioUnitScope_Input, 0), (kAudioUnitScope_Output, 1)].contains(&place)
            }
            kAudioUnitProperty_SetRenderCallback => place == (kAudioUnitScope_Input, 0),
            kAudioOutputUnitProperty_CurrentDevice
            | kAudioUnitProperty_MaximumFramesPerSlice
            | kAudioOutputUnitProperty_SetInputCallback => place == (kAudioUnitScope_Global, 0),
            _ => return Err(kAudioUnitErr_InvalidProperty),
        };
        if !is_ours {
            return Err(if element > 1 { kAudioUnitErr_InvalidElement } else { kAudioUnitErr_InvalidScope });
        }
        match id {
            kAudioOutputUnitProperty_EnableIO => {
                if instance.device != 0 {
                    world.misuses.push("I/O enabled after the device was set".to_owned());
                }
                instance.enabled[at] = given::<u32>(from, length)? != 0;
            }
            kAudioOutputUnitProperty_CurrentDevice => {
                let device = given(from, length)?;
                if !world.has(device) {
                    return Err(kAudioHardwareBadDeviceError);
                }
                instance.device = device;
            }
            kAudioUnitProperty_StreamFormat => instance.formats[at] = Some(checked(given(from, length)?)?),
            kAudioUnitProperty_MaximumFramesPerSlice => instance.most = given(from, length)?,
            kAudioUnitProperty_SetRenderCallback => instance.render = Some(given(from, length)?),
            _ => instance.input = Some(given(from, length)?),
        }
        Ok(())
    })
}

/// Supports only the properties that are used.
// SAFETY: for callers: `data` and the length are valid for writes of the given size.
pub(crate) unsafe extern "C-unwind" fn AudioUnitGetProperty(
    unit: AudioUnit,
    id: u32,
    scope: u32,
    element: u32,
    into: NonNull<c_void>,
    length: NonNull<u32>,
) -> i32 {
    let world = world();
    let Some(instance) = world.units.get(&unit.addr()) else { return PARAM_ERROR };
    if id != kAudioUnitProperty_MaximumFramesPerSlice {
        return kAudioUnitErr_InvalidProperty;
    }
    if (scope, element) != (kAudioUnitScope_Global, 0) {
        return kAudioUnitErr_InvalidScope;
    }
    // SAFETY: a live number of the caller's.
    if unsafe { length.read() } < 4 {
        return kAudioUnitErr_InvalidPropertyValue;
    }
    // SAFETY: the caller's buffer has room for the number.
    unsafe { into.cast::<u32>().write(instance.most) };
    // SAFETY: as above.
    unsafe { length.write(4) };
    0
}

// SAFETY: for callers: nothing; Apple declares it so, and a number that is no unit is refused.
pub(crate) unsafe extern "C-unwind" fn AudioUnitInitialize(unit: AudioUnit) -> i32 {
    step(unit, Step::Initialize, |_, instance| {
        instance.is_initialized = true;
        Ok(())
    })
}

// SAFETY: for callers: nothing; Apple declares it so, and a number that is no unit is refused.
pub(crate) unsafe extern "C-unwind" fn AudioUnitUninitialize(unit: AudioUnit) -> i32 {
    step(unit, Step::Uninitialize, |world, instance| {
        if instance.runs {
            world.misuses.push("uninitialised while it runs".to_owned());
        }
        instance.is_initialized = false;
        Ok(())
    })
}

// SAFETY: for callers: nothing; Apple declares it so, and a number that is no unit is refused.
pub(crate) unsafe extern "C-unwind" fn AudioOutputUnitStart(unit: AudioUnit) -> i32 {
    step(unit, Step::Start, |_, instance| {
        if !instance.is_initialized {
            return Err(kAudioUnitErr_Uninitialized);
        }
        instance.runs = true;
        Ok(())
    })
}

/// Returns when no callback runs any more.
// SAFETY: for callers: nothing; Apple declares it so, and a number that is no unit is refused.
pub(crate) unsafe extern "C-unwind" fn AudioOutputUnitStop(unit: AudioUnit) -> i32 {
    let _waited = IO.lock().unwrap_or_else(PoisonError::into_inner);
    step(unit, Step::Stop, |_, instance| {
        instance.runs = false;
        Ok(())
    })
}

/// "If the mData pointers are non-null, then the audio unit will render its output into those buffers."
// SAFETY: for callers: the list's buffers are null, or valid for writes of the sizes that they name.
pub(crate) unsafe extern "C-unwind" fn AudioUnitRender(
    unit: AudioUnit,
    _flags: *mut AudioUnitRenderActionFlags,
    _stamp: NonNull<AudioTimeStamp>,
    bus: u32,
    frames: u32,
    list: NonNull<AudioBufferList>,
) -> i32 {
    let world = world();
    let Some(instance) = world.units.get(&unit.addr()) else { return PARAM_ERROR };
    if !instance.is_initialized {
        return kAudioUnitErr_Uninitialized;
    }
    if world.within != Some(unit.addr()) {
        return kAudioUnitErr_CannotDoInCurrentContext;
    }
    if frames > instance.most {
        return kAudioUnitErr_TooManyFramesToProcess;
    }
    if bus != 1 {
        return kAudioUnitErr_InvalidElement;
    }
    let (true, Some(format)) = (instance.enabled[1], instance.formats[1]) else {
        return kAudioUnitErr_NoConnection;
    };
    let mut list = list;
    // SAFETY: the caller's, with one buffer, as the format has it.
    let [buffer] = unsafe { &mut list.as_mut().mBuffers };
    let bytes = frames * format.mBytesPerFrame;
    if buffer.mData.is_null()
        || buffer.mDataByteSize < bytes
        || buffer.mNumberChannels != format.mChannelsPerFrame
    {
        return PARAM_ERROR;
    }
    let length = usize::try_from(bytes / 4).unwrap_or(0);
    // SAFETY: the caller's buffer, which has that many bytes.
    let samples = unsafe { std::slice::from_raw_parts_mut(buffer.mData.cast::<f32>(), length) };
    let channels = usize::try_from(format.mChannelsPerFrame).unwrap_or(1);
    for frame in samples.chunks_exact_mut(channels) {
        let mut value = 0.0;
        frame.fill_with(|| {
            value += STEP;
            value
        });
    }
    buffer.mDataByteSize = bytes;
    0
}

fn stamp(ticks: Option<u64>) -> AudioTimeStamp {
    let flags = ticks.map_or(AudioTimeStampFlags::empty(), |_| AudioTimeStampFlags::HostTimeValid);
    AudioTimeStamp {
        mSampleTime: 0.0,
        mHostTime: ticks.unwrap_or(0),
        mRateScalar: 1.0,
        mWordClockTime: 0,
        mSMPTETime: SMPTETime {
            mSubframes: 0,
            mSubframeDivisor: 0,
            mCounter: 0,
            mType: SMPTETimeType(0),
            mFlags: SMPTETimeFlags(0),
            mHours: 0,
            mMinutes: 0,
            mSeconds: 0,
            mFrames: 0,
        },
        mFlags: flags,
        mReserved: 0,
    }
}

/// One callback of `frames` frames for each running unit, with a host time or without.
pub(crate) fn cycle(frames: u32, ticks: Option<u64>) {
    let _running = IO.lock().unwrap_or_else(PoisonError::into_inner);
    let units = world().units.clone();
    for (number, unit) in units.into_iter().filter(|(_, unit)| unit.runs) {
        world().within = Some(number);
        if let (Some(call), true) = (unit.input, unit.enabled[1]) {
            callback(call, 1, frames, ticks, ptr::null_mut());
        }
        if let (Some(call), true, Some(format)) = (unit.render, unit.enabled[0], unit.formats[0]) {
            let bytes = frames * format.mBytesPerFrame;
            let mut samples = vec![f32::NAN; usize::try_from(bytes / 4).unwrap_or(0)];
            let buffer = AudioBuffer {
                mNumberChannels: format.mChannelsPerFrame,
                mDataByteSize: bytes,
                mData: samples.as_mut_ptr().cast(),
            };
            let mut list = AudioBufferList { mNumberBuffers: 1, mBuffers: [buffer] };
            callback(call, 0, frames, ticks, &raw mut list);
            world().played = samples;
        }
        world().within = None;
    }
}

fn callback(
    call: AURenderCallbackStruct,
    bus: u32,
    frames: u32,
    ticks: Option<u64>,
    list: *mut AudioBufferList,
) {
    let (Some(function), Some(context)) = (call.inputProc, NonNull::new(call.inputProcRefCon)) else {
        return;
    };
    let (mut flags, mut stamp) = (AudioUnitRenderActionFlags(0), stamp(ticks));
    let (flags, stamp) = (NonNull::from(&mut flags), NonNull::from(&mut stamp));
    // SAFETY: function and context are those that were set together; everything else lives here.
    let status = no_alloc(|| unsafe { function(context, flags, stamp, bus, frames, list) });
    if status != 0 {
        world().misuses.push(format!("a callback answered {status}"));
    }
}
