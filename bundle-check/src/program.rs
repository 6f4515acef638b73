//! A program's slices: one for each architecture.

use anyhow::{Context, bail};
use object::{
    Architecture, Endianness,
    macho::{DylibCommand, MachHeader64},
    read::macho::{FatArch, LoadCommandData, LoadCommandVariant, MachHeader, MachOFatFile32},
};

/// A program for one architecture.
pub(crate) struct Slice<'data> {
    /// As Apple calls it: `arm64` or `x86_64`.
    pub(crate) architecture: &'static str,
    /// The whole of it.
    pub(crate) data: &'data [u8],
    pub(crate) endian: Endianness,
    pub(crate) commands: Vec<LoadCommandVariant<'data, Endianness>>,
    /// The libraries that it loads.
    pub(crate) libraries: Vec<String>,
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
    let (mut commands, mut libraries) = (Vec::new(), Vec::new());
    while let Some(command) = all.next()? {
        let variant = command.variant()?;
        if let LoadCommandVariant::Dylib(library) = variant {
            libraries.push(name(command, endian, library)?);
        }
        commands.push(variant);
    }
    Ok(Slice { architecture, data, endian, commands, libraries })
}

fn name(
    command: LoadCommandData<'_, Endianness>,
    endian: Endianness,
    library: &DylibCommand<Endianness>,
) -> anyhow::Result<String> {
    Ok(String::from_utf8(command.string(endian, library.dylib.name)?.to_vec())?)
}
