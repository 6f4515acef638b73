//! A program's slices: one for each architecture.

use crate::bytes;
use anyhow::{Context, bail};
use object::{
    Architecture, Endianness,
    macho::{BuildToolVersion, BuildVersionCommand, DylibCommand, LC_BUILD_VERSION, MachHeader64},
    read::macho::{FatArch, LoadCommandData, LoadCommandVariant, MachHeader, MachOFatFile32},
};

/// A program for one architecture.
pub(crate) struct Slice<'data> {
    /// Apple's name for it: `arm64` or `x86_64`.
    pub(crate) architecture: &'static str,
    /// The slice's complete data.
    pub(crate) data: &'data [u8],
    pub(crate) endian: Endianness,
    pub(crate) commands: Vec<LoadCommandVariant<'data, Endianness>>,
    /// The libraries that it loads, in order: imports refer to them by number.
    pub(crate) libraries: Vec<String>,
    /// Whether it says that LLVM's linker made it, as `scripts/ld-mac` does.
    pub(crate) linked_by_lld: bool,
}

/// The slices of a universal program.
pub(crate) fn slices(file: &[u8]) -> anyhow::Result<Vec<Slice<'_>>> {
    let universal = MachOFatFile32::parse(file).context("it isn't universal")?;
    universal.arches().iter().map(|slice| read(slice.architecture(), slice.data(file)?)).collect()
}

fn read(architecture: Architecture, data: &[u8]) -> anyhow::Result<Slice<'_>> {
    let architecture = match architecture {
        Architecture::Aarch64 => "arm64",
        Architecture::X86_64 => "x86_64",
        other => bail!("it has a part for {other:?}"),
    };
    let header = MachHeader64::<Endianness>::parse(data, 0)?;
    let endian = header.endian()?;
    let mut all = header.load_commands(endian, data, 0)?;
    let (mut commands, mut libraries, mut linked_by_lld) = (Vec::new(), Vec::new(), false);
    while let Some(command) = all.next()? {
        let variant = command.variant()?;
        if let LoadCommandVariant::Dylib(library) = variant {
            libraries.push(name(command, endian, library)?);
        }
        if command.cmd() == LC_BUILD_VERSION {
            linked_by_lld = tools(command.raw_data())?.contains(&TOOL_LLD);
        }
        commands.push(variant);
    }
    Ok(Slice { architecture, data, endian, commands, libraries, linked_by_lld })
}

/// The tools named in a build version: pairs of a tool and its version after the command's own fields.
fn tools(build_version: &[u8]) -> anyhow::Result<Vec<u32>> {
    let pairs = build_version.get(size_of::<BuildVersionCommand<Endianness>>()..).unwrap_or_default();
    pairs.chunks_exact(size_of::<BuildToolVersion<Endianness>>()).map(|pair| bytes::little(pair, 0)).collect()
}

/// `TOOL_LLD` of `<mach-o/loader.h>`.
const TOOL_LLD: u32 = 4;

fn name(
    command: LoadCommandData<'_, Endianness>,
    endian: Endianness,
    library: &DylibCommand<Endianness>,
) -> anyhow::Result<String> {
    Ok(String::from_utf8(command.string(endian, library.dylib.name)?.to_vec())?)
}
