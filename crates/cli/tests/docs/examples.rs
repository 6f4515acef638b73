//! Code in the documents parses as its stated language, and names things that exist.

use crate::{
    document::{Document, root},
    none,
};
use std::fs;

#[test]
fn blocks_of_code_parse() {
    let mut broken = Vec::new();
    for document in Document::current() {
        for block in document.blocks() {
            let problem = match block.language.as_str() {
                "rust" => syn::parse_file(&block.text).err().map(|error| error.to_string()),
                "toml" => block.text.parse::<toml_edit::DocumentMut>().err().map(|error| error.to_string()),
                "json" => serde_json::from_str::<serde_json::Value>(&block.text)
                    .err()
                    .map(|error| error.to_string()),
                _ => None,
            };
            let place = document.path.display();
            broken.extend(problem.map(|problem| format!("{place}: {problem}:\n{}", block.text)));
        }
    }
    none(broken);
}

/// The guide names exactly the page hooks that the template exports.
#[test]
fn the_guide_names_the_hooks_that_there_are() {
    let sources =
        fs::read_to_string(root().join("templates/react/ui/src/wavecraft/hooks.ts")).expect("the hooks");
    let exported = sources.lines().filter_map(|line| {
        let name = line.strip_prefix("export const ").or_else(|| line.strip_prefix("export function "))?;
        let name = name.split([' ', '(', '<']).next()?;
        name.starts_with("use").then(|| name.to_owned())
    });
    let guide = Document::read("docs/guides/ui-development.md");
    let named = guide.code().into_iter().filter(|code| code.starts_with("use"));
    let named = named.map(|code| code.split('(').next().unwrap_or_default().to_owned());
    let sorted = |names: &mut dyn Iterator<Item = String>| names.collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&mut exported.into_iter()), sorted(&mut named.into_iter()));
}

/// Every variable of ours that a document names is read by a program, a script or a test.
#[test]
fn variables_that_are_named_are_read() {
    let mut sources = String::new();
    for (extension, folder) in [("rs", ""), ("sh", "scripts")] {
        for path in crate::document::files(folder.as_ref(), extension) {
            sources += &fs::read_to_string(root().join(path)).expect("a source");
        }
    }
    for script in fs::read_dir(root().join("scripts")).expect("the scripts") {
        sources += &fs::read_to_string(script.expect("a script").path()).unwrap_or_default();
    }
    let mut unread = Vec::new();
    for document in Document::current() {
        for code in document.code() {
            let name: String = code
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
                .collect();
            if name.starts_with("WAVECRAFT_") && !sources.contains(&name) {
                unread.push(format!("{}: {name}", document.path.display()));
            }
        }
    }
    none(unread);
}
