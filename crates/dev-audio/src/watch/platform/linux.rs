//! Linux: the loaded files by dl_iterate_phdr(3), and system calls where the processor is one that we know how to catch them
//! on.
#![expect(unsafe_code, reason = "the loader calls a C function for each file")]

use std::ffi::{CStr, c_int, c_void};

use super::super::module::Module;

#[cfg(target_arch = "x86_64")]
mod system_calls;

#[cfg(target_arch = "x86_64")]
pub(in crate::watch) use system_calls::{catch_system_calls, unblock};

/// From here on the calling thread's system calls are caught while the selector says so.
///
/// # Errors
///
/// Why they can't be, for a person.
#[cfg(not(target_arch = "x86_64"))]
pub(in crate::watch) fn catch_system_calls() -> Result<(), String> {
    Err("on Linux they can be watched on x86-64 processors only; `strace -k -p` with the processor's pid shows them".into())
}

#[cfg(not(target_arch = "x86_64"))]
pub(in crate::watch) fn unblock() {}

/// The parts of files that code was loaded from.
pub(in crate::watch) fn modules() -> Vec<Module> {
    let mut modules = Vec::new();
    // SAFETY: `add` has the type that is expected, is called during this call only, and is given this pointer.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut modules).cast()) };
    modules
}

// SAFETY: for callers: `info` is what the loader says of a file, and `modules` was passed by `modules`.
unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, _: usize, modules: *mut c_void) -> c_int {
    // SAFETY: the loader's structure is live during this call.
    let info = unsafe { &*info };
    // SAFETY: it is the list of `modules`, which nobody else borrows.
    let modules = unsafe { &mut *modules.cast::<Vec<Module>>() };
    let name = match info.dlpi_name.is_null() {
        true => String::new(),
        // SAFETY: the loader's own text, which lives as long as the file is loaded.
        false => unsafe { CStr::from_ptr(info.dlpi_name) }.to_string_lossy().into_owned(),
    };
    for part in 0..usize::from(info.dlpi_phnum) {
        // SAFETY: the file has this many headers, which live as long as it is loaded.
        let header = unsafe { &*info.dlpi_phdr.wrapping_add(part) };
        if header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0 {
            let bias = usize::try_from(info.dlpi_addr).unwrap_or(0);
            let [address, size] =
                [header.p_vaddr, header.p_memsz].map(|word| usize::try_from(word).unwrap_or(0));
            let start = bias.wrapping_add(address);
            modules.push(Module { name: name.clone(), start, end: start.saturating_add(size), bias });
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_function_is_in_the_program_and_one_of_c_is_in_another_file() {
        let modules = modules();
        let of = |address: usize| modules.iter().find(|module| (module.start..module.end).contains(&address));
        let here: fn() = this_function_is_in_the_program_and_one_of_c_is_in_another_file;
        let own = of(here as usize).unwrap();
        assert_eq!(own.name, "");
        assert_ne!(own.bias, 0, "tests are linked to be loaded anywhere");
        if cfg!(target_env = "gnu") {
            // SAFETY: named for its address, and not called.
            let c: unsafe extern "C" fn() -> c_int = libc::getpid;
            assert!(of(c as usize).unwrap().name.contains("libc"), "{modules:?}");
        }
    }
}
