//! What a library tells its hosts, and what a host has for a plugin.

use std::ffi::{CStr, CString, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use clap_sys::factory::preset_discovery::clap_preset_discovery_provider_descriptor;
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::{PluginDescriptor, clap_host, clap_plugin};

use crate::about::Export;
use crate::exported::Exported;
use crate::factory::FactoryPreset;

/// What hosts are told, made when the first one asks.
pub(super) struct Told {
    pub(super) descriptor: PluginDescriptor,
    /// Of the presets; its texts are the descriptor's.
    pub(super) provider: clap_preset_discovery_provider_descriptor,
    pub(super) presets: Vec<(CString, FactoryPreset)>,
}

// SAFETY: all of it is only read after it was made, the pointers' texts too, which the descriptor keeps on the heap.
unsafe impl Send for Told {}
// SAFETY: as above.
unsafe impl Sync for Told {}

pub(super) fn told<E: Export>() -> &'static Told {
    let library = E::library();
    library.keep(|| {
        let presets = FactoryPreset::list(library.presets()).into_iter();
        // A name with a zero in it would be another name for the host.
        let named = presets.filter_map(|preset| Some((CString::new(preset.name.as_str()).ok()?, preset)));
        let descriptor = PluginDescriptor::for_plugin::<Exported<E>>();
        let provider = provider_of(descriptor.clap_plugin_descriptor());
        Told { descriptor, provider, presets: named.collect() }
    })
}

/// What hosts are told of the provider of a plugin with this descriptor, whose texts it points to.
fn provider_of(
    plugin: &nice_plug::wrapper::clap::clap_plugin_descriptor,
) -> clap_preset_discovery_provider_descriptor {
    clap_preset_discovery_provider_descriptor {
        clap_version: CLAP_VERSION,
        id: plugin.id,
        name: plugin.name,
        vendor: plugin.vendor,
    }
}

/// What a host has for a plugin: nice-plug's functions, of which all take their object from `plugin_data`, and three of ours.
#[repr(C)]
pub(super) struct Instance<E> {
    /// First, so that the host's pointer to it is one to the whole.
    pub(super) plugin: clap_plugin,
    pub(super) wrapped: clap_plugin,
    pub(super) host: *const clap_host,
    pub(super) of: PhantomData<fn() -> E>,
}

impl<E: Export> Instance<E> {
    /// # Safety
    /// `plugin` is what `create_plugin` returned, and `destroy` wasn't called.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> &'a Self {
        // SAFETY: then it leads to an `Instance`, whose first field it is; only shared references are made of it.
        unsafe { &*plugin.cast::<Self>() }
    }

    /// nice-plug's extension of this name; null if it has none.
    pub(super) fn wrapped_extension(&self, id: &CStr) -> *const c_void {
        let Some(get) = self.wrapped.get_extension else { return ptr::null() };
        // SAFETY: `plugin_data` is nice-plug's, and the text lives for the time of the call.
        unsafe { get(&raw const self.plugin, id.as_ptr()) }
    }
}

/// A host's text.
///
/// # Safety
/// `text` is null, or ends with a zero and lives for `'a`.
pub(super) unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller holds it.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}
