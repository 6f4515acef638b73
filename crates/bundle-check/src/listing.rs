//! Lists what the app's programs request from the loader, as lines for a script to read.

use crate::{
    imports::{From, imports},
    program, recipe,
    words::words,
};
use anyhow::Context;
use std::{collections::BTreeSet, fs, path::Path};

/// Tab-separated lines: `library NAME`, `symbol PROCESSOR LIBRARY NAME`, and `word TEXT` for each text that may be the
/// name of a class or a message. Symbols that aren't bound to a library are left out.
///
/// # Errors
///
/// A program doesn't exist or can't be read.
pub fn asked_of_the_loader(app: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut lines = BTreeSet::new();
    for program in &recipe::PROGRAMS {
        let file = fs::read(app.join(program.path)).context(program.path)?;
        for slice in program::slices(&file).context(program.path)? {
            lines.extend(slice.libraries.iter().map(|library| format!("library\t{library}")));
            for import in imports(&slice).context(program.path)? {
                if let From::Library(library) = import.from {
                    lines.insert(format!("symbol\t{}\t{library}\t{}", slice.architecture, import.symbol));
                }
            }
            lines.extend(words(&slice)?.iter().map(|word| format!("word\t{}", word.as_str())));
        }
    }
    Ok(lines)
}
