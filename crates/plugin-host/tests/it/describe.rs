//! Libraries that can be used, and those that can't.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{Described, Plugin, describe, run};

/// The message for the user about a library that can't be used.
fn refused(described: &Described) -> &str {
    assert_eq!((described.code, described.out.as_str()), (Some(1), ""), "{described:?}");
    described.err.strip_prefix("This processor can't be used: ").expect("what it is about")
}

#[test]
fn a_plugin_describes_its_parameters() {
    let described = Plugin::with(&[]).describe();
    assert_eq!((described.code, described.err.as_str()), (Some(0), ""), "{described:?}");
    let hello: Value = serde_json::from_str(&described.out).unwrap();
    assert_eq!((hello["name"].as_str(), hello["latency_frames"].as_u64()), (Some("demo"), Some(0)));
    assert_eq!(hello["processors"], serde_json::json!(["gain"]));
    let [level, fault] = &hello["parameters"].as_array().unwrap()[..] else { panic!("two parameters") };
    assert_eq!(level["id"], "gain_level");
    assert_eq!((&level["default"], &level["max"], &level["unit"]), (&0.5.into(), &2.0.into(), &"x".into()));
    assert_eq!((level.get("step"), &fault["step"]), (None, &1.0.into()), "a choice has steps");
    assert_eq!(
        fault["variants"],
        serde_json::json!(["None", "Abort", "Loop", "Panic", "Push", "Sleep", "C"])
    );
}

#[test]
fn a_table_of_another_version_is_refused_however_long_it_is() {
    for (version, advice) in
        [("1", "let the project depend on `wavecraft` 0.12"), ("3", "update the Wavecraft Companion")]
    {
        let version_is = format!("const VERSION: u32 = {version};");
        let plugin = Plugin::with(&[
            ("const VERSION: u32 = 2;", version_is.as_str()),
            ("const MORE: usize = 0;", "const MORE: usize = 50;"),
        ]);
        let described = plugin.describe();
        let text = refused(&described);
        assert!(text.contains(&format!("has version {version}, and")) && text.contains(advice), "{text}");
    }
}

#[test]
fn a_missing_function_is_named() {
    for symbol in ["wavecraft_get_params_json", "wavecraft_free_string", "wavecraft_dev_create_processor"] {
        let described = Plugin::with(&[(symbol, "something_else")]).describe();
        let text = refused(&described);
        assert!(text.contains(&format!("it has no `{symbol}`")) && text.contains("`dev-audio`"), "{text}");
    }
}

#[test]
fn parameters_that_are_none_are_refused() {
    let described = Plugin::with(&[(r#""type": "float""#, r#""type": "tune""#)]).describe();
    assert!(refused(&described).contains("doesn't know (Failed to parse"), "{described:?}");
    let described = Plugin::with(&[(r#""gain_fault""#, r#""gain_level""#)]).describe();
    assert!(refused(&described).contains("two parameters have the id `gain_level`"), "{described:?}");
}

#[test]
fn a_file_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("libnone.so");
    let described = describe(&file);
    assert!(refused(&described).contains("libnone.so can't be loaded"), "{described:?}");
    fs::write(&file, "no library").unwrap();
    let described = describe(&file);
    assert!(refused(&described).contains("libnone.so can't be loaded"), "{described:?}");
}

#[test]
fn run_by_hand_it_says_what_it_is() {
    let program = || Command::new(env!("CARGO_BIN_EXE_wavecraft-plugin-host"));
    let without = run(&mut program());
    assert_eq!(without.code, Some(2));
    assert!(without.err.contains("Usage: wavecraft-plugin-host LIBRARY"), "{without:?}");
    assert_eq!(run(program().arg("--help")).out, without.err);
}
