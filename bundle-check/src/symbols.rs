//! Whether libSystem has what the programs ask it for.
//!
//! On Linux the programs are linked against stubs that have whatever is asked for, so a real list of libSystem's symbols
//! is what tells a name that no Mac has.

use crate::{
    finding::{Check, Findings},
    program::Slice,
};
use anyhow::{Context, ensure};
use object::{Endianness, Object, macho::MachHeader64, read::macho::MachOFile};
use std::collections::HashSet;

/// As programs name it.
const LIB_SYSTEM: &[u8] = b"/usr/lib/libSystem.B.dylib";

/// What libSystem has, for each architecture.
#[derive(Debug, Default)]
pub struct SystemSymbols {
    arm64: HashSet<String>,
    x86_64: HashSet<String>,
}

impl SystemSymbols {
    /// Reads the symbols of a text-based stub, version 4: libSystem's, with the libraries that it re-exports behind it.
    ///
    /// # Errors
    ///
    /// What is no such file, or has no symbols for one of the architectures.
    pub fn parse(tbd: &str) -> anyhow::Result<Self> {
        ensure!(tbd.starts_with("--- !tapi-tbd"), "this is no list of a library's symbols (.tbd)");
        let mut symbols = Self::default();
        let mut targets = Vec::new();
        // Every list is `key: [ a, b ]`, over as many lines as it takes. The targets come before what they have.
        for entry in tbd.split(']') {
            let Some((before, list)) = entry.split_once('[') else { continue };
            let key = before.trim_end().rsplit_once(['\n', ' ']).map_or(before, |(_, key)| key).trim();
            let items = list.split(',').map(|item| item.trim().trim_matches('\''));
            match key {
                "targets:" => targets = items.collect(),
                "symbols:" | "weak-symbols:" | "thread-local-symbols:" => {
                    let items: Vec<_> = items.map(str::to_owned).collect();
                    if targets.iter().any(|target| matches!(*target, "arm64-macos" | "arm64e-macos")) {
                        symbols.arm64.extend(items.iter().cloned());
                    }
                    if targets.contains(&"x86_64-macos") {
                        symbols.x86_64.extend(items);
                    }
                }
                _ => {}
            }
        }
        ensure!(!symbols.arm64.is_empty() && !symbols.x86_64.is_empty(), "it has no symbols for Macs");
        Ok(symbols)
    }

    fn has(&self, architecture: &str, symbol: &str) -> bool {
        if architecture == "arm64" { self.arm64.contains(symbol) } else { self.x86_64.contains(symbol) }
    }
}

pub(crate) fn check(place: &str, slice: &Slice<'_>, system: &SystemSymbols, findings: &mut Findings) {
    match asked_of_system(slice) {
        Ok(asked) => {
            for symbol in asked.iter().filter(|symbol| !system.has(slice.architecture, symbol)) {
                findings.add(
                    Check::Symbols,
                    place,
                    format!("asks libSystem for {symbol}, which it doesn't have"),
                );
            }
        }
        Err(error) => findings.add(Check::Symbols, place, format!("its symbols can't be read: {error:#}")),
    }
}

fn asked_of_system(slice: &Slice<'_>) -> anyhow::Result<Vec<String>> {
    let file = MachOFile::<MachHeader64<Endianness>>::parse(slice.data)?;
    let imports = file.imports()?.into_iter().filter(|import| import.library() == LIB_SYSTEM);
    let names: Vec<_> = imports.map(|import| String::from_utf8_lossy(import.name()).into_owned()).collect();
    // Every program asks for something.
    names.first().context("nothing is asked of libSystem")?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "--- !tapi-tbd
tbd-version:     4
targets:         [ x86_64-macos, arm64e-macos ]
install-name:    '/usr/lib/libSystem.B.dylib'
exports:
  - targets:         [ x86_64-macos ]
    symbols:         [ _old, '_stat$INODE64' ]
  - targets:         [ arm64e-macos, x86_64-macos,
                       arm64e-maccatalyst ]
    symbols:         [ _malloc,
                       _free ]
    weak-symbols:    [ _may ]
  - targets:         [ arm64e-maccatalyst ]
    symbols:         [ _elsewhere ]
...
";

    #[test]
    fn each_architecture_has_its_symbols() {
        let symbols = SystemSymbols::parse(LIST).expect("a list");
        for symbol in ["_malloc", "_free", "_may"] {
            assert!(symbols.has("arm64", symbol) && symbols.has("x86_64", symbol), "{symbol}");
        }
        assert!(symbols.has("x86_64", "_stat$INODE64") && !symbols.has("arm64", "_stat$INODE64"));
        assert!(!symbols.has("arm64", "_elsewhere") && !symbols.has("x86_64", "_elsewhere"));
    }

    #[test]
    fn what_is_no_list_is_said() {
        assert!(SystemSymbols::parse("<html>").is_err());
        assert!(SystemSymbols::parse("--- !tapi-tbd\ntbd-version: 4\n").is_err());
    }
}
