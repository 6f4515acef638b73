//! A program's imports: each symbol, and the library it is bound to.
//!
//! They are read from where the loader itself reads them: the chained fixups, or the binding instructions of older
//! linkers. The symbol table, which tools print, may differ.

mod chained;
mod instructions;
mod numbered;

use crate::{bytes, program::Slice};
use anyhow::{Context, bail};
use numbered::{FLAT_LOOKUP, ITSELF, MAIN_EXECUTABLE, WEAK_LOOKUP};
use object::{macho::LC_DYLD_CHAINED_FIXUPS, read::macho::LoadCommandVariant};

/// Where the loader looks for a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum From {
    /// In this library, by its install name, and in the libraries it re-exports.
    Library(String),
    /// In every library that the program loads; the first one that has it is used.
    Any,
    /// In the program itself.
    Program,
}

/// A symbol that the loader binds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) symbol: String,
    pub(crate) from: From,
    /// Whether it may be missing. Then its address is 0.
    pub(crate) weak: bool,
}

/// All imports, each once, ordered by name.
pub(crate) fn imports(slice: &Slice<'_>) -> anyhow::Result<Vec<Import>> {
    let mut listed = None;
    for command in &slice.commands {
        match command {
            LoadCommandVariant::LinkeditData(data)
                if data.cmd.get(slice.endian) == LC_DYLD_CHAINED_FIXUPS =>
            {
                let range = range(data.dataoff.get(slice.endian), data.datasize.get(slice.endian))?;
                listed = Some(chained::read(bytes::part(slice.data, range)?)?);
            }
            LoadCommandVariant::DyldInfo(info) => {
                let mut all = Vec::new();
                let lists = [
                    (info.bind_off, info.bind_size, instructions::List::Bound),
                    (info.weak_bind_off, info.weak_bind_size, instructions::List::Weak),
                    (info.lazy_bind_off, info.lazy_bind_size, instructions::List::Lazy),
                ];
                for (offset, size, list) in lists {
                    let range = range(offset.get(slice.endian), size.get(slice.endian))?;
                    all.append(&mut instructions::read(bytes::part(slice.data, range)?, list)?);
                }
                listed = Some(all);
            }
            _ => {}
        }
    }
    let listed = listed.context("it has no list of what the loader binds")?;
    let mut imports = listed
        .into_iter()
        .map(|import| {
            Ok(Import {
                from: from(import.library, slice).with_context(|| import.symbol.to_owned())?,
                symbol: import.symbol.into(),
                weak: import.weak,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    imports.sort_unstable();
    imports.dedup();
    Ok(imports)
}

fn from(library: i64, slice: &Slice<'_>) -> anyhow::Result<From> {
    match library {
        ITSELF | MAIN_EXECUTABLE => Ok(From::Program),
        FLAT_LOOKUP | WEAK_LOOKUP => Ok(From::Any),
        ..FLAT_LOOKUP => bail!("is looked for in a place that no loader knows: {library}"),
        _ => {
            let place = usize::try_from(library - 1)?;
            let loaded = slice.libraries.get(place);
            let name =
                loaded.with_context(|| format!("is bound to library {library}, which isn't loaded"))?;
            Ok(From::Library(name.clone()))
        }
    }
}

fn range(offset: u32, size: u32) -> anyhow::Result<std::ops::Range<usize>> {
    let start = usize::try_from(offset)?;
    Ok(start..start.checked_add(usize::try_from(size)?).context("a list is too long")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::{
        Endianness, U32,
        macho::{DyldInfoCommand, LC_DYLD_INFO_ONLY, LinkeditDataCommand},
    };

    fn slice<'data>(data: &'data [u8], commands: Vec<LoadCommandVariant<'data, Endianness>>) -> Slice<'data> {
        let libraries = vec!["/usr/lib/first".to_owned(), "/usr/lib/second".to_owned()];
        Slice {
            architecture: "arm64",
            data,
            endian: Endianness::Little,
            commands,
            libraries,
            linked_by_lld: true,
        }
    }

    fn little(number: u32) -> U32<Endianness> {
        U32::new(Endianness::Little, number)
    }

    fn size(bytes: &[u8]) -> U32<Endianness> {
        little(u32::try_from(bytes.len()).expect("short"))
    }

    fn import(symbol: &str, from: From, weak: bool) -> Import {
        Import { symbol: symbol.into(), from, weak }
    }

    /// Chained fixups with these imports and the name `_a`.
    fn chained(imports: &[u32]) -> Vec<u8> {
        let count = u32::try_from(imports.len()).expect("few");
        let heading = [0, 0, 28, 28 + 4 * count, count, 1, 0];
        let mut bytes: Vec<_> = heading.iter().chain(imports).flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(b"\0_a\0");
        bytes
    }

    #[test]
    fn chained_imports_are_bound_to_the_library_of_their_number() {
        let data = chained(&[1 << 9 | 2, 1 << 9 | 1 << 8 | 1, 1 << 9 | 2, 1 << 9, 1 << 9 | 0xfe]);
        let command = LinkeditDataCommand {
            cmd: little(LC_DYLD_CHAINED_FIXUPS),
            cmdsize: little(16),
            dataoff: little(0),
            datasize: size(&data),
        };
        let slice = slice(&data, vec![LoadCommandVariant::LinkeditData(&command)]);
        let library = |name: &str| From::Library(name.into());
        let wanted = [
            import("_a", library("/usr/lib/first"), true),
            import("_a", library("/usr/lib/second"), false),
            import("_a", From::Any, false),
            import("_a", From::Program, false),
        ];
        assert_eq!(imports(&slice).expect("imports"), wanted);
    }

    #[test]
    fn a_number_without_a_library_is_an_error() {
        for number in [3, 0xfc] {
            let data = chained(&[1 << 9 | number]);
            let command = LinkeditDataCommand {
                cmd: little(LC_DYLD_CHAINED_FIXUPS),
                cmdsize: little(16),
                dataoff: little(0),
                datasize: size(&data),
            };
            let error = imports(&slice(&data, vec![LoadCommandVariant::LinkeditData(&command)]));
            assert!(format!("{:#}", error.expect_err("no library")).contains("_a"), "{number}");
        }
        assert!(imports(&slice(&[], vec![])).is_err());
    }

    #[test]
    fn all_lists_of_an_older_linker_are_read() {
        let lists: [&[u8]; 3] = [b"\x11\x40_a\0\x90\0", b"\x40_b\0\x90\0", b"\x12\x41_c\0\x90\0"];
        let data = lists.concat();
        let nothing = little(0);
        let command = DyldInfoCommand {
            cmd: little(LC_DYLD_INFO_ONLY),
            cmdsize: little(48),
            rebase_off: nothing,
            rebase_size: nothing,
            bind_off: nothing,
            bind_size: size(lists[0]),
            weak_bind_off: size(lists[0]),
            weak_bind_size: size(lists[1]),
            lazy_bind_off: size(&lists[..2].concat()),
            lazy_bind_size: size(lists[2]),
            export_off: nothing,
            export_size: nothing,
        };
        let wanted = [
            import("_a", From::Library("/usr/lib/first".into()), false),
            import("_b", From::Any, false),
            import("_c", From::Library("/usr/lib/second".into()), true),
        ];
        assert_eq!(
            imports(&slice(&data, vec![LoadCommandVariant::DyldInfo(&command)])).expect("imports"),
            wanted
        );
    }
}
