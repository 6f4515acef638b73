//! A plugin's library: whether it can be used, and what it contains.
#![expect(unsafe_code, reason = "a library is loaded")]

use std::env::consts::DLL_PREFIX;
use std::path::Path;

use libloading::Library;
use wavecraft_bridge::{ParameterInfo, ParameterType, PluginLoaderError, PluginParamLoader};
use wavecraft_companion_protocol::parameter::ParameterSpec;
use wavecraft_dev_audio::{DescribedStage, Stage};
use wavecraft_protocol::DEV_PROCESSOR_VTABLE_VERSION;

use crate::exported::Exported;
use crate::processor::LibraryProcessor;
use crate::{memory, probes, version};

/// The published SDK whose table of functions this program knows.
const KNOWN_SDK: &str = "0.12";

/// The plugin's name, taken from the library's file name.
pub(crate) fn name(library: &Path) -> String {
    let stem = library.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_prefix(DLL_PREFIX).unwrap_or(&stem).to_owned()
}

/// Loads a library for the lifetime of this process: unloading code that may have started threads is never safe.
///
/// # Errors
/// A message for the user, when it can't be loaded.
pub(crate) fn load(path: &Path) -> Result<&'static Library, String> {
    // SAFETY: what a library does when it is loaded is what the user's own code does: this process is there for it.
    let library = unsafe { Library::new(path) }.map_err(|error| {
        format!("{} can't be loaded as a library of this system: {}", file_name(path), said(&error))
    })?;
    Ok(Box::leak(Box::new(library)))
}

/// Loads a library and describes what it contains.
///
/// # Errors
/// A message for the user, when it can't be used.
pub(crate) fn open(path: &Path) -> Result<DescribedStage, String> {
    let library = load(path)?;
    if let Some(exported) = Exported::of(library, path) {
        return exported?.stage();
    }
    let file = file_name(path);
    let version = version::of(library).ok_or_else(|| no_plugin(&file, "wavecraft_dev_create_processor"))?;
    if version != DEV_PROCESSOR_VTABLE_VERSION {
        return Err(other_version(&file, version));
    }
    probes::connect(library);
    let plugin = PluginParamLoader::load(path).map_err(|error| refused(&file, &error))?;
    let plugin: &'static PluginParamLoader = Box::leak(Box::new(plugin));
    let parameters: Vec<_> = plugin.parameters().iter().map(specification).collect();
    let defaults: Vec<_> = parameters.iter().map(|parameter| parameter.default).collect();
    let table = *plugin.dev_processor_vtable();
    let make = move || Ok(Box::new(LibraryProcessor::make(table, &defaults)?) as Box<dyn Stage>);
    let processors = plugin.processors().iter().map(|processor| processor.id.clone()).collect();
    let unwatched_memory = memory::why_unwatched(library);
    // The library has no place for it.
    let latency_frames = 0;
    Ok(DescribedStage { parameters, processors, latency_frames, unwatched_memory, make: Box::new(make) })
}

/// Converts a parameter to the form that pages use. The library reports neither steps between whole numbers nor a
/// control's skew.
fn specification(info: &ParameterInfo) -> ParameterSpec {
    let step = match info.param_type {
        ParameterType::Float => None,
        ParameterType::Bool | ParameterType::Enum => Some(1.0),
    };
    let mut parameter = ParameterSpec {
        id: info.id.clone(),
        name: info.name.clone(),
        kind: info.param_type,
        default: info.default,
        min: info.min,
        max: info.max,
        step,
        skew: None,
        unit: info.unit.clone(),
        group: info.group.clone(),
        variants: info.variants.clone(),
        processor: None,
    };
    if step.is_some() && info.min <= info.max {
        // A plugin's own control is on a step from the beginning.
        parameter.default = parameter.nearest(info.default);
    }
    parameter
}

fn file_name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

fn refused(file: &str, error: &PluginLoaderError) -> String {
    match error {
        PluginLoaderError::SymbolNotFound(text) => {
            no_plugin(file, text.split(':').next().unwrap_or_default())
        }
        PluginLoaderError::VtableVersionMismatch { found, .. } => other_version(file, *found),
        PluginLoaderError::LibraryLoad(error) => format!("{file} can't be loaded: {}", said(error)),
        PluginLoaderError::NullPointer(function) => {
            format!("`{function}` of {file} tells nothing: a name in the plugin must not contain a zero byte")
        }
        PluginLoaderError::JsonParse(_)
        | PluginLoaderError::InvalidUtf8(_)
        | PluginLoaderError::FileRead(_) => {
            format!(
                "{file} describes its parameters in a way that Wavecraft {KNOWN_SDK} doesn't know ({error}): let the \
                 project depend on `wavecraft` {KNOWN_SDK}, and build it again"
            )
        }
    }
}

fn no_plugin(file: &str, symbol: &str) -> String {
    format!(
        "{file} is no Wavecraft plugin that can be played: it has no `{symbol}`. `wavecraft_plugin!` of Wavecraft \
         {KNOWN_SDK} makes it; or give the project a `dev-audio` binary"
    )
}

fn other_version(file: &str, theirs: u32) -> String {
    let advice = if theirs < DEV_PROCESSOR_VTABLE_VERSION {
        format!("let the project depend on `wavecraft` {KNOWN_SDK}, and build it again")
    } else {
        "update the Wavecraft Companion".to_owned()
    };
    format!(
        "{file} was built with a Wavecraft whose audio interface has version {theirs}, and the plugin host knows \
         version {DEV_PROCESSOR_VTABLE_VERSION}, that of Wavecraft {KNOWN_SDK}: {advice}"
    )
}

/// The system's error message without the library's path, which the user knows.
fn said(error: &libloading::Error) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason).to_owned()
}
