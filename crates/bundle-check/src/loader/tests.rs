use super::*;
use crate::finding::Finding;
use object::Endianness;

const KIT: &str = "/System/Library/Frameworks/Kit.framework/Versions/C/Kit";
const CORE: &str = "/System/Library/Frameworks/Core.framework/Versions/A/Core";
const OTHER: &str = "/System/Library/Frameworks/Other.framework/Versions/A/Other";

fn tables() -> Tables {
    let libraries = format!("{KIT}\t{CORE}\tx\n{CORE}\t-\tx\n{OTHER}\t-\tx\n");
    let imports = format!(
        "{CORE}\t_a\tboth\tx\n{CORE}\t_old\tx86_64\tx\n{OTHER}\t_o\tboth\tx\n{KIT}\t_OBJC_CLASS_$_KView\tboth\tx\n"
    );
    Tables::parse(&libraries, &imports, "init\tmessage\tx\nmain\ttext\tx\n").expect("tables")
}

fn slice(libraries: &[&str]) -> Slice<'static> {
    Slice {
        architecture: "arm64",
        data: &[],
        endian: Endianness::Little,
        commands: vec![],
        libraries: libraries.iter().map(|name| (*name).to_owned()).collect(),
        linked_by_lld: true,
    }
}

/// The findings for one import of a program that loads [`KIT`].
fn said_of(from: From, symbol: &str) -> Vec<Finding> {
    let (tables, mut findings) = (tables(), Findings::default());
    let import = Import { symbol: symbol.into(), from, weak: false };
    Loader::new(&tables).import("program", &import, &slice(&[KIT]), &mut findings);
    findings.all
}

fn library(name: &str) -> From {
    From::Library(name.into())
}

#[test]
fn a_symbol_is_found_in_its_library_and_in_what_that_re_exports() {
    assert_eq!(said_of(library(CORE), "_a"), []);
    assert_eq!(said_of(library(KIT), "_a"), []);
    assert_eq!(said_of(library(OTHER), "_o"), []);
}

#[test]
fn a_symbol_of_another_library_names_that_one() {
    let said = said_of(library(OTHER), "_a");
    assert_eq!((said.len(), said[0].check), (1, Check::Symbols));
    assert!(said[0].words.contains(&format!("asks {OTHER} for _a, which {CORE} has")), "{said:?}");
}

#[test]
fn a_symbol_that_is_not_listed_tells_what_to_add() {
    for symbol in ["_new", "_old"] {
        let said = said_of(library(KIT), symbol);
        assert_eq!((said.len(), said[0].check), (1, Check::Symbols), "{symbol}");
        assert!(said[0].words.contains("imports.tsv doesn't list") && said[0].words.contains("evidence"));
    }
}

#[test]
fn what_is_bound_to_no_library_is_told() {
    assert_eq!(said_of(From::Any, "_a")[0].check, Check::Symbols);
    assert_eq!(said_of(From::Program, "_a")[0].check, Check::Symbols);
}

#[test]
fn a_library_of_another_version_is_told_with_its_right_name() {
    let tables = tables();
    let loader = Loader::new(&tables);
    let wrong = KIT.replace("/C/", "/A/");
    assert!(loader.unknown_library(&wrong).contains(&format!("but the library is {KIT}")));
    assert!(loader.unknown_library("/usr/lib/libz.1.dylib").contains("libraries.tsv doesn't have"));
    // Its contents aren't reported in addition.
    assert_eq!(said_of(library(&wrong), "_a"), []);
    assert_eq!(said_of_word(Word::Class("KView".into()), &[&wrong]), []);
    assert_eq!(said_of(library("/usr/lib/libz.1.dylib"), "_a"), []);
}

/// The findings for one word in a program that loads `libraries`.
fn said_of_word(word: Word, libraries: &[&str]) -> Vec<Check> {
    let (tables, mut findings) = (tables(), Findings::default());
    Loader::new(&tables).word("program", &word, &slice(libraries), &mut findings);
    findings.all.into_iter().map(|finding| finding.check).collect()
}

#[test]
fn a_class_must_be_in_a_library_that_is_loaded() {
    let class = |name: &str| Word::Class(name.into());
    assert_eq!(said_of_word(class("KView"), &[OTHER, KIT]), []);
    assert_eq!(said_of_word(class("KView"), &[CORE]), [Check::Classes]);
    assert_eq!(said_of_word(class("KViev"), &[KIT]), [Check::Classes]);
}

#[test]
fn a_message_must_be_listed() {
    let message = |text: &str| Word::Message(text.into());
    assert_eq!(said_of_word(message("init"), &[]), []);
    assert_eq!(said_of_word(message("main"), &[]), []);
    assert_eq!(said_of_word(message("inid"), &[]), [Check::Messages]);
}

/// The findings about the tables after a program of this linker requested all but one line of each.
fn said_of_tables(linked_by_lld: bool) -> Vec<String> {
    let (tables, mut findings) = (tables(), Findings::default());
    let mut loader = Loader::new(&tables);
    let slice = slice(&[KIT]);
    loader.complete &= linked_by_lld;
    loader.libraries.extend(slice.libraries.iter().cloned());
    for symbol in ["_a", "_o"] {
        let import = Import { symbol: symbol.into(), from: library(CORE), weak: true };
        loader.import("program", &import, &slice, &mut Findings::default());
    }
    loader.word("program", &Word::Class("KView".into()), &slice, &mut findings);
    loader.word("program", &Word::Message("init".into()), &slice, &mut findings);
    loader.check_tables(&mut findings);
    assert!(findings.all.iter().all(|finding| finding.check == Check::Tables), "{:?}", findings.all);
    findings.all.into_iter().map(|finding| finding.words).collect()
}

#[test]
fn lines_that_no_program_needs_are_told() {
    let said = said_of_tables(true);
    // Needed by this program.
    for needless in ["_a of", "KView of", "lists init:", "lists /System/Library/Frameworks/Core"] {
        let arm64 = |words: &&String| !words.contains("x86_64");
        assert!(!said.iter().filter(arm64).any(|words| words.contains(needless)), "{said:#?} has {needless}");
    }
    for wanted in [
        format!("lists _o of {OTHER} for arm64"),
        format!("lists _a of {CORE} for x86_64"),
        format!("lists _old of {CORE} for x86_64"),
        "lists main: ".into(),
        format!("lists {OTHER}: "),
    ] {
        assert!(said.iter().any(|words| words.contains(&wanted)), "{said:#?} has no {wanted}");
    }
}

#[test]
fn another_linker_may_need_fewer_lines() {
    assert_eq!(said_of_tables(false), [] as [String; 0]);
}
