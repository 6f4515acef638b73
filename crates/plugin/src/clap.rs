//! The entry of a CLAP library: nice-plug's plugin, and what nice-plug doesn't have, the presets that it ships with.
//!
//! A host finds presets by a factory of the entry ("preset discovery") and loads one by an extension of the plugin
//! ("preset-load"): both are described in CLAP's headers `factory/preset-discovery.h` and `ext/preset-load.h`, as are the
//! threads and the lifetimes that the comments below refer to. A preset is loaded as the host's own state would be, so there
//! is one way in which values come into a plugin.
#![expect(unsafe_code, reason = "CLAP is an interface of C")]

mod blocks;
mod discovery;
mod load;

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::sync::{Arc, OnceLock};

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, PluginDescriptor, Wrapper, clap_host, clap_plugin, clap_plugin_descriptor,
    clap_plugin_entry, clap_plugin_factory,
};

use crate::about::Export;
use crate::exported::Exported;
use crate::factory::FactoryPreset;

/// What a library knows of its plugin while it is loaded.
pub struct Library {
    presets: &'static str,
    told: OnceLock<Told>,
}

/// What hosts are told, made when the first one asks.
struct Told {
    descriptor: PluginDescriptor,
    /// Of the presets; its texts are the descriptor's.
    provider: clap_preset_discovery_provider_descriptor,
    presets: Vec<(CString, FactoryPreset)>,
}

// SAFETY: all of it is only read after it was made, the pointers' texts too, which the descriptor keeps on the heap.
unsafe impl Send for Told {}
// SAFETY: as above.
unsafe impl Sync for Told {}

impl Library {
    /// With these presets: a list as JSON, see [`PRESETS`](crate::PRESETS).
    #[must_use]
    pub const fn new(presets: &'static str) -> Self {
        Self { presets, told: OnceLock::new() }
    }

    pub(crate) const fn presets(&self) -> &'static str {
        self.presets
    }
}

fn told<E: Export>() -> &'static Told {
    let library = E::library();
    library.told.get_or_init(|| {
        let presets = FactoryPreset::list(library.presets).into_iter();
        // A name with a zero in it would be another name for the host.
        let named = presets.filter_map(|preset| Some((CString::new(preset.name.as_str()).ok()?, preset)));
        let descriptor = PluginDescriptor::for_plugin::<Exported<E>>();
        let provider = discovery::provider_of(descriptor.clap_plugin_descriptor());
        Told { descriptor, provider, presets: named.collect() }
    })
}

/// What a CLAP library exports as `clap_entry`.
#[must_use]
pub const fn entry<E: Export>() -> clap_plugin_entry {
    clap_plugin_entry {
        clap_version: CLAP_VERSION,
        init: Some(init::<E>),
        deinit: Some(deinit),
        get_factory: Some(get_factory::<E>),
    }
}

extern "C" fn init<E: Export>(_: *const c_char) -> bool {
    nice_plug::wrapper::setup_logger::<Exported<E>>();
    true
}

extern "C" fn deinit() {}

extern "C" fn get_factory<E: Export>(id: *const c_char) -> *const c_void {
    // SAFETY: a host passes a text that ends with a zero, for the time of the call.
    let Some(id) = (unsafe { text(id) }) else { return ptr::null() };
    if id == CLAP_PLUGIN_FACTORY_ID {
        let factory: &'static clap_plugin_factory = const {
            &clap_plugin_factory {
                get_plugin_count: Some(plugin_count),
                get_plugin_descriptor: Some(plugin_descriptor::<E>),
                create_plugin: Some(create_plugin::<E>),
            }
        };
        return ptr::from_ref(factory).cast();
    }
    let discovers = [CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT].contains(&id);
    if discovers && !told::<E>().presets.is_empty() {
        return ptr::from_ref(discovery::factory::<E>()).cast();
    }
    ptr::null()
}

extern "C" fn plugin_count(_: *const clap_plugin_factory) -> u32 {
    1
}

