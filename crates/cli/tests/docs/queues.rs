//! The page about queues names each file that creates one.

use crate::{document::root, none, sources::sources};
use std::fs;

/// Calls that create a place where something waits.
const MAKERS: [&str; 8] = [
    "unbounded_channel(",
    "mpsc::channel(",
    " channel(",
    "sync_channel(",
    "VecDeque::new(",
    "VecDeque::with_capacity(",
    "VecDeque<",
    "RingBuffer::new(",
];

#[test]
fn every_queue_is_on_its_page_and_every_file_there_exists() {
    let page = fs::read_to_string(root().join("docs/queues.md")).expect("the page");
    let mut found = Vec::new();
    for (path, text) in sources() {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let path = path.display().to_string();
        // The only queue on the child's side of the ring is its slots.
        let makes = MAKERS.iter().find(|maker| text.contains(*maker));
        if let Some(maker) = makes.filter(|_| !page.contains(&format!("`{path}`"))) {
            found.push(format!("{path} has `{maker}…`: docs/queues.md doesn't say how much waits there"));
        }
    }
    let files = page.split('`').filter(|word| word.ends_with(".rs") && word.contains('/'));
    found.extend(files.filter(|file| !root().join(file).is_file()).map(|file| format!("{file} isn't there")));
    none(found);
}

/// These have no built-in bound: a comment beside each says what bounds it.
#[test]
fn a_queue_without_a_bound_of_its_own_is_one_of_these() {
    let allowed = ["app/src/main_thread.rs", "app/src/offline/processor.rs", "crates/cli/src/watch.rs"];
    let without =
        |text: &str| text.split("#[cfg(test)]").next().is_some_and(|text| text.contains("unbounded_channel"));
    let found =
        sources().into_iter().filter(|(_, text)| without(text)).map(|(path, _)| path.display().to_string());
    none(found.filter(|path| !allowed.contains(&path.as_str())).collect());
}
