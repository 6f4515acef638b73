//! The app made by `cargo xtask bundle` has no fault, and each fault planted in it is found by the check meant for it.
//! These tests need the app, so `scripts/test mac` runs them.

mod loader;
mod planted;

use planted::Planted;
use std::fs;
use wavecraft_bundle_check::{
    Check,
    recipe::{COMMAND, COMPANION, PROGRAMS},
};

const INFO: &str = "Contents/Info.plist";

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn what_was_built_has_no_fault() {
    assert_eq!(Planted::new().findings(), []);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn signing_it_anew_brings_no_fault() {
    let app = Planted::new();
    app.sign();
    assert_eq!(app.findings(), []);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_flipped_byte_is_seen_in_its_page() {
    for program in &PROGRAMS {
        let app = Planted::new();
        // In the middle of its last slice: code or constants, no header.
        app.edit(program.path, |file| {
            let at = file.len() * 3 / 4;
            file[at] ^= 1;
        });
        assert_eq!(app.checks(), [Check::Pages], "{}", program.path);
    }
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_missing_entitlement_is_seen() {
    let app = Planted::new();
    app.sign_with("companion.entitlements", "<plist version=\"1.0\"><dict/></plist>");
    assert_eq!(app.checks(), [Check::Entitlements]);
    assert!(app.findings()[0].words.contains("lacks com.apple.security.device.audio-input"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn an_entitlement_too_many_is_seen() {
    let app = Planted::new();
    let more = "<plist version=\"1.0\"><dict><key>com.apple.security.device.audio-input</key><true/>\
                <key>com.apple.security.get-task-allow</key><true/></dict></plist>";
    app.sign_with("companion.entitlements", more);
    assert_eq!(app.checks(), [Check::Entitlements]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_plugin_host_that_no_debugger_may_attach_to_is_seen() {
    let app = Planted::new();
    let released =
        fs::read_to_string(planted::root().join("bundle/plugin-host.entitlements")).expect("a file");
    app.sign_with("plugin-host-development.entitlements", &released);
    assert_eq!(app.checks(), [Check::Entitlements]);
    assert!(app.findings()[0].words.contains("lacks com.apple.security.get-task-allow"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn an_app_for_others_that_a_debugger_may_attach_to_is_seen() {
    let mut app = Planted::new();
    app.expected.for_others = true;
    assert_eq!(app.checks(), [Check::Entitlements]);
    assert!(app.findings()[0].words.contains("has com.apple.security.get-task-allow"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn another_version_is_seen() {
    let app = Planted::new();
    app.replace_text(INFO, env!("CARGO_PKG_VERSION"), "7.8.9");
    app.sign();
    assert_eq!(app.checks(), [Check::Version]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_program_of_another_version_is_seen() {
    let mut app = Planted::new();
    app.expected.version = "7.8.9".into();
    app.replace_text(INFO, env!("CARGO_PKG_VERSION"), "7.8.9");
    app.sign();
    assert_eq!(app.checks(), [Check::Version]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_program_of_another_commit_is_seen() {
    let mut app = Planted::new();
    let other = format!("0123456{}", &app.expected.commit[7..]);
    app.replace_text(INFO, &app.expected.commit, &other);
    app.expected.commit = other;
    app.sign();
    assert_eq!(app.checks(), [Check::Version]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_missing_sentence_for_the_microphone_is_seen() {
    let app = Planted::new();
    app.replace_text(INFO, "NSMicrophoneUsageDescription", "NSMicrophoneDescription");
    app.sign();
    assert_eq!(app.checks(), [Check::Info]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn an_older_system_in_a_program_is_seen() {
    let app = Planted::new();
    // LC_BUILD_VERSION: for macOS, from 14.4; here from 13.4.
    app.replace(COMPANION.path, &[1, 0, 0, 0, 0, 4, 14, 0], &[1, 0, 0, 0, 0, 4, 13, 0]);
    app.sign();
    assert_eq!(app.checks(), [Check::OldestSystem]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn an_architecture_that_is_none_of_a_mac_is_seen() {
    let app = Planted::new();
    // The universal header: its magic, a count, and the first slice's processor.
    app.edit(COMPANION.path, |file| file[8..12].copy_from_slice(&[0, 0, 0, 18]));
    assert_eq!(app.checks(), [Check::Architectures]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_folder_of_the_builder_is_seen() {
    let mut app = Planted::new();
    // Where the crates' sources were, as panics report it.
    app.replace(COMMAND.path, b"crates/index.", b"/home/me/src.");
    app.sign();
    app.expected.forbidden.push("/home/me/".into());
    assert_eq!(app.checks(), [Check::Leftovers]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_key_that_was_changed_after_signing_is_seen() {
    let app = Planted::new();
    app.replace_text(INFO, "public.app-category.developer-tools", "public.app-category.music");
    assert_eq!(app.checks(), [Check::Slots]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_file_that_was_changed_or_added_after_signing_is_seen() {
    let app = Planted::new();
    app.edit("Contents/Resources/AppIcon.icns", |file| file.push(0));
    assert_eq!(app.checks(), [Check::Resources]);

    let app = Planted::new();
    app.write("Contents/Resources/extra", b"");
    assert_eq!(app.checks(), [Check::Resources]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn programs_in_each_others_place_are_seen() {
    let app = Planted::new();
    app.write(COMMAND.path, &app.read(COMPANION.path));
    let checks = app.checks();
    assert!(checks.contains(&Check::Signature) && checks.contains(&Check::Resources), "{checks:?}");
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_program_without_a_signature_is_seen() {
    let app = Planted::new();
    // LC_CODE_SIGNATURE of both slices becomes a command that may be ignored.
    app.edit(COMPANION.path, |file| {
        for at in 0..file.len() - 8 {
            if file[at..at + 8] == [0x1d, 0, 0, 0, 16, 0, 0, 0] {
                file[at] = 0x2b;
            }
        }
    });
    assert_eq!(app.checks(), [Check::Signature]);
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_program_without_the_hardened_runtime_is_seen() {
    let app = Planted::new();
    // The code directory of both slices: its magic, then length, version and the flags.
    app.edit(COMPANION.path, |file| {
        for at in 0..file.len() - 16 {
            if file[at..].starts_with(&[0xfa, 0xde, 0x0c, 0x02]) {
                file[at + 13] = 0;
            }
        }
    });
    assert_eq!(app.checks(), [Check::HardenedRuntime]);
}
