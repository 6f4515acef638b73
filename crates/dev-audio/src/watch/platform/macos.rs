//! macOS: the loaded files by dyld(3). A program can't watch its own system calls there.
#![expect(unsafe_code, reason = "dyld's functions take the number of a file")]

use std::ffi::{CStr, c_char};

use super::super::module::Module;

/// Never works: what macOS has for it (DTrace, ktrace) needs root, and sees the whole system.
///
/// # Errors
///
/// Always, for a person.
pub(in crate::watch) fn catch_system_calls() -> Result<(), String> {
    Err("macOS doesn't let a program watch its own: Instruments' System Trace shows them, as does \
         `xcrun xctrace record --template 'System Trace' --attach` with the processor's pid"
        .into())
}

/// Nothing is caught, so nothing has to get through.
pub(in crate::watch) fn unblock() {}

/// `MH_EXECUTE` of <mach-o/loader.h>.
const PROGRAM: u32 = 2;

/// The begin of `struct mach_header`.
#[repr(C)]
struct Header {
    magic: u32,
    processor: [i32; 2],
    kind: u32,
}

// libc's declarations are deprecated in favour of another crate.
// SAFETY: declared as in `<mach-o/dyld.h>`.
unsafe extern "C" {
    fn _dyld_image_count() -> u32;
    fn _dyld_get_image_header(number: u32) -> *const Header;
    fn _dyld_get_image_vmaddr_slide(number: u32) -> isize;
    fn _dyld_get_image_name(number: u32) -> *const c_char;
}

/// The files that code was loaded from. Each counts as reaching to the next, as the text of one begins with its header; where
/// files are loaded or unloaded meanwhile, one may be left out.
pub(in crate::watch) fn modules() -> Vec<Module> {
    // SAFETY: takes nothing.
    let count = unsafe { _dyld_image_count() };
    let mut modules: Vec<_> = (0..count).filter_map(module).collect();
    modules.sort_by_key(|module| module.start);
    let starts: Vec<_> = modules.iter().skip(1).map(|module| module.start).collect();
    for (module, next) in modules.iter_mut().zip(starts) {
        module.end = next;
    }
    modules
}

fn module(number: u32) -> Option<Module> {
    // SAFETY: a number that is too large is answered with null.
    let header = unsafe { _dyld_get_image_header(number) };
    // SAFETY: as above, with 0.
    let bias = unsafe { _dyld_get_image_vmaddr_slide(number) };
    // SAFETY: as above.
    let name = unsafe { _dyld_get_image_name(number) };
    if header.is_null() || name.is_null() {
        return None;
    }
    // SAFETY: it is the header of a loaded file; programs and what they link stay loaded.
    let is_program = unsafe { (*header).kind } == PROGRAM;
    let name = match is_program {
        true => String::new(),
        // SAFETY: dyld's own text, which lives as long as the file is loaded.
        false => unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned(),
    };
    Some(Module { name, start: header.addr(), end: usize::MAX, bias: bias.cast_unsigned() })
}
