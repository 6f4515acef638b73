//! docs/protocol.md shows the golden files.

use crate::golden;
use std::{fmt::Write, fs, path::Path};

const BEGIN: &str =
    "<!-- The golden files of crates/protocol/golden/browser, held to them by the tests of `protocol`. -->\n";

#[test]
fn the_documentation_shows_every_example() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol.md");
    let page = fs::read_to_string(path).expect("the page");
    let shown = page.split_once(BEGIN).expect("its beginning").1;
    let expected = listing();
    assert!(shown.starts_with(&expected), "docs/protocol.md, behind {BEGIN}needs to be:\n{expected}");
}

/// A page's messages behind →, the server's behind ←.
fn listing() -> String {
    let mut text = String::from("```\n");
    let (errors, others): (Vec<_>, Vec<_>) = golden::names().into_iter().partition(|name| name == "errors");
    for name in others.iter().chain(&errors) {
        for line in golden::lines(name) {
            let from_server =
                [r#""result":"#, r#""error":"#].iter().any(|member| line.contains(member)) || !asks(&line);
            writeln!(text, "{} {line}", if from_server { '←' } else { '→' }).expect("a string takes it");
        }
    }
    text + "```\n"
}

/// Has it an id, as every call has that wants an answer?
fn asks(line: &str) -> bool {
    line.contains(r#""id":"#) && !line.starts_with(r#"{"jsonrpc":"2.0","method""#)
}
