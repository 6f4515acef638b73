//! A host for the browser's tests: a plugin's page speaks with the plugin through it, one JSON object a line.
//!
//! Standard input: `{"page": TEXT}`, a message of the page; `{"automate": [ID, POSITION]}`, the host moves a parameter, 0 to 1;
//! `{"load": POSITION}`, the host loads a state that has every parameter there. Standard output: `{"window": [SCRIPT, POLICY]}`,
//! what a window does before the page is there; `{"run": SCRIPT}`, for the page; `{"host": [WHAT, ID]}`, what the host is told: `begin`, `set` or `end`.
#![expect(unsafe_code, reason = "a host sets parameters by pointers")]

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    io::{self, BufRead, Write},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::json;
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_plugin_export::{
    About, DevAudio, Export, Exported, Library, Page,
    nice_plug::{
        context::{
            PluginApi,
            gui::{GuiContext, GuiContextInner},
        },
        plugin::ParamValue,
        prelude::{ParamPtr, Plugin, PluginState},
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Page(String),
    Automate(String, f32),
    Load(f32),
}

#[derive(Default)]
struct Drive;

#[derive(Default)]
struct DriveParams;

impl ProcessorParams for DriveParams {
    fn param_specs() -> &'static [ParamSpec] {
        const fn spec(name: &'static str, range: ParamRange, default: f64, unit: &'static str) -> ParamSpec {
            ParamSpec { name, id_suffix: name, range, default, unit, group: None }
        }
        static SPECS: [ParamSpec; 3] = [
            spec("drive", ParamRange::Linear { min: 0.0, max: 30.0 }, 6.0, "dB"),
            spec("tone", ParamRange::Skewed { min: 20.0, max: 20_000.0, factor: 3.0 }, 1000.0, "Hz"),
            spec("shape", ParamRange::Enum { variants: &["Soft", "Hard", "Fold"] }, 0.0, ""),
        ];
        &SPECS
    }

    fn from_param_defaults() -> Self {
        Self
    }

    fn apply_plain_values(&mut self, _: &[f32]) {}
}

impl Processor for Drive {
    type Params = DriveParams;

    fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &DriveParams) {}
}

struct Demo;

impl Export for Demo {
    const ABOUT: About = About::new("Demo", "1.0.0");

    fn library() -> &'static Library {
        static LIBRARY: Library = Library::new(
            r#"[{"name": "Clean", "values": {"drive_drive": 0}}, {"name": "Loud", "note": "All of it.", "values": {"drive_drive": 30}}]"#,
        );
        &LIBRARY
    }

    fn chain() -> DevAudio {
        DevAudio::new("Demo").processor("Drive", Drive::default).processor("Drive", Drive::default)
    }
}

/// Takes what it is told at once.
struct Host(HashMap<ParamPtr, String>);

impl Host {
    fn is_told(&self, what: &str, param: ParamPtr) {
        say(&json!({"host": [what, self.0.get(&param)]}));
    }
}

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    // SAFETY: nothing is read through the pointer.
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.is_told("begin", param);
    }

    // SAFETY: `main` keeps the plugin, and it the parameters.
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, position: f32) {
        self.is_told("set", param);
        // SAFETY: as above.
        unsafe { param._internal_set_normalized_value(position) };
    }

    // SAFETY: nothing is read through the pointer.
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.is_told("end", param);
    }

    fn get_state(&self) -> PluginState {
        PluginState { version: String::new(), params: BTreeMap::new(), fields: BTreeMap::new() }
    }

    fn set_state(&self, state: PluginState) {
        for (param, id) in &self.0 {
            let plain = match state.params[id] {
                ParamValue::F32(value) => value,
                ParamValue::I32(value) => f32::from(i16::try_from(value).unwrap_or_default()),
                ParamValue::Bool(value) => f32::from(u8::from(value)),
                ParamValue::String(_) => continue,
            };
            // SAFETY: `main` keeps the plugin, and it the parameters.
            let position = unsafe { param.preview_normalized(plain) };
            // SAFETY: `main` keeps the plugin, and it the parameters.
            unsafe { param._internal_set_normalized_value(position) };
        }
        say(&json!({"host": ["load", ""]}));
    }

    fn request_restart(&self) {}
}

fn main() -> Result<(), Box<dyn Error>> {
    let plugin = Exported::<Demo>::default();
    let params = plugin.params();
    let known = params.param_map();
    let ids = known.iter().map(|(id, pointer, _)| (*pointer, id.clone())).collect();
    let page = plugin.page(GuiContext::new(Arc::new(Host(ids))));
    let set = |pointer: &ParamPtr, position: f32| {
        // SAFETY: `params` keeps what it leads to.
        unsafe { pointer._internal_set_normalized_value(position) }
    };
    say(&json!({"window": [Page::CHANNEL, Page::POLICY]}));
    for line in io::stdin().lock().lines() {
        match serde_json::from_str(&line?)? {
            Line::Page(text) => {
                page.hears(&text);
                // As a host does that has loaded a state for the page.
                if text.contains("Preset\"") {
                    page.state_changed();
                }
            }
            Line::Automate(id, position) => {
                let (_, pointer, _) =
                    known.iter().find(|(known, ..)| *known == id).ok_or("no such parameter")?;
                set(pointer, position);
                page.value_changed(&id);
            }
            Line::Load(position) => {
                for (_, pointer, _) in &known {
                    set(pointer, position);
                }
                page.state_changed();
            }
        }
        if let Some(script) = page.to_run() {
            say(&json!({"run": script}));
        }
        page.ran();
    }
    Ok(())
}

fn say(line: &serde_json::Value) {
    let mut out = io::stdout().lock();
    // A test that has ended reads no more.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
