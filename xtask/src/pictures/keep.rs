//! Turns a screenshot into a picture for the documents.

use crate::shell::{cmd, root, say};
use std::{fs, path::Path};

/// Reduces the colours, so that the file is small enough for a page.
pub(super) fn keep(picture: &Path, name: &str) -> anyhow::Result<()> {
    let to = root().join("docs").join(name);
    cmd("pngquant --force --output").arg(&to).arg("256").arg(picture).run()?;
    say(format!("docs/{name}: {} bytes", fs::metadata(&to)?.len()));
    Ok(())
}
