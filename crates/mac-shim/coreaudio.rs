//! The Mac's sound API: the HAL's properties, an AUHAL unit, and the few CoreFoundation objects that they return.
//!
//! Types and constants of CoreAudioTypes and CoreFoundation are the bindings' own, which compile on Linux; those of the
//! HAL and of AudioToolbox don't (their crates link frameworks), so the ones used are declared here under the same
//! names.
#![expect(unsafe_code, reason = "the same calls as the system's")]
#![expect(non_upper_case_globals, non_snake_case, reason = "C's names")]

#[path = "coreaudio/auhal.rs"]
mod auhal;
#[path = "coreaudio/foundation.rs"]
mod foundation;
#[path = "coreaudio/hal.rs"]
mod hal;
#[path = "coreaudio/numbers.rs"]
mod numbers;
#[path = "coreaudio/wrappers.rs"]
mod wrappers;

pub(super) use self::auhal::{STEP, Step, cycle};
pub(super) use self::foundation::{Thing, alive};
pub(super) use self::hal::{Value, World, alone, tell, world};

/// Takes the place of `objc2_core_audio` for the Mac's files.
pub(crate) mod objc2_core_audio {
    pub(crate) use super::hal::{
        AudioConvertHostTimeToNanos, AudioObjectAddPropertyListenerBlock, AudioObjectGetPropertyData,
        AudioObjectGetPropertyDataSize, AudioObjectID, AudioObjectPropertyAddress,
        AudioObjectRemovePropertyListenerBlock, AudioObjectSetPropertyData,
    };
    pub(crate) use super::numbers::core_audio::*;

    /// `kAudioAggregateDeviceIsPrivateKey`.
    pub(crate) const kAudioAggregateDeviceIsPrivateKey: &std::ffi::CStr = c"private";
}

/// Takes the place of `objc2_audio_toolbox`.
pub(crate) mod objc2_audio_toolbox {
    pub(crate) use super::auhal::{
        AURenderCallbackStruct, AudioUnit, AudioUnitRender, AudioUnitRenderActionFlags,
    };
    pub(crate) use super::numbers::audio_toolbox::*;
}

pub(crate) use self::wrappers::{block2, coreaudio, dispatch2};
