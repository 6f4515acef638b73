//! The folder `presets` of a project.

use crate::{
    BadName, BadPreset, Name, Preset,
    files::{Files, Unread},
    preset::MAX_VALUES,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{
    bounded::{cut, json_bytes},
    preset::PresetEntry,
};

/// The folder's name in a project.
pub const PRESETS_FOLDER: &str = "presets";
/// The most presets of a project.
pub const MAX_PRESETS: usize = 512;

/// The ending of a preset's file.
const ENDING: &str = ".json";
/// The most bytes, as JSON, of all notes and troubles of a list, which goes to every page and has to fit into a line of
/// the control socket. Those after it are left out.
const TEXTS_BYTES: usize = 64 * 1024;
/// The most bytes of a trouble in a list.
const TROUBLE_BYTES: usize = 400;

/// A project's presets. Every call looks at the files as they are then, and may take as long as a disk does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// Why something wasn't done with a preset. Values and files are as they were.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] BadName),
    /// There is no such preset.
    #[error("there is no preset `{name}`. {there}")]
    Missing {
        /// The name.
        name: String,
        /// Those that there are, in words.
        there: String,
    },
    /// There is one of this name.
    #[error(
        "there is a preset `{0}` already, and it is as it was: replace it (a page asks; in the terminal `wavecraft preset \
         save … --replace`), or choose another name"
    )]
    Exists(Name),
    /// Its file holds no preset.
    #[error("the preset `{0}` can't be used: {1}. Its file is presets/{0}.json")]
    Broken(Name, BadPreset),
    /// It is a link, a folder or something else than a plain file.
    #[error(
        "presets/{0}.json is a link or a folder, and not a plain file: it isn't touched; put a file in its place"
    )]
    NotPlain(Name),
    /// There are too many.
    #[error("there are {MAX_PRESETS} presets, which is the most: delete one first")]
    Full,
    /// What is to be saved is over a bound.
    #[error("this can't be saved as a preset: {0}")]
    Unfit(#[from] BadPreset),
    /// The disk refuses.
    #[error(
        "{what} can't be {done}: {error}. Values and presets are as they were; see that the folder presets can be written \
         and the disk has room"
    )]
    Disk {
        /// The file or folder.
        what: String,
        /// What was to be done.
        done: &'static str,
        /// The system's error.
        error: io::Error,
    },
}

/// What was saved.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    /// Under this name: that of the one that was replaced.
    pub name: Name,
    /// The ids of values that the one before had, the project hasn't at present, and which were kept.
    pub kept: Vec<String>,
}

/// All presets of a folder, and how many more there are.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Listing {
    /// By name.
    pub presets: Vec<PresetEntry>,
    /// Those beyond [`MAX_PRESETS`].
    pub omitted: usize,
}

impl Folder {
    /// The presets of the project in this folder.
    #[must_use]
    pub fn of(project: &Path) -> Self {
        Self { path: project.join(PRESETS_FOLDER) }
    }

