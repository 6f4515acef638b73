//! All files to write: shown first, then written all or nothing.

use super::{manifest, source};
use crate::{
    cargo::Parts,
    changes::{differences, shell_word},
    create::{File, sdk_files},
    failure::Usage,
    paths::inside,
    terminal::{Style, paint},
    write,
    written::Written,
};
use anyhow::Context;
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};
use toml_edit::DocumentMut;

/// The SDK's folder in a project.
const SDK: &str = "sdk";

/// A file to create or change.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    /// Its current content; `None` if it doesn't exist.
    before: Option<String>,
    after: String,
}

/// Everything to write.
#[derive(Debug)]
pub(super) struct Plan {
    changes: Vec<Change>,
    /// The SDK's sources; empty if the project has them already.
    sdk: Vec<File>,
}

impl Plan {
    /// Plans the change without writing anything. `named` are the processors that the user named, if any.
    ///
    /// # Errors
    /// If it can't be done, with what to do.
    pub(super) fn make(folder: &Path, parts: &Parts, named: &[String]) -> anyhow::Result<Self> {
        let sdk = folder.join(SDK);
        let has_sdk = sdk.join("dev-audio/Cargo.toml").is_file();
        if sdk.exists() && !has_sdk {
            return Err(Usage(format!(
                "{} is in the place of the SDK's sources: move it elsewhere",
                sdk.display()
            ))
            .into());
        }
        let mut files = if has_sdk { Vec::new() } else { sdk_files()? };
        if !has_sdk {
            files.push(Written::of(&files).file());
        }
        let mut plan = Self { changes: Vec::new(), sdk: files };
        let text = read(&parts.manifest)?;
        let package =
            manifest::package(&text, parts, &sdk).with_context(|| parts.manifest.display().to_string())?;
        if parts.workspace == parts.manifest {
            let both = manifest::workspace(package, parts, &sdk)?;
            plan.change(&parts.manifest, Some(text), both.to_string());
        } else {
            plan.change(&parts.manifest, Some(text), package.to_string());
            let text = read(&parts.workspace)?;
            let place = || parts.workspace.display().to_string();
            let manifest: DocumentMut = text.parse().with_context(place)?;
            let manifest = manifest::workspace(manifest, parts, &sdk).with_context(place)?;
            plan.change(&parts.workspace, Some(text), manifest.to_string());
        }
        let text = read(&parts.source)?;
        let found = source::read(&text, &parts.library, &parts.dependencies, named)
            .with_context(|| format!("{} can't be read for its processors", parts.source.display()))?;
        plan.change(&parts.source, Some(text), found.source);
        plan.change(&parts.manifest.with_file_name("src/bin/dev-audio.rs"), None, found.program);
        Ok(plan)
    }

    fn change(&mut self, path: &Path, before: Option<String>, after: String) {
        if before.as_ref() != Some(&after) {
            self.changes.push(Change { path: path.into(), before, after });
        }
    }

    /// The differences as `diff -u` shows them.
    pub(super) fn shown(&self, folder: &Path, colour: bool) -> String {
        let mut shown = String::new();
        for Change { path, before, after } in &self.changes {
            let name = inside(path, folder);
            let heading = if before.is_some() { name } else { format!("{name} (new)") };
            shown += &differences(&heading, before.as_deref(), after, colour);
        }
        if !self.sdk.is_empty() {
            let heading = format!("{SDK}/ (new)");
            // A string's capacity is its only limit.
            let _ = writeln!(shown, "{}", paint(Style::Bold, &heading, colour));
            let _ = writeln!(
                shown,
                "+{} files: the sources of wavecraft-dev-audio and what it uses",
                self.sdk.len()
            );
        }
        shown
    }

    /// Writes everything.
    ///
    /// # Errors
    /// If something can't be written; everything is then as it was.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let written = self.write_sdk(folder).and_then(|()| self.write_changes());
        written.inspect_err(|_| self.take_back(folder)).context("nothing was changed")
    }

    fn write_sdk(&self, folder: &Path) -> anyhow::Result<()> {
        if self.sdk.is_empty() {
            return Ok(());
        }
        let staging = tempfile::Builder::new().prefix(".wavecraft-adopt-").tempdir_in(folder);
        let staging = staging.with_context(|| format!("no folder could be made in {}", folder.display()))?;
        for (name, content) in &self.sdk {
            let path = staging.path().join(name);
            let parent = path.parent().context("a file is in a folder")?;
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, content))
                .with_context(|| format!("{} could not be written", folder.join(name).display()))?;
        }
        let place = folder.join(SDK);
        fs::rename(staging.path().join(SDK), &place)
            .with_context(|| format!("{} could not be made", place.display()))
    }

    fn write_changes(&self) -> anyhow::Result<()> {
        for Change { path, before, after } in &self.changes {
            if before.is_none() {
                let parent = path.parent().context("a file is in a folder")?;
                fs::create_dir_all(parent)
                    .with_context(|| format!("{} could not be made", parent.display()))?;
            }
            write::atomically(path, after.as_bytes())?;
        }
        Ok(())
    }

    /// Best effort: the user gets the error that stopped the writing.
    fn take_back(&self, folder: &Path) {
        for Change { path, before, after } in &self.changes {
            if fs::read(path).is_ok_and(|now| now == after.as_bytes()) {
                let _ = match before {
                    Some(before) => write::atomically(path, before.as_bytes()),
                    None => fs::remove_file(path).map_err(Into::into),
                };
            }
        }
        if !self.sdk.is_empty() {
            let _ = fs::remove_dir_all(folder.join(SDK));
        }
    }

    /// The commands that undo the change where git has the old files.
    pub(super) fn undo(&self, folder: &Path) -> String {
        let mut new = self.names(folder, true);
        new.extend((!self.sdk.is_empty()).then(|| SDK.into()));
        let changed = self.changed(folder).join(" ");
        format!(
            "cd {} && git restore {changed} && rm -r {}",
            shell_word(&folder.display().to_string()),
            new.join(" ")
        )
    }

    /// The existing files that are changed, relative to the project's folder.
    pub(super) fn changed(&self, folder: &Path) -> Vec<String> {
        self.names(folder, false)
    }

    fn names(&self, folder: &Path, new: bool) -> Vec<String> {
        let of_kind = self.changes.iter().filter(|change| change.before.is_none() == new);
        of_kind.map(|change| inside(&change.path, folder)).collect()
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
}
