use std::cell::RefCell;
use std::ffi::CStr;

use clack_extensions::params::PluginParams;
use clack_extensions::preset_discovery::prelude::*;
use clack_extensions::preset_discovery::{HostPresetLoad, HostPresetLoadImpl, PluginPresetLoad};
use clack_host::prelude::*;
use clack_host::utils::Timestamp;
use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};
use wavecraft_dev_audio::DevAudio;

use super::*;
use crate::Library;
use crate::about::About;

#[derive(Default)]
struct Gain;

#[derive(Default)]
struct GainParams;

impl ProcessorParams for GainParams {
    fn param_specs() -> &'static [ParamSpec] {
        const fn linear(name: &'static str, max: f64, default: f64) -> ParamSpec {
            let range = ParamRange::Linear { min: 0.0, max };
            ParamSpec { name, id_suffix: name, range, default, unit: "", group: None }
        }
        static SPECS: [ParamSpec; 2] = [linear("level", 2.0, 1.0), linear("mix", 1.0, 0.25)];
        &SPECS
    }

    fn from_param_defaults() -> Self {
        Self
    }

    fn apply_plain_values(&mut self, _: &[f32]) {}
}

impl Processor for Gain {
    type Params = GainParams;

    fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &GainParams) {}
}

/// A plugin with presets, one with an empty list and one whose list can't be read.
struct Shipped<const LIST: usize>;

static LISTS: [Library; 3] = [
    Library::new(
        r#"[{"name": "Loud", "note": "For drums", "values": {"gain_level": 9.0, "gain_bypass": 1.0, "gone": 3.0}},
            {"name": "Soft", "values": {"gain_level": 0.5, "gain_mix": 0.75}}]"#,
    ),
    Library::new("[]"),
    Library::new("[{"),
];

impl<const LIST: usize> Export for Shipped<LIST> {
    const ABOUT: About = About { vendor: "A. Vendor", id: "com.example.gain", ..About::new("Gain", "1.0.0") };

    fn chain() -> DevAudio {
        DevAudio::new("Gain").processor("Gain", Gain::default)
    }

    fn library() -> &'static Library {
        &LISTS[LIST]
    }
}

/// A host as nobody here wrote it, with this plugin's own entry.
fn entry_of<const LIST: usize>() -> PluginEntry {
    static ENTRIES: [clap_plugin_entry; 3] =
        [entry::<Shipped<0>>(), entry::<Shipped<1>>(), entry::<Shipped<2>>()];
    // SAFETY: it is the entry of this very program, which stays loaded.
    unsafe { PluginEntry::load_from_raw(&ENTRIES[LIST], c"/nowhere") }.unwrap()
}

fn info() -> HostInfo {
    HostInfo::new("Test", "Test", "https://example.com", "1").unwrap()
}

/// What the host was told of presets.
#[derive(Default)]
struct Heard(RefCell<Vec<String>>);

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

struct Shared;

struct Main(Heard);

impl MainThreadHandler<'_> for Main {}

struct Host;

impl HostHandlers for Host {
    type Shared<'a> = Shared;
    type MainThread<'a> = Main;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Shared) {
        builder.register::<HostPresetLoad>();
    }
}

impl HostPresetLoadImpl for Main {
    fn on_error(&self, _: Location, key: Option<&CStr>, _: i32, message: Option<&CStr>) {
        self.0.0.borrow_mut().push(format!("failed {key:?}: {message:?}"));
    }

    fn loaded(&self, _: Location, key: Option<&CStr>) {
        self.0.0.borrow_mut().push(format!("loaded {key:?}"));
    }
}

fn instance(entry: &PluginEntry, id: &CStr) -> Result<PluginInstance<Host>, PluginInstanceError> {
    PluginInstance::new(|_| Shared, |_| Main(Heard::default()), entry, id, &info())
}

/// What a host's browser of presets writes down.
#[derive(Default)]
struct Listed(Vec<String>);

impl IndexerImpl for Listed {
    fn declare_filetype(&mut self, _: FileType) -> Result<(), HostError> {
        panic!("there are no files");
    }
    fn declare_location(&mut self, location: LocationInfo) -> Result<(), HostError> {
        self.0.push(format!("{:?} {:?}", location.name, location.location));
        Ok(())
    }
    fn declare_soundpack(&mut self, _: Soundpack) -> Result<(), HostError> {
        panic!("there are none");
    }
}

impl MetadataReceiverImpl for Listed {
    fn on_error(&mut self, _: i32, message: Option<&CStr>) {
        panic!("{message:?}");
    }
    fn begin_preset(&mut self, name: Option<&CStr>, key: Option<&CStr>) -> Result<(), HostError> {
        self.0.push(format!("{name:?} by {key:?}"));
        Ok(())
    }
    fn add_plugin_id(&mut self, id: UniversalPluginId) {
        self.0.push(format!("of {id:?}"));
    }
    fn set_soundpack_id(&mut self, _: &CStr) {}
    fn set_flags(&mut self, flags: Flags) {
        self.0.push(format!("{flags:?}"));
    }
    fn add_creator(&mut self, creator: &CStr) {
        self.0.push(format!("{creator:?}"));
    }
    fn set_description(&mut self, description: &CStr) {
        self.0.push(format!("{description:?}"));
    }
    fn set_timestamps(&mut self, _: Option<Timestamp>, _: Option<Timestamp>) {}
    fn add_feature(&mut self, _: &CStr) {}
    fn add_extra_info(&mut self, _: &CStr, _: &CStr) {}
}

