//! A library that `wavecraft-plugin-export` made: what DAWs load, run here by way of CLAP as they run it.
#![expect(unsafe_code, reason = "a plugin is loaded, and texts come as C has them")]

mod instance;
mod listed;
mod running;

pub(crate) use instance::{Instance, host_info};
pub(crate) use running::Running;

use std::env;
use std::ffi::{CStr, CString, c_void};
use std::path::Path;
use std::process::exit;
use std::{slice, str};

use clack_host::entry::LibraryEntry;
use clack_host::prelude::PluginEntry as Entry;
use libloading::Library;
use wavecraft_companion_protocol::child::{FromChild, LINK_VARIABLE};
use wavecraft_companion_protocol::parameter::ParameterSpec;
use wavecraft_dev_audio::{DescribedStage, PLUGIN_ENTRY, PluginEntry, Stage};

use crate::memory;

/// The plugin, and what its library says of its processors.
pub(crate) struct Exported {
    pub(crate) entry: &'static Entry,
    /// By which CLAP hosts know it.
    pub(crate) id: CString,
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) version: String,
    /// A [`FromChild::Hello`].
    pub(crate) hello: FromChild,
}

impl Exported {
    /// The plugin of this library, which is loaded for good; `None` if something else made the library.
    pub(crate) fn of(library: &Library, path: &Path) -> Option<Result<Self, String>> {
        // SAFETY: the name has the version of the interface in it, and `wavecraft-plugin-export` exports it with this type.
        let introduce = unsafe { library.get::<PluginEntry>(PLUGIN_ENTRY.as_bytes()) }.ok()?;
        Some(Self::introduced(*introduce, path))
    }

    fn introduced(introduce: PluginEntry, path: &Path) -> Result<Self, String> {
        let place = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|error| error.to_string())?;
        let no_clap = |why: &dyn ToString| format!("hosts find no CLAP plugin in it: {}", why.to_string());
        // SAFETY: it was loaded before, by the same path.
        let loaded = unsafe { LibraryEntry::load_from_path(path) }.map_err(|error| no_clap(&error))?;
        // SAFETY: what the plugin does when it is loaded is what the user's own code does: this process is there for it.
        let entry = unsafe { Entry::load_from(loaded, &place) }.map_err(|error| no_clap(&error))?;
        let entry: &'static Entry = Box::leak(Box::new(entry));
        let factory = entry.get_plugin_factory().ok_or_else(|| no_clap(&"it has no factory"))?;
        let about = factory.plugin_descriptors().next().ok_or_else(|| no_clap(&"its factory has none"))?;
        let id = about.id().filter(|id| !id.is_empty()).ok_or_else(|| no_clap(&"it has no id"))?;
        // After the plugin was loaded, which sets up what is done of panics.
        let mut text = Vec::new();
        // SAFETY: `append` takes the list, and `failed` may be called at any time.
        unsafe { introduce(append, (&raw mut text).cast(), failed) };
        let hello: FromChild = serde_json::from_slice(&text).map_err(|error| {
            format!(
                "its library describes itself in a way that isn't known ({error}): run `wavecraft update`"
            )
        })?;
        let shown = |text: Option<&CStr>| text.unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            entry,
            id: id.to_owned(),
            name: shown(about.name()),
            vendor: shown(about.vendor()),
            version: shown(about.version()),
            hello,
        })
    }

    /// Its parameters, as the Companion has them, after hosts were found to be told the same, and how a host moves each.
    ///
    /// # Errors
    /// What hosts are told otherwise.
    pub(crate) fn controls(&self) -> Result<(Vec<ParameterSpec>, Vec<Option<listed::Control>>), String> {
        let FromChild::Hello { parameters, latency_frames, .. } = &self.hello else {
            return Err("its library describes something else than itself".to_owned());
        };
        let mut instance = Instance::new(self.entry, &self.id)?;
        let controls = listed::controls(&mut instance, parameters)?;
        let latency = instance.latency_frames()?;
        if latency != *latency_frames {
            return Err(format!(
                "hosts are told a latency of {latency} frames, and its processors have {latency_frames}"
            ));
        }
        Ok((parameters.clone(), controls))
    }

    /// As a stage of the chain.
    ///
    /// # Errors
    /// See [`controls`](Self::controls).
    pub(crate) fn stage(self) -> Result<DescribedStage, String> {
        let (parameters, controls) = self.controls()?;
        let unwatched_memory = self.unwatched_memory()?;
        let Self { entry, id, hello, .. } = self;
        let FromChild::Hello { processors, latency_frames, .. } = hello else {
            unreachable!("`controls` saw it")
        };
        let make = move || Ok(Box::new(Running::make(entry, &id, controls)?) as Box<dyn Stage>);
        Ok(DescribedStage {
            parameters,
            processors: processors.unwrap_or_default(),
            latency_frames,
            unwatched_memory,
            make: Box::new(make),
        })
    }

    fn unwatched_memory(&self) -> Result<Option<String>, String> {
        let mut instance = Instance::new(self.entry, &self.id)?;
        Ok(memory::why_unwatched_when(|saved| instance.save(saved)))
    }
}

/// Appends a text to a list of bytes.
// SAFETY: for callers: `to` is a `Vec<u8>`, and the text has so many bytes.
unsafe extern "C" fn append(to: *mut c_void, text: *const u8, bytes: usize) {
    // SAFETY: the caller promises it.
    let to = unsafe { &mut *to.cast::<Vec<u8>>() };
    // SAFETY: as above.
    let text = unsafe { slice::from_raw_parts(text, bytes) };
    to.extend_from_slice(text);
}

/// A processor failed: in a DAW there is silence from now on, here it is the end.
// SAFETY: for callers: the text has so many bytes.
unsafe extern "C" fn failed(_: *mut c_void, text: *const u8, bytes: usize) {
    // SAFETY: the caller promises it.
    let text = unsafe { slice::from_raw_parts(text, bytes) };
    let words = str::from_utf8(text).unwrap_or("its processors failed");
    // The companion hears of a panic on any thread that matters, and the process ends in its hook.
    assert!(env::var_os(LINK_VARIABLE).is_none(), "{words}");
    eprintln!("This plugin can't be used: {words}.");
    exit(1);
}
