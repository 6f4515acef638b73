//! Compares the SDK's files in a project with this command's, and with the list of what was written there.

use crate::{
    create::{File, page_client, sdk_files},
    project::Project,
    written::{FILE as LIST, Written, hash},
};
use anyhow::Context;
use cargo_metadata::semver::Version;
use serde::Serialize;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};
use toml_edit::DocumentMut;

/// The folder of the page's client.
const PAGE: &str = "ui/src/wavecraft";

/// Where a project made before lists were written may have files that the SDK doesn't have any more.
const FORMER: [&str; 1] = ["sdk/Cargo.toml"];

/// The source that names the version of the segment, and the name there.
const SEGMENT: (&str, &str) = ("sdk/ring/src/header.rs", "ABI_VERSION: u32 =");

/// The SDK's files in a project.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The project's folder.
    pub(crate) folder: PathBuf,
    /// The version in its `sdk/`; `None` if that names none.
    pub(crate) version: Option<String>,
    /// Whether its SDK is newer than this command.
    pub(crate) newer: bool,
    /// The list of what was written.
    pub(super) list: List,
    /// The files that differ from this command's, in order of their paths.
    pub(super) files: Vec<Found>,
    /// The files that are as this command's, there or not.
    pub(super) same: BTreeSet<String>,
    /// The list that belongs to this command's files.
    new_list: Written,
}

/// Whether it is known what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum List {
    /// It is.
    Read,
    /// There is no list: the project is from before there was one.
    Missing,
    /// There is one that can't be used, for this reason.
    Unusable(String),
}

/// A file that differs.
#[derive(Debug)]
pub(super) struct Found {
    /// Its path in the project, with `/`.
    pub(super) path: String,
    /// How it differs.
    pub(super) state: State,
    /// What is there.
    pub(super) now: Option<Vec<u8>>,
    /// What this command would write there.
    pub(super) new: Option<Cow<'static, [u8]>>,
}

/// How a file differs from this command's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is as it was written, and this command's is another.
    Older,
    /// It isn't there.
    Missing,
    /// It was changed by hand, and this command's is still what it was changed from.
    Changed,
    /// It was changed by hand, and this command's is another than what it was changed from.
    OlderAndChanged,
    /// It differs, and nothing says what was written.
    Unknown,
    /// It is as it was written, and this command's SDK doesn't have it any more.
    Former,
    /// The same, but it was changed by hand.
    FormerAndChanged,
}

impl State {
    /// Whether an update writes or removes it.
    pub(super) fn is_older(self) -> bool {
        !matches!(self, Self::Changed | Self::FormerAndChanged)
    }

    /// Whether an update would replace what somebody wrote, or may have written.
    pub(super) fn is_at_risk(self) -> bool {
        matches!(self, Self::OlderAndChanged | Self::Unknown)
    }
}

impl Survey {
    /// Looks at a project's folder. `None` if it has no `sdk/` of ours.
    ///
    /// # Errors
    /// If a file can't be read, or a link is among them: nothing behind a link is looked at.
    pub(crate) fn of(folder: &Path) -> anyhow::Result<Option<Self>> {
        let own = sdk_files()?.into_iter().chain(page_client()).collect();
        Self::against(folder, own)
    }

