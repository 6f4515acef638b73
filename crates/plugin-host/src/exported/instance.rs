//! An instance of a plugin, as a host has one.

use std::ffi::CStr;
use std::io::Write;

use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, MainPortInfo, PluginAudioPortsConfig};
use clack_extensions::latency::PluginLatency;
use clack_extensions::state::PluginState;
use clack_host::prelude::*;

/// The longest block of the Companion, in frames.
pub(super) const MOST_FRAMES: usize = wavecraft_ring::MAX_FRAMES as usize;

/// A rate in Hz to ask for the latency at, which doesn't depend on it.
pub(super) const ANY_RATE: f64 = 48_000.0;

pub(crate) struct Shared;

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

pub(crate) struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

/// Who hosts it.
///
/// # Errors
/// None: no text has a zero in it.
pub(crate) fn host_info() -> Result<HostInfo, String> {
    let made =
        HostInfo::new("Wavecraft Companion", "Wavecraft", "https://wavecraft.dev", env!("CARGO_PKG_VERSION"));
    made.map_err(|error| error.to_string())
}

/// An instance of the plugin, on the thread that made it.
pub(crate) struct Instance {
    plugin: PluginInstance<Host>,
    processor: Option<StartedPluginAudioProcessor<Host>>,
}

impl Instance {
    /// # Errors
    /// It can't be made.
    pub(crate) fn new(entry: &PluginEntry, id: &CStr) -> Result<Self, String> {
        let made = host_info().and_then(|info| {
            PluginInstance::new(|_| Shared, |_| (), entry, id, &info).map_err(|error| error.to_string())
        });
        let plugin = made.map_err(|error| format!("hosts can't make an instance of it: {error}"))?;
        Ok(Self { plugin, processor: None })
    }

    pub(crate) fn handle(&mut self) -> PluginMainThreadHandle<'_> {
        self.plugin.plugin_handle()
    }

    /// Chooses the layout with so many channels. Before it is started.
    pub(super) fn choose(&mut self, channels: u32) -> Result<(), String> {
        let handle = self.plugin.plugin_handle();
        let none = || format!("hosts can't have it with {channels} channels");
        let layouts = handle.get_extension::<PluginAudioPortsConfig>().ok_or_else(none)?;
        for index in 0..layouts.count(&handle) {
            let mut buffer = AudioPortsConfigBuffer::new();
            let Some(layout) = layouts.get(&handle, index, &mut buffer) else { continue };
            let is_it = |port: &Option<MainPortInfo<'_>>| {
                port.as_ref().is_some_and(|port| port.channel_count == channels)
            };
            if is_it(&layout.main_input) && is_it(&layout.main_output) {
                return layouts.select(&handle, layout.id).map_err(|_| none());
            }
        }
        Err(none())
    }

    /// Starts it, or starts it again at another rate in Hz, as a host does between two songs.
    pub(super) fn start(&mut self, rate: f64) -> Result<&mut StartedPluginAudioProcessor<Host>, String> {
        self.stop();
        let most = u32::try_from(MOST_FRAMES).unwrap_or(u32::MAX);
        let config =
            PluginAudioConfiguration { sample_rate: rate, min_frames_count: 1, max_frames_count: most };
        let refused = |why: &dyn ToString| format!("it doesn't start at {rate} Hz: {}", why.to_string());
        let stopped = self.plugin.activate(|_, ()| (), config).map_err(|error| refused(&error))?;
        let started = stopped.start_processing().map_err(|_| refused(&"it refuses"))?;
        Ok(self.processor.insert(started))
    }

    /// What processes while it is started.
    pub(super) fn processor(&mut self) -> Option<&mut StartedPluginAudioProcessor<Host>> {
        self.processor.as_mut()
    }

    fn stop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.plugin.deactivate(processor.stop_processing());
        }
    }

    /// By how many frames hosts are told that it lags. It isn't started after that.
    ///
    /// # Errors
    /// It doesn't start.
    pub(super) fn latency_frames(&mut self) -> Result<u32, String> {
        self.start(ANY_RATE)?;
        let handle = self.plugin.plugin_handle();
        let latency = handle.get_extension::<PluginLatency>();
        let frames = latency.map_or(0, |latency| latency.get(&handle));
        self.stop();
        Ok(frames)
    }

    /// Saves its state, if it has one.
    pub(crate) fn save(&mut self, to: &mut impl Write) {
        let handle = self.plugin.plugin_handle();
        if let Some(state) = handle.get_extension::<PluginState>() {
            // What can't be saved isn't known to be the library's.
            let _ = state.save(&handle, to);
        }
    }
}
