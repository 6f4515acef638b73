//! Puts plugins in their places, whole or not at all.

use anyhow::Context;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A path in `folder` where nothing is, to write `name` at before it is [`put`] in its place. What an interrupted run left
/// there is removed.
///
/// # Errors
/// If the folder can't be made.
pub(crate) fn beside(folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let new = folder.join(format!(".new-{name}"));
    let make = || {
        fs::create_dir_all(folder)?;
        remove(&new)
    };
    make().with_context(|| format!("{} can't be written", folder.display()))?;
    Ok(new)
}

/// Moves what was written at `new` to `place`, over what is there. Returns the place.
///
/// # Errors
/// If that can't be removed.
pub(crate) fn put(new: &Path, place: &Path) -> anyhow::Result<PathBuf> {
    let put = || {
        remove(place)?;
        fs::rename(new, place)
    };
    put().with_context(|| format!("{} can't be replaced: does a host have it open?", place.display()))?;
    Ok(place.to_owned())
}

/// Copies a plugin into a folder, over one of the same name. Returns where it is.
///
/// # Errors
/// If it can't be written.
pub(crate) fn into(folder: &Path, plugin: &Path) -> anyhow::Result<PathBuf> {
    let name = plugin.file_name().unwrap_or_default();
    let new = beside(folder, &name.to_string_lossy())?;
    copy(plugin, &new).with_context(|| format!("{} can't be written", folder.display()))?;
    put(&new, &folder.join(name))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Removes a file, a link or a folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_takes_the_place_of_the_one_before_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let (made, plugins) = (dir.path().join("made"), dir.path().join("plugins"));
        for text in ["one", "two"] {
            let new = beside(&made, "a.vst3").unwrap();
            fs::create_dir_all(new.join("Contents")).unwrap();
            fs::write(new.join("Contents/a.so"), text).unwrap();
            let plugin = put(&new, &made.join("a.vst3")).unwrap();
            // What an interrupted run left.
            fs::create_dir_all(plugins.join(".new-a.vst3/Contents")).unwrap();
            assert_eq!(into(&plugins, &plugin).unwrap(), plugins.join("a.vst3"));
            assert_eq!(fs::read_to_string(plugins.join("a.vst3/Contents/a.so")).unwrap(), text);
        }
        for folder in [made, plugins] {
            assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_link_of_the_author_is_replaced_and_what_it_leads_to_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (made, plugins) = (dir.path().join("a.clap"), dir.path().join("plugins"));
        fs::create_dir(&plugins).unwrap();
        fs::write(&made, "new").unwrap();
        fs::write(dir.path().join("kept"), "kept").unwrap();
        std::os::unix::fs::symlink(dir.path().join("kept"), plugins.join("a.clap")).unwrap();
        into(&plugins, &made).unwrap();
        assert_eq!(fs::read_to_string(plugins.join("a.clap")).unwrap(), "new");
        assert_eq!(fs::read_to_string(dir.path().join("kept")).unwrap(), "kept");
    }
}
