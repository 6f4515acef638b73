//! `malloc` and its family, exported by this program, so that the libraries it loads use them: the loader looks a name up in
//! the program first. All of them are there, as a piece from one may be given back to another. They pass everything on to
//! glibc's own, and tell what is done in `process`.
//!
//! The loader and the C library call them before `main` too, and while a thread starts or ends. So they use nothing but
//! variables of the thread that need no preparation, and which the loader makes before it calls anything.
#![expect(unsafe_code, reason = "C functions that are called by their C names")]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use wavecraft_dev_audio::{allocating, freeing};

/// <errno.h>; the same on every processor that glibc runs on with Linux.
const ENOMEM: c_int = 12;
const EINVAL: c_int = 22;

/// How many of the newest pieces are remembered while recording.
const RECORDED: usize = 64;

// Without a destructor, so that it is there until the thread's end and its first use does nothing.
thread_local! {
    static RECORD: Record = const {
        Record { is_on: Cell::new(false), next: Cell::new(0), pieces: [const { Cell::new(0) }; RECORDED] }
    };
}

/// The pieces that this thread was given.
struct Record {
    is_on: Cell<bool>,
    next: Cell<usize>,
    pieces: [Cell<usize>; RECORDED],
}

/// From here on this thread's pieces are remembered, until [`is_ours`].
pub(crate) fn start_recording() {
    RECORD.with(|record| record.is_on.set(true));
}

/// Whether this is one of the pieces that were requested last, by way of this program. Ends the recording.
pub(crate) fn is_ours(piece: *const u8) -> bool {
    RECORD.with(|record| {
        record.is_on.set(false);
        record.pieces.iter().any(|one| one.get() == piece.addr())
    })
}

fn given(piece: *mut c_void) -> *mut c_void {
    RECORD.with(|record| {
        if record.is_on.get() {
            let next = record.next.get() % RECORDED;
            record.pieces[next].set(piece.addr());
            record.next.set(next + 1);
        }
    });
    piece
}

// SAFETY: declared as glibc defines them: its allocator under names that nobody replaces.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(piece: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_free(piece: *mut c_void);
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn __libc_valloc(size: usize) -> *mut c_void;
    fn __libc_pvalloc(size: usize) -> *mut c_void;
    fn __errno_location() -> *mut c_int;
}

// SAFETY: for callers: as malloc(3) says. This program has one function of this name, which is meant to come before C's.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    // SAFETY: takes any size.
    allocating(size, || given(unsafe { __libc_malloc(size) }))
}

// SAFETY: for callers: as malloc(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: takes any numbers.
    allocating(count.saturating_mul(size), || given(unsafe { __libc_calloc(count, size) }))
}

// SAFETY: for callers: as malloc(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(piece: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise is passed on.
    allocating(size, || given(unsafe { __libc_realloc(piece, size) }))
}

// SAFETY: for callers: as malloc(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn reallocarray(piece: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else {
        set_errno(ENOMEM);
        return null_mut();
    };
    // SAFETY: the caller's promise is passed on.
    allocating(bytes, || given(unsafe { __libc_realloc(piece, bytes) }))
}

// SAFETY: for callers: as malloc(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(piece: *mut c_void) {
    // Of nothing it does nothing.
    if !piece.is_null() {
        // SAFETY: the caller's promise is passed on.
        freeing(|| unsafe { __libc_free(piece) });
    }
}

// SAFETY: for callers: as posix_memalign(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    // SAFETY: takes any numbers.
    allocating(size, || given(unsafe { __libc_memalign(alignment, size) }))
}

// SAFETY: for callers: as posix_memalign(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    if !alignment.is_power_of_two() {
        set_errno(EINVAL);
        return null_mut();
    }
    // SAFETY: takes any numbers.
    allocating(size, || given(unsafe { __libc_memalign(alignment, size) }))
}

// SAFETY: for callers: as posix_memalign(3) says: `result` can be written. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(result: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<usize>()) {
        return EINVAL;
    }
    // SAFETY: takes any numbers.
    let piece = allocating(size, || given(unsafe { __libc_memalign(alignment, size) }));
    if piece.is_null() {
        return ENOMEM;
    }
    // SAFETY: the caller promises it.
    unsafe { result.write(piece) };
    0
}

// SAFETY: for callers: as posix_memalign(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
    // SAFETY: takes any size.
    allocating(size, || given(unsafe { __libc_valloc(size) }))
}

// SAFETY: for callers: as posix_memalign(3) says. As above.
#[unsafe(no_mangle)]
unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
    // SAFETY: takes any size.
    allocating(size, || given(unsafe { __libc_pvalloc(size) }))
}

fn set_errno(number: c_int) {
    // SAFETY: takes nothing; every thread has one.
    let errno = unsafe { __errno_location() };
    // SAFETY: it is the calling thread's own.
    unsafe { errno.write(number) };
}
