//! Names of functions, as a person reads them.

use super::reader::Step;

/// The most characters of a name.
const MOST: usize = 96;

/// `<saturator::Saturator<f32> as wavecraft_dsp::Processor>::process::{closure#0}` → `saturator::Saturator::process`.
pub(super) fn path(name: &str) -> String {
    let name = name.trim_start_matches(['&', '*']).trim_start_matches("mut ").trim();
    let joined = match name.strip_prefix('<') {
        Some(rest) => {
            let (inside, after) = split_at_closing(rest);
            let of = first_of(inside, " as ");
            format!("{}{}", path(of), without_generics(after))
        }
        None => without_generics(name),
    };
    let parts = joined.split("::").filter(|part| !part.is_empty() && !part.starts_with('{'));
    let told: Vec<_> = parts.collect();
    told.join("::").chars().take(MOST).collect()
}

/// What a person calls the function of a step: `Vec::push`. Line tables name what was inlined without its type, which the file tells.
pub(super) fn called(step: &Step) -> Option<String> {
    let name = short(step.function.as_deref()?);
    let is_bare = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let of = step.file.as_deref().filter(|_| is_bare).and_then(type_of);
    let name = of.map_or_else(|| name.clone(), |of| short(&format!("{of}::{name}")));
    (!name.is_empty()).then_some(name)
}

/// The type, or else the module or crate, whose functions are in a library's file.
fn type_of(file: &str) -> Option<&str> {
    if let Some(at) = file.find("/registry/src/") {
        // The crate's folder, without its version.
        let folder = file[at..].split('/').nth(4)?;
        return folder.rsplit_once('-').map(|(name, _)| name);
    }
    let mut parts = file.rsplit('/');
    let (name, above) = (parts.next()?.strip_suffix(".rs")?, parts.next()?);
    let (module, above) = if name == "mod" { (above, parts.next()?) } else { (name, above) };
    Some(match (above, module) {
        (_, "vec") => "Vec",
        (_, "boxed") => "Box",
        (_, "string") => "String",
        (_, "vec_deque") => "VecDeque",
        (_, "linked_list") => "LinkedList",
        (_, "binary_heap") => "BinaryHeap",
        ("btree", "map") => "BTreeMap",
        ("btree", "set") => "BTreeSet",
        ("hash", "map") => "HashMap",
        ("hash", "set") => "HashSet",
        ("src", "rc") => "Rc",
        ("src", "sync") => "Arc",
        (_, "mutex") => "Mutex",
        (_, "rwlock") => "RwLock",
        (_, "condvar") => "Condvar",
        (_, module) => module,
    })
}

/// The end of such a path, and what a person calls it: `Vec::push`, `format!`, `drop of Box`.
pub(super) fn short(name: &str) -> String {
    if let Some((_, of)) = name.split_once("drop_in_place") {
        let of = of.trim_start_matches("::").trim_start_matches('<');
        let of = of.strip_suffix('>').unwrap_or(of);
        let kind = path(of).rsplit("::").next().unwrap_or_default().to_owned();
        return if kind.is_empty() { "a drop".into() } else { format!("drop of {kind}") };
    }
    let path = path(name);
    let mut parts = path.rsplit("::");
    let (last, before) = (parts.next().unwrap_or_default(), parts.next());
    match (before, last) {
        (_, "_print") => "print!".into(),
        (_, "_eprint") => "eprint!".into(),
        (Some("fmt"), "format") => "format!".into(),
        (Some(before), last) => format!("{before}::{last}"),
        (None, last) => last.into(),
    }
}

/// The crate that a function is of.
pub(super) fn crate_of(name: &str) -> String {
    path(name).split("::").next().unwrap_or_default().to_owned()
}

/// Up to the bracket that closes one that was open, and what follows it.
fn split_at_closing(text: &str) -> (&str, &str) {
    let mut depth = 1_u32;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            // Not that of an arrow.
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..at], &text[at + 1..]);
        }
        before = letter;
    }
    (text, "")
}

