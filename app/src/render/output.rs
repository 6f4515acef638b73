//! The file that a rendering makes: whole, or not there.

use super::job::BadJob;
use anyhow::{Context, anyhow, bail};
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use wavecraft_companion_protocol::take::{check_name, check_place};

/// As many links as systems follow.
const MOST_LINKS: usize = 40;

/// Where the file comes to be: where a link points to, which itself stays.
///
/// # Errors
/// A sentence for a person: something is there that isn't replaced, or the name promises another format.
pub(super) fn place(output: &Path, force: bool) -> Result<PathBuf, String> {
    check_name(output)?;
    let mut place = output.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(there) = fs::symlink_metadata(&place) else { return Ok(place) };
        if there.is_symlink() && force {
            let target = fs::read_link(&place).map_err(|error| format!("{}: {error}", place.display()))?;
            place = place.parent().unwrap_or(Path::new("/")).join(target);
            continue;
        }
        // Without force a link is what is there, but a device behind it is more to be told.
        let kind = fs::metadata(&place).map_or(there.file_type(), |behind| behind.file_type());
        if !kind.is_symlink() {
            check_place(output, kind)?;
        }
        return if force { Ok(place) } else { Err(there_already(output)) };
    }
    Err(format!("{}: its links lead in a circle", output.display()))
}

/// The file that is written, beside the one that it becomes: a file that isn't whole never has its name.
///
/// # Errors
/// There is no such folder, or it can't be written.
pub(super) fn beside(place: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = place.parent().filter(|folder| folder.is_dir());
    let folder = folder.ok_or_else(|| anyhow!("{}: there is no such folder", place.display()))?;
    // Others may read it as they may any new file of this user: the system takes its mask off these.
    let mode = fs::Permissions::from_mode(0o666);
    let mut builder = tempfile::Builder::new();
    let part = builder.prefix(".wavecraft-").suffix(".part").permissions(mode).tempfile_in(folder);
    part.with_context(|| format!("{} can't be written", folder.display()))
}

/// Gives it its name.
///
/// # Errors
/// Something came to be there meanwhile that isn't replaced, or the system doesn't do it.
pub(super) fn keep(part: NamedTempFile, output: &Path, force: bool) -> anyhow::Result<()> {
    // Looked at again: a rendering takes its time, and a name that is moved onto a device would replace it.
    let place = place(output, force).map_err(BadJob)?;
    let kept = if force { part.persist(&place) } else { part.persist_noclobber(&place) };
    match kept {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            bail!(BadJob(there_already(output)))
        }
        Err(error) => Err(error.error).with_context(|| format!("{} can't be written", output.display())),
    }
}

fn there_already(output: &Path) -> String {
    format!("{} is there already: choose another name, or replace it with --force", output.display())
}
