//! The file that a rendering or a comparison makes: complete, or not there.

use super::job::BadJob;
use anyhow::{Context, anyhow, bail};
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use wavecraft_companion_protocol::take::{check_name, check_place};

/// The most links followed: as many as systems follow.
const MOST_LINKS: usize = 40;

/// The path of the output file: if it is a link, where that points to, so that the link itself stays.
///
/// # Errors
/// A sentence for the user: something is there that isn't replaced, or the name implies another format.
pub(crate) fn place(output: &Path, force: bool) -> Result<PathBuf, String> {
    check_name(output)?;
    let mut place = output.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(there) = fs::symlink_metadata(&place) else { return Ok(place) };
        if there.is_symlink() && force {
            let target = fs::read_link(&place).map_err(|error| format!("{}: {error}", place.display()))?;
            place = place.parent().unwrap_or(Path::new("/")).join(target);
            continue;
        }
        // Without force a link counts as what is there, but if it leads to a device, that is what the error is about.
        let kind = fs::metadata(&place).map_or(there.file_type(), |behind| behind.file_type());
        if !kind.is_symlink() {
            check_place(output, kind)?;
        }
        return if force { Ok(place) } else { Err(there_already(output)) };
    }
    Err(format!("{}: its links lead in a circle", output.display()))
}

/// Creates the file to write to, next to the final one: an incomplete file never has the final name.
///
/// # Errors
/// There is no such folder, or it can't be written.
pub(crate) fn beside(place: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = place.parent().filter(|folder| folder.is_dir());
    let folder = folder.ok_or_else(|| anyhow!("{}: there is no such folder", place.display()))?;
    // Other users may read it like any new file of this user: the system applies the umask to this mode.
    let mode = fs::Permissions::from_mode(0o666);
    let mut builder = tempfile::Builder::new();
    let part = builder.prefix(".wavecraft-").suffix(".part").permissions(mode).tempfile_in(folder);
    part.with_context(|| format!("{} can't be written", folder.display()))
}

/// Gives the file its final name.
///
/// # Errors
/// Meanwhile something has appeared there that isn't replaced, or the system fails.
pub(crate) fn keep(part: NamedTempFile, output: &Path, force: bool) -> anyhow::Result<()> {
    // Checked again: a rendering takes its time, and renaming the file onto a device would replace that.
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