    /// All presets by name, also those that can't be used, with the reason.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn list(&self) -> Result<Listing, Failed> {
        let Some(files) = self.open()? else { return Ok(Listing::default()) };
        let all = stems(&files).map_err(|error| self.unread(error))?;
        let omitted = all.len().saturating_sub(MAX_PRESETS);
        let (mut room, mut before) = (TEXTS_BYTES, None);
        let presets = all.into_iter().take(MAX_PRESETS).map(|(folded, stem)| {
            let twin = before.as_ref().filter(|(other, _)| *other == folded).map(|(_, stem): &(_, String)| stem.clone());
            let read = match twin {
                Some(twin) => Err(format!(
                    "its name differs from `{twin}` in case only, and a Mac's disk holds one of both: rename one"
                )),
                None => named(&stem).and_then(|name| read(&files, &name).map_err(|error| reason(&error))),
            };
            before = Some((folded, stem.clone()));
            let (note, trouble) = match read {
                Ok(preset) => (Some(preset.note).filter(|note| !note.is_empty()), None),
                Err(trouble) => (None, Some(cut(&trouble, TROUBLE_BYTES).into_owned())),
            };
            let mut fits = |text: &String| {
                let bytes = json_bytes(text);
                let fits = bytes <= room;
                room -= if fits { bytes } else { 0 };
                fits
            };
            let note = note.filter(&mut fits);
            // A trouble is never dropped as a whole: what can't be used must not look as if it could.
            let trouble = trouble.map(|trouble| if fits(&trouble) { trouble } else { "it can't be used".into() });
            PresetEntry { name: cut(&stem, 3 * TROUBLE_BYTES / 4).into_owned(), note, trouble }
        });
        Ok(Listing { presets: presets.collect(), omitted })
    }

    /// Reads one. Case doesn't count; its own name is returned.
    ///
    /// # Errors
    /// There is none, or it can't be used.
    pub fn read(&self, name: &Name) -> Result<(Name, Preset), Failed> {
        let (files, name) = self.find(name)?;
        let preset = read(&files, &name)?;
        Ok((name, preset))
    }

    /// Reads the next one after `from` by name, or the one before it with `back`; those that can't be used are passed over,
    /// and after the last one comes the first. Without `from` the first, or the last.
    ///
    /// # Errors
    /// There is none that can be used.
    pub fn beside(&self, from: Option<&str>, back: bool) -> Result<(Name, Preset), Failed> {
        let none =
            || Failed::Missing { name: if back { "before" } else { "after" }.into(), there: self.there() };
        let files = self.open()?.ok_or_else(none)?;
        let mut all: Vec<(String, String)> =
            stems(&files).map_err(|error| self.unread(error))?.into_iter().take(MAX_PRESETS).collect();
        if back {
            all.reverse();
        }
        let from = from.map(|from| (from.to_lowercase(), from.to_owned()));
        let is_after = |one: &(String, String)| match &from {
            Some(from) => {
                if back {
                    one < from
                } else {
                    one > from
                }
            }
            None => true,
        };
        let first = all.iter().position(is_after).unwrap_or(0);
        all.rotate_left(first);
        let usable = all.iter().find_map(|(_, stem)| {
            let name = named(stem).ok()?;
            read(&files, &name).ok().map(|preset| (name, preset))
        });
        usable.ok_or_else(none)
    }

    /// Saves values under a name. With `replace` in place of one of the same name, whatever its file holds: values of
    /// parameters that `values` doesn't have are kept, and without `note` its note.
    ///
    /// # Errors
    /// There is one and it wasn't to be replaced, or it can't be written.
    pub fn save(
        &self,
        name: &Name,
        note: Option<String>,
        values: BTreeMap<String, f32>,
        replace: bool,
    ) -> Result<Saved, Failed> {
        let mut preset = Preset { note: note.clone().unwrap_or_default(), values };
        // Before anything is made.
        preset.text()?;
        let files = match self.open()? {
            Some(files) => files,
            None => self.make()?,
        };
        let all = stems(&files).map_err(|error| self.unread(error))?;
        let there = found(&all, name);
        let name = there.clone().unwrap_or_else(|| name.clone());
        let mut kept = Vec::new();
        match there {
            Some(_) if !replace => return Err(Failed::Exists(name)),
            Some(_) => match read(&files, &name) {
                Ok(before) => {
                    if note.is_none() {
                        preset.note = before.note;
                    }
                    let mut room = MAX_VALUES.saturating_sub(preset.values.len());
                    for (id, value) in before.values {
                        if room > 0 && !preset.values.contains_key(&id) {
                            room -= 1;
                            kept.push(id.clone());
                            preset.values.insert(id, value);
                        }
                    }
                }
                Err(error @ Failed::NotPlain(_)) => return Err(error),
                // What can't be used is replaced as a whole: that was asked for.
                Err(_) => {}
            },
            None if all.len() >= MAX_PRESETS => return Err(Failed::Full),
            None => {}
        }
        let text = preset.text()?;
        let written = files.write(&file(&name), &text);
        written.map_err(|error| self.disk(Some(&name), "written", error))?;
        Ok(Saved { name, kept })
    }

    /// Gives one another name. Returns both as they are now: the one before, and the new one.
    ///
    /// # Errors
    /// There is none, or one with the other name, or the file can't be renamed.
    pub fn rename(&self, from: &Name, to: &Name) -> Result<(Name, Name), Failed> {
        let (files, from) = self.find(from)?;
        let all = stems(&files).map_err(|error| self.unread(error))?;
        if let Some(other) = found(&all, to).filter(|other| *other != from) {
            return Err(Failed::Exists(other));
        }
        self.plain(&files, &from)?;
        if from != *to {
            let renamed = files.rename(&file(&from), &file(to));
            renamed.map_err(|error| self.disk(Some(&from), "renamed", error))?;
        }
        Ok((from, to.clone()))
    }

    /// Deletes one, and returns its own name.
    ///
    /// # Errors
    /// There is none, or its file can't be deleted.
    pub fn delete(&self, name: &Name) -> Result<Name, Failed> {
        let (files, name) = self.find(name)?;
        self.plain(&files, &name)?;
        files.remove(&file(&name)).map_err(|error| self.disk(Some(&name), "deleted", error))?;
        Ok(name)
    }

    fn open(&self) -> Result<Option<Files>, Failed> {
        Files::open(&self.path).map_err(|error| self.unread(error))
    }

    fn make(&self) -> Result<Files, Failed> {
        std::fs::create_dir(&self.path).map_err(|error| self.disk(None, "made", error))?;
        let gone = || self.disk(None, "made", io::ErrorKind::NotFound.into());
        self.open()?.ok_or_else(gone)
    }

    /// The folder, and the preset's own name.
    fn find(&self, name: &Name) -> Result<(Files, Name), Failed> {
        let missing = |there| Failed::Missing { name: name.to_string(), there };
        let Some(files) = self.open()? else { return Err(missing(words_of(&[]))) };
        let all = stems(&files).map_err(|error| self.unread(error))?;
        match found(&all, name) {
            Some(name) => Ok((files, name)),
            None => Err(missing(words_of(&usable(&all)))),
        }
    }

    /// Those that there are, in words.
    fn there(&self) -> String {
        let all = self.open().ok().flatten().and_then(|files| stems(&files).ok()).unwrap_or_default();
        words_of(&usable(&all))
    }

    fn plain(&self, files: &Files, name: &Name) -> Result<(), Failed> {
        match files.is_plain(&file(name)) {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false)) => Err(Failed::NotPlain(name.clone())),
            Ok(None) => Err(Failed::Missing { name: name.to_string(), there: self.there() }),
            Err(error) => Err(self.disk(Some(name), "read", error)),
        }
    }

    fn unread(&self, error: io::Error) -> Failed {
        self.disk(None, "read", error)
    }

    fn disk(&self, name: Option<&Name>, done: &'static str, error: io::Error) -> Failed {
        let what = match name {
            Some(name) => format!("presets/{name}{ENDING}"),
            None => format!("the folder {PRESETS_FOLDER} of the project"),
        };
        Failed::Disk { what, done, error }
    }
}

