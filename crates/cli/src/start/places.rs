//! Source locations as shown to a user in the project's folder.

use std::path::Path;

/// `text` with each `path:line:column` of the project's sources made relative to the project's folder. The compiler
/// prints them relative to the package's folder, or as absolute paths.
pub(super) fn in_project(text: &str, folder: &Path) -> String {
    text.split(' ')
        .map(|word| place(word, folder).unwrap_or_else(|| word.to_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn place(word: &str, folder: &Path) -> Option<String> {
    let mut parts = word.splitn(3, ':');
    let (path, line) = (Path::new(parts.next()?), parts.next()?);
    let at = parts.next()?;
    line.parse::<u32>().ok()?;
    // Only existing files count, whatever folder they are relative to: a location in another crate isn't one.
    let file = folder.join("engine").join(path);
    let named = file.strip_prefix(folder).ok().filter(|_| file.is_file())?;
    Some(format!("{}:{line}:{at}", named.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn places_begin_at_the_project() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path();
        fs::create_dir_all(project.join("engine/src")).unwrap();
        fs::create_dir_all(project.join("sdk")).unwrap();
        fs::write(project.join("engine/src/lib.rs"), "").unwrap();
        fs::write(project.join("sdk/link.rs"), "").unwrap();
        let told = |text: &str| in_project(text, project);
        assert_eq!(
            told("panicked at src/lib.rs:3:9: index 4:1:2"),
            "panicked at engine/src/lib.rs:3:9: index 4:1:2"
        );
        let absolute = format!("at {}:7:1", project.join("sdk/link.rs").display());
        assert_eq!(told(&absolute), "at sdk/link.rs:7:1");
        for other in ["at /rustc/abc/core/slice.rs:1:2: x", "src/lib.rs", "src/lib.rs:x:1", "a  b", ""] {
            assert_eq!(told(other), other);
        }
    }
}
