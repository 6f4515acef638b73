//! Changes the user's files: completely or not at all, and keeping their format.

use anyhow::Context;
use std::{fs, io::Write, path::Path};
use toml_edit::{Array, DocumentMut, Item, value};

/// Replaces or creates the file at `path`: a concurrent reader sees either the old or the new one. An existing file
/// keeps its mode, and a link its target.
///
/// # Errors
/// The file system's error. The file is then unchanged.
pub(crate) fn atomically(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.into());
    let said = || format!("{} could not be written", path.display());
    let folder = target.parent().with_context(said)?;
    let mode = target.metadata().ok().map(|metadata| metadata.permissions());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wavecraft-");
    // The mode of any new file: a temporary file is readable only by its owner.
    builder.permissions(mode.clone().unwrap_or(std::os::unix::fs::PermissionsExt::from_mode(0o666)));
    let mut file = builder.tempfile_in(folder).with_context(said)?;
    file.write_all(content).with_context(said)?;
    if let Some(mode) = mode {
        fs::set_permissions(file.path(), mode).with_context(said)?;
    }
    file.persist(&target).with_context(said)?;
    Ok(())
}

/// Appends to a list of a TOML file: on a separate line if the last item has one.
pub(crate) fn append(list: &mut Array, text: &str) {
    let prefix = list.iter().last().and_then(|last| last.decor().prefix()?.as_str()).map(|prefix| {
        // A comment before the last item belongs to that item.
        prefix.rfind('\n').map_or(prefix, |at| &prefix[at..]).to_owned()
    });
    match prefix {
        Some(prefix) if prefix.contains('\n') => {
            list.push_formatted(toml_edit::Value::from(text).decorated(prefix, ""));
            list.set_trailing_comma(true);
        }
        _ => list.push(text),
    }
}

/// Appends to `workspace.exclude` of a manifest.
///
/// # Errors
/// If it has no such table or list.
pub(crate) fn exclude(manifest: &mut DocumentMut, folder: &str) -> anyhow::Result<()> {
    let workspace =
        manifest.get_mut("workspace").and_then(Item::as_table_like_mut).context("[workspace] is no table")?;
    let list = workspace.entry("exclude").or_insert(value(Array::new()));
    append(list.as_array_mut().context("`exclude` is no list")?, folder);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_file_keeps_its_mode_and_a_link_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        atomically(&file, b"one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        atomically(&link, b"two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
        let error = atomically(&folder.path().join("missing/file"), b"").unwrap_err();
        assert!(error.to_string().contains("missing/file"), "{error}");
    }

    #[test]
    fn the_list_keeps_its_form() {
        for (before, after) in [
            ("[workspace]\nmembers = [\"a\"]\n", "[workspace]\nmembers = [\"a\"]\nexclude = [\"foo\"]\n"),
            ("[workspace]\nexclude = [\"a\"] # why\n", "[workspace]\nexclude = [\"a\", \"foo\"] # why\n"),
            (
                "[workspace]\nexclude = [\n  # why\n  \"a\",\n  \"b\",\n]\n",
                "[workspace]\nexclude = [\n  # why\n  \"a\",\n  \"b\",\n  \"foo\",\n]\n",
            ),
        ] {
            let mut document: DocumentMut = before.parse().unwrap();
            exclude(&mut document, "foo").unwrap();
            assert_eq!(document.to_string(), after);
        }
    }
}
