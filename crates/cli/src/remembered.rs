//! The values of parameters that a start without audio remembers: those that the companion has kept for the project, until
//! they are changed without it. Then they wait in a file of their own for the next start with audio, which hands them to the
//! companion: so both have the same set, and neither writes the other's file.

use crate::write;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{
    parameter::MAX_PARAMETERS,
    paths::Paths,
    sets::ParameterSets,
    settings::{SETTINGS_VERSION, Settings},
};

/// How many values are kept for a project.
const MAX_VALUES: usize = MAX_PARAMETERS;
/// How many projects' values wait.
const MAX_PROJECTS: usize = 1024;

/// The values of a project, its sets A and B, and the preset that was loaded or saved last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, f32>,
    #[serde(default)]
    pub(crate) sets: ParameterSets,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preset: Option<String>,
}

impl Remembered {
    /// What is no number, or more than is kept, is left out: a person may have written the file.
    pub(crate) fn checked(self) -> Self {
        let checked = |values: BTreeMap<String, f32>| {
            values.into_iter().filter(|(_, value)| value.is_finite()).take(MAX_VALUES).collect()
        };
        let Self { parameters, sets: ParameterSets { active, other }, preset } = self;
        let sets = ParameterSets { active, other: checked(other) };
        Self { parameters: checked(parameters), sets, preset }
    }
}

/// What the project in this folder begins with.
pub(crate) fn load(paths: &Paths, folder: &Path) -> Remembered {
    waiting(paths, folder).unwrap_or_else(|| by_companion(paths, folder).unwrap_or_default()).checked()
}

/// What was changed without audio since the companion had the project last.
pub(crate) fn waiting(paths: &Paths, folder: &Path) -> Option<Remembered> {
    all_waiting(paths).remove(folder).map(Remembered::checked)
}

/// Keeps them for the next start.
///
/// # Errors
/// If the file can't be written.
pub(crate) fn keep(paths: &Paths, folder: &Path, remembered: Remembered) -> anyhow::Result<()> {
    change(paths, |all| {
        if all.len() >= MAX_PROJECTS && !all.contains_key(folder) {
            all.pop_first();
        }
        all.insert(folder.to_owned(), remembered);
    })
}

/// The companion has them now.
///
/// # Errors
/// If the file can't be written.
pub(crate) fn handed_over(paths: &Paths, folder: &Path) -> anyhow::Result<()> {
    if !paths.set_without_audio().exists() {
        return Ok(());
    }
    change(paths, |all| drop(all.remove(folder)))
}

fn by_companion(paths: &Paths, folder: &Path) -> Option<Remembered> {
    let text = fs::read_to_string(&paths.settings).ok()?;
    let settings: Settings = serde_json::from_str(&text).ok()?;
    let project = settings.projects.get(folder).filter(|_| settings.version <= SETTINGS_VERSION)?;
    let (parameters, sets) = (project.parameters.clone(), project.sets.clone());
    Some(Remembered { parameters, sets, preset: project.preset.clone() })
}

/// A file that can't be read is as good as none.
fn all_waiting(paths: &Paths) -> BTreeMap<PathBuf, Remembered> {
    let text = fs::read_to_string(paths.set_without_audio()).ok();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn change(paths: &Paths, change: impl FnOnce(&mut BTreeMap<PathBuf, Remembered>)) -> anyhow::Result<()> {
    let file = paths.set_without_audio();
    let folder = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    // Starts of other projects change it too. Where a folder can't be locked, the last of two at one moment counts.
    let lock = File::open(folder)?;
    let _ = flock(&lock, FlockOperation::LockExclusive);
    let mut all = all_waiting(paths);
    change(&mut all);
    if all.is_empty() {
        fs::remove_file(&file)?;
        return Ok(());
    }
    write::atomically(&file, &serde_json::to_vec_pretty(&all)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{sets::SetName, settings::RememberedProject};

    fn values(value: f32) -> BTreeMap<String, f32> {
        BTreeMap::from([("gain".to_owned(), value)])
    }

    #[test]
    fn both_kinds_of_start_have_one_set() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| dir.path().into())).unwrap();
        let (folder, other) = (Path::new("/a"), Path::new("/b"));
        assert_eq!(load(&paths, folder), Remembered::default());
        let sets = ParameterSets { active: SetName::B, other: values(3.0) };
        let project = RememberedProject { parameters: values(1.0), sets: sets.clone(), ..Default::default() };
        let mut settings = Settings::default();
        settings.projects.insert(folder.into(), project);
        fs::write(&paths.settings, serde_json::to_vec(&settings).unwrap()).unwrap();
        assert_eq!(
            load(&paths, folder),
            Remembered { parameters: values(1.0), sets, preset: None },
            "the companion's"
        );
        assert_eq!(waiting(&paths, folder), None);

        let own = Remembered { parameters: values(2.0), ..Default::default() };
        keep(&paths, folder, own.clone()).unwrap();
        keep(&paths, other, Remembered::default()).unwrap();
        assert_eq!((load(&paths, folder), waiting(&paths, folder)), (own.clone(), Some(own)), "newer");
        handed_over(&paths, folder).unwrap();
        assert_eq!(load(&paths, folder).parameters, values(1.0), "the companion's again");
        handed_over(&paths, other).unwrap();
        assert!(!paths.set_without_audio().exists(), "nothing waits");
        handed_over(&paths, other).unwrap();
    }

    #[test]
    fn a_file_that_a_person_spoiled_is_no_trouble() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::linux(|name| (name == "WAVECRAFT_HOME").then(|| dir.path().into())).unwrap();
        fs::write(paths.set_without_audio(), "{").unwrap();
        fs::write(&paths.settings, "[]").unwrap();
        assert_eq!(load(&paths, Path::new("/a")), Remembered::default());
        let mut many = BTreeMap::from([("a".to_owned(), f32::NAN)]);
        many.extend((0..=MAX_VALUES).map(|number| (format!("p{number}"), 0.0)));
        let checked = Remembered { parameters: many, ..Default::default() }.checked();
        assert_eq!((checked.parameters.len(), checked.parameters.get("a")), (MAX_VALUES, None));
    }
}
