//! What a library tells its hosts, and what a host has for a plugin.

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use nice_plug::wrapper::clap::{PluginDescriptor, clap_host, clap_plugin};

use crate::about::Export;
use crate::exported::Exported;
use crate::library::Told;

/// What hosts are told of the plugin of `E`.
pub(super) fn told<E: Export>() -> &'static Told {
    E::library().told(PluginDescriptor::for_plugin::<Exported<E>>)
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