extern "C" fn plugin_descriptor<E: Export>(
    _: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    if index == 0 { told::<E>().descriptor.clap_plugin_descriptor() } else { ptr::null() }
}

/// Main thread, as all calls of a factory. The plugin lives until the host calls its `destroy`.
extern "C" fn create_plugin<E: Export>(
    _: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: a host passes a text that ends with a zero, for the time of the call.
    let known = unsafe { text(id) }.is_some_and(|id| id == told::<E>().descriptor.clap_id());
    if !known || host.is_null() {
        return ptr::null();
    }
    // SAFETY: a host passes itself, and outlives its plugins. nice-plug's `destroy` takes the count of the `Arc` back.
    let wrapper = Arc::into_raw(unsafe { Wrapper::<Exported<E>>::new(host) });
    // SAFETY: it was made in the line before, and nobody else has it yet.
    let wrapped = unsafe { *(*wrapper).clap_plugin.borrow() };
    let plugin = clap_plugin {
        get_extension: Some(get_extension::<E>),
        destroy: Some(destroy::<E>),
        process: Some(blocks::process::<E>),
        ..wrapped
    };
    let instance = Box::new(Instance::<E> { plugin, wrapped, host, of: PhantomData });
    Box::into_raw(instance).cast()
}

/// What a host has for a plugin: nice-plug's functions, of which all take their object from `plugin_data`, and three of ours.
#[repr(C)]
struct Instance<E> {
    /// First, so that the host's pointer to it is one to the whole.
    plugin: clap_plugin,
    wrapped: clap_plugin,
    host: *const clap_host,
    of: PhantomData<fn() -> E>,
}

impl<E: Export> Instance<E> {
    /// # Safety
    /// `plugin` is what [`create_plugin`] returned, and `destroy` wasn't called.
    unsafe fn of<'a>(plugin: *const clap_plugin) -> &'a Self {
        // SAFETY: then it leads to an `Instance`, whose first field it is; only shared references are made of it.
        unsafe { &*plugin.cast::<Self>() }
    }

    /// nice-plug's extension of this name; null if it has none.
    fn wrapped_extension(&self, id: &CStr) -> *const c_void {
        let Some(get) = self.wrapped.get_extension else { return ptr::null() };
        // SAFETY: `plugin_data` is nice-plug's, and the text lives for the time of the call.
        unsafe { get(&raw const self.plugin, id.as_ptr()) }
    }
}

/// Any thread.
unsafe extern "C" fn get_extension<E: Export>(
    plugin: *const clap_plugin,
    id: *const c_char,
) -> *const c_void {
    // SAFETY: a host passes a text that ends with a zero, for the time of the call, and a plugin that lives.
    let (Some(id), false) = (unsafe { text(id) }, plugin.is_null()) else { return ptr::null() };
    if load::IDS.contains(&id) {
        let presets = !told::<E>().presets.is_empty();
        return if presets { ptr::from_ref(load::extension::<E>()).cast() } else { ptr::null() };
    }
    // SAFETY: as above.
    unsafe { Instance::<E>::of(plugin) }.wrapped_extension(id)
}

/// Main thread; the host doesn't use the plugin again.
unsafe extern "C" fn destroy<E: Export>(plugin: *const clap_plugin) {
    if plugin.is_null() {
        return;
    }
    // SAFETY: `create_plugin` made it of a box, and the host calls this once.
    let instance = unsafe { Box::from_raw(plugin.cast::<Instance<E>>().cast_mut()) };
    if let Some(destroy) = instance.wrapped.destroy {
        // SAFETY: nice-plug's object is destroyed once, with its own pointer in `plugin_data`.
        unsafe { destroy(&raw const instance.plugin) };
    }
}

/// A host's text.
///
/// # Safety
/// `text` is null, or ends with a zero and lives for `'a`.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller holds it.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

#[cfg(test)]
mod tests;
