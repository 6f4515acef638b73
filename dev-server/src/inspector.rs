//! The inspector's own files, which come in this program: a page that shows everything that is known of the project.
//!
//! Whoever asks gets them, as they hold no secret; what the page shows comes over the WebSocket, for which it needs the
//! project's token.

/// One file.
pub(crate) struct File {
    /// Its `Content-Type`.
    pub(crate) kind: &'static str,
    /// What is in it.
    pub(crate) text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [(&str, File); 8] = [
    ("/", File { kind: HTML, text: include_str!("inspector/index.html") }),
    ("/inspector.css", File { kind: CSS, text: include_str!("inspector/style.css") }),
    ("/inspector.js", File { kind: SCRIPT, text: include_str!("inspector/main.js") }),
    ("/inspector/address.js", File { kind: SCRIPT, text: include_str!("inspector/address.js") }),
    ("/inspector/connection.js", File { kind: SCRIPT, text: include_str!("inspector/connection.js") }),
    ("/inspector/figures.js", File { kind: SCRIPT, text: include_str!("inspector/figures.js") }),
    ("/inspector/parameters.js", File { kind: SCRIPT, text: include_str!("inspector/parameters.js") }),
    ("/inspector/pictures.js", File { kind: SCRIPT, text: include_str!("inspector/pictures.js") }),
];

/// The file at a path.
pub(crate) fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find_map(|(at, file)| (*at == path).then_some(file))
}
