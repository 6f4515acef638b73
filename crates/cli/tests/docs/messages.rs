//! The programs print what the troubleshooting guide quotes.

use crate::{document::Document, none, sources::sources};
use proc_macro2::{Group, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The guide's placeholder for variable text.
const GAP: &str = "…";

/// A quotation is a line of a `text` block. Its fixed parts must occur, in order, in one string literal of the sources,
/// whose `{placeholders}` count as gaps too.
#[test]
fn the_messages_that_the_guide_quotes_are_in_the_sources() {
    let literals: BTreeSet<_> = sources().iter().flat_map(|(_, text)| literals(text)).collect();
    let guide = Document::read("docs/guides/troubleshooting.md");
    let blocks = guide.blocks();
    let quoted: Vec<_> =
        blocks.iter().filter(|block| block.language == "text").flat_map(|block| block.text.lines()).collect();
    assert!(quoted.len() > 10, "only {} messages are quoted", quoted.len());
    let said = |line: &&&str| literals.iter().any(|literal| literal.contains(line.trim_matches(['…', ' '])));
    none(quoted.iter().filter(|line| !said(line)).map(|line| (*line).to_owned()).collect());
}

/// The string literals of a source, including those in macros' arguments, with each placeholder as a gap.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(source.parse().expect("a source that parses"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if !is_documentation(&group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    found.push(with_gaps(&text.value()));
                }
            }
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// `[doc = "…"]`, the form that a `///` comment has after parsing.
fn is_documentation(group: &Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(first)) if first == "doc")
}

/// `{name}` and `{:?}` become gaps, `{{` a brace.
fn with_gaps(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.peek() == Some(&'{') => text.extend(rest.next()),
            '}' if rest.peek() == Some(&'}') => text.extend(rest.next()),
            '{' => {
                rest.by_ref().take_while(|c| *c != '}').for_each(drop);
                text.push_str(GAP);
            }
            c => text.push(c),
        }
    }
    text
}

#[test]
fn placeholders_are_gaps() {
    let source = r#"fn f() { format!("port {port} of {:?} {{x}}", 1) }"#;
    assert_eq!(literals(source), ["port … of … {x}"]);
}
