//! Whose a line of source is.

use super::{names, reader::Step};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The project's, or another folder's of the author.
    Author,
    /// A crate's from a registry or a repository.
    Registry,
    /// The language's own libraries'.
    Std,
    /// The companion's SDK's.
    Sdk,
    /// Nobody knows.
    Unknown,
}

/// The crates of the SDK, as their functions are named.
const SDK_CRATES: [&str; 5] = [
    "wavecraft_dev_audio",
    "wavecraft_ring",
    "wavecraft_probe",
    "wavecraft_companion_protocol",
    "wavecraft_plugin_host",
];
/// The folders of their sources: in a project below `sdk/`.
const SDK_FOLDERS: [&str; 5] = ["dev-audio", "ring", "probe", "protocol", "plugin-host"];

/// Whose a step is.
pub(super) fn owner(step: &Step) -> Owner {
    // What `#[global_allocator]` writes has the line of the attribute, be it the author's own.
    if step
        .function
        .as_deref()
        .is_some_and(|function| function.rsplit("::").next().is_some_and(|name| name.starts_with("__rust_")))
    {
        return Owner::Std;
    }
    let of_function = step.function.as_deref().map(names::crate_of);
    let Some(file) = &step.file else {
        return match of_function.as_deref() {
            Some(name) if SDK_CRATES.contains(&name) => Owner::Sdk,
            Some("std" | "core" | "alloc") => Owner::Std,
            _ => Owner::Unknown,
        };
    };
    of_file(file).unwrap_or_else(|| match of_function {
        Some(name) if SDK_CRATES.contains(&name.as_str()) => Owner::Sdk,
        _ => Owner::Author,
    })
}

/// Whose a file is, if its path alone tells.
pub(super) fn of_file(file: &str) -> Option<Owner> {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let has = |wanted: &[&str]| parts.windows(wanted.len()).any(|window| window == wanted);
    // `library/std/…` is relative to the compiler's own folder, as some distributions build it.
    let of_std = file.starts_with("/rustc/")
        || file.starts_with("library/")
        || has(&["rustlib", "src", "rust", "library"]);
    // The compiler's own dependencies are named by the folders of the machine that built it.
    if of_std || has(&["rust", "deps"]) {
        return Some(Owner::Std);
    }
    if has(&["registry", "src"]) || has(&["git", "checkouts"]) {
        return Some(Owner::Registry);
    }
    let of_sdk = |window: &[&str]| {
        let [above, folder, "src"] = window else { return false };
        matches!(*above, "sdk" | "crates") && SDK_FOLDERS.contains(folder)
    };
    parts.windows(3).any(of_sdk).then_some(Owner::Sdk)
}

/// A file as a person reads it: relative to the project's folder, a registry's below its crate's folder, and any other as it is.
pub(super) fn told(file: &str, folder: &Path) -> String {
    let path = Path::new(file);
    let real: Option<PathBuf> = fs::canonicalize(folder).ok();
    for base in [Some(folder), real.as_deref()].into_iter().flatten() {
        if let Ok(rest) = path.strip_prefix(base) {
            return rest.display().to_string();
        }
    }
    for (marks, further) in [(["registry", "src"], 1), (["git", "checkouts"], 0)] {
        let parts: Vec<&str> = file.split('/').collect();
        if let Some(at) = parts.windows(2).position(|window| window == marks) {
            return parts.get(at + 2 + further..).unwrap_or_default().join("/");
        }
    }
    file.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(function: &str, file: &str) -> Owner {
        owner(&Step { function: Some(function.into()), file: Some(file.into()), line: Some(1) })
    }

    #[test]
    fn paths_and_crates_tell_whose_a_line_is() {
        let registry = "/home/a/.cargo/registry/src/index.crates.io-1/rustfft-6.2.0/src/lib.rs";
        assert_eq!(of("alloc::vec::Vec<T,A>::push", "/rustc/abc/library/alloc/src/vec/mod.rs"), Owner::Std);
        let component = "/home/a/.rustup/toolchains/x/lib/rustlib/src/rust/library/std/src/io.rs";
        assert_eq!(of("std::io::x", component), Owner::Std);
        assert_eq!(of("hashbrown::x", "/rust/deps/hashbrown-0.15/src/raw/mod.rs"), Owner::Std);
        assert_eq!(of("rustfft::x", registry), Owner::Registry);
        let run = "/home/a/p/engine/src/bin/dev-audio.rs";
        assert_eq!(
            of("__rustc::__rust_alloc", run),
            Owner::Std,
            "what `run!`'s allocator is made into has its line"
        );
        assert_eq!(of("dev_audio::main", run), Owner::Author);
        assert_eq!(of("x::y", "/home/a/.cargo/git/checkouts/x-1/abc/src/lib.rs"), Owner::Registry);
        assert_eq!(of("x::y", "/home/a/p/sdk/dev-audio/src/blocks.rs"), Owner::Sdk);
        assert_eq!(of("<wavecraft_dev_audio::Chain as x::Y>::z", "/elsewhere/chain.rs"), Owner::Sdk);
        assert_eq!(of("gain::Gain::process", "/home/a/p/engine/src/gain.rs"), Owner::Author);
        assert_eq!(
            of("ring::Ring::push", "/home/a/shared/ring/src/lib.rs"),
            Owner::Author,
            "the author's own"
        );
    }

    #[test]
    fn files_are_told_as_short_as_they_are_clear() {
        let folder = Path::new("/home/a/p/engine");
        assert_eq!(told("/home/a/p/engine/src/gain.rs", folder), "src/gain.rs");
        assert_eq!(told("/home/a/shared/src/x.rs", folder), "/home/a/shared/src/x.rs");
        assert_eq!(
            told("/home/a/.cargo/registry/src/index.crates.io-1/rustfft-6.2.0/src/lib.rs", folder),
            "rustfft-6.2.0/src/lib.rs"
        );
    }
}
