//! Compares the documents with the repository. `scripts/test docs` runs this, with the examples in the crates'
//! documentation.

mod arrows;
mod checks;
mod commands;
#[path = "../shared/document.rs"]
mod document;
mod examples;
mod links;
mod messages;
mod parameters;
mod queues;
mod sources;
mod supply;
mod units;

/// Fails with everything that was found, one per line.
fn none(found: Vec<String>) {
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}
