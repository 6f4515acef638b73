//! A code signature's parts, as they are stored in a program.
//!
//! Formats: `cs_blobs.h` of Apple's XNU. Every number is big-endian.

use crate::{
    bytes::{number, offset, part, text},
    program::Slice,
};
use anyhow::{Context, ensure};
use object::{macho::LC_CODE_SIGNATURE, read::macho::LoadCommandVariant};
use sha2::{Digest, Sha256};

const EMBEDDED_SIGNATURE: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
const ENTITLEMENTS: u32 = 0xfade_7171;
/// The slot of the code directory in a signature: `CSSLOT_CODEDIRECTORY`.
const SLOT_CODE_DIRECTORY: u32 = 0;
/// `CS_HASHTYPE_SHA256`, which Macs with our oldest supported system prefer.
const SHA_256: u8 = 2;
/// The length of such a hash.
pub(crate) const HASH_LENGTH: usize = 32;
/// `CS_RUNTIME`.
const HARDENED_RUNTIME: u32 = 0x1_0000;

/// The contents of slots 1 to 7 of a code directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Info = 1,
    Requirements = 2,
    Resources = 3,
    Entitlements = 5,
    /// The entitlements again, in DER: the ones the system uses since macOS 12.
    DerEntitlements = 7,
}

/// A program's signature.
pub(crate) struct Signature<'data> {
    /// The parts by their slots, each with its header, which is included in the hashes.
    parts: Vec<(u32, &'data [u8])>,
    pub(crate) directory: CodeDirectory<'data>,
}

/// The signed data: the hashes of a program's pages, and of what belongs to it.
pub(crate) struct CodeDirectory<'data> {
    bytes: &'data [u8],
    pub(crate) identifier: &'data str,
    flags: u32,
    hashes: usize,
    special_slots: usize,
    code_slots: usize,
    /// The number of signed bytes of the program: everything before the signature.
    pub(crate) code_limit: usize,
    /// The number of bytes covered by each hash.
    pub(crate) page: usize,
}

impl<'data> Signature<'data> {
    /// Reads the signature of a slice.
    pub(crate) fn read(slice: &Slice<'data>) -> anyhow::Result<Self> {
        let (start, length) = place(slice).context("it isn't signed")?;
        let end = start.checked_add(length).context("its signature is too long")?;
        Self::parse(part(slice.data, start..end)?)
    }

    fn parse(bytes: &'data [u8]) -> anyhow::Result<Self> {
        ensure!(number(bytes, 0)? == EMBEDDED_SIGNATURE, "its signature starts with something else");
        let count = offset(bytes, 8)?.min(bytes.len());
        let mut parts = Vec::new();
        for index in 0..count {
            let (slot, start) = (number(bytes, 12 + index * 8)?, offset(bytes, 16 + index * 8)?);
            let rest = part(bytes, start..bytes.len())?;
            parts.push((slot, part(rest, 0..offset(rest, 4)?)?));
        }
        let directory = find(&parts, SLOT_CODE_DIRECTORY).context("its signature has no code directory")?;
        Ok(Self { directory: CodeDirectory::parse(directory)?, parts })
    }

    /// The part in that slot, with its header.
    pub(crate) fn part(&self, slot: Slot) -> Option<&'data [u8]> {
        find(&self.parts, slot as u32)
    }

    /// The entitlements as written, a property list; `None` if there are none.
    pub(crate) fn entitlements(&self) -> anyhow::Result<Option<&'data [u8]>> {
        let Some(blob) = self.part(Slot::Entitlements) else { return Ok(None) };
        ensure!(number(blob, 0)? == ENTITLEMENTS, "its entitlements start with something else");
        part(blob, 8..blob.len()).map(Some)
    }
}

impl<'data> CodeDirectory<'data> {
    fn parse(bytes: &'data [u8]) -> anyhow::Result<Self> {
        ensure!(number(bytes, 0)? == CODE_DIRECTORY, "its code directory starts with something else");
        let [length, kind, _platform, page] = part(bytes, 36..40)?.try_into()?;
        ensure!(kind == SHA_256 && usize::from(length) == HASH_LENGTH, "it isn't signed with SHA-256");
        let page = 1_usize.checked_shl(u32::from(page)).context("its pages are too long")?;
        Ok(Self {
            bytes,
            identifier: text(bytes, offset(bytes, 20)?)?,
            flags: number(bytes, 12)?,
            hashes: offset(bytes, 16)?,
            special_slots: offset(bytes, 24)?,
            code_slots: offset(bytes, 28)?,
            code_limit: offset(bytes, 32)?,
            page,
        })
    }