/// The names of a folder's presets, with what they are sorted by before each.
type Stems = BTreeSet<(String, String)>;

fn stems(files: &Files) -> io::Result<Stems> {
    let names = files.names()?;
    let stems = names.iter().filter_map(|name| name.strip_suffix(ENDING).filter(|stem| !stem.is_empty()));
    Ok(stems.map(|stem| (stem.to_lowercase(), stem.to_owned())).collect())
}

/// The one of this name, or of one that differs in case only.
fn found(all: &Stems, name: &Name) -> Option<Name> {
    if all.contains(&(name.folded(), name.as_str().to_owned())) {
        return Some(name.clone());
    }
    let same =
        |(folded, stem): &(String, String)| (*folded == name.folded()).then(|| named(stem).ok()).flatten();
    all.iter().find_map(same)
}

fn usable(all: &Stems) -> Vec<&str> {
    all.iter().map(|(_, stem)| stem.as_str()).filter(|stem| named(stem).is_ok()).collect()
}

/// A file's name without its ending as a preset's name.
fn named(stem: &str) -> Result<Name, String> {
    match Name::new(stem) {
        Ok(name) if name.as_str() == stem => Ok(name),
        Ok(_) => Err("its name begins or ends with a space: rename the file".into()),
        Err(bad) => Err(format!("{bad}: rename the file")),
    }
}

fn file(name: &Name) -> String {
    format!("{name}{ENDING}")
}

fn read(files: &Files, name: &Name) -> Result<Preset, Failed> {
    let broken = |bad| Failed::Broken(name.clone(), bad);
    match files.read(&file(name)) {
        Ok(text) => Preset::read(&text).map_err(broken),
        Err(Unread::TooLarge) => Err(broken(BadPreset::TooLarge)),
        Err(Unread::NotText) => Err(broken(BadPreset::NotJson("it isn't UTF-8".into()))),
        Err(Unread::NotPlain) => Err(Failed::NotPlain(name.clone())),
        Err(Unread::Missing) => Err(Failed::Missing { name: name.to_string(), there: String::new() }),
        Err(Unread::Io(error)) => {
            Err(Failed::Disk { what: format!("presets/{name}{ENDING}"), done: "read", error })
        }
    }
}

/// Why a preset can't be used, where its name is said already.
fn reason(failed: &Failed) -> String {
    match failed {
        Failed::Broken(_, bad) => bad.to_string(),
        Failed::NotPlain(_) => "its file is a link or a folder, and not a plain file".into(),
        Failed::Disk { error, .. } => format!("its file can't be read: {error}"),
        other => other.to_string(),
    }
}

fn words_of(all: &[&str]) -> String {
    if all.is_empty() {
        return "The project has none yet: save one, from a page or with `wavecraft preset save NAME`".into();
    }
    let named: Vec<String> = all.iter().take(20).map(|name| format!("`{name}`")).collect();
    let more = all.len().saturating_sub(20);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("There are: {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests;
