//! A Markdown file, and the parts of it that can be checked.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Reads a file by its path in the repository.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    text: String,
}

/// A fenced block of code.
pub(crate) struct Block {
    /// The text after the opening fence; empty if there is none.
    pub(crate) language: String,
    pub(crate) text: String,
}

/// Folders with third-party or built files.
const NOT_OURS: [&str; 3] = ["target", "node_modules", ".git"];

impl Document {
    pub(crate) fn read(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let text = fs::read_to_string(root().join(&path));
        Self { text: text.unwrap_or_else(|error| panic!("{}: {error}", path.display())), path }
    }

    /// Every Markdown file of the repository.
    pub(crate) fn all() -> Vec<Self> {
        let documents: Vec<_> = files(Path::new(""), "md").into_iter().map(Self::read).collect();
        assert!(documents.len() > 20, "only {}", documents.len());
        documents
    }

    /// The files that describe the current state: not the decisions and the changelog, which describe its history.
    pub(crate) fn current() -> Vec<Self> {
        let past = |path: &Path| path.starts_with("docs/decisions") || path.ends_with("CHANGELOG.md");
        Self::all().into_iter().filter(|document| !past(&document.path)).collect()
    }

    /// The targets of links and pictures.
    pub(crate) fn links(&self) -> Vec<String> {
        let to = |event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.into_string())
            }
            _ => None,
        };
        self.events().filter_map(to).collect()
    }

    /// The anchors of the headings, made as GitHub makes them.
    pub(crate) fn anchors(&self) -> HashSet<String> {
        let mut anchors = HashSet::new();
        let mut heading: Option<String> = None;
        for event in self.events() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let slug = slug(&heading.take().unwrap_or_default());
                    let free = (1..).map(|n| format!("{slug}-{n}"));
                    let name = std::iter::once(slug.clone()).chain(free).find(|name| !anchors.contains(name));
                    anchors.extend(name);
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        anchors
    }

    /// The blocks of code, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for event in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    open = Some(Block { language: language.into_string(), text: String::new() });
                }
                Event::Text(text) => {
                    if let Some(block) = &mut open {
                        block.text.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
        blocks
    }

    /// The inline code.
    pub(crate) fn code(&self) -> Vec<String> {
        let code = |event| match event {
            Event::Code(text) => Some(text.into_string()),
            _ => None,
        };
        self.events().filter_map(code).collect()
    }

    fn events(&self) -> Parser<'_> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES)
    }
}

/// The files of a folder of the repository and of its subfolders, by their paths in it.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = folder.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            if !NOT_OURS.iter().any(|name| path.ends_with(name)) {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|is| is == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn slugs_are_githubs() {
    assert_eq!(slug("5. `--json`"), "5---json");
    assert_eq!(slug("A block's way"), "a-blocks-way");
}
