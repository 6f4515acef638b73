//! The processor that a library was built for: the plugin host must run as the same one.

use std::{fs::File, io::Read, path::Path};

/// `MH_MAGIC_64` of `<mach-o/loader.h>`, as in a program for Intel's or Apple's processors: least significant byte
/// first.
const MAGIC_64: [u8; 4] = 0xfeed_facf_u32.to_le_bytes();

/// The `cputype` of a library for one architecture, as `posix_spawnattr_setbinpref_np(3)` takes it. `None` if the
/// library has several, or can't be read: then the system chooses, and the plugin host reports what it can't load.
pub(super) fn cpu_type(library: &Path) -> Option<i32> {
    let mut header = [0; 8];
    File::open(library).ok()?.read_exact(&mut header).ok()?;
    let (magic, cpu_type) = header.split_first_chunk::<4>()?;
    (*magic == MAGIC_64).then(|| cpu_type.first_chunk().copied().map(i32::from_le_bytes))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `CPU_TYPE_X86_64` and `CPU_TYPE_ARM64` of `<mach/machine.h>`.
    const PROCESSORS: [i32; 2] = [0x0100_0007, 0x0100_000c];

    #[test]
    fn a_library_for_one_processor_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libplugin.dylib");
        for processor in PROCESSORS {
            let header = [MAGIC_64, processor.to_le_bytes(), [0; 4]].concat();
            std::fs::write(&library, header).unwrap();
            assert_eq!(cpu_type(&library), Some(processor));
        }
    }

    #[test]
    fn what_is_for_several_or_no_library_names_none() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libplugin.dylib");
        assert_eq!(cpu_type(&library), None, "not there");
        // `FAT_MAGIC` has the most significant byte first.
        for header in [&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2][..], b"\x7fELF\x02\x01\x01\0", &MAGIC_64] {
            std::fs::write(&library, header).unwrap();
            assert_eq!(cpu_type(&library), None, "{header:?}");
        }
    }
}
