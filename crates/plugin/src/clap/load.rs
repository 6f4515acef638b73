//! The extension "preset-load": a host loads one of the plugin's presets.

use std::ffi::{CStr, c_char, c_void};

use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_host_preset_load, clap_plugin_preset_load,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::factory::preset_discovery::CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN;
use clap_sys::stream::clap_istream;
use nice_plug::wrapper::clap::{clap_host, clap_plugin};

use super::instance::{Instance, text};
use crate::about::Export;
use crate::caught::describe;
use crate::parameters::Parameters;

/// The names of the extension: hosts of before its release ask by the second.
pub(super) const IDS: [&CStr; 2] = [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT];

pub(super) const fn extension<E: Export>() -> &'static clap_plugin_preset_load {
    const { &clap_plugin_preset_load { from_location: Some(from_location::<E>) } }
}

/// Main thread. A preset in the plugin has no path; its key is its name.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn from_location<E: Export>(
    plugin: *const clap_plugin,
    kind: u32,
    location: *const c_char,
    key: *const c_char,
) -> bool {
    if plugin.is_null() {
        return false;
    }
    // SAFETY: the host passes a plugin that lives.
    let instance = unsafe { Instance::<E>::of(plugin) };
    // SAFETY: a host passes a text that ends with a zero, for the time of the call.
    let name = unsafe { text(key) };
    let loaded = if kind == CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN {
        loaded(instance, name)
    } else {
        Err(c"this plugin's presets are inside of it, not in files")
    };
    let host = instance.host;
    // SAFETY: the plugin's host outlives it.
    if let Some(told) = unsafe { of_host(host) } {
        match (loaded, told.loaded, told.on_error) {
            // SAFETY: it is called on the main thread, with the very texts of the host.
            (Ok(()), Some(done), _) => unsafe { done(host, kind, location, key) },
            // SAFETY: as above, and the reason lives as long as the library.
            (Err(why), _, Some(failed)) => unsafe { failed(host, kind, location, key, 0, why.as_ptr()) },
            _ => {}
        }
    }
    loaded.is_ok()
}

fn loaded<E: Export>(instance: &Instance<E>, name: Option<&CStr>) -> Result<(), &'static CStr> {
    let name = name.map(CStr::to_bytes);
    let found = E::library().presets().iter().find(|preset| name == Some(preset.name.as_bytes()));
    let preset = found.ok_or(c"the plugin has no preset of this name")?;
    let described = describe::<E>().ok_or(c"the plugin's processors can't be described; its log says why")?;
    let parameters = Parameters::of(described.parameters, described.chain);
    let json = serde_json::to_vec(&preset.state(&parameters, E::ABOUT.version))
        .map_err(|_| c"the preset can't be written as a state")?;
    // nice-plug's form of a CLAP's state: the length, then the state that all its formats have.
    let mut bytes = u64::try_from(json.len()).unwrap_or(u64::MAX).to_le_bytes().to_vec();
    bytes.extend(json);

    let state = instance.wrapped_extension(CLAP_EXT_STATE).cast::<clap_plugin_state>();
    // SAFETY: under this name nice-plug has this struct, for as long as the library is loaded; or null.
    let load = unsafe { state.as_ref() }.and_then(|state| state.load);
    let mut left = bytes.as_slice();
    let stream = clap_istream { ctx: (&raw mut left).cast(), read: Some(read) };
    // SAFETY: main thread, as the caller; stream and bytes live for the time of the call.
    let loaded = load.is_some_and(|load| unsafe { load(&raw const instance.plugin, &raw const stream) });
    if loaded { Ok(()) } else { Err(c"the preset's values can't be loaded; the plugin's log says why") }
}

/// Gives what is left of the slice that `ctx` leads to.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: `loaded` made the stream, which lives for the time of the call.
    let slice = unsafe { (*stream).ctx };
    // SAFETY: it leads to a slice that nobody else uses meanwhile.
    let left = unsafe { &mut *slice.cast::<&[u8]>() };
    let count = usize::try_from(size).unwrap_or(usize::MAX).min(left.len());
    let (now, later) = left.split_at(count);
    // SAFETY: the reader has `size` bytes there, which are none of the slice's.
    unsafe { now.as_ptr().copy_to_nonoverlapping(buffer.cast(), count) };
    *left = later;
    i64::try_from(count).unwrap_or(-1)
}

/// What the host wants to be told of presets, if anything.
///
/// # Safety
/// `host` lives for `'a`.
unsafe fn of_host<'a>(host: *const clap_host) -> Option<&'a clap_host_preset_load> {
    // SAFETY: the caller holds it.
    let get = unsafe { (*host).get_extension }?;
    IDS.iter().find_map(|id| {
        // SAFETY: the text lives for the time of the call.
        let extension = unsafe { get(host, id.as_ptr()) };
        // SAFETY: under this name a host has this struct for as long as it lives, or null.
        unsafe { extension.cast::<clap_host_preset_load>().as_ref() }
    })
}
