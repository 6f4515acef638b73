//! The presets that go into the plugin.

use crate::{ansi, report::Report};
use anyhow::Context;
use serde_json::{Value, json};
use std::{fs, io, path::Path};
use wavecraft_companion_presets::{Folder, Name};

/// Writes the project's presets to `file` as the plugin's build script reads them, and says which are left out, and why. The
/// file is touched only if it changes, since cargo builds again then. Returns how many there are.
///
/// # Errors
/// If the presets can't be listed, or the file can't be written.
pub(crate) fn write(project: &Path, file: &Path, report: &Report) -> anyhow::Result<usize> {
    let folder = Folder::of(project);
    let mut presets = Vec::new();
    for entry in folder.list()?.presets {
        let trouble = entry.trouble.map_or_else(|| read(&folder, &entry.name), Err);
        match trouble {
            Ok(preset) => presets.push(preset),
            Err(why) => {
                report.say(&format!("Left out: the preset {}: {}", ansi::line(&entry.name), ansi::line(&why)))
            }
        }
    }
    let count = presets.len();
    let text = Value::from(presets).to_string();
    if fs::read_to_string(file).ok().as_deref() != Some(&text) {
        let write = || -> io::Result<()> {
            fs::create_dir_all(file.parent().unwrap_or(project))?;
            fs::write(file, &text)
        };
        write().with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(count)
}

fn read(folder: &Folder, name: &str) -> Result<Value, String> {
    let name = Name::new(name).map_err(|error| error.to_string())?;
    let (name, preset) = folder.read(&name).map_err(|error| error.to_string())?;
    Ok(json!({"name": name.as_str(), "note": preset.note, "values": preset.values}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_used_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let (project, file) = (dir.path(), dir.path().join("target/presets.json"));
        assert_eq!(write(project, &file, &Report::new(false, false)).unwrap(), 0);
        assert_eq!(fs::read_to_string(&file).unwrap(), "[]");

        fs::create_dir(project.join("presets")).unwrap();
        let good = r#"{"version": 1, "note": "soft", "values": {"a": 0.1}}"#;
        fs::write(project.join("presets/Good.json"), good).unwrap();
        fs::write(project.join("presets/Bad.json"), "{").unwrap();
        fs::write(project.join("presets/Later.json"), r#"{"version": 9, "values": {}}"#).unwrap();
        assert_eq!(write(project, &file, &Report::new(false, false)).unwrap(), 1);
        let text = fs::read_to_string(&file).unwrap();
        let expected = json!([{"name": "Good", "note": "soft", "values": {"a": 0.1_f32}}]);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);

        let changed = || fs::metadata(&file).unwrap().modified().unwrap();
        let before = changed();
        write(project, &file, &Report::new(false, false)).unwrap();
        assert_eq!(changed(), before);
    }
}
