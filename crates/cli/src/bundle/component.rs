//! What a Mac reads of an Audio Unit before it loads it.

use anyhow::Context;
use plist::{Dictionary, Value};
use wavecraft_companion_protocol::tried::{Tried, TriedPreset};

/// An effect: `kAudioUnitType_Effect` of AudioToolbox's AUComponent.h.
const EFFECT: &str = "aufx";
/// What clap-wrapper exports for the library's first plugin.
const FACTORY: &str = "GetPluginFactoryAUV2";

/// The codes by which songs know an Audio Unit, four letters each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Codes {
    subtype: String,
    manufacturer: String,
}

impl Codes {
    /// They are made of the plugin's id and its vendor, so that an author has one name to keep.
    pub(crate) fn of(plugin: &Tried) -> Self {
        Self { subtype: code(&plugin.id), manufacturer: code(&plugin.vendor) }
    }
}

/// Four letters of the text's hash, FNV-1a with 64 bits (RFC 9923): a capital and three small ones. All small ones are Apple's,
/// and GarageBand 10.3 takes no other kind (JUCE, "CMake API": `PLUGIN_CODE`, `PLUGIN_MANUFACTURER_CODE`).
fn code(text: &str) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    let letter = |first: char| {
        let place = u8::try_from(hash % 26).unwrap_or(0);
        hash /= 26;
        char::from(u8::try_from(first).unwrap_or(b'A') + place)
    };
    ['A', 'a', 'a', 'a'].map(letter).iter().collect()
}

/// The list `AudioComponents` of Info.plist (Apple, "Audio Components").
pub(crate) fn audio_components(plugin: &Tried) -> Value {
    let Codes { subtype, manufacturer } = Codes::of(plugin);
    let mut component = Dictionary::new();
    let mut say = |key: &str, value: Value| drop(component.insert(key.into(), value));
    say("type", EFFECT.into());
    say("subtype", subtype.into());
    say("manufacturer", manufacturer.into());
    // Hosts take what is before the colon for the manufacturer's name.
    say("name", format!("{}: {}", plugin.vendor.replace(':', " "), plugin.name).into());
    say("description", plugin.name.as_str().into());
    say("factoryFunction", FACTORY.into());
    say("version", number(&plugin.version).into());
    say("sandboxSafe", true.into());
    say("tags", Value::Array(vec!["Effect".into()]));
    Value::Array(vec![component.into()])
}

/// The file of a preset (`.aupreset`): the class info of an Audio Unit, by the keys of AudioUnitProperties.h. clap-wrapper's `data` is the
/// CLAP's state, and nice-plug's CLAP has the length in front of it.
///
/// # Errors
/// None: it is written into memory.
pub(crate) fn preset(plugin: &Tried, preset: &TriedPreset, creator: &str) -> anyhow::Result<Vec<u8>> {
    let Codes { subtype, manufacturer } = Codes::of(plugin);
    let mut data = u64::try_from(preset.state.len()).unwrap_or(u64::MAX).to_le_bytes().to_vec();
    data.extend(preset.state.as_bytes());
    let mut info = Dictionary::new();
    let mut say = |key: &str, value: Value| drop(info.insert(key.into(), value));
    for (key, code) in [("type", EFFECT), ("subtype", &subtype), ("manufacturer", &manufacturer)] {
        let number = code.bytes().fold(0_u32, |number, letter| (number << 8) | u32::from(letter));
        say(key, number.into());
    }
    say("version", 0.into());
    say("name", preset.name.as_str().into());
    say("data", Value::Data(data));
    say("creator", creator.into());
    let mut file = Vec::new();
    Value::from(info).to_writer_xml(&mut file).context("a preset's property list")?;
    Ok(file)
}

/// `major.minor.patch` as the system compares it: 16, 8 and 8 bits of one number.
fn number(version: &str) -> u32 {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = |most: u32| parts.next().unwrap_or(0).min(most);
    (next(0xFFFF) << 16) | (next(0xFF) << 8) | next(0xFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tried::tests::a_plugin;

    #[test]
    fn the_codes_never_change() {
        // Songs have these in them: they must not change.
        assert_eq!([code("com.example.my-filter"), code("A. Vendor"), code("")], ["Rrvx", "Aegf", "Byzw"]);
        for text in ["a", "Ünïcödé", "🎛"] {
            let code = code(text);
            let small = code.chars().skip(1).all(|letter| letter.is_ascii_lowercase());
            assert!(
                code.len() == 4 && code.starts_with(|first: char| first.is_ascii_uppercase()) && small,
                "{code}"
            );
        }
    }

    #[test]
    fn a_mac_is_told_what_it_is() {
        let plugin = Tried { vendor: "Ada: Co".into(), ..a_plugin(&["Loud"]) };
        let components = audio_components(&plugin);
        let component = components.as_array().unwrap()[0].as_dictionary().unwrap();
        let text = |key: &str| component.get(key).unwrap().as_string().unwrap();
        assert_eq!((text("type"), text("name")), ("aufx", "Ada  Co: My <Filter>"));
        assert_eq!(component.get("version").unwrap().as_unsigned_integer(), Some(0x0001_0203));
    }

    #[test]
    fn a_preset_is_the_class_info_of_an_audio_unit() {
        let plugin = a_plugin(&["Loud"]);
        let file = preset(&plugin, &plugin.presets[0], "us").unwrap();
        let read = Value::from_reader_xml(&file[..]).unwrap();
        let info = read.as_dictionary().unwrap();
        assert_eq!(info.get("type").unwrap().as_unsigned_integer(), Some(0x6175_6678));
        assert_eq!(info.get("name").unwrap().as_string(), Some("Loud"));
        let data = info.get("data").unwrap().as_data().unwrap();
        assert_eq!((data[0], &data[8..]), (10, &b"{\"Loud\":1}"[..]));
        assert!(String::from_utf8(file).unwrap().contains("us"));
    }

    #[test]
    fn a_version_is_a_number() {
        assert_eq!([number("1.2.3"), number("0.1.0"), number("70000.300.x")], [0x1_0203, 0x100, 0xFFFF_FF00]);
    }
}
