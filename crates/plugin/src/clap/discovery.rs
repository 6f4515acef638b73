//! The factory "preset discovery": a host lists the plugin's presets, without making a plugin.

use std::ffi::{CString, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_factory, clap_preset_discovery_indexer, clap_preset_discovery_location,
    clap_preset_discovery_metadata_receiver, clap_preset_discovery_provider,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::universal_plugin_id::clap_universal_plugin_id;

use super::instance::{text, told};
use crate::about::Export;

pub(super) const fn factory<E: Export>() -> &'static clap_preset_discovery_factory {
    const {
        &clap_preset_discovery_factory {
            count: Some(count),
            get_descriptor: Some(descriptor::<E>),
            create: Some(create::<E>),
        }
    }
}

extern "C" fn count(_: *const clap_preset_discovery_factory) -> u32 {
    1
}

/// The one provider of a plugin has the plugin's own id, name and vendor.
extern "C" fn descriptor<E: Export>(
    _: *const clap_preset_discovery_factory,
    index: u32,
) -> *const clap_preset_discovery_provider_descriptor {
    if index == 0 { &raw const told::<E>().provider } else { ptr::null() }
}

/// The provider lives until the host calls its `destroy`. All of its calls come from one thread.
extern "C" fn create<E: Export>(
    _: *const clap_preset_discovery_factory,
    indexer: *const clap_preset_discovery_indexer,
    id: *const c_char,
) -> *const clap_preset_discovery_provider {
    let told = told::<E>();
    // SAFETY: a host passes a text that ends with a zero, for the time of the call.
    let known = unsafe { text(id) }.is_some_and(|id| id == told.descriptor.clap_id());
    if !known || indexer.is_null() {
        return ptr::null();
    }
    let raw = clap_preset_discovery_provider {
        desc: &raw const told.provider,
        provider_data: ptr::null_mut(),
        init: Some(init::<E>),
        destroy: Some(destroy::<E>),
        get_metadata: Some(get_metadata::<E>),
        get_extension: Some(get_extension),
    };
    Box::into_raw(Box::new(Provider::<E> { raw, indexer, of: PhantomData })).cast()
}

/// What a host has for a provider.
#[repr(C)]
struct Provider<E> {
    /// First, so that the host's pointer to it is one to the whole.
    raw: clap_preset_discovery_provider,
    indexer: *const clap_preset_discovery_indexer,
    of: PhantomData<fn() -> E>,
}

/// Says where the presets are: in the plugin itself, which has no path.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn init<E: Export>(provider: *const clap_preset_discovery_provider) -> bool {
    if provider.is_null() {
        return false;
    }
    // SAFETY: `create` made it of a `Provider`, whose first field it is, and the host hasn't destroyed it.
    let indexer = unsafe { (*provider.cast::<Provider<E>>()).indexer };
    // SAFETY: the indexer outlives its providers.
    let declare = unsafe { (*indexer).declare_location };
    let location = clap_preset_discovery_location {
        flags: CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT,
        name: told::<E>().provider.name,
        kind: CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
        location: ptr::null(),
    };
    // SAFETY: as above, and the location lives for the time of the call.
    declare.is_some_and(|declare| unsafe { declare(indexer, &raw const location) })
}

/// The host doesn't use the provider again.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn destroy<E: Export>(provider: *const clap_preset_discovery_provider) {
    if !provider.is_null() {
        // SAFETY: `create` made it of a box, and the host calls this once.
        drop(unsafe { Box::from_raw(provider.cast::<Provider<E>>().cast_mut()) });
    }
}

/// Lists the presets, each by its name, which is its key as well.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn get_metadata<E: Export>(
    _: *const clap_preset_discovery_provider,
    kind: u32,
    _: *const c_char,
    receiver: *const clap_preset_discovery_metadata_receiver,
) -> bool {
    if kind != CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN || receiver.is_null() {
        return false;
    }
    let told = told::<E>();
    let plugin = clap_universal_plugin_id { abi: c"clap".as_ptr(), id: told.descriptor.clap_id().as_ptr() };
    // SAFETY: the receiver lives for the time of the call.
    let to = unsafe { &*receiver };
    for preset in E::library().presets() {
        // None has a zero in it.
        let Ok(name) = CString::new(preset.name.as_str()) else { continue };
        // SAFETY: the receiver lives, and so does the text, of which a host makes a copy.
        let begun =
            to.begin_preset.is_some_and(|begin| unsafe { begin(receiver, name.as_ptr(), name.as_ptr()) });
        // A host says with `false` that it wants no more.
        if !begun {
            break;
        }
        if let Some(add) = to.add_plugin_id {
            // SAFETY: as above.
            unsafe { add(receiver, &raw const plugin) };
        }
        if let Some(set) = to.set_flags {
            // SAFETY: the receiver lives.
            unsafe { set(receiver, CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT) };
        }
        if let Some(add) = to.add_creator {
            // SAFETY: the receiver lives, and so does the text.
            unsafe { add(receiver, told.provider.vendor) };
        }
        let note = CString::new(preset.note.as_str()).ok().filter(|note| !note.is_empty());
        if let (Some(set), Some(note)) = (to.set_description, note) {
            // SAFETY: as above.
            unsafe { set(receiver, note.as_ptr()) };
        }
    }
    true
}

extern "C" fn get_extension(_: *const clap_preset_discovery_provider, _: *const c_char) -> *const c_void {
    ptr::null()
}
