//! The macro, with a sink of the test's own.
#![expect(unsafe_code, reason = "a sink is a C function")]

use std::sync::Mutex;

use wavecraft_probe::{check_name, is_on, probe, set_sink};

static SEEN: Mutex<Vec<(String, f32)>> = Mutex::new(Vec::new());

// SAFETY: for callers: `name` is valid for reads of `length` bytes.
unsafe extern "C" fn see(name: *const u8, length: usize, value: f32) {
    // SAFETY: the caller promises it.
    let name = unsafe { std::slice::from_raw_parts(name, length) };
    SEEN.lock().unwrap().push((String::from_utf8(name.to_vec()).unwrap(), value));
}

/// All in one test: the sink is the program's.
#[test]
fn values_go_to_the_sink_and_without_one_are_not_computed() {
    let compute = || -> f32 { panic!("nobody looks") };
    assert!(!is_on());
    probe!("level", compute());

    // SAFETY: it is a function of this program, which takes any name.
    unsafe { set_sink(Some(see)) };
    assert!(is_on());
    const NAME: &str = concat!("gain_", "reduction");
    probe!(NAME, -6.0);
    probe!("level", f32::NAN,);
    // SAFETY: there is none from here on.
    unsafe { set_sink(None) };
    probe!("level", compute());

    let seen = SEEN.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], ("gain_reduction".to_owned(), -6.0));
    assert!(seen[1].0 == "level" && seen[1].1.is_nan());
}

#[test]
fn names_are_short_and_printable() {
    for name in ["x", "gain_reduction", "a.b-c/d", &"x".repeat(32)] {
        check_name(name);
    }
    for name in ["", "gain reduction", "\u{1b}[31m", "ä", "tab\t", &"x".repeat(33)] {
        let refused = std::panic::catch_unwind(|| check_name(name));
        assert!(refused.is_err(), "{name:?}");
    }
}
