//! Faults that only a Mac's loader or runtime would notice: something that a program requests doesn't exist.

use crate::planted::{Planted, root};
use std::fs;
use wavecraft_bundle_check::{
    Check, Tables,
    recipe::{COMPANION, PROGRAMS},
};

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_library_that_is_not_the_systems_is_seen() {
    for program in &PROGRAMS {
        let app = Planted::new();
        app.replace(program.path, b"/usr/lib/libiconv.2.dylib", b"/opt/lib/libiconv.2.dylib");
        app.sign();
        assert_eq!(app.checks(), [Check::Libraries], "{}", program.path);
    }
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_framework_of_another_version_is_seen() {
    for framework in ["AppKit", "Foundation"] {
        let app = Planted::new();
        let right = format!("/{framework}.framework/Versions/C/{framework}\0");
        app.replace(COMPANION.path, right.as_bytes(), right.replace("/C/", "/A/").as_bytes());
        app.sign();
        assert_eq!(app.checks(), [Check::Libraries], "{framework}");
        assert!(
            app.findings()[0].words.contains(&format!("but the library is /System{}", "/Library/Frameworks"))
        );
    }
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_symbol_that_no_mac_has_is_seen() {
    for program in &PROGRAMS {
        let app = Planted::new();
        app.replace(program.path, b"\0_malloc\0", b"\0_mallox\0");
        app.sign();
        assert_eq!(app.checks(), [Check::Symbols], "{}", program.path);
    }
    // A symbol that only one program requests leaves its line unused.
    let app = Planted::new();
    app.replace(COMPANION.path, b"\0_AudioUnitRender\0", b"\0_AudioUnitRendes\0");
    app.sign();
    assert_eq!(app.checks(), [Check::Symbols, Check::Tables]);
    assert!(app.findings()[0].words.contains("imports.tsv doesn't list"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_symbol_that_is_bound_to_another_library_is_seen() {
    let app = Planted::new();
    let library = |name: &str| format!("/System/Library/Frameworks/{name}.framework/Versions/A/{name}\0");
    app.swap(COMPANION.path, &library("CoreAudio"), &library("CoreVideo"));
    app.sign();
    let findings = app.findings();
    let asks = |words: &str| words.contains("CoreVideo for _Audio") && words.contains("/CoreAudio has");
    assert!(
        findings.iter().any(|finding| finding.check == Check::Symbols && asks(&finding.words)),
        "{findings:?}"
    );
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_class_that_no_mac_has_is_seen() {
    let app = Planted::new();
    app.replace(COMPANION.path, b"\0NSStatusBar\0", b"\0NSStatusBat\0");
    app.sign();
    assert_eq!(app.checks(), [Check::Classes, Check::Tables]);
    assert!(app.findings()[0].words.contains("names NSStatusBat"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_message_that_no_binding_declares_is_seen() {
    let app = Planted::new();
    app.replace(COMPANION.path, b"\0setTemplate:\0", b"\0setTemplade:\0");
    app.sign();
    assert_eq!(app.checks(), [Check::Messages, Check::Tables]);
    assert!(app.findings()[0].words.contains("sends setTemplade:"));
}

#[test]
#[ignore = "wants the app of cargo xtask bundle"]
fn a_line_that_no_program_needs_is_seen() {
    let table = |name: &str| fs::read_to_string(root().join("bundle/mac").join(name)).expect(name);
    let (libraries, imports, selectors) =
        (table("libraries.tsv"), table("imports.tsv"), table("selectors.tsv"));
    let mut app = Planted::new();
    let more = format!("{imports}/usr/lib/libSystem.B.dylib\t_gets\tboth\tsomebody's memory\n");
    app.expected.tables = Tables::parse(&libraries, &more, &selectors).expect("tables");
    assert_eq!(app.checks(), [Check::Tables]);
    let more = format!("{selectors}removeTemplate:\tmessage\tsomebody's memory\n");
    app.expected.tables = Tables::parse(&libraries, &imports, &more).expect("tables");
    assert_eq!(app.checks(), [Check::Tables]);
    let more = format!("{libraries}/usr/lib/libz.1.dylib\t-\tsomebody's memory\n");
    app.expected.tables = Tables::parse(&more, &imports, &selectors).expect("tables");
    assert_eq!(app.checks(), [Check::Tables]);
}
