//! Traces of the build computer in a program, and whether the program has the expected version.

use crate::{
    Expected, bytes,
    finding::{Check, Findings},
    recipe::Program,
};

/// The number of commit digits in a program's version: see `scripts/version.rs`.
const COMMIT_DIGITS: usize = 7;

pub(crate) fn check(program: &Program, file: &[u8], expected: &Expected, findings: &mut Findings) {
    for text in expected.forbidden.iter().filter(|text| bytes::holds(file, text.as_bytes())) {
        findings.add(
            Check::Leftovers,
            program.path,
            format!("holds {text}, a folder of the computer that built it"),
        );
    }
    let version = version(program, expected);
    if !bytes::holds(file, version.as_bytes()) {
        findings.add(Check::Version, program.path, format!("doesn't hold the version {version}"));
    }
}

/// Sources outside a clone have no commit, and their programs report none.
fn version(program: &Program, expected: &Expected) -> String {
    let digits = expected.commit.get(..COMMIT_DIGITS);
    match digits
        .filter(|digits| program.tells_commit && digits.chars().all(|digit| digit.is_ascii_hexdigit()))
    {
        Some(commit) => format!("{} ({commit})", expected.version),
        None => expected.version.clone(),
    }
}
