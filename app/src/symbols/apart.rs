//! Line tables that lie apart from a program: a Mac's linker leaves them in the object files and names those. A later build overwrites
//! them, and then they are another program's.

use object::{Object, ObjectMap};
use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The objects that a program was linked of, where it names any.
pub(super) struct Apart {
    /// The first address of each stretch of code, and its object; sorted.
    objects: Vec<(u64, PathBuf)>,
    /// When the program was made.
    made: SystemTime,
}

impl Apart {
    /// None of a program that has its line tables in itself, or can't be read.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let bytes = is_mach_o(file).ok()?.then(|| fs::read(file).ok()).flatten()?;
        let object = object::File::parse(&*bytes).ok()?;
        let map: ObjectMap<'_> = object.object_map();
        let of = |entry: &object::ObjectMapEntry<'_>| {
            (entry.address(), PathBuf::from(OsStr::from_bytes(entry.object(&map).path())))
        };
        let mut objects: Vec<(u64, PathBuf)> = map.symbols().iter().map(of).collect();
        objects.sort_unstable_by_key(|(address, _)| *address);
        let made = fs::metadata(file).and_then(|meta| meta.modified()).ok()?;
        (!objects.is_empty()).then_some(Self { objects, made })
    }

    /// Is the object of this address of a later build?
    pub(super) fn is_newer(&self, address: u64) -> bool {
        let behind = self.objects.partition_point(|(begin, _)| *begin <= address);
        let Some((_, path)) = behind.checked_sub(1).and_then(|at| self.objects.get(at)) else { return false };
        fs::metadata(path).and_then(|meta| meta.modified()).is_ok_and(|modified| modified > self.made)
    }
}

/// Looks at the first word alone.
fn is_mach_o(file: &Path) -> io::Result<bool> {
    let mut magic = [0; 4];
    io::Read::read_exact(&mut fs::File::open(file)?, &mut magic)?;
    Ok(u32::from_le_bytes(magic) == object::macho::MH_MAGIC_64)
}
