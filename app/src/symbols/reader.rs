//! Reads the line tables of a file.

use super::apart::Apart;
use addr2line::Loader;
use serde::{Deserialize, Serialize};
use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
};
use wavecraft_companion_protocol::bounded::cut;

/// The most functions that are told of one address: those that were inlined at it, and the one that holds it.
const MOST_INLINED: usize = 24;
/// The most bytes of a function's name, and of a file's.
const NAME_BYTES: usize = 512;

/// One function at an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    /// Its name, readable.
    pub function: Option<String>,
    /// As the compiler was given it, or absolute.
    pub file: Option<String>,
    /// Counted from 1.
    pub line: Option<u32>,
}

/// The functions at each address, innermost first, in the order of the addresses. An address of which nothing is known has none.
///
/// # Errors
/// The file isn't a program that can be read.
pub(super) fn read(file: &Path, addresses: &[u64]) -> Result<Vec<Vec<Step>>, String> {
    let loader = Loader::new(file).map_err(|error| error.to_string())?;
    // Functions that the linker left out are still in the tables, at 0 and the like.
    let code = loader.get_section_range(b".text").or(loader.get_section_range(b"__text"));
    let is_code = |address: u64| code.is_none_or(|code| (code.begin..code.end).contains(&address));
    // An address may be any number, and the tables may say anything: what is too much for the reader costs no other address.
    panic::set_hook(Box::new(|_| {}));
    let apart = Apart::of(file);
    let known = |address: &u64| match is_code(*address)
        && !apart.as_ref().is_some_and(|apart| apart.is_newer(*address))
    {
        true => panic::catch_unwind(AssertUnwindSafe(|| steps(&loader, *address))).unwrap_or_default(),
        false => Vec::new(),
    };
    let steps = addresses.iter().map(known).collect();
    drop(panic::take_hook());
    Ok(steps)
}

fn steps(loader: &Loader, address: u64) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Ok(mut frames) = loader.find_frames(address) {
        while steps.len() < MOST_INLINED
            && let Ok(Some(frame)) = frames.next()
        {
            let location = frame.location.as_ref();
            steps.push(Step {
                function: frame.function.and_then(|name| Some(plain(&name.demangle().ok()?))),
                file: location.and_then(|at| at.file).map(plain),
                line: location.and_then(|at| at.line).filter(|line| *line > 0),
            });
        }
    }
    // Line tables alone name functions without their types; the table of symbols has the whole name of the one that holds the address,
    // and may be there without line tables.
    if let Some(name) = loader.find_symbol(address) {
        let name = addr2line::demangle_auto(name.into(), None);
        let function = Some(plain(&name));
        match steps.last_mut() {
            Some(step) if step.function.as_ref().is_none_or(|name| !name.contains("::")) => {
                step.function = function
            }
            Some(_) => {}
            None => steps.push(Step { function, ..Step::default() }),
        }
    }
    steps
}

/// A name as it may be shown: what is in a file may be anything.
fn plain(name: &str) -> String {
    cut(name, NAME_BYTES).chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its own address, as the file counts addresses, isn't easily had: the tables are searched for it by its name.
    #[test]
    fn this_programs_own_functions_are_found_with_their_lines() {
        let own = std::env::current_exe().unwrap();
        // What cargo builds tests with has line tables. Any address inside of a function of this crate does.
        let loader = Loader::new(&own).unwrap();
        let text = loader.get_section_range(b".text").or(loader.get_section_range(b"__text")).unwrap();
        let found = (text.begin..text.end).step_by(4096).find_map(|address| {
            let steps = steps(&loader, address);
            steps
                .into_iter()
                .find(|step| step.line.is_some() && step.file.is_some() && step.function.is_some())
        });
        assert!(found.is_some());
    }

    #[test]
    fn what_is_no_program_is_refused_and_what_lies_outside_is_unknown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("text");
        std::fs::write(&file, "no program").unwrap();
        assert!(read(&file, &[1]).is_err());
        assert!(read(&dir.path().join("missing"), &[1]).is_err());
        let own = std::env::current_exe().unwrap();
        assert_eq!(read(&own, &[u64::MAX, 0, 1 << 63]).unwrap(), vec![Vec::new(); 3]);
    }
}
