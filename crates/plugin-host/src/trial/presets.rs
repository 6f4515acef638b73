//! The presets that a plugin ships with, listed and loaded as a host does it.

use std::ffi::{CStr, CString};

use clack_extensions::preset_discovery::PluginPresetLoad;
use clack_extensions::preset_discovery::prelude::*;
use clack_host::prelude::*;
use wavecraft_companion_protocol::tried::TriedPreset;

use crate::exported::Instance;

/// In front of a CLAP's state nice-plug writes its length in so many bytes; in front of a VST3's nothing.
const LENGTH_BYTES: usize = 8;

/// Lists the presets of the plugin with this id, and loads each into an instance of its own.
///
/// # Errors
/// One that is listed can't be loaded.
pub(super) fn all(entry: &PluginEntry, id: &CStr) -> Result<Vec<TriedPreset>, String> {
    let names = listed(entry)?;
    let each = names.into_iter().map(|name| {
        let shown = name.to_string_lossy().into_owned();
        let state =
            state(entry, id, &name).map_err(|why| format!("hosts can't load its preset {shown}: {why}"))?;
        Ok(TriedPreset { name: shown, state })
    });
    each.collect()
}

fn state(entry: &PluginEntry, id: &CStr, name: &CStr) -> Result<String, String> {
    let mut instance = Instance::new(entry, id)?;
    let handle = instance.handle();
    let presets: PluginPresetLoad = handle.get_extension().ok_or("it lists presets, and loads none")?;
    presets.load_from_location(&handle, Location::Plugin, Some(name)).map_err(|error| error.to_string())?;
    let mut saved = Vec::new();
    instance.save(&mut saved);
    let state = saved.get(LENGTH_BYTES..).ok_or("its state can't be saved")?;
    String::from_utf8(state.to_vec()).map_err(|_| "its state isn't text".to_owned())
}

fn listed(entry: &PluginEntry) -> Result<Vec<CString>, String> {
    let Some(factory) = entry.get_factory::<PresetDiscoveryFactory>() else { return Ok(Vec::new()) };
    let provider = factory.provider_descriptors().next().and_then(ProviderDescriptor::id);
    let provider = provider.ok_or("it has a list of presets that nothing provides")?;
    let info = crate::exported::host_info()?;
    let mut provider =
        Provider::instantiate(Anywhere, entry, provider, &info).map_err(|error| error.to_string())?;
    let mut names = Names::default();
    provider.get_metadata(Location::Plugin, &mut names);
    Ok(names.0)
}

/// The presets are in the plugin: it may declare what it likes.
struct Anywhere;

impl IndexerImpl for Anywhere {
    fn declare_filetype(&mut self, _: FileType) -> Result<(), HostError> {
        Ok(())
    }
    fn declare_location(&mut self, _: LocationInfo) -> Result<(), HostError> {
        Ok(())
    }
    fn declare_soundpack(&mut self, _: Soundpack) -> Result<(), HostError> {
        Ok(())
    }
}

#[derive(Default)]
struct Names(Vec<CString>);

impl MetadataReceiverImpl for Names {
    fn on_error(&mut self, _: i32, _: Option<&CStr>) {}
    fn begin_preset(&mut self, name: Option<&CStr>, _: Option<&CStr>) -> Result<(), HostError> {
        self.0.extend(name.map(CStr::to_owned));
        Ok(())
    }
    fn add_plugin_id(&mut self, _: UniversalPluginId) {}
    fn set_soundpack_id(&mut self, _: &CStr) {}
    fn set_flags(&mut self, _: Flags) {}
    fn add_creator(&mut self, _: &CStr) {}
    fn set_description(&mut self, _: &CStr) {}
    fn set_timestamps(&mut self, _: Option<Timestamp>, _: Option<Timestamp>) {}
    fn add_feature(&mut self, _: &CStr) {}
    fn add_extra_info(&mut self, _: &CStr, _: &CStr) {}
}
