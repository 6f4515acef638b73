//! What a person is told besides the compiler's own words, where those don't lead to what is to be done.

/// rustc's words for a second global allocator: in one crate, and in two of one program.
const TWO_ALLOCATORS: [&str; 2] =
    ["cannot define multiple global allocators", "conflicts with global allocator in"];

/// `run!` can't know that there is another one, and rustc doesn't know what it can do about it.
const ONE_ALLOCATOR: &str = "help: `run!` installs a global allocator, which tells what is allocated in `process`, and a program has one \
     only. Take the project's `#[global_allocator]` away and name it: `run!(allocator = MyAllocator, …)`. Where it has to \
     stay: `run!(allocator = _, …)`";

/// One line about what the compiler said, without colours.
pub(super) fn on(said: &str) -> Option<&'static str> {
    TWO_ALLOCATORS.iter().any(|words| said.contains(words)).then_some(ONE_ALLOCATOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path, process::Command};

    const ALLOCATOR: &str = "#[global_allocator]\npub static A: std::alloc::System = std::alloc::System;\n";

    /// What the compiler says of a crate.
    fn said(folder: &Path, name: &str, kind: &str, source: &str) -> String {
        let file = folder.join(format!("{name}.rs"));
        fs::write(&file, source).unwrap();
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition", "2024", "--crate-type", kind, "--crate-name", name, "-L"]).arg(folder);
        String::from_utf8(rustc.arg("--out-dir").arg(folder).arg(file).output().unwrap().stderr).unwrap()
    }

    #[test]
    fn rustcs_words_for_two_allocators_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let twice = format!("{ALLOCATOR}mod other {{ {ALLOCATOR} }}\nfn main() {{}}");
        let errors = said(folder, "twice", "bin", &twice);
        assert_eq!(on(&errors), Some(ONE_ALLOCATOR), "{errors}");

        assert_eq!(said(folder, "processor", "rlib", ALLOCATOR), "");
        let program = format!("extern crate processor;\n{ALLOCATOR}fn main() {{}}");
        let errors = said(folder, "program", "bin", &program);
        assert_eq!(on(&errors), Some(ONE_ALLOCATOR), "{errors}");

        assert_eq!(on(&said(folder, "other", "bin", "fn main() { missing() }")), None);
    }
}
