//! Two written rules that no lint holds: where the systems differ, and what an `unsafe` declaration asks for. Clippy holds
//! the `unsafe` blocks and implementations.

use crate::shell::{cmd, root};
use anyhow::bail;
use std::fs;

/// The files of `ring` that choose between the systems; elsewhere it is the `platform` modules.
const RING: [&str; 2] = ["crates/ring/src/region.rs", "crates/ring/src/wake.rs"];

/// `unsafe` on an item, which needs a comment that says what holds, or what callers have to hold.
const DECLARATIONS: [&str; 3] = ["unsafe fn ", "unsafe extern ", "#[unsafe("];

/// Looks at every Rust file that git knows.
///
/// # Errors
/// A rule is broken; the message names each place.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    let listed = cmd("git ls-files *.rs").text()?;
    for path in listed.lines().filter(|path| root().join(path).is_file()) {
        broken.extend(in_file(path, &fs::read_to_string(root().join(path))?));
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
}

/// The broken rules of one file.
fn in_file(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let may_differ =
        path.split('/').any(|part| part == "platform" || part == "platform.rs") || RING.contains(&path);
    let mut broken = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = code_of(line);
        if code.contains("target_os =") && !may_differ {
            broken.push(format!("{path}:{}: `target_os` outside of a platform file", index + 1));
        }
        if DECLARATIONS.iter().any(|word| code.contains(word)) && !says_why(&lines[..index]) {
            broken.push(format!("{path}:{}: `unsafe` without a SAFETY comment above it", index + 1));
        }
    }
    broken
}

/// A line without its strings and its comment.
fn code_of(line: &str) -> String {
    if line.starts_with("//") {
        return String::new();
    }
    let line = line.replace("\\\"", "");
    let outside = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
    outside.split(" //").next().unwrap_or_default().to_owned()
}

/// Whether the comments and attributes right above an item say why it is safe.
fn says_why(above: &[&str]) -> bool {
    let own = above.iter().rev().take_while(|line| line.starts_with("//") || line.starts_with("#["));
    own.into_iter().any(|line| line.contains("SAFETY:") || line.contains("# Safety"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [String; 0] = [];

    #[test]
    fn a_system_is_named_in_platform_files_alone() {
        let text = [
            "#[cfg(target_os = \"linux\")]",
            "mod x;",
            "// target_os = \"linux\"",
            "let a = \"target_os =\";",
            "let b = \"x \\\" target_os =\";",
        ];
        let text = text.join("\n");
        assert_eq!(in_file("app/src/menu.rs", &text).len(), 1);
        for path in ["app/src/platform.rs", "app/src/platform/linux.rs", RING[0]] {
            assert_eq!(in_file(path, &text), NONE, "{path}");
        }
    }

    #[test]
    fn an_unsafe_declaration_says_what_it_asks_for() {
        let bare = [
            "/// Reads.",
            "unsafe fn read(p: *const u8) {}",
            "#[unsafe(no_mangle)]",
            "extern \"C\" fn f() {}",
            "unsafe extern \"C\" {",
            "}",
        ];
        assert_eq!(in_file("a.rs", &bare.join("\n")).len(), 3);
        let told = [
            "/// # Safety",
            "///",
            "/// `p` lives.",
            "#[inline]",
            "pub unsafe fn read(p: *const u8) {}",
            "",
            "// SAFETY: one symbol of this name.",
            "#[unsafe(no_mangle)]",
            "extern \"C\" fn f() {}",
        ];
        assert_eq!(in_file("a.rs", &told.join("\n")), NONE);
        // A comment of another item, with an empty line between, is none of this one's.
        let another = ["// SAFETY: another.", "", "unsafe fn f() {}"];
        assert_eq!(in_file("a.rs", &another.join("\n")).len(), 1);
    }

    #[test]
    fn this_repository_keeps_them() {
        std::env::set_current_dir(root()).unwrap();
        check().unwrap();
    }
}
