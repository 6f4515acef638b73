//! What a library lists for VST3 hosts. Nothing of it is run: that is a host's work.
#![expect(unsafe_code, reason = "VST3's interfaces are functions behind pointers")]

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use libloading::Library;
use vst3::ComPtr;
use vst3::Steinberg::{IPluginFactory, IPluginFactoryTrait, PClassInfo, kResultOk};

use crate::platform::VST3_ENTRIES;

/// A class of a VST3 plugin.
pub(super) struct Class {
    /// 32 hexadecimal digits.
    pub(super) class: String,
    pub(super) name: String,
}

// SAFETY: for callers: the library stays loaded.
type GetFactory = unsafe extern "system" fn() -> *mut c_void;

/// The class of the plugin in this library, which stays loaded.
///
/// # Errors
/// A message for the user: hosts don't find it.
pub(super) fn class(library: &Library) -> Result<Class, String> {
    let none = |why: &str| format!("hosts find no VST3 plugin in it: {why}");
    for name in VST3_ENTRIES {
        // SAFETY: it is looked for, and not used.
        if unsafe { library.get::<*const c_void>(name.as_bytes()) }.is_err() {
            return Err(none(&format!("it has no `{name}`")));
        }
    }
    // SAFETY: VST3 defines the name with this type.
    let get = unsafe { library.get::<GetFactory>(b"GetPluginFactory\0") };
    let get = get.map_err(|_| none("it has no `GetPluginFactory`"))?;
    // SAFETY: the library is loaded.
    let factory = unsafe { get() }.cast::<IPluginFactory>();
    // SAFETY: it hands over a factory, or null, with a count of its own.
    let factory = unsafe { ComPtr::from_raw(factory) };
    let factory = factory.ok_or_else(|| none("it has no factory"))?;
    // SAFETY: a structure of numbers and letters.
    let mut info = unsafe { MaybeUninit::<PClassInfo>::zeroed().assume_init() };
    // SAFETY: the factory is there, and writes into what it is given.
    if unsafe { factory.getClassInfo(0, &raw mut info) } != kResultOk {
        return Err(none("its factory has none"));
    }
    let class: String = info.cid.iter().map(|byte| format!("{:02X}", byte.to_ne_bytes()[0])).collect();
    if class.bytes().all(|digit| digit == b'0') {
        return Err(none("its class has no number"));
    }
    Ok(Class { class, name: text(&info.name) })
}

/// A text of one byte a letter, up to its end.
fn text(letters: &[c_char]) -> String {
    let bytes: Vec<u8> =
        letters.iter().map(|letter| letter.to_ne_bytes()[0]).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
