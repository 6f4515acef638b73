//! Checks what the loader and the runtime would do with a program: according to the tables, each library, symbol, class
//! and message that it requests must exist.

use crate::{
    finding::{Check, Findings},
    imports::{From, Import, imports},
    program::Slice,
    tables::Tables,
    words::{Word, words},
};
use std::collections::BTreeSet;

/// The prefix of a class's symbol.
const CLASS: &str = "_OBJC_CLASS_$_";
/// The place named in findings about the tables themselves.
const TABLES: &str = "bundle/mac";

/// The tables, and which of their lines were needed by some program.
pub(crate) struct Loader<'tables> {
    tables: &'tables Tables,
    /// By symbol, processor and the library that contains it.
    symbols: BTreeSet<(String, &'static str, String)>,
    words: BTreeSet<String>,
    libraries: BTreeSet<String>,
    /// Whether everything was read, and linked by the linker that the tables were made with.
    complete: bool,
}

impl<'tables> Loader<'tables> {
    pub(crate) fn new(tables: &'tables Tables) -> Self {
        let (symbols, words, libraries) = Default::default();
        Self { tables, symbols, words, libraries, complete: true }
    }

    /// Called if a program can't be read, so the lines it needs are unknown.
    pub(crate) fn skip(&mut self) {
        self.complete = false;
    }

    /// Checks what one program requests.
    pub(crate) fn check(&mut self, place: &str, slice: &Slice<'_>, findings: &mut Findings) {
        self.complete &= slice.linked_by_lld;
        let tables = self.tables;
        self.libraries.extend(slice.libraries.iter().map(|library| tables.meant(library).to_owned()));
        for library in slice.libraries.iter().filter(|library| !self.tables.has_library(library)) {
            findings.add(Check::Libraries, place, self.unknown_library(library));
        }
        match imports(slice) {
            Ok(imports) => imports.iter().for_each(|import| self.import(place, import, slice, findings)),
            Err(error) => {
                findings.add(Check::Symbols, place, format!("what it imports can't be read: {error:#}"));
            }
        }
        match words(slice) {
            Ok(words) => words.iter().for_each(|word| self.word(place, word, slice, findings)),
            Err(error) => findings.add(Check::Messages, place, format!("its texts can't be read: {error:#}")),
        }
    }

    fn unknown_library(&self, library: &str) -> String {
        match self.tables.namesakes(library)[..] {
            [] => format!(
                "loads {library}, which {TABLES}/libraries.tsv doesn't have: if it is the system's, add its exact \
                 install name, with how that is known"
            ),
            ref known => format!("loads {library}, but the library is {}", known.join(" or ")),
        }
    }

    fn import(&mut self, place: &str, import: &Import, slice: &Slice<'_>, findings: &mut Findings) {
        let symbol = &import.symbol;
        let words = match &import.from {
            From::Program => format!("is bound to itself for {symbol}"),
            From::Any => format!("looks for {symbol} in every library: the first that has it would do"),
            From::Library(library) => {
                let library = self.tables.meant(library);
                if !self.tables.has_library(library) {
                    return;
                }
                let mut exporters = self.tables.exporters(symbol, slice.architecture);
                if let Some(exporter) = exporters.find(|exporter| self.tables.passes_on(library, exporter)) {
                    self.symbols.insert((symbol.clone(), slice.architecture, exporter.into()));
                    return;
                }
                match self.tables.exporters(symbol, slice.architecture).next() {
                    Some(exporter) => format!("asks {library} for {symbol}, which {exporter} has"),
                    None => format!(
                        "asks {library} for {symbol}, which {TABLES}/imports.tsv doesn't list: find out whether the \
                         library has it, then add the line, with its evidence (scripts/mac-imports)"
                    ),
                }
            }
        };
        findings.add(Check::Symbols, place, words);
    }

    fn word(&mut self, place: &str, word: &Word, slice: &Slice<'_>, findings: &mut Findings) {
        let text = word.as_str();
        if self.tables.is_word(text) {
            self.words.insert(text.into());
            return;
        }
        let class = format!("{CLASS}{text}");
        let loaded = |exporter: &&str| {
            slice.libraries.iter().any(|library| self.tables.passes_on(self.tables.meant(library), exporter))
        };
        let exporters: Vec<_> = self.tables.exporters(&class, slice.architecture).collect();
        let (check, words) = match (exporters.iter().find(|exporter| loaded(exporter)), &exporters[..], word)
        {
            (Some(exporter), ..) => {
                self.symbols.insert((class, slice.architecture, (*exporter).to_owned()));
                return;
            }
            (None, [exporter, ..], _) => {
                (Check::Classes, format!("names the class {text} of {exporter}, which it doesn't load"))
            }
            (None, [], Word::Class(_)) => (Check::Classes, unknown_word("names", text)),
            (None, [], Word::Message(_)) => (Check::Messages, unknown_word("sends", text)),
        };
        findings.add(check, place, words);
    }

    /// Finds lines that no program needs. Compares only programs of one linker: Apple's may leave out what ours keeps.
    pub(crate) fn check_tables(&self, findings: &mut Findings) {
        if !self.complete {
            return;
        }
        for (symbol, architecture, library) in self.tables.symbols() {
            if !self.symbols.contains(&(symbol.to_owned(), architecture, library.to_owned())) {
                let words = format!(
                    "imports.tsv lists {symbol} of {library} for {architecture}: no program asks for it"
                );
                findings.add(Check::Tables, TABLES, words);
            }
        }
        for word in self.tables.words().filter(|word| !self.words.contains(*word)) {
            findings.add(Check::Tables, TABLES, format!("selectors.tsv lists {word}: no program has it"));
        }
        for library in self.tables.libraries() {
            let needed = self.libraries.iter().any(|loaded| self.tables.passes_on(loaded, library));
            if !needed {
                let words =
                    format!("libraries.tsv lists {library}: no program loads it, nor what re-exports it");
                findings.add(Check::Tables, TABLES, words);
            }
        }
    }
}

fn unknown_word(what: &str, text: &str) -> String {
    format!(
        "{what} {text}, which {TABLES} has neither as a class (imports.tsv) nor as a message or another text \
         (selectors.tsv): find out which it is, then add the line, with its evidence (scripts/mac-imports)"
    )
}

#[cfg(test)]
mod tests;
