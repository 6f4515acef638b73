//! The forms of plugins: which files a format has on a system, from its own documentation.

use super::build::Made;
use crate::{
    formats::{Format, PluginSystem},
    platform,
};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A plugin's files.
#[derive(Debug, PartialEq)]
pub(crate) struct Form {
    /// Where the library goes, from the plugin's own path on; empty if the library is the plugin.
    library: PathBuf,
    /// Texts beside it.
    texts: Vec<(PathBuf, String)>,
    libraries: Vec<PathBuf>,
}

impl Form {
    /// On Linux a CLAP is the library itself, and a VST3 a folder with `Contents/<processor>-linux/NAME.so`; on a Mac both are
    /// bundles with the program in `Contents/MacOS` (CLAP: entry.h; VST3: "VST 3 Locations / Format", "Plug-in Format
    /// Structure").
    pub(crate) fn of(system: PluginSystem, format: Format, made: &Made) -> Self {
        let Made { name, .. } = made;
        let (library, texts) = match (system, format) {
            (PluginSystem::Linux, Format::Clap) => (PathBuf::new(), Vec::new()),
            (PluginSystem::Linux, Format::Vst3) => {
                (format!("Contents/{}-linux/{name}.so", std::env::consts::ARCH).into(), Vec::new())
            }
            (PluginSystem::Mac, format) => (
                format!("Contents/MacOS/{name}").into(),
                vec![
                    ("Contents/Info.plist".into(), info(format, made)),
                    // A bundle's type and creator, the same as in Info.plist.
                    ("Contents/PkgInfo".into(), "BNDL????".into()),
                ],
            ),
        };
        Self { library, texts, libraries: made.libraries.clone() }
    }

    /// Writes it at `place`, where nothing is. Returns where the library is.
    ///
    /// # Errors
    /// If something can't be written.
    pub(crate) fn write(&self, place: &Path) -> anyhow::Result<PathBuf> {
        let write = || {
            let library = if self.library.as_os_str().is_empty() {
                place.to_owned()
            } else {
                place.join(&self.library)
            };
            for (path, text) in &self.texts {
                let path = place.join(path);
                fs::create_dir_all(path.parent().unwrap_or(place))?;
                fs::write(path, text)?;
            }
            fs::create_dir_all(library.parent().unwrap_or(place))?;
            platform::join_libraries(&self.libraries, &library)?;
            Ok::<_, std::io::Error>(library)
        };
        write().with_context(|| format!("{} can't be written", place.display()))
    }
}

/// A Mac bundle's Info.plist: the keys that every bundle needs (Apple, "Information Property List").
fn info(format: Format, Made { name, version, .. }: &Made) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleDevelopmentRegion</key>
	<string>en</string>
	<key>CFBundleExecutable</key>
	<string>{name}</string>
	<key>CFBundleIdentifier</key>
	<string>dev.wavecraft.plugin.{name}.{ending}</string>
	<key>CFBundleInfoDictionaryVersion</key>
	<string>6.0</string>
	<key>CFBundleName</key>
	<string>{name}</string>
	<key>CFBundlePackageType</key>
	<string>BNDL</string>
	<key>CFBundleShortVersionString</key>
	<string>{version}</string>
	<key>CFBundleSignature</key>
	<string>????</string>
	<key>CFBundleVersion</key>
	<string>{version}</string>
	<key>NSHighResolutionCapable</key>
	<true/>
</dict>
</plist>
"#,
        ending = format.ending()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Made {
        Made { libraries: vec!["lib.so".into()], name: "my-filter".into(), version: "1.2.3".into() }
    }

    #[test]
    fn each_format_has_its_form_on_each_system() {
        let library = |system, format| Form::of(system, format, &made()).library;
        assert_eq!(library(PluginSystem::Linux, Format::Clap), Path::new(""));
        let linux = format!("Contents/{}-linux/my-filter.so", std::env::consts::ARCH);
        assert_eq!(library(PluginSystem::Linux, Format::Vst3), Path::new(&linux));
        for format in [Format::Clap, Format::Vst3] {
            assert_eq!(library(PluginSystem::Mac, format), Path::new("Contents/MacOS/my-filter"));
        }
    }

    #[test]
    fn a_macs_bundle_says_what_it_is() {
        let form = Form::of(PluginSystem::Mac, Format::Vst3, &made());
        let [(path, text), (_, kind)] = &form.texts[..] else { panic!("two texts") };
        assert_eq!((path.to_str(), kind.as_str()), (Some("Contents/Info.plist"), "BNDL????"));
        for key in
            ["<string>my-filter</string>", "dev.wavecraft.plugin.my-filter.vst3", "<string>1.2.3</string>"]
        {
            assert!(text.contains(key), "{key}: {text}");
        }
    }
}
