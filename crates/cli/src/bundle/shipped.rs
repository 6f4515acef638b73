//! The files of presets that hosts list: a VST3's and an Audio Unit's presets are files beside the plugin, a CLAP has its own inside.

use super::{component, install, vst3_preset};
use crate::{ansi, formats::Format, output::out};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::tried::Tried;

/// Where they are made, beside the plugins.
const FOLDER: &str = "presets";
/// What each of our files has in it: without it a file is a person's own.
const OURS: &str = "wavecraft bundle";

/// The files of the presets of a plugin, in a folder.
pub(crate) struct Shipped {
    folder: PathBuf,
    files: Vec<String>,
}

impl Shipped {
    /// Writes them for these formats into `bundled/presets`, in place of those from before; of a CLAP alone there are none to write,
    /// and those from before stay.
    ///
    /// # Errors
    /// If they can't be written.
    pub(crate) fn write(bundled: &Path, formats: &[Format], plugin: &Tried) -> anyhow::Result<Self> {
        let folder = bundled.join(FOLDER);
        if formats == [Format::Clap] {
            return Ok(Self { folder, files: Vec::new() });
        }
        let new = install::beside(bundled, FOLDER)?;
        let mut files = Vec::new();
        let mut write = || -> anyhow::Result<()> {
            fs::create_dir(&new)?;
            for format in formats {
                for preset in &plugin.presets {
                    let (ending, content) = match format {
                        Format::Clap => continue,
                        Format::Vst3 => (
                            "vstpreset",
                            vst3_preset::file(&plugin.vst3_class, preset.state.as_bytes(), OURS),
                        ),
                        Format::Au => ("aupreset", component::preset(plugin, preset, OURS)?),
                    };
                    let name = format!("{}.{ending}", preset.name);
                    fs::write(new.join(&name), content)?;
                    files.push(name);
                }
            }
            Ok(())
        };
        write().with_context(|| format!("{} can't be written", folder.display()))?;
        install::put(&new, &folder)?;
        Ok(Self { folder, files })
    }

    /// Copies them to where hosts look for presets of this plugin, within `presets`. A file that a person or a host wrote there
    /// stays, and that is said.
    ///
    /// # Errors
    /// If they can't be written.
    pub(crate) fn install(&self, presets: &Path, plugin: &Tried) -> anyhow::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let place = presets.join(as_folder(&plugin.vendor)).join(as_folder(&plugin.name));
        let can_not = || format!("{} can't be written", place.display());
        fs::create_dir_all(&place).with_context(can_not)?;
        let mut copied = 0;
        for file in &self.files {
            let (from, to) = (self.folder.join(file), place.join(file));
            if foreign(&to) {
                out!(
                    "{} was not made by `wavecraft bundle`, and stays as it is",
                    ansi::line(&to.display().to_string())
                );
                continue;
            }
            fs::copy(from, to).with_context(can_not)?;
            copied += 1;
        }
        let presets = if copied == 1 { "1 preset" } else { &format!("{copied} presets") };
        out!("Installed {presets} in {}", ansi::line(&place.display().to_string()));
        Ok(())
    }
}

/// Whether something is there that isn't ours, or a link, which isn't followed.
fn foreign(path: &Path) -> bool {
    let Ok(found) = path.symlink_metadata() else { return false };
    let ours = |bytes: Vec<u8>| bytes.windows(OURS.len()).any(|part| part == OURS.as_bytes());
    !found.is_file() || !fs::read(path).is_ok_and(ours)
}

/// A name as a folder's: Steinberg's "Preset Locations" has `_` for what a folder's name may not have.
fn as_folder(name: &str) -> String {
    let folder: String = name
        .chars()
        .map(|letter| if r#"\*?/:<>|""#.contains(letter) || letter.is_control() { '_' } else { letter })
        .collect();
    match folder.trim() {
        // No name may lead elsewhere.
        "" | "." | ".." => "_".into(),
        folder => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tried::tests::a_plugin;

    #[test]
    fn what_is_installed_is_ours_and_a_persons_own_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let plugin = a_plugin(&["Loud", "Soft"]);
        let shipped = Shipped::write(dir.path(), &[Format::Clap, Format::Vst3], &plugin).unwrap();
        assert_eq!(shipped.files, ["Loud.vstpreset", "Soft.vstpreset"]);
        let place = dir.path().join("hosts/A. Vendor/My _Filter_");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("Loud.vstpreset"), "a host's").unwrap();
        for _ in 0..2 {
            shipped.install(&dir.path().join("hosts"), &plugin).unwrap();
            assert_eq!(fs::read_to_string(place.join("Loud.vstpreset")).unwrap(), "a host's");
            assert!(fs::read(place.join("Soft.vstpreset")).unwrap().starts_with(b"VST3"));
        }

        // A preset that the project hasn't any more isn't made again.
        let shipped = Shipped::write(dir.path(), &[Format::Vst3], &a_plugin(&["Soft"])).unwrap();
        assert_eq!(shipped.files, ["Soft.vstpreset"]);
        let made = || fs::read_dir(dir.path().join("presets")).unwrap().count();
        assert_eq!(made(), 1);
        let shipped = Shipped::write(dir.path(), &[Format::Clap], &a_plugin(&[])).unwrap();
        assert_eq!((shipped.files.len(), made()), (0, 1), "a CLAP alone leaves them");
    }

    #[test]
    fn a_name_is_one_folder() {
        assert_eq!(
            ["A/B: C", "..", "", " x ", "Ada & Co"].map(as_folder),
            ["A_B_ C", "_", "_", "x", "Ada & Co"]
        );
    }
}
