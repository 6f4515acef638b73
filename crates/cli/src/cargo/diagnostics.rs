//! What the compiler said, for people and for the page.

/// cargo right-aligns its words of progress ("Compiling") to this column.
const PROGRESS_WIDTH: usize = 12;

/// What LLVM's linker says where it can't write, of which a `%` in the path is one reason.
const NO_OUTPUT: &str = "lld: error: cannot open output file";

/// The lines without cargo's progress.
pub(crate) fn without_progress(lines: &[String]) -> String {
    let kept: Vec<_> = lines.iter().filter(|line| !is_progress(line)).map(String::as_str).collect();
    kept.join("\n").trim().to_owned()
}

/// Does the line tell what cargo does?
pub(super) fn is_progress(line: &str) -> bool {
    line.split_at_checked(PROGRESS_WIDTH).is_some_and(|(word, rest)| {
        let word = word.trim_start();
        rest.starts_with(' ')
            && word.starts_with(|char: char| char.is_ascii_uppercase())
            && word.chars().all(|char| char.is_ascii_alphabetic())
    })
}

/// One line for the end: the first error and its place.
pub(crate) fn summary(errors: &str) -> String {
    let mut lines = errors.lines().skip_while(|line| !line.starts_with("error"));
    let Some(error) = lines.next() else {
        return "the build failed; cargo's own words are above".into();
    };
    let place = lines
        .take_while(|line| !line.starts_with("error"))
        .find_map(|line| line.trim_start().strip_prefix("--> "));
    if errors.lines().any(|line| line.contains(NO_OUTPUT) && line.contains('%')) {
        return "the build failed: rust-lld can't write into a folder with a % in its path: give the project's folder \
                another name, or set CARGO_TARGET_DIR to a folder without"
            .into();
    }
    match place {
        Some(place) => format!("the build failed at {place}: {error}"),
        None => format!("the build failed: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "   Compiling demo v0.1.0 (/x)\nwarning: unused\n --> src/a.rs:1:1\nerror[E0425]: cannot find \
                        value `y`\n  --> src/lib.rs:3:5\n   |\n3  |     y\n\nerror: could not compile `demo`\n";

    #[test]
    fn the_first_error_and_its_place_are_found() {
        let lines: Vec<_> = SAID.lines().map(str::to_owned).collect();
        let errors = without_progress(&lines);
        assert!(!errors.contains("Compiling") && errors.contains("3  |     y"), "{errors}");
        assert_eq!(
            summary(&errors),
            "the build failed at src/lib.rs:3:5: error[E0425]: cannot find value `y`"
        );
        assert_eq!(summary("error: no such profile"), "the build failed: error: no such profile");
        let linker = "error: linking with `cc` failed\n  = note: rust-lld: error: cannot open output file /a%b/x: No such file";
        assert!(summary(linker).contains("a % in its path"));
        assert!(!summary(&linker.replace('%', "")).contains('%'));
        assert!(summary("killed").contains("above"));
    }
}
