//! The project name that the user gives, and the forms of it that cargo, npm and people need.

/// The longest name: crates.io's limit.
const MAX_CHARS: usize = 64;

/// Rust's keywords, in use and reserved, of the 2024 edition (Rust Reference, "Keywords"), without those that have
/// capitals or that the rules for characters already refuse.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Crates that every Rust program has anyway, and names of folders in cargo's target folder: `cargo new` refuses these
/// too.
const CARGOS: [&str; 10] =
    ["alloc", "build", "core", "deps", "examples", "incremental", "proc_macro", "std", "test", "tests"];

/// Names of the project's own parts.
const OURS: [&str; 11] = [
    "dev_audio",
    "wavecraft",
    "wavecraft_bridge",
    "wavecraft_companion_protocol",
    "wavecraft_dev_audio",
    "wavecraft_dsp",
    "wavecraft_macros",
    "wavecraft_metering",
    "wavecraft_probe",
    "wavecraft_protocol",
    "wavecraft_ring",
];

/// File names that Windows doesn't allow, with any extension: such a project couldn't be checked out there.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// A checked name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProjectName {
    given: String,
    package: String,
}

impl ProjectName {
    /// Checks `given` against the rules of cargo and npm.
    ///
    /// # Errors
    /// The rule that it breaks, as a sentence for the user.
    pub(super) fn new(given: &str) -> Result<Self, String> {
        let bad = |why: String| Err(format!("`{given}` can't be a project's name: {why}"));
        let Some(first) = given.chars().next() else {
            return Err("the project needs a name: wavecraft create my-plugin".into());
        };
        if let Some(other) = given.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
            return bad(format!("{other:?} is none of the letters a–z and A–Z, digits, `-` and `_`"));
        }
        if !first.is_ascii_alphabetic() {
            return bad(format!("it starts with `{first}`; a crate's name starts with a letter"));
        }
        let package = lowercase_with_dashes(given);
        if package.len() > MAX_CHARS {
            return bad(format!("it has {} characters as a package name; {MAX_CHARS} fit", package.len()));
        }
        let name = Self { given: given.into(), package };
        let ident = name.ident();
        let ident = ident.as_str();
        let windows = DEVICES.contains(&ident)
            || ident
                .strip_prefix("com")
                .or(ident.strip_prefix("lpt"))
                .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()));
        if KEYWORDS.contains(&ident) {
            bad("it is a keyword of Rust".into())
        } else if CARGOS.contains(&ident) {
            bad("cargo has a crate or a folder of that name".into())
        } else if OURS.contains(&ident) {
            bad("a part of the project has that name".into())
        } else if windows {
            bad("Windows has a device of that name".into())
        } else {
            Ok(name)
        }
    }

    /// The name as typed: the folder's name.
    pub(super) fn as_given(&self) -> &str {
        &self.given
    }

    /// The package's name for cargo and npm: lower case.
    pub(super) fn package(&self) -> &str {
        &self.package
    }

    /// The crate's name in Rust.
    pub(super) fn ident(&self) -> String {
        self.package.replace('-', "_")
    }

    /// The title: `my-plugin` and `MyPlugin` both become "My Plugin".
    pub(super) fn title(&self) -> String {
        let words = self.package.split(['-', '_']).filter(|word| !word.is_empty());
        words.map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join(" ")
    }
}

/// npm requires lower case, and rustc warns about crate names with capitals: `MyPlugin` becomes `my-plugin`.
fn lowercase_with_dashes(given: &str) -> String {
    let mut package = String::new();
    let mut after_word = false;
    for c in given.chars() {
        if c.is_ascii_uppercase() && after_word {
            package.push('-');
        }
        after_word = c.is_ascii_lowercase() || c.is_ascii_digit();
        package.push(c.to_ascii_lowercase());
    }
    package
}

/// The longest vendor, so that it stays a name.
const MAX_VENDOR_CHARS: usize = 100;

/// Checks the value of `--vendor`.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub(super) fn check_vendor(vendor: &str) -> Result<(), String> {
    if vendor.trim().is_empty() {
        Err("--vendor is empty: give a name, or leave it out".into())
    } else if vendor.chars().count() > MAX_VENDOR_CHARS {
        Err(format!("--vendor has more than {MAX_VENDOR_CHARS} characters: give a name"))
    } else if vendor.chars().any(char::is_control) {
        Err("--vendor has a line break or another control character: give a name of one line".into())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_form_for_each_who_reads_it() {
        for (given, package, ident, title) in [
            ("my-plugin", "my-plugin", "my_plugin", "My Plugin"),
            ("my_plugin2", "my_plugin2", "my_plugin2", "My Plugin2"),
            ("TestPlugin", "test-plugin", "test_plugin", "Test Plugin"),
            ("EQ", "eq", "eq", "Eq"),
            ("Big-Fuzz", "big-fuzz", "big_fuzz", "Big Fuzz"),
            ("a", "a", "a", "A"),
        ] {
            let name = ProjectName::new(given).expect(given);
            assert_eq!((name.as_given(), name.package()), (given, package));
            assert_eq!((name.ident().as_str(), name.title().as_str()), (ident, title));
        }
    }

    #[test]
    fn every_refusal_says_its_reason() {
        let long = "a".repeat(65);
        let camel = format!("{}{}", "aB".repeat(21), "cc");
        for (given, reason) in [
            ("", "needs a name"),
            ("two words", "' ' is none of"),
            ("../up", "'.' is none of"),
            ("größe", "'ö' is none of"),
            ("a/b", "'/' is none of"),
            ("1st", "starts with `1`"),
            ("-flag", "starts with `-`"),
            ("_x", "starts with `_`"),
            ("fn", "keyword"),
            ("Gen", "keyword"),
            ("test", "cargo has"),
            ("proc-macro", "cargo has"),
            ("dev-audio", "part of the project"),
            ("wavecraft_ring", "part of the project"),
            ("con", "Windows"),
            ("LPT1", "Windows"),
            (long.as_str(), "65 characters"),
            (camel.as_str(), "65 characters"),
        ] {
            let message = ProjectName::new(given).expect_err(given);
            assert!(message.contains(reason), "{given}: {message}");
        }
        assert!(ProjectName::new(&"a".repeat(64)).is_ok());
        assert!(ProjectName::new("comb").is_ok());
    }

    #[test]
    fn a_vendor_is_one_line() {
        assert_eq!(check_vendor("Möller & Söhne \"Audio\""), Ok(()));
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(check_vendor(bad).is_err(), "{bad:?}");
        }
    }
}
