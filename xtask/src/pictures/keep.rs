//! How a picture becomes one of the documents'.

use crate::shell::{cmd, root, say};
use std::{fs, path::Path};

/// Fewer colours, and no more bytes than a page should load.
pub(super) fn keep(picture: &Path, name: &str) -> anyhow::Result<()> {
    let to = root().join("docs").join(name);
    cmd("pngquant --force --output").arg(&to).arg("256").arg(picture).run()?;
    say(format!("docs/{name}: {} bytes", fs::metadata(&to)?.len()));
    Ok(())
}
