//! What the computer that built a program left in it, and whether it is the program of this version.

use crate::{
    Expected, bytes,
    finding::{Check, Findings},
    recipe::Program,
};

/// So many digits of a commit are in what programs say of their version: `scripts/version.rs`.
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

/// Sources that are in no clone have no commit, and their programs tell none.
fn version(program: &Program, expected: &Expected) -> String {
    let digits = expected.commit.get(..COMMIT_DIGITS);
    match digits
        .filter(|digits| program.tells_commit && digits.chars().all(|digit| digit.is_ascii_hexdigit()))
    {
        Some(commit) => format!("{} ({commit})", expected.version),
        None => expected.version.clone(),
    }
}