    /// The same, with `own` as this command's files.
    pub(super) fn against(folder: &Path, own: Vec<File>) -> anyhow::Result<Option<Self>> {
        if !Project::has_sdk(folder) {
            return Ok(None);
        }
        let (list, written) = match read(folder, LIST)? {
            None => (List::Missing, None),
            Some(text) => match Written::read(&text) {
                Ok(written) => (List::Read, Some(written)),
                Err(why) => (List::Unusable(why), None),
            },
        };
        let is_page = |path: &str| path.starts_with("ui/");
        // A plugin that was adopted has a page of its own.
        let listed = written.as_ref().is_none_or(|written| written.0.keys().any(|path| is_page(path)));
        let has_page = listed && folder.join(PAGE).join("client.ts").is_file();
        let mut own: BTreeMap<String, Option<Cow<'static, [u8]>>> = own
            .into_iter()
            .filter(|(path, _)| has_page || !is_page(path))
            .map(|(path, content)| (path, Some(content)))
            .collect();
        let mut new_list = Written(
            own.iter().filter_map(|(path, content)| Some((path.clone(), hash(content.as_ref()?)))).collect(),
        );
        let segment_of = |content: Option<&[u8]>| segment(std::str::from_utf8(content?).ok()?);
        let own_segment = segment_of(own.get(SEGMENT.0).and_then(|content| content.as_deref()));
        let nothing = BTreeMap::new();
        let before = written.as_ref().map_or(&nothing, |written| &written.0);
        for path in
            before.keys().map(String::as_str).chain(written.is_none().then_some(FORMER).into_iter().flatten())
        {
            if is_page(path) && !has_page {
                // It may come back, by git or by hand.
                new_list.0.insert(path.into(), before[path].clone());
            } else {
                own.entry(path.into()).or_insert(None);
            }
        }
        let mut survey = Self {
            folder: folder.into(),
            version: None,
            newer: false,
            list,
            files: Vec::new(),
            same: BTreeSet::new(),
            new_list,
        };
        let (mut project_segment, mut manifests) = (None, [None, None]);
        for (path, new) in own {
            let now = read(folder, &path)?;
            match path.as_str() {
                "sdk/dev-audio/Cargo.toml" => manifests[0].clone_from(&now),
                "sdk/Cargo.toml" => manifests[1].clone_from(&now),
                other if other == SEGMENT.0 => project_segment = segment_of(now.as_deref()),
                _ => {}
            }
            let was = before.get(&path).map(String::as_str);
            if let Some(state) = state(now.as_deref(), new.as_deref(), was) {
                survey.files.push(Found { path, state, now, new });
            } else {
                survey.same.insert(path);
            }
        }
        // The first `create` wrote a workspace, whose crates inherit their version.
        survey.version = version(manifests[0].as_deref(), &["package", "version"])
            .or_else(|| version(manifests[1].as_deref(), &["workspace", "package", "version"]));
        survey.newer = survey.version.as_deref().is_some_and(is_newer) || project_segment > own_segment;
        Ok(Some(survey))
    }

    /// Whether something is older than this command's.
    pub(crate) fn is_older(&self) -> bool {
        !self.newer && self.files.iter().any(|found| found.state.is_older())
    }

    /// How many files differ because this command's are others.
    pub(crate) fn older(&self) -> usize {
        self.files.iter().filter(|found| found.state.is_older()).count()
    }

    /// How many files were changed by hand, and are as new as this command's.
    pub(crate) fn changed(&self) -> usize {
        self.files.len() - self.older()
    }

    /// The list that an update writes, if the project has another.
    pub(super) fn new_list(&self) -> anyhow::Result<Option<Found>> {
        let (path, new) = self.new_list.file();
        let now = read(&self.folder, &path)?;
        let state = if now.is_some() { State::Older } else { State::Missing };
        Ok((now.as_deref() != Some(&*new)).then_some(Found { path, state, now, new: Some(new) }))
    }
}

/// How a file with the content `now` differs from `new`, if it does; `was` is the hash of what was written.
fn state(now: Option<&[u8]>, new: Option<&[u8]>, was: Option<&str>) -> Option<State> {
    if now == new {
        return None;
    }
    let same = |content: &[u8]| was.map(|was| hash(content) == was);
    let kept = new.is_some_and(|new| same(new) == Some(true));
    Some(match now.map(same) {
        // What isn't replaced by another is left to who changed it.
        _ if kept => State::Changed,
        None => State::Missing,
        Some(None) => State::Unknown,
        Some(Some(true)) if new.is_some() => State::Older,
        Some(Some(true)) => State::Former,
        Some(Some(false)) if new.is_some() => State::OlderAndChanged,
        Some(Some(false)) => State::FormerAndChanged,
    })
}

