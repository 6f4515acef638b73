//! What there is once of a library.
#![expect(unsafe_code, reason = "CLAP's descriptors are pointers")]

use std::sync::OnceLock;

use clap_sys::factory::preset_discovery::clap_preset_discovery_provider_descriptor;
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::PluginDescriptor;

use crate::factory::FactoryPreset;

/// What a library knows of its plugin while it is loaded. Each is made when it is first asked for.
pub struct Library {
    text: &'static str,
    presets: OnceLock<Vec<FactoryPreset>>,
    told: OnceLock<Told>,
}

/// What CLAP hosts are told of the plugin.
pub(crate) struct Told {
    pub(crate) descriptor: PluginDescriptor,
    /// Of the presets; its texts are the descriptor's.
    pub(crate) provider: clap_preset_discovery_provider_descriptor,
}

// SAFETY: all of it is only read after it was made, the pointers' texts too, which the descriptor keeps on the heap.
unsafe impl Send for Told {}
// SAFETY: as above.
unsafe impl Sync for Told {}

impl Library {
    /// With these presets: a list as JSON, see [`PRESETS`](crate::PRESETS).
    #[must_use]
    pub const fn new(presets: &'static str) -> Self {
        Self { text: presets, presets: OnceLock::new(), told: OnceLock::new() }
    }

    /// The presets that the plugin ships with.
    pub(crate) fn presets(&self) -> &[FactoryPreset] {
        self.presets.get_or_init(|| FactoryPreset::list(self.text))
    }

    /// What CLAP hosts are told, of this descriptor.
    pub(crate) fn told(&self, descriptor: impl FnOnce() -> PluginDescriptor) -> &Told {
        self.told.get_or_init(|| {
            let descriptor = descriptor();
            let plugin = descriptor.clap_plugin_descriptor();
            let (id, name, vendor) = (plugin.id, plugin.name, plugin.vendor);
            let provider =
                clap_preset_discovery_provider_descriptor { clap_version: CLAP_VERSION, id, name, vendor };
            Told { descriptor, provider }
        })
    }
}
