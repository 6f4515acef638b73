//! The known contents of the Mac's libraries: three tables in `bundle/mac/`, each line with its evidence.
//!
//! Lines that begin with `#` describe the columns. `scripts/mac-imports` writes the tables from an SDK, or from lists
//! of what its libraries export, and keeps lines whose evidence was looked up by hand.

use anyhow::{Context, ensure};
use std::collections::{BTreeMap, BTreeSet};

/// The table's value for a symbol that is requested on both processors.
const BOTH: &str = "both";
/// The processors, by Apple's names.
const ARCHITECTURES: [&str; 2] = ["arm64", "x86_64"];
/// The kinds of a word: a message that some class understands, one of a class that a program defines itself, or
/// neither.
const KINDS: [&str; 3] = ["message", "own", "text"];
/// The folders that the loader takes for the system's.
const SYSTEM_FOLDERS: [&str; 2] = ["/usr/lib/", "/System/Library/"];

/// The Mac's libraries and their contents, as far as our programs request them.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// By install name, the libraries that each library re-exports.
    libraries: BTreeMap<String, Vec<String>>,
    /// By symbol and processor, the libraries that contain it. A class is `_OBJC_CLASS_$_` and its name.
    symbols: BTreeMap<(String, &'static str), BTreeSet<String>>,
    /// Messages that the programs send, and other texts in them that look like one.
    words: BTreeSet<String>,
}

impl Tables {
    /// The project's own tables.
    ///
    /// # Errors
    ///
    /// A line that can't be read, with its number.
    pub fn ours() -> anyhow::Result<Self> {
        Self::parse(
            include_str!("../../../bundle/mac/libraries.tsv"),
            include_str!("../../../bundle/mac/imports.tsv"),
            include_str!("../../../bundle/mac/selectors.tsv"),
        )
    }

    /// Reads the three tables.
    ///
    /// # Errors
    ///
    /// A line that has too few columns or no evidence, is repeated, or names a library that isn't in the first table.
    pub fn parse(libraries: &str, imports: &str, selectors: &str) -> anyhow::Result<Self> {
        let mut tables = Self::default();
        for row in rows::<3>("libraries.tsv", libraries) {
            let (place, [name, re_exports, _]) = row?;
            ensure!(
                SYSTEM_FOLDERS.iter().any(|folder| name.starts_with(folder)),
                "{place}: {name} isn't the system's"
            );
            let re_exports = re_exports.split(' ').filter(|name| *name != "-").map(str::to_owned).collect();
            ensure!(
                tables.libraries.insert(name.into(), re_exports).is_none(),
                "{place}: {name} is there twice"
            );
        }
        for row in rows::<4>("imports.tsv", imports) {
            let (place, [library, symbol, processors, _]) = row?;
            ensure!(tables.libraries.contains_key(library), "{place}: libraries.tsv doesn't have {library}");
            for architecture in architectures(processors).with_context(|| place.clone())? {
                let exporters = tables.symbols.entry((symbol.into(), architecture)).or_default();
                ensure!(exporters.insert(library.into()), "{place}: {symbol} of {library} is there twice");
            }
        }
        for row in rows::<3>("selectors.tsv", selectors) {
            let (place, [text, kind, _]) = row?;
            ensure!(KINDS.contains(&kind), "{place}: {kind} is none of {}", KINDS.join(", "));
            ensure!(tables.words.insert(text.into()), "{place}: {text} is there twice");
        }
        Ok(tables)
    }

    /// Whether this is the exact install name of a library.
    pub(crate) fn has_library(&self, install_name: &str) -> bool {
        self.libraries.contains_key(install_name)
    }

    /// All listed install names.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &str> {
        self.libraries.keys().map(String::as_str)
    }

    /// The exact install names of libraries with the same file name.
    pub(crate) fn namesakes(&self, install_name: &str) -> Vec<&str> {
        let file = |name: &str| name.rsplit('/').next().map(str::to_owned);
        self.libraries.keys().filter(|known| file(known) == file(install_name)).map(String::as_str).collect()
    }

    /// The library meant by a name. If the name isn't exact, that is reported once, not again for everything in it.
    pub(crate) fn meant<'name>(&'name self, library: &'name str) -> &'name str {
        if self.has_library(library) {
            return library;
        }
        self.namesakes(library).first().copied().unwrap_or(library)
    }

    /// The libraries that contain a symbol.
    pub(crate) fn exporters(&self, symbol: &str, architecture: &'static str) -> impl Iterator<Item = &str> {
        self.symbols.get(&(symbol.to_owned(), architecture)).into_iter().flatten().map(String::as_str)
    }

    /// Whether `library` provides what `exporter` exports: it is the same one, or re-exports it.
    pub(crate) fn passes_on(&self, library: &str, exporter: &str) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![library]);
        while let Some(name) = next.pop() {
            if name == exporter {
                return true;
            }
            if seen.insert(name) {
                next.extend(self.libraries.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }

    /// All listed symbols, with processor and library.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = (&str, &'static str, &str)> {
        self.symbols.iter().flat_map(|((symbol, architecture), libraries)| {
            libraries.iter().map(move |library| (&**symbol, *architecture, &**library))
        })
    }

    /// Whether it is listed as a message, or as a text that only looks like one.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        self.words.contains(text)
    }

    /// All listed messages and texts.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

