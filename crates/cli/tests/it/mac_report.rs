//! `scripts/mac-report`, on any system: runs the real programs for a few seconds.

use crate::support::{World, which};
use std::{fs, path::Path};

/// A string with the length and the characters of a token.
const TOKEN_CHARACTERS: usize = 43;

#[test]
fn a_report_has_every_figure_and_nothing_private() {
    let tools = ["cargo", "node", "git"].map(|name| which(name).parent().expect("its folder").to_owned());
    let path = std::env::join_paths(tools.into_iter().chain(["/usr/bin".into(), "/bin".into()]));
    let world = World::new()
        .env("PATH", path.expect("a PATH"))
        .env("WAVECRAFT_BACKEND", "virtual")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("created-target"));
    let command = Path::new(env!("CARGO_BIN_EXE_wavecraft"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/mac-report");
    let report = world.path("here/report.md");
    let args = ["--seconds", "3", "--frames", "128", "--built", text(command.parent().expect("a folder"))];
    let mut run = world.program(text(&script), "here", &args);
    let output = run.arg("--output").arg(&report).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");

    let report = fs::read_to_string(report).expect("the report");
    for load in ["alone", "compiler runs"] {
        let row = report.lines().find(|line| line.starts_with(&format!("| 128 | {load} | ")));
        let row = row.unwrap_or_else(|| panic!("no row for {load} in {report}"));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert!(cells[3].starts_with("128 at 48000 Hz, virtual"), "{row}");
        assert!(cells[4].ends_with(" ms") && cells[6].parse::<u64>().is_ok_and(|blocks| blocks > 0), "{row}");
    }
    let version = format!("wavecraft {}", env!("CARGO_PKG_VERSION"));
    for part in [version.as_str(), "## Devices", "attached from <work>/demo"] {
        assert!(report.contains(part), "no {part} in {report}");
    }
    assert!(!report.contains(text(&world.path("home"))), "{report}");
    let words =
        report.split(|character: char| !(character.is_ascii_alphanumeric() || "-_".contains(character)));
    assert!(words.into_iter().all(|word| word.len() != TOKEN_CHARACTERS), "a token in {report}");

    // The buffer setting is back to its earlier value.
    let devices = world.run(&["devices", "--json"]);
    assert!(!devices.out.contains("buffer_size"), "{devices:#?}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}
