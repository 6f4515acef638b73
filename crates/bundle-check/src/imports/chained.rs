//! The imports of chained fixups: `dyld_chained_fixups_header` and `dyld_chained_import*` of `<mach-o/fixup-chains.h>`.

use super::numbered::Numbered;
use crate::bytes;
use anyhow::{Context, ensure};

/// Offsets of the header's fields, each a 32-bit number.
const IMPORTS: usize = 8;
const SYMBOLS: usize = 12;
const COUNT: usize = 16;
const FORMAT: usize = 20;
const SYMBOLS_FORMAT: usize = 24;

pub(super) fn read(fixups: &[u8]) -> anyhow::Result<Vec<Numbered<'_>>> {
    ensure!(bytes::little(fixups, 0)? == 0, "its fixups are of an unknown version");
    ensure!(bytes::little(fixups, SYMBOLS_FORMAT)? == 0, "its imports' names are compressed");
    let field = |at| bytes::little(fixups, at).and_then(|field| Ok(usize::try_from(field)?));
    let (imports, symbols, count) = (field(IMPORTS)?, field(SYMBOLS)?, field(COUNT)?);
    let size = match field(FORMAT)? {
        1 => 4,
        2 => 8,
        3 => 16,
        other => anyhow::bail!("its imports have the unknown format {other}"),
    };
    // A count too large for any file mustn't cause an allocation.
    let end = count.checked_mul(size).and_then(|length| imports.checked_add(length));
    let list = bytes::part(fixups, imports..end.context("it has too many imports")?)?;
    let names = bytes::part(fixups, symbols..fixups.len())?;
    list.chunks_exact(size).map(|import| one(import, names)).collect()
}

fn one<'data>(import: &[u8], names: &'data [u8]) -> anyhow::Result<Numbered<'data>> {
    let word = bytes::little(import, 0)?;
    // Bit fields, from the lowest bit: library, "weak", (15 unused bits,) name.
    let (library, weak, name) = if import.len() == 16 {
        let [low, high, ..] = word.to_le_bytes();
        (i64::from(i16::from_le_bytes([low, high])), word >> 16 & 1, bytes::little(import, 4)?)
    } else {
        let [low, ..] = word.to_le_bytes();
        (short_library(low), word >> 8 & 1, word >> 9)
    };
    let symbol = bytes::text(names, usize::try_from(name)?)?;
    Ok(Numbered { symbol, library, weak: weak == 1 })
}

/// Only the highest few 8-bit numbers are negative: a program may load more than 127 libraries.
fn short_library(low: u8) -> i64 {
    if low > 0xf0 { i64::from(low) - 256 } else { i64::from(low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fixups with these imports, each of `format`, and these names.
    fn fixups(format: u32, imports: &[u8], count: u32, names: &[u8]) -> Vec<u8> {
        let imports_at = 28;
        let names_at = imports_at + u32::try_from(imports.len()).expect("short");
        let heading = [0, 0, imports_at, names_at, count, format, 0];
        let mut bytes: Vec<_> = heading.iter().flat_map(|field: &u32| field.to_le_bytes()).collect();
        bytes.extend(imports);
        bytes.extend(names);
        bytes
    }

    fn read_all(bytes: &[u8]) -> Vec<(String, i64, bool)> {
        let all = read(bytes).expect("fixups");
        all.into_iter().map(|one| (one.symbol.into(), one.library, one.weak)).collect()
    }

    #[test]
    fn each_format_is_read() {
        let names = b"\0_a\0_weak\0";
        let words: Vec<_> =
            [1_u32 << 9 | 2, 4 << 9 | 1 << 8 | 0xfe].iter().flat_map(|w| w.to_le_bytes()).collect();
        let wanted = [("_a".to_owned(), 2, false), ("_weak".to_owned(), -2, true)];
        assert_eq!(read_all(&fixups(1, &words, 2, names)), wanted);
        let with_addend: Vec<_> = words.chunks(4).flat_map(|word| [word, &[9, 0, 0, 0]].concat()).collect();
        assert_eq!(read_all(&fixups(2, &with_addend, 2, names)), wanted);
        let long = [
            [&[2, 0, 0, 0, 1, 0, 0, 0][..], &[0; 8]].concat(),
            [&[0xfe, 0xff, 1, 0, 4, 0, 0, 0][..], &[0; 8]].concat(),
        ];
        assert_eq!(read_all(&fixups(3, &long.concat(), 2, names)), wanted);
    }

    #[test]
    fn more_than_127_libraries_have_numbers() {
        assert_eq!([1, 127, 128, 0xf0, 0xfd, 0xff].map(short_library), [1, 127, 128, 240, -3, -1]);
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_an_error() {
        let good = fixups(1, &(1_u32 << 9 | 1).to_le_bytes(), 1, b"\0_a\0");
        assert!(read(&good).is_ok());
        for end in 0..good.len() {
            assert!(read(&good[..end]).is_err(), "{end}");
        }
        assert!(read(&fixups(9, &[0; 4], 1, b"\0")).is_err());
        assert!(read(&fixups(3, &[0; 4], u32::MAX, b"\0")).is_err());
        assert!(read(&fixups(1, &(99_u32 << 9).to_le_bytes(), 1, b"\0")).is_err());
    }
}