#[test]
fn a_host_lists_the_presets_without_a_plugin() {
    let entry = entry_of::<0>();
    let factory: PresetDiscoveryFactory = entry.get_factory().unwrap();
    let provider = factory.provider_descriptors().next().unwrap().id().unwrap();
    let mut provider = Provider::instantiate(Listed::default(), &entry, provider, &info()).unwrap();
    assert_eq!(provider.indexer().0, ["\"Gain\" Plugin"]);
    let mut listed = Listed::default();
    provider.get_metadata(Location::Plugin, &mut listed);
    let listed = listed.0.join(", ");
    assert_eq!(listed.matches("Flags(IS_FACTORY_CONTENT), \"A. Vendor\"").count(), 2, "{listed}");
    assert!(listed.starts_with(r#"Some("Loud") by Some("Loud"), of "#), "{listed}");
    assert!(listed.contains("\"For drums\", Some(\"Soft\")"), "{listed}");
    let mut none = Listed::default();
    provider.get_metadata(Location::File { path: c"/somewhere" }, &mut none);
    assert!(none.0.is_empty(), "{:?}", none.0);
}

#[test]
fn a_preset_is_loaded_and_a_wrong_one_changes_nothing() {
    let entry = entry_of::<0>();
    let mut plugin = instance(&entry, c"com.example.gain").unwrap();
    let values = |plugin: &mut PluginInstance<Host>| {
        let handle = plugin.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        let shown = (0..params.count(&handle)).map(|index| {
            let mut buffer = clack_extensions::params::ParamInfoBuffer::new();
            let info = params.get_info(&handle, index, &mut buffer).unwrap();
            let (id, name) = (info.id, String::from_utf8_lossy(info.name).into_owned());
            let mut text = [0; 64];
            let value = params.get_value(&handle, id).unwrap();
            let shown = params.value_to_text(&handle, id, value, &mut text).unwrap();
            format!("{name} {}", String::from_utf8_lossy(shown))
        });
        shown.collect::<Vec<_>>()
    };
    let load = |plugin: &mut PluginInstance<Host>, location, key| {
        let handle = plugin.plugin_handle();
        let presets: PluginPresetLoad = handle.get_extension().unwrap();
        presets.load_from_location(&handle, location, key).is_ok()
    };
    let before = values(&mut plugin);
    assert!(!load(&mut plugin, Location::Plugin, Some(c"Gone")));
    assert!(!load(&mut plugin, Location::Plugin, None));
    assert!(!load(&mut plugin, Location::File { path: c"/etc/passwd" }, Some(c"Loud")));
    assert_eq!(values(&mut plugin), before);

    // A value out of its range is the nearest, one that the preset hasn't is the default, also after another preset, and an unknown
    // one is nothing.
    for (key, expected) in [(c"Soft", ["level 0.5", "mix 0.75"]), (c"Loud", ["level 2", "mix 0.25"])] {
        assert!(load(&mut plugin, Location::Plugin, Some(key)));
        let after = values(&mut plugin);
        let has = |wanted: &str| after.iter().any(|text| text.starts_with(wanted));
        assert!(expected.into_iter().all(has), "{key:?}: {after:?}");
    }
    let heard = plugin.access_handler(|host| host.0.0.take());
    assert_eq!(heard.len(), 5, "{heard:?}");
    assert!(heard[0].contains("no preset of this name") && heard[2].contains("not in files"), "{heard:?}");
    assert_eq!(heard[3..], ["loaded Some(\"Soft\")", "loaded Some(\"Loud\")"]);
}

#[test]
fn a_plugin_without_presets_offers_none() {
    for entry in [entry_of::<1>(), entry_of::<2>()] {
        assert!(entry.get_factory::<PresetDiscoveryFactory>().is_none());
        let mut plugin = instance(&entry, c"com.example.gain").unwrap();
        assert!(plugin.plugin_handle().get_extension::<PluginPresetLoad>().is_none());
        assert!(plugin.plugin_handle().get_extension::<PluginParams>().is_some());
    }
}

#[test]
fn the_entry_refuses_what_it_doesnt_know() {
    let entry = entry_of::<0>();
    let unknown = instance(&entry, c"com.example.other");
    assert!(unknown.is_err());
    let raw = entry.raw_entry().get_factory.unwrap();
    // SAFETY: texts that end with a zero, and null, which an entry has to bear.
    let found = [c"clap.unknown".as_ptr(), ptr::null()].map(|id| unsafe { raw(id) });
    assert!(found.iter().all(|factory| factory.is_null()));
}