fn architectures(processors: &str) -> anyhow::Result<Vec<&'static str>> {
    if processors == BOTH {
        return Ok(ARCHITECTURES.to_vec());
    }
    let one = ARCHITECTURES.into_iter().find(|one| *one == processors);
    Ok(vec![one.with_context(|| format!("{processors} is no processor of a Mac"))?])
}

/// The lines of a table, each with its place and its columns, the last of which is the evidence.
fn rows<'text, const COLUMNS: usize>(
    file: &'static str,
    text: &'text str,
) -> impl Iterator<Item = anyhow::Result<(String, [&'text str; COLUMNS])>> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(move |(number, line): (u32, _)| {
        let place = format!("bundle/mac/{file}, line {number}");
        let columns: Vec<_> = line.split('\t').collect();
        let count = columns.len();
        let row: [&str; COLUMNS] =
            columns.try_into().map_err(|_| anyhow::anyhow!("{place}: {count} columns, not {COLUMNS}"))?;
        ensure!(row.iter().all(|column| !column.trim().is_empty()), "{place}: a column is empty");
        ensure!(row[COLUMNS - 1] != NO_EVIDENCE, "{place}: {} has no evidence", row[0]);
        Ok((place, row))
    })
}

/// The evidence that `scripts/mac-imports` writes if it knows none.
const NO_EVIDENCE: &str = "?";

#[cfg(test)]
mod tests {
    use super::*;

    const KIT: &str = "/System/Library/Frameworks/Kit.framework/Versions/C/Kit";
    const CORE: &str = "/System/Library/Frameworks/Core.framework/Versions/A/Core";

    fn libraries() -> String {
        format!("# library\tre-exports\tevidence\n{KIT}\t{CORE}\tan SDK\n{CORE}\t-\tan SDK\n")
    }

    #[test]
    fn the_projects_own_can_be_read() {
        Tables::ours().expect("our tables");
    }

    #[test]
    fn a_library_has_what_it_re_exports() {
        let imports = format!("{CORE}\t_a\tboth\tx\n{CORE}\t_b\tx86_64\tx\n");
        let tables =
            Tables::parse(&libraries(), &imports, "init\tmessage\tx\nmain\ttext\tx\n").expect("tables");
        assert!(tables.passes_on(KIT, CORE) && tables.passes_on(CORE, CORE) && !tables.passes_on(CORE, KIT));
        let exporters = |symbol, architecture| tables.exporters(symbol, architecture).collect::<Vec<_>>();
        assert_eq!(exporters("_a", "arm64"), [CORE]);
        assert_eq!((exporters("_b", "arm64"), exporters("_b", "x86_64")), (vec![], vec![CORE]));
        assert!(tables.is_word("init") && tables.is_word("main") && !tables.is_word("_a"));
        assert_eq!(tables.namesakes("/System/Library/Frameworks/Kit.framework/Versions/A/Kit"), [KIT]);
    }

    #[test]
    fn circles_of_re_exports_end() {
        let circle = format!("{KIT}\t{CORE}\tx\n{CORE}\t{KIT}\tx\n");
        let tables = Tables::parse(&circle, "", "").expect("tables");
        assert!(!tables.passes_on(KIT, "/usr/lib/other"));
    }

    #[test]
    fn a_line_that_is_wrong_is_told_with_its_number() {
        let cases = [
            (format!("{KIT}\t-\n"), String::new(), "line 1: 2 columns"),
            (format!("{KIT}\t-\t?\n"), String::new(), "has no evidence"),
            ("/opt/x\t-\tx\n".into(), String::new(), "isn't the system's"),
            (format!("{CORE}\t-\tx\n{CORE}\t-\tx\n"), String::new(), "line 2"),
            (libraries(), "/usr/lib/x\t_a\tboth\tx\n".into(), "doesn't have"),
            (libraries(), format!("{KIT}\t_a\tppc\tx\n"), "line 1"),
            (libraries(), format!("{KIT}\t_a\tboth\tx\n{KIT}\t_a\tarm64\tx\n"), "line 2: _a of"),
            (libraries(), format!("{KIT}\t_a\tboth\t \n"), "a column is empty"),
        ];
        for (libraries, imports, wanted) in cases {
            let error = Tables::parse(&libraries, &imports, "").expect_err(wanted).to_string();
            assert!(error.contains(wanted), "{error:?} doesn't say {wanted:?}");
        }
        assert!(Tables::parse("", "", "a\tthing\tx\n").is_err());
        assert!(Tables::parse("", "", "a\ttext\tx\na\ttext\tx\n").is_err());
    }
}
