//! docs/protocol.md shows the methods as they are declared, and the golden files.

use crate::golden::Socket;
use std::{env, fmt::Write, fs, path::Path};
use wavecraft_companion_protocol::{
    browser, control,
    method::{Method, Visit},
};

/// Set, it lets these tests write what they would otherwise ask for.
const RENEW: &str = "WAVECRAFT_RENEW_DOCS";
const PAGE: &str = "docs/protocol.md";

#[test]
fn the_documentation_shows_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PAGE);
    let page = fs::read_to_string(&path).expect("the page");
    let (mut of_control, mut of_browser) = (Table::default(), Table::default());
    control::visit(&mut of_control);
    browser::visit(&mut of_browser);
    let mut renewed = page.clone();
    for (begin, shown) in [
        ("<!-- The methods of crates/protocol/src/control/methods.rs -->\n", of_control.text()),
        ("<!-- The methods of crates/protocol/src/browser/methods.rs -->\n", of_browser.text()),
        ("<!-- The golden files of crates/protocol/golden/browser -->\n", examples()),
    ] {
        renewed = with(&renewed, begin, &shown);
    }
    if renewed == page {
        return;
    }
    if env::var_os(RENEW).is_some() {
        return fs::write(path, renewed).expect("the page");
    }
    let differs = page.lines().zip(renewed.lines()).find(|(there, wanted)| there != wanted);
    let (there, wanted) = differs.unwrap_or(("its end", "another end"));
    panic!(
        "{PAGE} doesn't show what the protocol is. It has\n  {there}\nand needs\n  {wanted}\nThis renews it:\n  {RENEW}=1 \
         cargo nextest run --workspace -E 'test(the_documentation_shows_what_is_declared)'"
    );
}

/// The page with this behind `begin`, up to the comment that ends it.
fn with(page: &str, begin: &str, shown: &str) -> String {
    let (before, rest) = page.split_once(begin).unwrap_or_else(|| panic!("{PAGE} lacks {begin}"));
    let end = rest.find("<!-- end -->").unwrap_or_else(|| panic!("{PAGE} lacks the end of {begin}"));
    [before, begin, shown, &rest[end..]].concat()
}

#[derive(Default)]
struct Table(String);

impl Table {
    fn text(self) -> String {
        format!("| method | params | result |\n|---|---|---|\n{}", self.0)
    }
}

impl Visit for Table {
    fn method<M: Method>(&mut self) {
        writeln!(self.0, "| `{}` | {} | {} |", M::NAME, M::DOC.params, M::DOC.result)
            .expect("a string takes it");
    }
}

/// A page's messages behind →, the server's behind ←.
fn examples() -> String {
    let mut text = String::from("```\n");
    let socket = Socket::Browser;
    let (errors, others): (Vec<_>, Vec<_>) = socket.names().into_iter().partition(|name| name == "errors");
    for name in others.iter().chain(&errors) {
        for line in socket.lines(name) {
            let from_server =
                [r#""result":"#, r#""error":"#].iter().any(|member| line.contains(member)) || !asks(&line);
            writeln!(text, "{} {line}", if from_server { '←' } else { '→' }).expect("a string takes it");
        }
    }
    text + "```\n"
}

/// Has it an id, as every call has that wants an answer?
fn asks(line: &str) -> bool {
    line.contains(r#""id":"#) && !line.starts_with(r#"{"jsonrpc":"2.0","method""#)
}
