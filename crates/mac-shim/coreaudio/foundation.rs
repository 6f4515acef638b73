//! CoreFoundation's strings, numbers, arrays and dictionaries, as far as the HAL returns them, after
//! <https://developer.apple.com/documentation/corefoundation> for each call. Objects are counted: `alive` returns their
//! number.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

static ALIVE: AtomicIsize = AtomicIsize::new(0);

/// The contents of an object.
#[derive(Debug, Clone)]
pub(crate) enum Thing {
    /// UTF-16, possibly invalid.
    Text(Vec<u16>),
    Number(i64),
    /// An array of this many strings.
    Array(usize),
    Dictionary(Vec<(&'static str, Thing)>),
}

/// An object that a `CFTypeRef` points to.
struct Object {
    references: AtomicUsize,
    thing: Thing,
    /// A dictionary's values, in order.
    values: Vec<*const Object>,
}

/// Makes an object with one reference (the create rule).
pub(crate) fn create(thing: &Thing) -> *const c_void {
    let values = match thing {
        Thing::Dictionary(entries) => entries.iter().map(|(_, value)| create(value).cast()).collect(),
        _ => Vec::new(),
    };
    ALIVE.fetch_add(1, Ordering::Relaxed);
    let object = Object { references: AtomicUsize::new(1), thing: thing.clone(), values };
    Box::into_raw(Box::new(object)).cast_const().cast()
}

/// The number of objects that haven't been released.
pub(crate) fn alive() -> isize {
    ALIVE.load(Ordering::Relaxed)
}

fn thing<'a>(object: *const c_void) -> &'a Object {
    assert!(!object.is_null(), "CoreFoundation ends the process here");
    // SAFETY: callers pass what `create` made and hold a reference to.
    unsafe { &*object.cast::<Object>() }
}

/// "Retains a Core Foundation object"; null ends the process.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFRetain(object: *const c_void) -> *const c_void {
    thing(object).references.fetch_add(1, Ordering::Relaxed);
    object
}

/// "If the retain count of cf becomes zero the memory allocated to the object is deallocated"; null ends the process.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFRelease(object: *const c_void) {
    if thing(object).references.fetch_sub(1, Ordering::AcqRel) != 1 {
        return;
    }
    // SAFETY: that was the last reference to what `create` made with `Box::into_raw`.
    let gone = unsafe { Box::from_raw(object.cast_mut().cast::<Object>()) };
    ALIVE.fetch_sub(1, Ordering::Relaxed);
    gone.values.iter().for_each(|value| CFRelease(value.cast()));
}

const STRING: usize = 7;
const DICTIONARY: usize = 18;
const ARRAY: usize = 19;
const NUMBER: usize = 22;

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFGetTypeID(object: *const c_void) -> usize {
    match thing(object).thing {
        Thing::Text(_) => STRING,
        Thing::Number(_) => NUMBER,
        Thing::Array(_) => ARRAY,
        Thing::Dictionary(_) => DICTIONARY,
    }
}

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFStringGetTypeID() -> usize {
    STRING
}

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFNumberGetTypeID() -> usize {
    NUMBER
}

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFArrayGetTypeID() -> usize {
    ARRAY
}

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFDictionaryGetTypeID() -> usize {
    DICTIONARY
}

const UTF8: u32 = 0x0800_0100;

/// Null "if there was a problem", for example with bytes that are invalid in that encoding.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFStringCreateWithBytes(
    _allocator: *const c_void,
    bytes: *const u8,
    length: isize,
    encoding: u32,
    _is_external: u8,
) -> *const c_void {
    let length = usize::try_from(length).unwrap_or(0);
    // SAFETY: the caller's bytes, as many as it says.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    match std::str::from_utf8(bytes) {
        Ok(text) if encoding == UTF8 => create(&Thing::Text(text.encode_utf16().collect())),
        _ => ptr::null(),
    }
}

/// "In UTF-16 code pairs."
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFStringGetLength(string: *const c_void) -> isize {
    let Thing::Text(text) = &thing(string).thing else { return 0 };
    isize::try_from(text.len()).unwrap_or(isize::MAX)
}

/// `CFRange`.
#[repr(C)]
struct Range {
    location: isize,
    length: isize,
}

/// "The number of characters converted": stops at the first that doesn't fit into the buffer whole, or, without a loss
/// byte, that can't be converted.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFStringGetBytes(
    string: *const c_void,
    range: Range,
    encoding: u32,
    loss: u8,
    _is_external: u8,
    buffer: *mut u8,
    most: isize,
    used: *mut isize,
) -> isize {
    assert!(encoding == UTF8 && loss == 0, "the one way that it is asked for");
    let Thing::Text(text) = &thing(string).thing else { return 0 };
    let bound = |at: isize| usize::try_from(at).unwrap_or(0).min(text.len());
    let wanted = &text[bound(range.location)..bound(range.location + range.length)];
    let (mut bytes, mut converted) = (Vec::new(), 0);
    for character in char::decode_utf16(wanted.iter().copied()) {
        let Ok(character) = character else { break };
        if bytes.len() + character.len_utf8() > usize::try_from(most).unwrap_or(0) {
            break;
        }
        bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
        converted += character.len_utf16();
    }
    // SAFETY: the caller's buffer has room for `most` bytes, which these don't exceed.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len()) };
    // SAFETY: a live number of the caller's.
    unsafe { used.write(isize::try_from(bytes.len()).unwrap_or(0)) };
    isize::try_from(converted).unwrap_or(0)
}

// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFArrayGetCount(array: *const c_void) -> isize {
    let Thing::Array(count) = thing(array).thing else { return 0 };
    isize::try_from(count).unwrap_or(isize::MAX)
}

/// The value of an equal key; null if there is none. It isn't retained.
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFDictionaryGetValue(dictionary: *const c_void, key: *const c_void) -> *const c_void {
    let object = thing(dictionary);
    let (Thing::Dictionary(entries), Thing::Text(key)) = (&object.thing, &thing(key).thing) else {
        return ptr::null();
    };
    let at = entries.iter().position(|(name, _)| name.encode_utf16().eq(key.iter().copied()));
    at.map_or(ptr::null(), |at| object.values[at].cast())
}

/// `kCFNumberSInt32Type`.
const SINT32: isize = 3;

/// False "if the return type is different and the conversion is lossy".
// SAFETY: nothing else in a Linux program has a symbol of this name.
#[unsafe(no_mangle)]
extern "C-unwind" fn CFNumberGetValue(number: *const c_void, kind: isize, into: *mut c_void) -> u8 {
    assert_eq!(kind, SINT32, "the one way that it is asked for");
    let Thing::Number(value) = thing(number).thing else { return 0 };
    let Ok(value) = i32::try_from(value) else { return 0 };
    // SAFETY: a live number of the caller's, of that kind.
    unsafe { into.cast::<i32>().write(value) };
    1
}
