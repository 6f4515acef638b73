//! Checks `Wavecraft Companion.app` without a Mac: reads it as the system would, and reports what is wrong with it.
//!
//! | module | subject |
//! |---|---|
//! | [`recipe`] | what the app consists of: its programs, their identities and permissions |
//! | `info` | `Info.plist` |
//! | `commands` | architectures and oldest system of each program |
//! | [`Tables`] | the Mac's libraries, and what is known to be in them |
//! | `imports` | the symbols that the loader binds, and to which library |
//! | `words` | texts that may be the name of a class or a message |
//! | `listing` | all of these, for `scripts/mac-imports` |
//! | `loader` | whether the tables contain all of these |
//! | `leftovers` | folder names of the computer that built it |
//! | `signature` | a code signature's parts, as they are stored in a program |
//! | `seal` | whether the signature matches the program, and what it permits the program to do |
//! | `resources` | whether the bundle's files are the sealed ones |
//!
//! Only Apple's own tools can check a certificate: `cargo xtask bundle` runs them on a Mac.

mod bytes;
mod commands;
mod finding;
mod imports;
mod info;
mod leftovers;
mod listing;
mod loader;
mod program;
pub mod recipe;
mod resources;
mod seal;
mod signature;
mod tables;
mod words;

pub use finding::{Check, Finding};
pub use listing::asked_of_the_loader;
pub use tables::Tables;

use finding::Findings;
use loader::Loader;
use std::path::Path;

/// The expected properties of the app.
#[derive(Debug)]
pub struct Expected {
    /// The version of the workspace, such as `0.1.0`.
    pub version: String,
    /// The commit it was built from, as named in `Info.plist`.
    pub commit: String,
    /// The contents of the Mac's libraries.
    pub tables: Tables,
    /// Whether it is signed for distribution. Then no debugger may attach to its programs.
    pub for_others: bool,
    /// Text that no program may contain: folder names of the computer that built it.
    pub forbidden: Vec<String>,
}

/// Finds everything that is wrong with the app, in the order of its programs.
#[must_use]
pub fn check(app: &Path, expected: &Expected) -> Vec<Finding> {
    let mut findings = Findings::default();
    info::check(app, expected, &mut findings);
    let mut loader = Loader::new(&expected.tables);
    for program in &recipe::PROGRAMS {
        let Some(file) = findings.read(app, program.path) else {
            loader.skip();
            continue;
        };
        leftovers::check(program, &file, expected, &mut findings);
        let slices = match program::slices(&file) {
            Ok(slices) => slices,
            Err(error) => {
                findings.add(Check::Architectures, program.path, format!("can't be read: {error:#}"));
                loader.skip();
                continue;
            }
        };
        commands::check_architectures(program.path, &slices, &mut findings);
        for slice in &slices {
            let place = format!("{} ({})", program.path, slice.architecture);
            commands::check(&place, slice, &mut findings);
            loader.check(&place, slice, &mut findings);
            seal::check(&place, program, slice, app, expected, &mut findings);
        }
    }
    loader.check_tables(&mut findings);
    resources::check(app, &mut findings);
    findings.all
}
