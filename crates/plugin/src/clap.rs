//! The entry of a CLAP library: nice-plug's plugin, and what nice-plug doesn't have, the presets that it ships with.
//!
//! A host finds presets by a factory of the entry ("preset discovery") and loads one by an extension of the plugin
//! ("preset-load"): both are described in CLAP's headers `factory/preset-discovery.h` and `ext/preset-load.h`, as are the
//! threads and the lifetimes that the comments below refer to. A preset is loaded as the host's own state would be, so there
//! is one way in which values come into a plugin.
#![expect(unsafe_code, reason = "CLAP is an interface of C")]

mod blocks;
mod discovery;
mod instance;
mod load;

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
};
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, Wrapper, clap_host, clap_plugin, clap_plugin_descriptor, clap_plugin_entry,
    clap_plugin_factory,
};

use crate::about::Export;
use crate::exported::Exported;
use instance::{Instance, text, told};

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
    if discovers && !E::library().presets().is_empty() {
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

/// Any thread.
// SAFETY: for callers: as CLAP's headers say.
unsafe extern "C" fn get_extension<E: Export>(
    plugin: *const clap_plugin,
    id: *const c_char,
) -> *const c_void {
    // SAFETY: a host passes a text that ends with a zero, for the time of the call, and a plugin that lives.
    let (Some(id), false) = (unsafe { text(id) }, plugin.is_null()) else { return ptr::null() };
    if load::IDS.contains(&id) {
        let presets = !E::library().presets().is_empty();
        return if presets { ptr::from_ref(load::extension::<E>()).cast() } else { ptr::null() };
    }
    // SAFETY: as above.
    unsafe { Instance::<E>::of(plugin) }.wrapped_extension(id)
}

/// Main thread; the host doesn't use the plugin again.
// SAFETY: for callers: as CLAP's headers say.
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

#[cfg(test)]
mod tests;
