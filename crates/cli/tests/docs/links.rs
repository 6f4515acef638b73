//! Every link has a target.

use crate::{
    document::{Document, root},
    none,
};
use std::path::{Component, Path, PathBuf};

/// The prefixes of external links. The test doesn't fetch those.
const ELSEWHERE: [&str; 2] = ["https://", "http://"];

#[test]
fn links_reach_a_file_and_a_heading_of_it() {
    let mut lost = Vec::new();
    for document in Document::all() {
        for link in document.links() {
            if !ELSEWHERE.iter().any(|start| link.starts_with(start))
                && let Err(what) = follow(&document, &link)
            {
                lost.push(format!("{}: {link}: {what}", document.path.display()));
            }
        }
    }
    none(lost);
}

fn follow(from: &Document, link: &str) -> Result<(), &'static str> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() {
        from.path.clone()
    } else {
        normal(&from.path.parent().expect("a folder").join(path))
    };
    if !root().join(&target).exists() {
        return Err("no such file");
    }
    match anchor {
        Some(anchor) if !Document::read(target).anchors().contains(anchor) => Err("no such heading"),
        _ => Ok(()),
    }
}

/// The path without `..`: a link may go through a missing folder, which a file system would refuse.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, part| {
        match part {
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
        normal
    })
}

/// A path in the repository written as code: its first folder is one of the repository's.
#[test]
fn files_that_are_named_are_there() {
    let folders = [
        "app",
        "audio-core",
        "benchmarks",
        "bundle",
        "crates",
        "docs",
        "scripts",
        "templates",
        "tests/browser",
    ];
    let starts = folders.map(|folder| format!("{folder}/"));
    let mut lost = Vec::new();
    for document in Document::current() {
        for code in document.code() {
            let path = code.split([' ', ':']).next().unwrap_or_default();
            let written_out = !path.contains(['*', '{', '<', '…']);
            let is_path = starts.iter().any(|start| path.starts_with(start) && path != start);
            if is_path && written_out && !root().join(path).exists() {
                lost.push(format!("{}: {code}", document.path.display()));
            }
        }
    }
    none(lost);
}
