//! Reading line tables, in a process of its own, whatever file it is given.

use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

#[inline(never)]
fn author(number: u64) -> u64 {
    std::hint::black_box(number) + 1
}
/// The line at which it begins.
const LINE: u64 = 11;

fn places(file: &Path, addresses: &[u64]) -> Output {
    let job = json!({ "file": file, "addresses": addresses }).to_string();
    Command::new(env!("CARGO_BIN_EXE_wavecraft-companion")).args(["--places", &job]).output().unwrap()
}

/// Where this program was loaded, on a system that tells it.
fn load_address(own: &Path) -> Option<u64> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let first = maps.lines().find(|line| line.ends_with(own.to_str().unwrap()))?;
    u64::from_str_radix(first.split('-').next()?, 16).ok()
}

#[test]
fn an_address_becomes_the_function_the_file_and_the_line() {
    let own = std::env::current_exe().unwrap();
    let Some(base) = load_address(&own) else { return };
    assert_eq!(author(1), 2);
    let address = u64::try_from(author as fn(u64) -> u64 as usize).unwrap() - base;
    let output = places(&own, &[address, u64::MAX]);
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = answer["frames"][0].as_array().unwrap();
    let outer = steps.last().unwrap();
    assert!(outer["function"].as_str().unwrap().ends_with("places::author"), "{outer}");
    assert!(outer["file"].as_str().unwrap().ends_with("app/tests/it/places.rs"), "{outer}");
    let line = outer["line"].as_u64().unwrap();
    assert!((LINE..LINE + 3).contains(&line), "{outer}");
    assert_eq!(answer["frames"][1], json!([]));
}

/// Nothing but an end, with or without an answer, may come of a program's file, which is its author's.
#[test]
fn a_broken_file_ends_nothing_but_the_process_that_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("broken");
    // A small program would do, but this one is certain to be there.
    let whole = fs::read(env!("CARGO_BIN_EXE_wavecraft-companion")).unwrap();
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..8 {
        let mut bytes = whole.clone();
        if round % 2 == 0 {
            bytes.truncate(random(whole.len()));
        }
        for _ in 0..2000 {
            let at = random(bytes.len().max(1));
            bytes[at] = u8::try_from(random(256)).unwrap();
        }
        // What it begins with stays, so that it is read further.
        let head = bytes.len().min(64);
        bytes[..head].copy_from_slice(&whole[..head]);
        fs::write(&file, &bytes).unwrap();
        let output = places(&file, &[0x1000, 0x10_0000, 0x20_0000, u64::MAX]);
        if output.status.success() {
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(answer["frames"].as_array().unwrap().len(), 4);
        }
    }
    for nothing in ["/dev/null", "/", "/nowhere"] {
        assert!(!places(Path::new(nothing), &[1]).status.success(), "{nothing}");
    }
}
