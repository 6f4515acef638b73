//! The program that runs a plugin's library in place of a `dev-audio`.

use crate::programs;
use anyhow::{Context, bail};
use std::path::PathBuf;

/// Names the host to use instead of the one that would be found.
const VARIABLE: &str = "WAVECRAFT_PLUGIN_HOST";
const NAME: &str = "wavecraft-plugin-host";

/// The host: the one that the variable names, else the one beside this program.
///
/// # Errors
/// If there is none.
pub(crate) fn find() -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        if !named.is_absolute() || !programs::is_program(&named) {
            bail!("{VARIABLE} is {}, which isn't the absolute path of a program", named.display());
        }
        return Ok(named.canonicalize()?);
    }
    let own = std::env::current_exe().and_then(|own| own.canonicalize());
    let own = own.context("this program's own place can't be told")?;
    let beside = own.with_file_name(NAME);
    if !programs::is_program(&beside) {
        bail!(
            "the project is a plugin's library, and {NAME}, which runs those, is not beside {}: install Wavecraft again, \
             or set {VARIABLE} to where it is",
            own.display()
        );
    }
    Ok(beside)
}