/// Up to the first `end` outside of brackets.
fn first_of<'a>(text: &'a str, end: &str) -> &'a str {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && text[at..].starts_with(end) => return &text[..at],
            _ => {}
        }
        before = letter;
    }
    text
}

fn without_generics(text: &str) -> String {
    let mut depth = 0_u32;
    let mut before = ' ';
    let mut told = String::new();
    for letter in text.chars() {
        match letter {
            '<' => depth += 1,
            '>' if before == '-' => {}
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => told.push(letter),
            _ => {}
        }
        before = letter;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_manglings_become_what_an_author_writes() {
        for (name, told) in [
            ("alloc::vec::Vec<T,A>::push", "Vec::push"),
            ("<alloc::vec::Vec<f32>>::push", "Vec::push"),
            ("<alloc::vec::Vec<T,A> as core::iter::traits::collect::Extend<T>>::extend", "Vec::extend"),
            ("<alloc::vec::Vec<alloc::boxed::Box<dyn Fn() -> f32>>>::push", "Vec::push"),
            ("std::io::stdio::_print", "print!"),
            ("alloc::fmt::format", "format!"),
            ("alloc::fmt::format::format_inner", "format::format_inner"),
            ("core::ptr::drop_in_place<alloc::boxed::Box<[f32]>>", "drop of Box"),
            ("core::ptr::drop_in_place::<alloc::vec::Vec<f32>>", "drop of Vec"),
            ("std::thread::sleep", "thread::sleep"),
            ("<std::sync::poison::mutex::Mutex<u32>>::lock", "Mutex::lock"),
            ("hashbrown::map::HashMap<K,V,S,A>::insert", "HashMap::insert"),
            ("malloc", "malloc"),
            ("", ""),
            ("<", ""),
            ("<<<>", ""),
        ] {
            assert_eq!(short(name), told, "{name}");
        }
    }

    #[test]
    fn what_was_inlined_is_named_by_its_file() {
        for (function, file, told) in [
            ("push<f32, alloc::alloc::Global>", "/rustc/abc/library/alloc/src/vec/mod.rs", "Vec::push"),
            ("new<[f32; 4]>", "/rustc/abc/library/alloc/src/boxed.rs", "Box::new"),
            ("insert<u32, f32>", "/rustc/abc/library/std/src/collections/hash/map.rs", "HashMap::insert"),
            ("sleep", "/rustc/abc/library/std/src/thread/mod.rs", "thread::sleep"),
            ("format", "/rustc/abc/library/alloc/src/fmt.rs", "format!"),
            (
                "drop_in_place<alloc::boxed::Box<f32>>",
                "/rustc/abc/library/core/src/ptr/mod.rs",
                "drop of Box",
            ),
            ("run", "/h/.cargo/registry/src/index.crates.io-1/rust-fft-6.2.0/src/lib.rs", "rust-fft::run"),
            ("alloc::vec::Vec<T,A>::push", "/rustc/abc/library/alloc/src/vec/mod.rs", "Vec::push"),
        ] {
            let step = Step { function: Some(function.into()), file: Some(file.into()), line: None };
            assert_eq!(called(&step).as_deref(), Some(told), "{function}");
        }
        assert_eq!(called(&Step::default()), None);
    }

    #[test]
    fn a_function_keeps_its_modules_and_loses_its_trait() {
        let name = "<saturator::Saturator<f32> as wavecraft_dsp::Processor>::process::{closure#0}";
        assert_eq!(path(name), "saturator::Saturator::process");
        assert_eq!(path("gain::Gain::process::{{closure}}"), "gain::Gain::process");
        assert_eq!(
            crate_of("<&mut wavecraft_dev_audio::chain::Chain as core::ops::Fn>::call"),
            "wavecraft_dev_audio"
        );
        assert_eq!(path(&"x".repeat(9000)).len(), MOST);
    }
}
