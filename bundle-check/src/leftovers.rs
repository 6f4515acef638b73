//! What the computer that built a program left in it, and whether it is the program of this version.

use crate::{
    Expected, bytes,
    finding::{Check, Findings},
};

pub(crate) fn check(place: &str, file: &[u8], expected: &Expected, findings: &mut Findings) {
    for text in expected.forbidden.iter().filter(|text| bytes::holds(file, text.as_bytes())) {
        findings.add(
            Check::Leftovers,
            place,
            format!("holds {text}, a folder of the computer that built it"),
        );
    }
    if !bytes::holds(file, expected.version.as_bytes()) {
        findings.add(Check::Version, place, format!("doesn't hold the version {}", expected.version));
    }
}
