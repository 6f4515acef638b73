//! What a build has read, in the compiler's words: files in the format of make.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

/// The files that a `.d` file of rustc's or cargo's names; a path that isn't absolute begins at `base`.
///
/// `target: file file`, a line each: a space in a name has a backslash before it, and nothing else is escaped
/// (<https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>). A `#` begins what is about the environment.
pub(super) fn files_in(text: &[u8], base: &Path) -> Vec<PathBuf> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
    let lists = lines.filter_map(|line| {
        let colon = line.windows(2).position(|pair| pair == b": ")?;
        line.get(colon + 2..)
    });
    lists.flat_map(names).map(|name| base.join(OsString::from_vec(name))).collect()
}

/// The names of a list.
fn names(list: &[u8]) -> Vec<Vec<u8>> {
    let mut names = vec![Vec::new()];
    let mut bytes = list.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, names.last_mut()) {
            (b'\\', Some(name)) if bytes.peek() == Some(&b' ') => {
                bytes.next();
                name.push(b' ');
            }
            (b' ' | b'\r', _) => names.push(Vec::new()),
            (byte, Some(name)) => name.push(byte),
            (_, None) => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_with_their_spaces_and_from_where_the_compiler_ran() {
        let text = b"/t/a: /p/src/lib.rs src/../with\\ space/a\\ b.txt /p/C:\\x\n\n/t/a.d: other.rs\nsrc/lib.rs:\n\n\
                     # env-dep:OUT_DIR=/t: x\n";
        let files = files_in(text, Path::new("/w"));
        let expected = ["/p/src/lib.rs", "/w/src/../with space/a b.txt", "/p/C:\\x", "/w/other.rs"];
        assert_eq!(files, expected.map(PathBuf::from));
        assert!(files_in(b"", Path::new("/w")).is_empty());
    }
}
