//! The imports of binding instructions (`LC_DYLD_INFO`): `BIND_OPCODE_*` of `<mach-o/loader.h>`.

use super::numbered::{Numbered, WEAK_LOOKUP};
use crate::bytes;
use anyhow::{Context, bail};
use object::macho::{
    BIND_IMMEDIATE_MASK, BIND_OPCODE_ADD_ADDR_ULEB, BIND_OPCODE_DO_BIND,
    BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED, BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB,
    BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB, BIND_OPCODE_DONE, BIND_OPCODE_MASK,
    BIND_OPCODE_SET_ADDEND_SLEB, BIND_OPCODE_SET_DYLIB_ORDINAL_IMM, BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB,
    BIND_OPCODE_SET_DYLIB_SPECIAL_IMM, BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB,
    BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM, BIND_OPCODE_SET_TYPE_IMM, BIND_SYMBOL_FLAGS_WEAK_IMPORT,
};

/// One of a program's binding lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Bound when the program is loaded.
    Bound,
    /// Searched in all libraries; the first one that has it provides it to all.
    Weak,
    /// Bound when it is first called; every entry has its own end marker.
    Lazy,
}

pub(super) fn read(list: &[u8], kind: List) -> anyhow::Result<Vec<Numbered<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut library = if kind == List::Weak { WEAK_LOOKUP } else { 0 };
    let (mut symbol, mut weak) = (None, false);
    while let Some(&instruction) = list.get(at) {
        at += 1;
        let immediate = instruction & BIND_IMMEDIATE_MASK;
        match instruction & BIND_OPCODE_MASK {
            BIND_OPCODE_DONE if kind == List::Lazy => {}
            BIND_OPCODE_DONE => break,
            BIND_OPCODE_SET_DYLIB_ORDINAL_IMM => library = i64::from(immediate),
            BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB => library = i64::try_from(uleb(list, &mut at)?)?,
            // A negative four-bit number, or 0.
            BIND_OPCODE_SET_DYLIB_SPECIAL_IMM => {
                library = if immediate == 0 { 0 } else { i64::from(immediate) - 16 };
            }
            BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM => {
                let name = bytes::text(list, at)?;
                at += name.len() + 1;
                symbol = Some(name);
                weak = immediate & BIND_SYMBOL_FLAGS_WEAK_IMPORT != 0;
            }
            BIND_OPCODE_SET_TYPE_IMM => {}
            BIND_OPCODE_SET_ADDEND_SLEB
            | BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB
            | BIND_OPCODE_ADD_ADDR_ULEB => drop(uleb(list, &mut at)?),
            bind @ (BIND_OPCODE_DO_BIND
            | BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB
            | BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED
            | BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB) => {
                let symbol = symbol.context("something without a name is bound")?;
                found.push(Numbered { symbol, library, weak });
                let numbers = match bind {
                    BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB => 1,
                    BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB => 2,
                    _ => 0,
                };
                for _ in 0..numbers {
                    uleb(list, &mut at)?;
                }
            }
            // `BIND_OPCODE_THREADED` was for arm64e only, and none of our programs is built for that.
            other => bail!("a binding instruction is unknown: {other:#x}"),
        }
    }
    Ok(found)
}

/// Reads a number in groups of seven bits, the lowest first; a signed one has the same length.
fn uleb(list: &[u8], at: &mut usize) -> anyhow::Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *list.get(*at).context("a number is cut off")?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    bail!("a number is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(list: &[u8], kind: List) -> Vec<(String, i64, bool)> {
        let all = read(list, kind).expect("instructions");
        all.into_iter().map(|one| (one.symbol.into(), one.library, one.weak)).collect()
    }

    #[test]
    fn a_list_of_what_is_bound_at_once() {
        let list =
            b"\x11\x40_a\0\x51\x72\x90\x01\x90\x40_b\0\x20\xc8\x01\xa0\x08\x3e\x41_w\0\xc0\x02\x08\0\xff";
        let wanted = [("_a", 1, false), ("_b", 200, false), ("_w", -2, true)];
        assert_eq!(
            read_all(list, List::Bound),
            wanted.map(|(symbol, library, weak)| (symbol.to_owned(), library, weak))
        );
    }

    #[test]
    fn a_lazy_list_goes_on_behind_each_end() {
        let list = b"\x72\x00\x12\x40_a\0\x90\0\x72\x08\x13\x40_b\0\x90\0\0\0";
        assert_eq!(read_all(list, List::Lazy), [("_a".to_owned(), 2, false), ("_b".to_owned(), 3, false)]);
    }

    #[test]
    fn a_weak_list_is_looked_for_everywhere() {
        assert_eq!(read_all(b"\x40_a\0\x90\0", List::Weak), [("_a".to_owned(), WEAK_LOOKUP, false)]);
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_an_error() {
        for list in [
            &b"\x90"[..],
            b"\x40_a",
            b"\x20\x80",
            b"\xd0",
            b"\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert!(read(list, List::Bound).is_err(), "{list:?}");
        }
    }
}
