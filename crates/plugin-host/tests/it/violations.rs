//! What a library's processor does in `process` that an audio thread must not is told with its place in the library.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use wavecraft_companion_protocol::child::ToChild;
use wavecraft_companion_protocol::realtime::Watch;

use crate::support::Plugin;
use crate::watched::{Line, Watched};

/// The library with one of its faults chosen, run for three blocks and stopped.
fn watched(plugin: &Plugin, fault: f32) -> Watched {
    let mut host = Command::new(env!("CARGO_BIN_EXE_wavecraft-plugin-host"));
    host.arg(plugin.library()).env("WAVECRAFT_REALTIME", "off");
    host.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let library = plugin.library();
    let name = library.to_str().unwrap().to_owned();
    let mut watched = Watched::start(&mut host, library, name, plugin.source());
    watched.companion.set("gain_fault", fault);
    watched.blocks(3);
    watched.stop();
    watched
}

/// Whether the memory of a library can be watched here.
const WATCHES_MEMORY: bool = cfg!(target_env = "gnu");

#[test]
fn a_librarys_memory_is_told_with_its_line() {
    let plugin = Plugin::with_lines(&[]);
    let watched = watched(&plugin, 4.0);
    if !WATCHES_MEMORY {
        assert!(matches!(&watched.watching.memory, Watch::Off(reason) if reason.contains("`dev-audio`")));
        return assert_eq!(watched.count(), 0);
    }
    assert_eq!(watched.watching.memory, Watch::On);
    let lines = watched.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[&("allocation", watched.marked("push"))], (3, 3));
    assert_eq!(lines[&("free", watched.marked("push's end"))], (3, 3));
}

#[test]
fn memory_by_any_of_cs_names_is_told() {
    let plugin = Plugin::with_lines(&[]);
    let watched = watched(&plugin, 6.0);
    if !WATCHES_MEMORY {
        return;
    }
    let expected: BTreeSet<Line> = [
        ("allocation", "calloc"),
        ("allocation", "realloc"),
        ("free", "free"),
        ("allocation", "aligned_alloc"),
        ("free", "free of what is aligned"),
        ("allocation", "posix_memalign"),
    ]
    .map(|(kind, name)| (kind, watched.marked(name)))
    .into();
    let lines = watched.lines();
    assert_eq!(lines.keys().copied().collect::<BTreeSet<_>>(), expected);
    assert!(lines.values().all(|counts| *counts == (3, 3)), "{lines:?}");
}

#[test]
fn a_librarys_system_calls_are_told_with_their_line() {
    let plugin = Plugin::with_lines(&[]);
    let watched = watched(&plugin, 5.0);
    if let Watch::Off(reason) = &watched.watching.system_calls {
        let possible = cfg!(all(target_env = "gnu", target_arch = "x86_64"));
        return assert!(!possible, "{reason}");
    }
    let lines = watched.lines();
    assert_eq!(lines.into_iter().collect::<Vec<_>>(), [(("call", watched.marked("sleep")), (3, 3))]);
}

#[test]
fn a_clean_library_is_silence() {
    let plugin = Plugin::with_lines(&[]);
    let mut watched = watched(&plugin, 0.0);
    watched.companion.say(&ToChild::Start);
    watched.blocks(1000);
    watched.stop();
    assert_eq!((watched.count(), watched.elsewhere()), (0, 0));
}

/// An allocator that never asks C for anything.
const OWN_ALLOCATOR: &str = "const MORE: usize = 0;

struct Own;
static mut ROOM: [u128; 1 << 16] = [0; 1 << 16];
static USED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
#[global_allocator]
static OWN: Own = Own;
unsafe impl std::alloc::GlobalAlloc for Own {
    // SAFETY: each piece is another part of the room.
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        let begin = USED.fetch_add(layout.size().div_ceil(16), std::sync::atomic::Ordering::Relaxed);
        unsafe { (&raw mut ROOM).cast::<u128>().add(begin).cast() }
    }
    // SAFETY: within the room, which the test does not fill.
    unsafe fn dealloc(&self, _: *mut u8, _: std::alloc::Layout) {}
}";

#[test]
fn a_library_with_an_allocator_of_its_own_is_said_to_be_unwatched() {
    let plugin = Plugin::with_lines(&[("const MORE: usize = 0;", OWN_ALLOCATOR)]);
    let watched = watched(&plugin, 4.0);
    let Watch::Off(reason) = &watched.watching.memory else { panic!("it can't be watched") };
    if WATCHES_MEMORY {
        assert!(
            reason.contains("an allocator of its own") && reason.contains("run!(allocator = …)"),
            "{reason}"
        );
    }
    assert_eq!(watched.count(), 0);
}