/// A file's content; `None` if nothing is there.
///
/// # Errors
/// If a link is in its place or in the way to it, or something that isn't a file.
pub(super) fn read(folder: &Path, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let mut place = folder.to_path_buf();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        place.push(part);
        let metadata = match place.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.with_context(|| format!("{} can't be looked at", place.display()))?,
        };
        if metadata.is_symlink() {
            let target = fs::read_link(&place).unwrap_or_default();
            anyhow::bail!(
                "{} is a link to {}, and nothing behind a link is read or changed: put a copy in its place, or take it away, and \
                 run `wavecraft update` again. Nothing was written",
                place.display(),
                target.display()
            );
        }
        if parts.peek().is_some() != metadata.is_dir() || parts.peek().is_none() && !metadata.is_file() {
            let wanted = if parts.peek().is_some() { "folder" } else { "file" };
            anyhow::bail!(
                "{} is no {wanted}, and the SDK has one there: move it elsewhere, and run `wavecraft update` again. Nothing was \
                 written",
                place.display()
            );
        }
    }
    fs::read(&place).map(Some).with_context(|| format!("{} can't be read", place.display()))
}

fn version(manifest: Option<&[u8]>, way: &[&str]) -> Option<String> {
    let document: DocumentMut = std::str::from_utf8(manifest?).ok()?.parse().ok()?;
    let found = way.iter().try_fold(document.as_item(), |item, key| item.get(key))?;
    found.as_str().map(str::to_owned)
}

fn is_newer(version: &str) -> bool {
    let parsed = |text: &str| Version::parse(text).ok();
    parsed(version).zip(parsed(env!("CARGO_PKG_VERSION"))).is_some_and(|(theirs, ours)| theirs > ours)
}

/// The version of the segment that a source names: two builds of one version may differ in it.
fn segment(source: &str) -> Option<u32> {
    let (_, behind) = source.split_once(SEGMENT.1)?;
    behind.split(';').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_one_state() {
        let (old, new, mine) = (b"old".as_slice(), b"new".as_slice(), b"mine".as_slice());
        let (was_old, was_new) = (hash(old), hash(new));
        for (now, own, was, wanted) in [
            (Some(new), Some(new), Some(&was_old), None),
            (None, None, Some(&was_old), None),
            (Some(old), Some(new), Some(&was_old), Some(State::Older)),
            (Some(mine), Some(new), Some(&was_old), Some(State::OlderAndChanged)),
            (Some(mine), Some(new), Some(&was_new), Some(State::Changed)),
            (None, Some(new), Some(&was_new), Some(State::Changed)),
            (None, Some(new), Some(&was_old), Some(State::Missing)),
            (None, Some(new), None, Some(State::Missing)),
            (Some(mine), Some(new), None, Some(State::Unknown)),
            (Some(mine), None, None, Some(State::Unknown)),
            (Some(old), None, Some(&was_old), Some(State::Former)),
            (Some(mine), None, Some(&was_old), Some(State::FormerAndChanged)),
        ] {
            assert_eq!(state(now, own, was.map(String::as_str)), wanted, "{now:?} {own:?} {was:?}");
        }
    }

    #[test]
    fn this_commands_own_segment_is_found_in_its_sources() {
        let files = sdk_files().unwrap();
        let (_, header) = files.iter().find(|(path, _)| path == SEGMENT.0).expect("the header");
        assert!(segment(std::str::from_utf8(header).unwrap()).is_some_and(|version| version >= 1));
        assert_eq!(segment("pub const ABI_VERSION: u32 = 12;\n"), Some(12));
        assert_eq!(segment("nothing"), None);
        assert!(
            is_newer("99.0.0")
                && !is_newer(env!("CARGO_PKG_VERSION"))
                && !is_newer("0.0.1")
                && !is_newer("x")
        );
    }
}
