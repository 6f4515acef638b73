//! Addresses of properties.

use objc2_core_audio as ca;
use objc2_core_audio::AudioObjectPropertyAddress as Address;

use crate::coreaudio::facts::Direction;
#[cfg(mac_shim)]
use crate::coreaudio::mac_shim::objc2_core_audio;

/// A property of a whole object.
pub(super) const fn global(selector: u32) -> Address {
    scoped(selector, ca::kAudioObjectPropertyScopeGlobal)
}

/// A property of an object in one direction.
pub(super) const fn scoped(selector: u32, scope: u32) -> Address {
    Address { mSelector: selector, mScope: scope, mElement: ca::kAudioObjectPropertyElementMain }
}

/// The scope of a direction.
pub(super) const fn scope(direction: Direction) -> u32 {
    match direction {
        Direction::Input => ca::kAudioObjectPropertyScopeInput,
        Direction::Output => ca::kAudioObjectPropertyScopeOutput,
    }
}

/// The channels of a device, by its streams.
pub(super) const fn channels(direction: Direction) -> Address {
    scoped(ca::kAudioDevicePropertyStreamConfiguration, scope(direction))
}