    pub(crate) fn is_hardened(&self) -> bool {
        self.flags & HARDENED_RUNTIME != 0
    }

    /// The hash of each page, in order.
    pub(crate) fn pages(&self) -> anyhow::Result<impl Iterator<Item = &'data [u8]>> {
        let end = self.hashes.saturating_add(self.code_slots.saturating_mul(HASH_LENGTH));
        Ok(part(self.bytes, self.hashes..end)?.chunks_exact(HASH_LENGTH))
    }

    /// The hash of something that belongs to the program; `None` if it was signed as missing.
    pub(crate) fn special(&self, slot: Slot) -> anyhow::Result<Option<&'data [u8]>> {
        // These hashes precede those of the pages, counted backwards.
        let slot = slot as usize;
        if slot > self.special_slots {
            return Ok(None);
        }
        let start = self.hashes.checked_sub(slot * HASH_LENGTH).context("its hashes lie outside")?;
        let hash = part(self.bytes, start..start + HASH_LENGTH)?;
        Ok(hash.iter().any(|byte| *byte != 0).then_some(hash))
    }

    /// The hash by which the system distinguishes this build of a program from any other.
    pub(crate) fn cd_hash(&self) -> [u8; 20] {
        let whole: [u8; HASH_LENGTH] = Sha256::digest(self.bytes).into();
        std::array::from_fn(|index| whole[index])
    }
}

fn find<'data>(parts: &[(u32, &'data [u8])], slot: u32) -> Option<&'data [u8]> {
    parts.iter().find(|(kind, _)| *kind == slot).map(|(_, bytes)| *bytes)
}

/// The signature's offset and length in the slice.
fn place(slice: &Slice<'_>) -> Option<(usize, usize)> {
    slice.commands.iter().find_map(|command| match command {
        LoadCommandVariant::LinkeditData(data) if data.cmd.get(slice.endian) == LC_CODE_SIGNATURE => Some((
            usize::try_from(data.dataoff.get(slice.endian)).ok()?,
            usize::try_from(data.datasize.get(slice.endian)).ok()?,
        )),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A signature of one page, preceded by `special` hashes, with nothing else in it.
    fn signature(special: u8, flags: u32) -> Vec<u8> {
        let (hashes, length) = (44 + 8 + u32::from(special) * 32, 44 + 8 + (u32::from(special) + 1) * 32);
        let mut directory = Vec::new();
        for word in [CODE_DIRECTORY, length, 0x2_0400, flags, hashes, 44, special.into(), 1, 4096] {
            directory.extend(word.to_be_bytes());
        }
        directory.extend([32, SHA_256, 0, 12, 0, 0, 0, 0]);
        directory.extend(b"dev.sig\0");
        for slot in (0..=special).rev() {
            directory.extend([slot; HASH_LENGTH]);
        }
        let mut all = Vec::new();
        for word in [EMBEDDED_SIGNATURE, 20 + length, 1, SLOT_CODE_DIRECTORY, 20] {
            all.extend(word.to_be_bytes());
        }
        all.extend(directory);
        all
    }

    #[test]
    fn the_parts_of_a_code_directory_are_read() {
        let bytes = signature(3, HARDENED_RUNTIME);
        let directory = Signature::parse(&bytes).expect("a signature").directory;
        assert_eq!((directory.identifier, directory.code_limit, directory.page), ("dev.sig", 4096, 4096));
        assert!(directory.is_hardened());
        assert_eq!(directory.pages().expect("one").collect::<Vec<_>>(), [[0; HASH_LENGTH]]);
        assert_eq!(directory.special(Slot::Resources).expect("inside"), Some(&[3; HASH_LENGTH][..]));
        assert_eq!(directory.special(Slot::Info).expect("inside"), Some(&[1; HASH_LENGTH][..]));
        assert_eq!(directory.special(Slot::Entitlements).expect("none"), None);
    }

    #[test]
    fn without_the_flag_it_is_not_hardened() {
        assert!(!Signature::parse(&signature(0, 2)).expect("a signature").directory.is_hardened());
    }

    #[test]
    fn a_cut_signature_is_an_error_wherever_it_is_cut() {
        let bytes = signature(2, 0);
        for length in 0..bytes.len() {
            assert!(Signature::parse(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}
