//! The forms of plugins: which files a format has on a system, from its own documentation.

use super::{build::Made, component};
use crate::formats::{Format, PluginSystem};
use anyhow::Context;
use plist::{Dictionary, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::tried::Tried;

/// A plugin's files.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    /// The plugin's own name, as a file or a folder.
    pub(crate) name: String,
    /// Where the library goes, from the plugin's own path on; empty if the library is the plugin.
    library: PathBuf,
    /// What is told beside it; on a Mac.
    info: Option<Dictionary>,
}

impl Form {
    /// On Linux a CLAP is the library itself, and a VST3 a folder with `Contents/<processor>-linux/NAME.so`; on a Mac all are
    /// bundles with the program in `Contents/MacOS` (CLAP: entry.h; VST3: "VST 3 Locations / Format", "Plug-in Format
    /// Structure"; Audio Unit: Apple, "Audio Components").
    pub(crate) fn of(system: PluginSystem, format: Format, made: &Made, plugin: &Tried) -> Self {
        let name = &made.name;
        let (library, info) = match (system, format) {
            (PluginSystem::Linux, Format::Clap) => (PathBuf::new(), None),
            (PluginSystem::Linux, _) => {
                (format!("Contents/{}-linux/{name}.so", std::env::consts::ARCH).into(), None)
            }
            (PluginSystem::Mac, format) => {
                (format!("Contents/MacOS/{name}").into(), Some(info(format, made, plugin)))
            }
        };
        Self { name: format!("{name}.{}", format.ending()), library, info }
    }

    /// Writes it at `place`, where nothing is, with this library.
    ///
    /// # Errors
    /// If something can't be written.
    pub(crate) fn write(&self, library: &Path, place: &Path) -> anyhow::Result<()> {
        let write = || -> anyhow::Result<()> {
            if self.library.as_os_str().is_empty() {
                return Ok(fs::copy(library, place).map(|_| ())?);
            }
            let to = place.join(&self.library);
            fs::create_dir_all(to.parent().unwrap_or(place))?;
            fs::copy(library, to)?;
            if let Some(info) = &self.info {
                Value::from(info.clone()).to_file_xml(place.join("Contents/Info.plist"))?;
                // A bundle's type and creator, the same as in Info.plist.
                fs::write(place.join("Contents/PkgInfo"), "BNDL????")?;
            }
            Ok(())
        };
        write().with_context(|| format!("{} can't be written", place.display()))
    }
}

/// A Mac bundle's Info.plist: the keys that every bundle needs (Apple, "Information Property List").
fn info(format: Format, Made { name, version, .. }: &Made, plugin: &Tried) -> Dictionary {
    let identifier = format!("dev.wavecraft.plugin.{name}.{}", format.ending());
    let texts = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleExecutable", name),
        ("CFBundleIdentifier", &identifier),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", name),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", version),
        ("CFBundleSignature", "????"),
        ("CFBundleVersion", version),
    ];
    let mut info: Dictionary =
        texts.into_iter().map(|(key, text)| (key.to_owned(), Value::from(text))).collect();
    info.insert("NSHighResolutionCapable".into(), true.into());
    if format == Format::Au {
        info.insert("AudioComponents".into(), component::audio_components(plugin));
    }
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tried::tests::a_plugin;

    fn form(system: PluginSystem, format: Format) -> Form {
        let made = Made { libraries: Vec::new(), name: "my-filter".into(), version: "1.2.3".into() };
        Form::of(system, format, &made, &a_plugin(&[]))
    }

    #[test]
    fn each_format_has_its_form_on_each_system() {
        let library = |system, format| form(system, format).library;
        assert_eq!(library(PluginSystem::Linux, Format::Clap), Path::new(""));
        let linux = format!("Contents/{}-linux/my-filter.so", std::env::consts::ARCH);
        assert_eq!(library(PluginSystem::Linux, Format::Vst3), Path::new(&linux));
        for format in [Format::Clap, Format::Vst3, Format::Au] {
            assert_eq!(library(PluginSystem::Mac, format), Path::new("Contents/MacOS/my-filter"));
        }
        assert_eq!(form(PluginSystem::Mac, Format::Au).name, "my-filter.component");
    }

    #[test]
    fn a_macs_bundle_says_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (library, place) = (dir.path().join("library"), dir.path().join("a.component"));
        fs::write(&library, "a program").unwrap();
        form(PluginSystem::Mac, Format::Au).write(&library, &place).unwrap();
        let written = Value::from_file(place.join("Contents/Info.plist")).unwrap();
        let text =
            |key: &str| written.as_dictionary().unwrap().get(key).unwrap().as_string().unwrap().to_owned();
        assert_eq!(text("CFBundleExecutable"), "my-filter");
        assert_eq!(text("CFBundleIdentifier"), "dev.wavecraft.plugin.my-filter.component");
        assert_eq!(text("CFBundleShortVersionString"), "1.2.3");
        assert!(written.as_dictionary().unwrap().contains_key("AudioComponents"));
        assert_eq!(fs::read_to_string(place.join("Contents/MacOS/my-filter")).unwrap(), "a program");
        assert_eq!(fs::read_to_string(place.join("Contents/PkgInfo")).unwrap(), "BNDL????");
        let vst3 = form(PluginSystem::Mac, Format::Vst3).info.unwrap();
        assert!(!vst3.contains_key("AudioComponents"));
    }
}
