//! A plugin's library for tests of programs that run one: what `wavecraft_plugin!` of Wavecraft 0.12 exports, written
//! out by hand, so that the tests don't share the code they test. It needs no crate.
//!
//! It multiplies by the parameter `gain_level`, and fails in the way that `gain_fault` selects.
#![expect(unsafe_code, reason = "the macro's exports are C functions, which are given pointers")]

use std::ffi::{CString, c_char, c_void};

/// The version of [`Table`].
const VERSION: u32 = 2;

/// By how many words it is longer than that of version 2.
const MORE: usize = 0;

/// The level that the parameter starts with.
const LEVEL: f32 = 0.5;

#[repr(C)]
pub struct Table {
    version: u32,
    create: extern "C" fn() -> *mut c_void,
    process: extern "C" fn(*mut c_void, *mut *mut f32, u32, u32),
    // SAFETY: for callers: `values` is valid for reads of `count` numbers.
    apply_plain_values: unsafe extern "C" fn(*mut c_void, *const f32, usize),
    set_sample_rate: extern "C" fn(*mut c_void, f32),
    reset: extern "C" fn(*mut c_void),
    drop: extern "C" fn(*mut c_void),
    /// What a table of another version may have besides.
    more: [usize; MORE],
}

struct Gain {
    level: f32,
    fault: f32,
}

// SAFETY: a library has one symbol of this name: its own.
#[unsafe(no_mangle)]
pub extern "C" fn wavecraft_dev_create_processor() -> Table {
    Table {
        version: VERSION,
        create,
        process,
        apply_plain_values,
        set_sample_rate,
        reset,
        drop: free,
        more: [usize::MAX; MORE],
    }
}

// SAFETY: a library has one symbol of this name: its own.
#[unsafe(no_mangle)]
pub extern "C" fn wavecraft_get_params_json() -> *mut c_char {
    let json = format!(
        r#"[
            {{"id": "gain_level", "name": "Level", "type": "float", "value": {LEVEL:?}, "default": {LEVEL:?},
             "min": 0.0, "max": 2.0, "unit": "x"}},
            {{"id": "gain_fault", "name": "Fault", "type": "enum", "value": 0.0, "default": 0.0, "min": 0.0, "max": 6.0,
             "variants": ["None", "Abort", "Loop", "Panic", "Push", "Sleep", "C"]}}
        ]"#
    );
    CString::new(json).unwrap().into_raw()
}

// SAFETY: a library has one symbol of this name: its own.
#[unsafe(no_mangle)]
pub extern "C" fn wavecraft_get_processors_json() -> *mut c_char {
    CString::new(r#"[{"id": "gain"}]"#).unwrap().into_raw()
}

// SAFETY: for callers: `text` came from one of the two functions above, and is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wavecraft_free_string(text: *mut c_char) {
    // SAFETY: the two functions above made it by `into_raw`, and the caller frees it once.
    drop(unsafe { CString::from_raw(text) });
}

extern "C" fn create() -> *mut c_void {
    Box::into_raw(Box::new(Gain { level: 0.0, fault: 0.0 })).cast()
}

extern "C" fn process(gain: *mut c_void, channels: *mut *mut f32, count: u32, frames: u32) {
    // As the macro does: what panics in here goes no further, unless the library was built to abort.
    let _ = std::panic::catch_unwind(|| {
        // SAFETY: the host passes what `create` made and `free` hasn't had, and makes one call at a time.
        let gain = unsafe { &*gain.cast::<Gain>() };
        match gain.fault {
            1.0 => std::process::abort(),
            2.0 => loop {
                std::hint::spin_loop();
            },
            3.0 => panic!("told to panic"),
            4.0 => {
                let mut list = Vec::new();
                list.push(std::hint::black_box(1.0_f32)); // push
                drop(std::hint::black_box(list)); // push's end
            }
            5.0 => std::thread::sleep(std::time::Duration::from_micros(10)), // sleep
            6.0 => as_c_does(),
            _ => {}
        }
        for channel in 0..count as usize {
            // SAFETY: the host passes `count` channels.
            let samples = unsafe { *channels.add(channel) };
            // SAFETY: each has `frames` samples, which nobody else uses during the call.
            let samples = unsafe { std::slice::from_raw_parts_mut(samples, frames as usize) };
            for sample in samples {
                *sample *= gain.level;
            }
        }
    });
}

// SAFETY: declared as C does.
unsafe extern "C" {
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(piece: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn posix_memalign(piece: *mut *mut c_void, alignment: usize, size: usize) -> i32;
    #[link_name = "free"]
    fn give_back(piece: *mut c_void);
}

/// Memory by other names than `malloc`, which is what it asked for.
fn as_c_does() {
    // SAFETY: takes any numbers.
    let mut piece = std::hint::black_box(unsafe { calloc(3, 8) }); // calloc
    // SAFETY: it has three words, if it is there.
    assert_eq!(unsafe { piece.cast::<[u64; 3]>().read() }, [0; 3]);
    // SAFETY: it is of `calloc`.
    piece = std::hint::black_box(unsafe { realloc(piece, 4000) }); // realloc
    // SAFETY: it is of `realloc`.
    unsafe { give_back(piece) }; // free
    // SAFETY: takes any numbers.
    piece = std::hint::black_box(unsafe { aligned_alloc(256, 512) }); // aligned_alloc
    assert!(!piece.is_null() && piece.addr() % 256 == 0);
    // SAFETY: it is of `aligned_alloc`.
    unsafe { give_back(piece) }; // free of what is aligned
    // SAFETY: `piece` can be written.
    assert_eq!(unsafe { posix_memalign(&raw mut piece, 64, 64) }, 0); // posix_memalign
    assert!(!piece.is_null() && piece.addr() % 64 == 0);
    // SAFETY: `piece` can be written.
    assert_eq!(unsafe { posix_memalign(&raw mut piece, 3, 64) }, 22, "no alignment");
    std::hint::black_box(piece);
}

// SAFETY: for callers: `gain` is of `create` and alive, and `values` points to `count` of them.
unsafe extern "C" fn apply_plain_values(gain: *mut c_void, values: *const f32, count: usize) {
    // SAFETY: the host passes what `create` made and `free` hasn't had, and makes one call at a time.
    let gain = unsafe { &mut *gain.cast::<Gain>() };
    // SAFETY: the host passes `count` values.
    let values = unsafe { std::slice::from_raw_parts(values, count) };
    (gain.level, gain.fault) = (values[0], values[1]);
}

extern "C" fn set_sample_rate(_: *mut c_void, _: f32) {}

extern "C" fn reset(_: *mut c_void) {}

extern "C" fn free(gain: *mut c_void) {
    // SAFETY: `create` made it by `into_raw`, and the host frees it once.
    drop(unsafe { Box::from_raw(gain.cast::<Gain>()) });
}
